"""Depth, warmth and motion: units, files, limits, and one sentence for what is refused."""

from __future__ import annotations

import io
import struct

import numpy as np
import PIL.Image
import pytest

from anygen.core.errors import MediaError
from anygen.media import Image, open_media
from anygen.media.base import MediaLimits
from anygen.media.measurements import Depth, Imu, Thermal

RNG = np.random.default_rng(0)
METRES = RNG.uniform(0.3, 9, (6, 8)).astype(np.float32)
HEADER = "time,accel_x,accel_y,accel_z,gyro_x,gyro_y,gyro_z"


def png(values: np.ndarray, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    PIL.Image.fromarray(values).save(file, format=format)
    return file.getvalue()


def npy(values: np.ndarray, **how) -> bytes:
    file = io.BytesIO()
    np.save(file, values, **how)
    return file.getvalue()


def motion(count: int = 50, rate: float = 100.0) -> Imu:
    return Imu(RNG.normal(0, 3, (6, count)).astype(np.float32), rate)


def csv(times, header: str = HEADER) -> bytes:
    lines = [header, *(f"{time},0,0,9.81,{index},0,0" for index, time in enumerate(times))]
    return "\n".join(lines).encode()


# --- reading


def test_a_depth_png_is_in_millimetres(tmp_path):
    (tmp_path / "d.png").write_bytes(png(np.array([[0, 1500], [65535, 2]], dtype=np.uint16)))
    found = Depth.open(tmp_path / "d.png").metres
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[0, 1.5], [65.535, 0.002]], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_depth_npy_is_in_metres(dtype, order):
    values = np.asarray(METRES.astype(dtype), order=order)
    np.testing.assert_array_equal(Depth.open(npy(values)).metres, values.astype(np.float32))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_thermal_picture_is_read_by_its_brightness(format):
    grey = np.tile(np.arange(0, 256, 8, dtype=np.uint8), (16, 1))
    found = Thermal.open(png(np.stack([grey] * 3, axis=2), format)).pixels
    assert found.shape == grey.shape and np.abs(found.astype(int) - grey).max() <= 8


def test_temperatures_and_counts_are_stretched_from_the_coldest_to_the_warmest():
    kelvin = np.array([[290.0, 300.0], [310.0, 295.0]])
    wanted = [[0, 128], [255, 64]]
    for data in (npy(kelvin), npy((kelvin * 100).astype(np.uint16)), png((kelvin * 100).astype(np.uint16))):
        np.testing.assert_array_equal(Thermal.open(data).pixels, wanted)
    assert not Thermal.open(npy(np.full((2, 2), 20.0))).pixels.any()


def test_the_columns_of_a_csv_may_stand_in_any_order_among_others():
    text = "temp, GYRO_z,gyro_y,gyro_x,accel_z,accel_y,accel_x,time\r\n21,6,5,4,3,2,1,10.0\r\n21,6,5,4,3,2,1,10.5\r\n"
    found = Imu.open(text.encode("utf-8-sig"))
    np.testing.assert_array_equal(found.samples[:, 1], [1, 2, 3, 4, 5, 6])
    assert found.sample_rate == 2.0 and found.seconds == 1.0


@pytest.mark.parametrize("end", [b"\r", b"\r\n"])
def test_lines_may_end_as_on_other_systems(end):
    plain = csv([0, 0.5, 1])
    assert Imu.open(plain.replace(b"\n", end)) == Imu.open(plain)


def test_uneven_times_are_interpolated_at_the_mean_rate():
    # gyro_x counts the rows: at even times it must be what lies between them.
    found = Imu.open(csv([0.0, 0.1, 0.3, 0.4]))
    assert found.sample_rate == 7.5
    np.testing.assert_allclose(
        found.samples[3], np.interp([0, 0.4 / 3, 0.8 / 3, 0.4], [0, 0.1, 0.3, 0.4], range(4))
    )


