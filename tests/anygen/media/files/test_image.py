from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest

from anygen.core.errors import MediaError
from anygen.media import provenance
from anygen.media.files import image

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def test_a_png_holds_the_pixels_and_the_record(tmp_path) -> None:
    record = {"digital_source_type": provenance.DIGITAL_SOURCE_TYPE, "anygen": "0", "asked": "a <dog>"}
    data = image.encode_png(PIXELS, record)
    np.testing.assert_array_equal(image.read("x", data, "png", 35), PIXELS)
    (tmp_path / "a.png").write_bytes(data)
    assert provenance.read(tmp_path / "a.png") == record
    assert PIL.Image.open(io.BytesIO(data)).text["Software"] == "anygen 0"


def test_more_pixels_than_accepted_are_refused_from_the_header() -> None:
    with pytest.raises(MediaError, match=r"^x: 7 x 5 = 0 million pixels; at most 0 million are accepted"):
        image.open_header("x", image.encode_png(PIXELS, None), "png", 34)


def test_another_format_than_the_named_one_and_a_cut_file_are_refused() -> None:
    data = image.encode_png(PIXELS, None)
    with pytest.raises(MediaError, match="a damaged or truncated GIF file"):
        image.open_header("x", data, "gif", 1000)
    with pytest.raises(MediaError, match="a damaged or truncated PNG file"):
        image.read("x", data[:-30], "png", 1000)


def test_sixteen_bit_greys_are_scaled_and_transparency_lies_over_white() -> None:
    grey = PIL.Image.fromarray(np.array([[0, 257, 65535]], np.uint16))
    assert image.to_rgb(grey)[0, :, 0].tolist() == [0, 1, 255]
    clear = PIL.Image.new("RGBA", (1, 1), (9, 9, 9, 0))
    assert image.to_rgb(clear).tolist() == [[[255, 255, 255]]] and not image.is_animated(clear)
