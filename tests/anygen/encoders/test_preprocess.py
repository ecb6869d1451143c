"""The one rule per modality by which media become a tower's input."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch

from anygen.encoders.imagebind.config import AudioPreparation, ImagePreparation, VideoPreparation
from anygen.encoders.imagebind.preprocess import (
    audio_windows,
    clip_frames,
    crop_corners,
    prepare_audio,
    prepare_image,
    prepare_video,
    resample,
    uniform_starts,
)
from anygen.errors import MediaError
from anygen.media import Audio, Image, Video

SQUEEZE = ImagePreparation(size=32, fit="squeeze")
CROP = ImagePreparation(size=32)
WHOLE = VideoPreparation(clips=1, frames=8, crops=1, spread="whole")
LOOPED = AudioPreparation(
    clips=1, clip_seconds=1.0, mel_bins=16, frames=100, windows="loudest", short="loop", peak=0.7
)


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def tone(hertz: float, seconds: float, sample_rate: int) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * sample_rate)) / sample_rate).astype(np.float32)


@pytest.mark.parametrize("config", [SQUEEZE, CROP])
@pytest.mark.parametrize("shape", [(1, 1), (32, 32), (3, 500), (500, 3), (1, 5000), (97, 31)])
def test_a_picture_of_any_shape_becomes_the_square(config: ImagePreparation, shape: tuple[int, int]) -> None:
    prepared = prepare_image(Image(picture(*shape)), config)
    assert prepared.shape == (3, 32, 32)
    assert prepared.isfinite().all()


def test_squeezing_keeps_both_ends_of_a_wide_picture_and_cropping_does_not() -> None:
    pixels = np.zeros((40, 200, 3), dtype=np.uint8)
    pixels[:, :20], pixels[:, -20:] = (255, 0, 0), (0, 0, 255)
    squeezed, cropped = (prepare_image(Image(pixels), config) for config in (SQUEEZE, CROP))
    assert squeezed[0, 16, 0] > squeezed[0, 16, 16] + 1
    assert squeezed[2, 16, -1] > squeezed[2, 16, 16] + 1
    assert cropped.std(dim=(1, 2)).max() == 0


def test_a_picture_is_normalised_by_channel() -> None:
    config = ImagePreparation(size=8, mean=(0.0, 0.5, 1.0), std=(1.0, 0.5, 2.0))
    prepared = prepare_image(Image(np.full((8, 8, 3), 255, dtype=np.uint8)), config)
    assert torch.allclose(prepared.mean(dim=(1, 2)), torch.tensor([1.0, 1.0, 0.0]), atol=1e-5)


@pytest.mark.parametrize(("count", "fps"), [(1, 30.0), (3, 4.0), (8, 8.0), (100, 29.97)])
def test_a_video_of_any_length_and_rate_becomes_the_same_shape(count: int, fps: float) -> None:
    frames = np.stack([picture(20, 30)] * count)
    assert prepare_video(Video(frames, fps), SQUEEZE, WHOLE).shape == (1, 3, 8, 32, 32)
    crops = VideoPreparation()
    assert prepare_video(Video(frames, fps), CROP, crops).shape == (15, 3, 2, 32, 32)


def test_the_whole_video_is_read_from_its_first_to_its_last_frame() -> None:
    frames = np.zeros((15, 4, 4, 3), dtype=np.uint8) + np.arange(15, dtype=np.uint8)[:, None, None, None]
    config = ImagePreparation(size=4, fit="squeeze", mean=(0, 0, 0), std=(1, 1, 1))
    prepared = prepare_video(Video(frames, 10.0), config, WHOLE)
    assert (prepared[0, 0, :, 0, 0] * 255).round().tolist() == [0, 2, 4, 6, 8, 10, 12, 14]


def test_clips_start_uniformly_and_take_their_first_and_last_frame() -> None:
    # 10 s at 10 fps: clips of 2 s start at 0, 2, 4, 6, 8.
    assert clip_frames(100, 10.0, VideoPreparation()) == [[0, 19], [20, 39], [40, 59], [60, 79], [80, 99]]
    # A video shorter than a clip gives the same clip each time.
    assert clip_frames(7, 10.0, VideoPreparation()) == [[0, 6]] * 5


def test_uniform_starts_end_with_the_sound() -> None:
    assert uniform_starts(Fraction(3), 3) == [0, Fraction(3, 2), 3]
    assert uniform_starts(Fraction(3), 1) == [Fraction(3, 2)]


def test_three_crops_lie_along_the_long_side() -> None:
    assert crop_corners(32, 61, 32, 3) == [(0, 0), (0, 15), (0, 29)]
    assert crop_corners(61, 32, 32, 3) == [(0, 0), (15, 0), (29, 0)]
    assert crop_corners(61, 32, 32, 1) == [(15, 0)]


@pytest.mark.parametrize("sample_rate", [8000, 11_127, 16_000, 44_100, 96_000])
def test_resampling_keeps_a_tone_where_it_is(sample_rate: int) -> None:
    found = resample(tone(440.0, 1.0, sample_rate), sample_rate, 16_000)
    assert abs(len(found) - 16_000) <= 1
    wanted = tone(440.0, 1.0, 16_000)
    middle = slice(2000, 14_000)
    assert np.abs(found[middle] - wanted[middle]).max() < 0.01


def test_resampling_removes_what_would_fold_back() -> None:
    found = resample(tone(12_000.0, 1.0, 44_100), 44_100, 16_000)
    assert np.abs(found[2000:14_000]).max() < 0.01


@pytest.mark.parametrize("shape", [(1,), (10,), (399,), (16_000,), (2, 50_000), (10, 3000)])
@pytest.mark.parametrize("config", [LOOPED, AudioPreparation()])
def test_a_sound_of_any_length_and_channel_count_has_one_shape(
    config: AudioPreparation, shape: tuple
) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    prepared = prepare_audio(Audio(samples, 16_000), config)
    assert prepared.shape == (config.clips, 1, config.mel_bins, config.frames)
    assert prepared.isfinite().all()


def test_a_short_sound_is_looped_and_a_long_one_cut_to_its_loudest_window() -> None:
    short = np.arange(5, dtype=np.float32)
    config = AudioPreparation(clips=1, sample_rate=10, clip_seconds=1.2, windows="loudest", short="loop")
    assert audio_windows(short, config)[0].tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
    long = np.zeros(100, dtype=np.float32)
    long[60:72] = 1
    assert audio_windows(long, config)[0].tolist() == [1.0] * 12


def test_loudness_does_not_matter_where_the_peak_is_set() -> None:
    samples = np.random.default_rng(0).uniform(-0.9, 0.9, 16_000).astype(np.float32)
    loud, soft = (prepare_audio(Audio(gain * samples, 16_000), LOOPED) for gain in (1.0, 0.05))
    assert torch.allclose(loud, soft, atol=1e-2)


def test_silence_stays_finite() -> None:
    assert prepare_audio(Audio(np.zeros(1000, dtype=np.float32), 16_000), LOOPED).isfinite().all()


def test_frames_behind_the_end_hold_the_log_of_one_before_normalising() -> None:
    config = AudioPreparation(clips=1)
    prepared = prepare_audio(Audio(tone(300.0, 1.0, 16_000), 16_000), config)
    assert torch.allclose(prepared[..., -1], torch.tensor(4.268 / 9.138), atol=1e-5)


def test_an_empty_sound_is_refused() -> None:
    class Empty:
        samples = np.zeros(0, dtype=np.float32)
        sample_rate = 16_000

    with pytest.raises(MediaError, match="no samples"):
        prepare_audio(Empty(), LOOPED)
