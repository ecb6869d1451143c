from __future__ import annotations

import numpy as np
import pytest
import torch

from anygen.core.errors import PromptError
from anygen.core.seeds import WORDS, check_seed, generator


def test_a_stream_of_a_seed_is_always_the_same_and_like_no_other() -> None:
    def draw(seed: int, stream: int) -> torch.Tensor:
        return torch.rand(4, generator=generator(seed, stream))

    assert torch.equal(draw(7, WORDS), draw(7, WORDS))
    drawn = [draw(seed, stream) for seed in (0, 7, 2**63 - 1) for stream in (0, 1, 2)]
    assert len({tuple(each.tolist()) for each in drawn}) == len(drawn)


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, "1", None, True, np.float64(2)])
def test_what_is_no_seed_is_refused(seed: object) -> None:
    with pytest.raises(PromptError, match=r"a whole number from 0 to 2\*\*63 - 1 is accepted"):
        check_seed(seed)
