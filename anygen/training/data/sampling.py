"""Which examples make up which step: a pure function of the seed and the step.

Several data sets are mixed by weight; each is shuffled anew on every pass. A window of steps is drawn at a time, sorted by
length and cut into batches, so that a batch holds examples of like length; the batches of a window come in random order.
Nothing is carried from one step to the next, so to resume is to go on counting.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

WINDOW_STEPS = 32


class StepSampler:
    """Examples are numbered through all sets in order: set 0 first, then set 1, ...

    `lengths` holds each set's sequence lengths (in tokens), `weights` its share of what is drawn (any positive numbers),
    `batch_size` the examples of one optimiser step over all processes. Raises ValueError for an empty set, a weight that is
    not positive, or more sets than a batch can hold in proportion."""

    def __init__(
        self, lengths: Sequence[np.ndarray], weights: Sequence[float], batch_size: int, seed: int = 0
    ) -> None:
        if not lengths or any(len(each) == 0 for each in lengths):
            raise ValueError("every data set needs at least one example")
        if len(weights) != len(lengths) or any(not weight > 0 for weight in weights):
            raise ValueError(f"{len(lengths)} data sets need as many positive weights, not {list(weights)}")
        if batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}; it must be 1 or more")
        self.sizes = [len(each) for each in lengths]
        self.offsets = np.cumsum([0, *self.sizes[:-1]])
        self.lengths = np.concatenate([np.asarray(each, dtype=np.int64) for each in lengths])
        self.shares = np.asarray(weights, dtype=np.float64) / sum(weights)
        self.batch_size = batch_size
        self.seed = seed
        if len(lengths) ** 2 > WINDOW_STEPS * batch_size:
            raise ValueError(f"{len(lengths)} data sets are too many for batches of {batch_size}")
        # The set with the largest share takes what rounding leaves over, so that no set ever steps back.
        self._largest = int(np.argmax(self.shares))
        self._window: tuple[int, np.ndarray] | None = None

    def step(self, step: int) -> list[int]:
        """The numbers of the examples of optimiser step `step` (0, 1, ...), shortest first."""
        number, within = divmod(step, WINDOW_STEPS)
        if self._window is None or self._window[0] != number:
            self._window = (number, self._draw(number))
        return [int(index) for index in self._window[1][within]]

    def _draw(self, number: int) -> np.ndarray:
        """Window `number` as (WINDOW_STEPS, batch_size) example numbers."""
        size = WINDOW_STEPS * self.batch_size
        before, after = self._positions(number * size), self._positions((number + 1) * size)
        chosen = [
            self.offsets[index] + self._ranks(index, int(before[index]), int(after[index]))
            for index in range(len(self.sizes))
        ]
        random = np.random.default_rng((self.seed, 1, number))
        # The shuffle first makes ties in length fall differently in every window.
        drawn = random.permutation(np.concatenate(chosen))
        ordered = drawn[np.argsort(self.lengths[drawn], kind="stable")]
        return random.permutation(ordered.reshape(WINDOW_STEPS, self.batch_size), axis=0)

    def _positions(self, total: int) -> np.ndarray:
        """How many examples of each set are among the first `total` drawn; they add up to `total`."""
        counts = np.floor(total * self.shares).astype(np.int64)
        counts[self._largest] += total - counts.sum()
        return counts

    def _ranks(self, index: int, start: int, stop: int) -> np.ndarray:
        """Places `start` to `stop` of the endless series of shuffled passes over set `index`."""
        size = self.sizes[index]
        parts = []
        while start < stop:
            epoch, place = divmod(start, size)
            order = np.random.default_rng((self.seed, 2, index, epoch)).permutation(size)
            parts.append(order[place : place + stop - start])
            start += len(parts[-1])
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
