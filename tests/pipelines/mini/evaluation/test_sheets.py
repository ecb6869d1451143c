import numpy as np
from PIL import Image

from anygen_pipelines.mini.evaluation.sheets import grid


def test_pictures_stand_in_rows_and_a_missing_one_leaves_a_field(tmp_path):
    red = np.zeros((8, 8, 3), np.uint8) + np.array([255, 0, 0], np.uint8)
    path = grid(
        [red, None, red], ["one", "two", "a label far too long for its field"], tmp_path / "s.png", 2, 2
    )
    sheet = np.asarray(Image.open(path).convert("RGB"))
    assert sheet.shape == (2 * (16 + 16), 2 * (16 + 4), 3)
    assert tuple(sheet[5, 5]) == (255, 0, 0) and tuple(sheet[5, 25]) == (255, 255, 255)
    assert tuple(sheet[37, 5]) == (255, 0, 0)


def test_a_sheet_of_nothing_is_still_a_sheet(tmp_path):
    assert grid([None], ["none"], tmp_path / "s.png", 1, 1).is_file()