def test_a_picture_of_depth_is_a_picture_unless_depth_is_meant():
    assert isinstance(open_media(png(np.full((2, 3), 4000, dtype=np.uint16))), Image)
    with pytest.raises(MediaError, match="a NumPy array file; PNG, JPEG"):
        open_media(npy(METRES))


# --- writing


@pytest.mark.parametrize(
    "given",
    [
        Depth(METRES),
        Thermal(RNG.integers(0, 256, (5, 7), dtype=np.uint8)),
        motion(),
        motion(2, 9999.999),
        motion(3, 1),
    ],
    ids=str,
)
def test_the_original_of_what_was_made_in_memory_reads_back_the_same(given, tmp_path):
    suffix, data = given.original()
    found = type(given).open(data)
    assert found == given and found.content_hash() == given.content_hash() and hash(found) == hash(given)
    assert found.original() == (suffix, data)
    path = given.save(tmp_path / f"a{suffix}")
    assert type(given).open(path) == given


def test_a_saved_depth_png_is_rounded_to_millimetres(tmp_path):
    found = Depth.open(Depth(METRES).save(tmp_path / "d.png"))
    assert np.abs(found.metres - METRES).max() <= 0.0005001
    with pytest.raises(MediaError, match=r"a depth of 70 metres; a PNG holds up to 65.535"):
        Depth(np.full((2, 2), 70, dtype=np.float32)).save(tmp_path / "far.png")
    assert [each.name for each in tmp_path.iterdir()] == ["d.png"]


def test_the_same_numbers_of_another_sense_have_another_hash():
    pixels = np.zeros((2, 3), dtype=np.uint8)
    assert Thermal(pixels).content_hash() != Thermal(pixels.T).content_hash()
    assert motion(4, 10) != Imu(motion(4, 10).samples, 20)


# --- what is refused


