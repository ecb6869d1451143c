from __future__ import annotations

import hashlib

import numpy as np
import pytest

from anygen import Audio, Depth, Image, MediaError, Thermal, Video
from anygen.media.base import check_pixels, is_number

PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
SOUND = np.linspace(-0.5, 0.5, 40, dtype=np.float32)


def test_a_content_hash_is_of_type_shape_units_and_values_whatever_the_layout() -> None:
    told = b"uint8 (2, 4, 3) " + PIXELS.tobytes()
    assert Image(PIXELS).content_hash() == hashlib.sha256(told).hexdigest()
    assert Image(np.asfortranarray(PIXELS)).content_hash() == Image(PIXELS).content_hash()
    told = b"float32 (40,) 8000 Hz" + SOUND.tobytes()
    assert Audio(SOUND, 8000).content_hash() == hashlib.sha256(told).hexdigest()


def test_two_media_are_equal_where_all_but_their_files_is() -> None:
    assert Image(PIXELS, b"a file") == Image(PIXELS.copy()) and Image(PIXELS) != Image(PIXELS + 1)
    assert Audio(SOUND, 8000) != Audio(SOUND, 16000) and Audio(SOUND, 8000) != Audio(SOUND[None], 8000)
    clip = Video(PIXELS[None], 4, Audio(SOUND, 8000))
    assert clip == Video(PIXELS[None], 4.0, Audio(SOUND, 8000))
    assert clip not in (Video(PIXELS[None], 4), Video(PIXELS[None], 4, Audio(-SOUND, 8000)), None)
    assert len({Image(PIXELS), Image(PIXELS, b"a file")}) == 1
    assert Thermal(PIXELS[..., 0]) != Depth(PIXELS[..., 0].astype(np.float32))


def test_a_file_is_kept_under_the_suffix_of_its_content() -> None:
    data = Image(PIXELS).encode()
    assert Image(PIXELS, data).original() == (".png", data)
    assert Image(PIXELS).original() == (".png", data)
    assert Thermal(PIXELS[..., 0], b"\xff\xd8\xff").original() == (".jpeg", b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (PIXELS.astype(np.int16), r"x is a \(2, 4, 3\) int16 array; a \(H, W, 3\) uint8 array is accepted"),
        (PIXELS[..., :2], r"x is a \(2, 4, 2\) uint8 array"),
        (PIXELS[0], r"x is a \(4, 3\) uint8 array"),
        ([1], "x is of type list"),
        (PIXELS[:0], r"x has the shape \(0, 4, 3\); at least one pixel is needed"),
    ],
)
def test_an_array_of_other_pixels_is_refused(values: object, found: str) -> None:
    check_pixels("x", PIXELS, np.uint8, "(H, W, 3)")
    with pytest.raises(MediaError, match=found):
        check_pixels("x", values, np.uint8, "(H, W, 3)")


def test_true_is_no_number() -> None:
    assert is_number(2) and is_number(np.float32(0.5)) and not is_number(True) and not is_number("2")
