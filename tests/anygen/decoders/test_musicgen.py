"""How codes are chosen."""

from __future__ import annotations

import torch

from anygen.decoders.musicgen import _Sampler


def pick(sampler: _Sampler, scores: torch.Tensor) -> list[int]:
    return sampler(torch.zeros(len(scores), 1), scores).argmax(1).tolist()


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_an_item_draws_from_its_own_generator() -> None:
    scores = torch.randn(4, 9, generator=torch.Generator().manual_seed(0))
    both = pick(_Sampler(generators(1, 2), 1.0, 1.0, 0, None), scores)
    assert both[2:] == pick(_Sampler(generators(2), 1.0, 1.0, 0, None), scores[2:])


def test_only_the_likeliest_are_drawn_and_negatives_say_the_same() -> None:
    scores = torch.zeros(2, 9)
    scores[0, 3] = scores[0, 4] = 5.0
    for seed in range(20):
        first, second = pick(_Sampler(generators(seed), 3.0, 1.0, 2, None), scores)
        assert first == second and first in (3, 4)


def test_every_frame_is_reported() -> None:
    steps: list[int] = []
    sampler = _Sampler(generators(0), 1.0, 1.0, 0, steps.append)
    for _ in range(3):
        pick(sampler, torch.zeros(1, 4))
    assert steps == [1, 2, 3]
