"""The strips of the app's first page."""

import numpy as np
import pytest

pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")

from anygen import Audio, Image, Video
from anygen_pipelines.ui_examples import GAP, SCALE, TILE, draw_strip, draw_tile

RED = np.full((8, 8, 3), (255, 0, 0), np.uint8)


@pytest.mark.parametrize(
    "value", ["words", Audio(np.ones(1600, np.float32), 16000), Image(RED), Video(np.stack([RED] * 3), 8.0)]
)
def test_a_tile_of_anything_is_a_square_that_shows_something(value):
    tile = draw_tile(value)
    assert tile.size == (TILE * SCALE, TILE * SCALE) and tile.getextrema()[3][1] > 0


def test_a_strip_holds_its_tiles_side_by_side_with_a_sign_between():
    strip = draw_strip(["", Image(RED)])
    assert strip.size == ((2 * TILE + GAP) * SCALE, TILE * SCALE)
    middle = TILE * SCALE // 2
    assert strip.getpixel((strip.width - TILE * SCALE // 2, middle)) == (255, 0, 0, 255)
    # The arrow.
    assert strip.getpixel(((TILE + GAP // 2) * SCALE, middle))[3] > 0