def with_header(text: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


REFUSED = {
    "an 8-bit depth": (Depth, png(np.zeros((2, 2), np.uint8)), "a picture of 8 bits; a grey PNG of 16 bits, in mill"),
    "a depth jpeg": (Depth, png(np.zeros((2, 2), np.uint8), "JPEG"), "a JPEG file; PNG and NumPy array are accepted"),
    "whole numbers": (Depth, npy(np.ones((2, 2), int)), "int64 array; a .H, W. array of floats, in metres"),
    "millimetres": (Depth, npy(METRES * 1000), "goes from .*; metres from 0 to 1000 are accepted"),
    "nan": (Depth, npy(METRES * np.nan), "not finite .*; 0 stands for what was not measured"),
    "too wide": (Depth, npy(np.full((2, 2), 1e300)), "not finite"),
    "behind": (Depth, npy(-METRES), "goes from -"),
    "objects": (Depth, npy(np.array([[{}]]), allow_pickle=True), "an array of Python objects; a .H, W. array of numbers"),
    "three axes": (Thermal, npy(np.zeros((2, 2, 3))), r"a \(2, 2, 3\) float64 array; a \(H, W\) array of numbers"),
    "no pixels": (Thermal, npy(np.zeros((0, 3))), r"a \(0, 3\) float64 array"),
    "a cut array": (Thermal, npy(METRES)[:-5], "a truncated NumPy array file, 5 bytes are missing"),
    "a bad header": (Thermal, with_header(b"{" * 5000), "a damaged NumPy array file"),
    "a huge header": (
        Depth,
        with_header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999), }\n"),
        "10000 million pixels; at most 64 million are accepted",
    ),
    "not finite": (Thermal, npy(np.array([[1.0, np.inf]])), "values that are not numbers"),
    "a picture": (Imu, png(np.zeros((2, 2), np.uint8)), "a PNG file; a CSV is accepted whose first line names time"),
    "bytes": (Imu, b"time\xff\xfe\n1\n", "a CSV is accepted"),
    "no header": (Imu, b"1,2,3,4,5,6,7\n", "its first line does not name time once"),
    "two times": (Imu, csv([0, 1], HEADER + ",time"), "does not name time once"),
    "one row": (Imu, csv([0.0]), "1 row below the first line; at least 2 are needed"),
    "no row": (Imu, HEADER.encode(), "no rows below the first line; at least 2"),
    "one row of words": (Imu, csv(["later"]), "line 2 holds 'later'; a number in every column"),
    "a word": (Imu, csv([0, 1, "later", 3]), "line 4 holds 'later'; a number in every column"),
    "a short row": (Imu, csv([0, 1]) + b"\n2,0,0\n", "line 4 holds too few columns"),
    "nan in a row": (Imu, csv([0, 1, "nan"]), "line 4 holds NaN or infinity"),
    "backwards": (Imu, csv([0, 2, 1]), "its times do not increase"),
    "a hole": (Imu, csv([*range(40), 100]), "a gap of 61 seconds where rows are 1 apart"),
    "a hole among few": (Imu, csv([0, 1, 2, 3, 20, 21]), "a gap of 17 seconds where rows are 1 apart"),
    "too long": (Imu, csv([0, 700, 1400]), "1400 seconds; at most 1200 are accepted"),
    "too slow": (Imu, csv([0, 2, 4]), "Imu.sample_rate is 0.5; 1 to 10000 Hz are accepted"),
    "a long line": (Imu, csv([0, 1]) + b"\n2" + b"," * 20_000, "a line of more than 10000 characters"),
    "another unit": (Imu, csv([0, 1]).replace(b"9.81", b"98100"), "goes up to 98100; m/s2 and rad/s up to 10000"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_in_one_sentence(case, tmp_path):
    kind, data, sentence = REFUSED[case]
    path = tmp_path / "given.bin"
    path.write_bytes(data)
    with pytest.raises(MediaError, match=sentence) as caught:
        kind.open(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_limits_hold_before_anything_is_read():
    small = MediaLimits(max_pixels=10, max_rows=3)
    for kind, data in ((Depth, npy(METRES)), (Thermal, png(np.zeros((4, 4), np.uint8)))):
        with pytest.raises(MediaError, match="million pixels; at most 0 million are accepted"):
            kind.open(data, small)
    assert Imu.open(csv([0, 1, 2]), small).samples.shape == (6, 3)
    with pytest.raises(MediaError, match="4 rows; at most 3 are accepted"):
        Imu.open(csv([0, 1, 2, 3]), small)
    with pytest.raises(MediaError, match="10 lines; at most 3 rows are accepted"):
        Imu.open(csv(range(9)) + b"\n", small)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Depth(METRES.astype(np.float64)), r"Depth.metres is a \(6, 8\) float64 array; a \(H, W\) float32"),
        (lambda: Depth(METRES[:0]), r"has the shape \(0, 8\); at least one pixel is needed"),
        (lambda: Thermal(METRES), r"Thermal.pixels is a \(6, 8\) float32 array; a \(H, W\) uint8"),
        (lambda: Imu(METRES[:, :1], 10), r"Imu.samples is a \(6, 1\) float32 array; a \(6, T\)"),
        (lambda: Imu(METRES, True), "Imu.sample_rate is True; 1 to 10000 Hz"),
        (lambda: Imu(METRES, float("nan")), "Imu.sample_rate is nan"),
        (lambda: Imu(METRES * np.float32("inf"), 10), "values that are not finite"),
    ],
)  # fmt: skip
def test_an_array_of_the_wrong_kind_is_refused(build, sentence):
    with pytest.raises(MediaError, match=sentence):
        build()


@pytest.mark.parametrize(("given", "name"), [(Depth(METRES), "a.jpg"), (motion(), "a.npy")], ids=str)
def test_a_suffix_that_is_not_written_is_refused(given, name, tmp_path):
    with pytest.raises(MediaError, match="a file name ending in"):
        given.save(tmp_path / name)
