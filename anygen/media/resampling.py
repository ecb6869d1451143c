"""The one rule by which audio is brought to another rate: for ImageBind, captioners, and language models that listen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def resample(samples_T: np.ndarray, sample_rate: int, wanted_rate: int) -> np.ndarray:
    """Samples (T,) at another rate, (T',) float32, by a windowed-sinc polyphase filter (scipy.signal.resample_poly)."""
    if sample_rate == wanted_rate:
        return samples_T
    from scipy.signal import resample_poly

    common = math.gcd(sample_rate, wanted_rate)
    result = resample_poly(samples_T, wanted_rate // common, sample_rate // common)
    return np.asarray(result, dtype=np.float32)


def mono_at(audio: Any, rate: int) -> np.ndarray:
    """A sound (`samples` (T,) or (C, T), `sample_rate`) as one channel at `rate` Hz: (T,) float32."""
    samples = np.asarray(audio.samples, dtype=np.float32)
    return resample(samples.mean(axis=0) if samples.ndim == 2 else samples, int(audio.sample_rate), rate)
