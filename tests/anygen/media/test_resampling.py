"""Audio at another rate."""

from __future__ import annotations

import numpy as np

from anygen import Audio
from anygen.media.resampling import mono_at, resample

TONE = (0.5 * np.sin(np.arange(8000) * 2 * np.pi * 440 / 16000)).astype(np.float32)


def test_another_rate_keeps_the_tone_and_the_same_rate_every_sample() -> None:
    assert resample(TONE, 16000, 16000) is TONE
    half = resample(TONE, 16000, 8000)
    assert half.shape == (4000,) and half.dtype == np.float32
    assert np.argmax(np.abs(np.fft.rfft(half))) == 220


def test_a_sound_of_two_channels_becomes_their_mean() -> None:
    np.testing.assert_allclose(mono_at(Audio(np.stack([TONE, 0 * TONE]), 16000), 16000), TONE / 2)
