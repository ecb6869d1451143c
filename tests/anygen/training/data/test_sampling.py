from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from anygen.training.data.sampling import WINDOW_STEPS, StepSampler

SIZES = (100, 40)


def sampler(weights: tuple[float, ...] = (3, 1), batch_size: int = 8, seed: int = 0) -> StepSampler:
    random = np.random.default_rng(0)
    return StepSampler([random.integers(5, 90, size) for size in SIZES], weights, batch_size, seed)


def test_a_step_depends_on_its_number_alone() -> None:
    straight = sampler()
    steps = [straight.step(step) for step in range(100)]
    assert [sampler().step(step) for step in (99, 3, 64)] == [steps[99], steps[3], steps[64]]
    assert sampler(seed=1).step(0) != steps[0]


def test_sets_are_drawn_by_weight_and_every_example_in_turn() -> None:
    drawn = Counter(number for step in range(10 * WINDOW_STEPS) for number in sampler_cache.step(step))
    total = 10 * WINDOW_STEPS * 8
    first = sum(count for number, count in drawn.items() if number < SIZES[0])
    assert abs(first - total * 3 / 4) <= 1
    for numbers in (range(SIZES[0]), range(SIZES[0], sum(SIZES))):
        counts = [drawn[number] for number in numbers]
        assert max(counts) - min(counts) <= 1


sampler_cache = sampler()


def test_a_batch_holds_examples_of_like_length() -> None:
    each = sampler(batch_size=16)
    spread = np.mean([np.ptp(each.lengths[each.step(step)]) for step in range(WINDOW_STEPS)])
    assert spread < 0.15 * np.ptp(each.lengths)


@pytest.mark.parametrize("weights", [(1,), (1, 0), (1, -1)])
def test_weights_that_are_none_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="2 data sets need as many positive weights"):
        sampler(weights)


def test_many_sets_of_equal_weight_add_up() -> None:
    each = StepSampler([np.full(7, 5)] * 5, [1] * 5, 1)
    numbers = [number for step in range(5 * WINDOW_STEPS) for number in each.step(step)]
    counts = Counter(number // 7 for number in numbers)
    assert len(numbers) == 5 * WINDOW_STEPS
    assert max(counts.values()) - min(counts.values()) <= 5
