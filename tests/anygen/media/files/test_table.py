from __future__ import annotations

import numpy as np
import pytest

from anygen.core.errors import MediaError
from anygen.media.files import table

HEADER = "time,accel_x,accel_y,accel_z,gyro_x,gyro_y,gyro_z"


def rows(times) -> bytes:
    return "\n".join([HEADER, *(f"{time},0,0,9.81,{at},0,0" for at, time in enumerate(times))]).encode()


def test_a_table_reads_back_every_sample_and_its_rate() -> None:
    samples = np.random.default_rng(0).normal(0, 3, (6, 20)).astype(np.float32)
    found, rate = table.read_csv("x", table.encode_csv(samples, 100.0), 20, 1.0)
    assert rate == 100.0 and found.dtype == np.float32
    np.testing.assert_array_equal(found, samples)


def test_uneven_times_are_interpolated_and_nearly_even_ones_are_not() -> None:
    found, rate = table.read_csv("x", rows([0, 1, 2, 6]), 9, 99)
    assert rate == 0.5 and found[3].tolist() == [0, 2, 2.5, 3]
    found, _ = table.read_csv("x", rows([0, 1.001, 2, 3]), 9, 99)
    assert found[3].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (rows([0]), "1 row below the first line"),
        (rows([0, 1, 1]), "its times do not increase"),
        (rows([0, 1, 2, 3, 99]), "a gap of 96 seconds where rows are 1 apart"),
        (rows([0, 999]), "999 seconds; at most 100 are accepted"),
        (rows(range(12)), "12 rows; at most 10 are accepted|12 lines"),
        (rows([0, "x"]), "line 3 holds 'x'; a number in every column"),
        (rows([0, "nan"]), "line 3 holds NaN or infinity"),
        (b"a,b\n1,2\n", "its first line does not name time once"),
        (b"fLaC", "a FLAC file; a CSV is accepted"),
        (b"\xff\xfe\0\0", "no known media format; a CSV is accepted"),
        (b"x" * 10_001, "a line of more than 10000 characters"),
    ],
)
def test_what_is_no_such_table_is_refused(data: bytes, found: str) -> None:
    with pytest.raises(MediaError, match=f"^x: ({found})"):
        table.read_csv("x", data, 10, 100)
