"""Tensors by name, against those that a model has."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from anygen.core.errors import CheckpointError


def check_state(source: str, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    """Raises CheckpointError unless `found` has the names and shapes of `wanted`; `source` is what it is about."""
    missing, unexpected = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    if missing or unexpected:
        raise CheckpointError(
            f"{source}: {len(missing)} missing ({', '.join(missing[:3])}), "
            f"{len(unexpected)} unexpected ({', '.join(unexpected[:3])})"
        )
    for name, value in wanted.items():
        if found[name].shape != value.shape:
            raise CheckpointError(
                f"{source}: {name} is {tuple(found[name].shape)}, the config makes {tuple(value.shape)}"
            )


@torch.no_grad()
def copy_state(source: str, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    """Copy what was `found` into the tensors of `wanted`, of the same names and shapes. Raises CheckpointError as
    `check_state` does."""
    check_state(source, found, wanted)
    for name, value in wanted.items():
        value.copy_(found[name])
