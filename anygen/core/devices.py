"""What decoders, models and jobs ask of torch about memory and devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

CPU = torch.device("cpu")
OFFLOADS = ("model", "sequential")
"""The ways of diffusers' to keep a decoder on the CPU until it draws."""


def moved_to(apply: Callable[[torch.Tensor], torch.Tensor]) -> torch.device | None:
    """Where `apply`, which `Module._apply` is given by `to`, `cuda` and `cpu`, puts a tensor of any shape; None where it
    changes only the precision."""
    try:
        apply(torch.empty(0, device="meta"))
    except NotImplementedError:  # only what moves a tensor has to read it
        return apply(torch.empty(0)).device
    return None


def module_bytes(modules: Iterable[Any]) -> int:
    """Bytes of the weights and buffers of modules, those that several of them hold counted once."""
    held = {
        id(tensor): tensor.numel() * tensor.element_size()
        for module in modules
        if isinstance(module, nn.Module)
        for tensor in (*module.parameters(), *module.buffers())
    }
    return sum(held.values())


def free_accelerator_cache() -> None:
    """Give what torch keeps of released weights back to the accelerator; nothing where none was used."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
