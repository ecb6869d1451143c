"""Seeds: one number decides everything that is left to chance, each thing from its own stream."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

from anygen.core.errors import PromptError, shown

if TYPE_CHECKING:
    from torch import Generator

WORDS = 0
"""The stream of what the language model samples; part i of a reply draws from stream 1 + i."""


def check_seed(seed: object) -> int:
    """`seed` as an int. Raises PromptError for anything but a whole number from 0 to 2**63 - 1."""
    if isinstance(seed, bool) or not isinstance(seed, Integral) or not 0 <= int(seed) < 2**63:
        raise PromptError(f"seed is {shown(seed)}; a whole number from 0 to 2**63 - 1 is accepted")
    return int(seed)


def generator(seed: int, stream: int) -> Generator:
    """A CPU generator for one stream of one seed: independent of every other, and of who else is in the batch."""
    import numpy as np
    import torch

    state = np.random.SeedSequence((check_seed(seed), stream)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state) >> 1)
