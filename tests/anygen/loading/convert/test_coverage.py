from __future__ import annotations

import pytest
import torch

from anygen import CheckpointError
from anygen.loading.convert.coverage import check, compare, shapes_of


def test_what_differs_is_counted_and_named() -> None:
    found = {"a": (2, 3), "b": (1,), **{f"new{index}": (1,) for index in range(5)}}
    coverage = compare(found, {"a": (2, 3), "b": (2,), "c": ()})
    assert not coverage.is_complete and (coverage.matched, coverage.expected) == (1, 3)
    assert coverage.sentence() == (
        "1 of 3 expected tensors are there, 1 missing (c), 5 unexpected (new0, new1, new2 and 2 more), "
        "1 of another shape (b (1,), expected (2,))"
    )
    with pytest.raises(CheckpointError, match=r"^weights: 1 of 3 expected tensors are there"):
        check("weights", found, {"a": (2, 3), "b": (2,), "c": ()})


def test_all_names_and_shapes_are_complete() -> None:
    shapes = shapes_of({"a": torch.zeros(2, 3), "b": torch.zeros(())})
    assert shapes == {"a": (2, 3), "b": ()} and check("weights", shapes, shapes).is_complete
