from __future__ import annotations

import io

import numpy as np
import pytest

from anygen.core.errors import MediaError
from anygen.media.files import grid


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grey_png_reads_back_every_value(dtype: type) -> None:
    values = np.arange(12, dtype=dtype).reshape(3, 4) * 20
    found = grid.read_grey("x", grid.encode_grey(values), "png", 12)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_npy_reads_back_every_value_in_its_order(order: str) -> None:
    values = np.array([[0.5, -1], [2, 1e300], [3, 4]], order=order)
    np.testing.assert_array_equal(grid.read_npy("x", grid.encode_npy(values), 6), values)


def test_a_npy_of_objects_is_not_opened() -> None:
    file = io.BytesIO()
    np.save(file, np.array([[print]], dtype=object), allow_pickle=True)
    with pytest.raises(MediaError, match="an array of Python objects"):
        grid.read_npy("x", file.getvalue(), 10)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda data: data[:-3], "a truncated NumPy array file, 3 bytes are missing"),
        (lambda data: data[:30], "a damaged NumPy array file"),
    ],
)
def test_a_damaged_npy_is_refused(change, found: str) -> None:
    data = grid.encode_npy(np.zeros((2, 3)))
    with pytest.raises(MediaError, match=found):
        grid.read_npy("x", change(data), 100)
    with pytest.raises(MediaError, match="0 million pixels; at most 0 million are accepted"):
        grid.read_npy("x", data, 5)


def test_numbers_are_stretched_from_the_least_to_the_largest() -> None:
    assert grid.stretch("x", np.array([[-1.0, 0.0, 1.0]])).tolist() == [[0, 128, 255]]
    assert grid.stretch("x", np.full((1, 2), 7)).tolist() == [[0, 0]]
    assert grid.stretch("x", np.array([[0, 5e-324]])).tolist() == [[0, 0]]
    for bad in (np.array([[np.nan]]), np.array([[-1.7e308, 1.7e308]])):
        with pytest.raises(MediaError, match=r"^x: values"):
            grid.stretch("x", bad)
