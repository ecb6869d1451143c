from __future__ import annotations

import numpy as np
import pytest

from anygen import MediaError
from anygen.media.base import MediaLimits
from anygen.media.files import audio

TONE = (0.5 * np.sin(np.arange(8000) * 2 * np.pi * 440 / 16000)).astype(np.float32)


def test_a_lossless_wav_reads_back_every_sample() -> None:
    data = audio.encode_wav(np.stack([TONE, -TONE]), 22050, None, lossless=True)
    samples, rate = audio.read("x", data, "wav", MediaLimits())
    assert rate == 22050
    np.testing.assert_array_equal(samples, np.stack([TONE, -TONE]))


def test_sixteen_bits_are_rounded_and_clipped() -> None:
    samples = np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0], np.float32)
    assert audio.to_int16(samples).ravel().tolist() == [-32767, -32767, 0, 16384, 32767, 32767]


@pytest.mark.parametrize(
    ("length", "rate", "channels", "found"),
    [
        (10, 999, 1, "a sample rate of 999 Hz; 1000 to 768000 Hz are accepted"),
        (10, 8000, 17, "17 channels; 1 to 16 are accepted"),
        (0, 8000, 1, "has no samples"),
        (80_001, 8000, 1, "10 seconds of sound; at most 10 are accepted"),
        (40_000, 8000, 3, "0 million samples in all channels; at most 0 million"),
    ],
)
def test_a_header_beyond_the_limits_is_refused(length: int, rate: int, channels: int, found: str) -> None:
    limits = MediaLimits(max_seconds=10, max_samples=100_000)
    audio.check("x", 80_000, 8000, 1, limits)
    with pytest.raises(MediaError, match=f"^x: .*{found}"):
        audio.check("x", length, rate, channels, limits)


def test_samples_that_are_no_numbers_are_refused_and_loud_ones_scaled() -> None:
    with pytest.raises(MediaError, match="samples that are not numbers"):
        audio.finish("x", np.array([[0.0, np.nan]], np.float32))
    assert audio.finish("x", np.array([[1.0, -4.0]], np.float32)).tolist() == [0.25, -1.0]
