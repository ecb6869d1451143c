"""Accuracy with an interval that respects clusters: many items share one (thing, colour) pair or one recording."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A mean of scores in [0, 1] (or of differences in [-1, 1]) with its confidence interval."""

    value: float
    low: float
    high: float
    num_items: int
    num_clusters: int


def estimate(
    scores: Sequence[float] | Sequence[bool],
    clusters: Sequence[Hashable] | None = None,
    num_resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Mean score, and the percentile interval of a bootstrap that draws whole clusters with replacement.

    scores: one per item. clusters: the pair, clip or phrasing each item belongs to; None = each item its own.
    A bootstrap of scores that are all 0 or all 1 has no width, so there the interval is Wilson's over the items.
    Raises ValueError for no items, scores that are not finite, or lists of different lengths.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.size == 0:
        raise ValueError("no items to estimate from")
    if not np.isfinite(values).all():
        raise ValueError(f"{int((~np.isfinite(values)).sum())} of {values.size} scores are not finite")
    names: Sequence[Hashable] = range(values.size) if clusters is None else clusters
    if len(names) != values.size:
        raise ValueError(f"{values.size} scores but {len(names)} cluster names")
    index: dict[Hashable, int] = {}
    membership = np.array([index.setdefault(name, len(index)) for name in names])
    sums = np.bincount(membership, weights=values)
    counts = np.bincount(membership).astype(np.float64)
    mean = float(values.mean())
    if np.all(values == values[0]) and values[0] in (0.0, 1.0):
        low, high = _wilson(mean, values.size, confidence)
    else:
        generator = np.random.default_rng(seed)
        drawn = generator.integers(0, len(index), size=(num_resamples, len(index)))
        means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
        tail = (1 - confidence) / 2
        low, high = (float(value) for value in np.quantile(means, [tail, 1 - tail]))
    return Estimate(mean, low, high, int(values.size), len(index))


def lower(first: Estimate, second: Estimate) -> Estimate:
    """The one that counts when two probes judged the same items: the lower mean."""
    return first if first.value <= second.value else second


def _wilson(mean: float, num_items: int, confidence: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    scale = 1 + z * z / num_items
    centre = (mean + z * z / (2 * num_items)) / scale
    half = z * math.sqrt(mean * (1 - mean) / num_items + z * z / (4 * num_items**2)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)
