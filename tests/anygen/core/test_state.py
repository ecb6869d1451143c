"""Tensors by name, against those of a model."""

import pytest
import torch

from anygen.core.errors import CheckpointError
from anygen.core.state import check_state, copy_state


def state(**sizes: int) -> dict[str, torch.Tensor]:
    return {name: torch.ones(size) for name, size in sizes.items()}


def test_names_that_are_missing_or_too_many_are_named():
    with pytest.raises(CheckpointError, match=r"^file: 4 missing \(a, b, c\), 1 unexpected \(x\)$"):
        check_state("file", state(x=1), state(a=1, b=1, c=1, d=1))


def test_another_shape_is_said():
    with pytest.raises(CheckpointError, match=r"^file: a is \(2,\), the config makes \(3,\)$"):
        check_state("file", state(a=2), state(a=3))


def test_what_fits_is_copied_and_what_does_not_changes_nothing():
    mine = {"a": torch.zeros(2, requires_grad=True), "b": torch.zeros(1)}
    with pytest.raises(CheckpointError):
        copy_state("file", state(a=2, b=2), mine)
    assert not mine["a"].any()
    copy_state("file", state(a=2, b=1), mine)
    assert torch.equal(mine["a"], torch.ones(2)) and mine["a"].requires_grad
