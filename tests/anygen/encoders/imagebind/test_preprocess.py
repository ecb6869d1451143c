"""The one rule per modality by which media become a tower's input."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch

from anygen.core.errors import MediaError
from anygen.encoders.imagebind.config import (
    AudioPreparation,
    DepthPreparation,
    ImagePreparation,
    ImuPreparation,
    VideoPreparation,
)
from anygen.encoders.imagebind.preprocess import (
    audio_windows,
    clip_frames,
    crop_corners,
    prepare_audio,
    prepare_depth,
    prepare_image,
    prepare_imu,
    prepare_thermal,
    prepare_video,
    resample,
    uniform_starts,
)
from anygen.media import Audio, Image, Video
from anygen.media.measurements import Depth, Imu, Thermal

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


# --- what was measured


def test_depth_becomes_the_documented_disparity() -> None:
    """The formula of Omnivore's authors (facebookresearch/omnivore, issue 12), worked out here by hand."""
    for metres, disparity in ((2.0, 0.075 * 518.857901 / 2), (0.1, 75.0), (60.0, 0.075 * 518.857901 / 50)):
        prepared = prepare_depth(Depth(np.full((40, 50), metres, dtype=np.float32)), DepthPreparation(), 32)
        assert prepared.shape == (1, 32, 32) and prepared.dtype is torch.float32
        wanted = torch.full((1, 32, 32), (disparity / 75 - 0.0418) / 0.0295)
        torch.testing.assert_close(prepared, wanted, rtol=1e-4, atol=1e-4)


def test_what_was_not_measured_is_far_away() -> None:
    hole, far = (
        prepare_depth(Depth(np.full((8, 8), m, dtype=np.float32)), DepthPreparation(), 8) for m in (0, 50)
    )
    assert torch.equal(hole, far)


@pytest.mark.parametrize("shape", [(1, 1), (32, 32), (3, 500), (500, 3), (1, 5000), (97, 31)])
def test_depth_and_warmth_of_any_shape_become_the_square(shape: tuple[int, int]) -> None:
    metres = np.random.default_rng(0).uniform(0, 9, shape).astype(np.float32)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    for prepared in (
        prepare_depth(Depth(metres), DepthPreparation(), 32),
        prepare_thermal(Thermal(pixels), 32),
    ):
        assert prepared.shape == (1, 32, 32) and prepared.isfinite().all()


def test_depth_keeps_the_centre_and_its_sides() -> None:
    metres = np.full((40, 200), 4, dtype=np.float32)
    metres[:, 80:100], metres[:, :60] = 1, 2
    prepared = prepare_depth(Depth(metres), DepthPreparation(), 40)[0]
    near, far = ((0.075 * 518.857901 / m / 75 - 0.0418) / 0.0295 for m in (1, 4))
    assert prepared[:, :20].mean().item() == pytest.approx(near, abs=1e-4)
    assert prepared[:, 20:].mean().item() == pytest.approx(far, abs=1e-4)


def test_warmth_is_resized_as_a_grey_picture_and_not_normalised() -> None:
    """PIL's antialiased bicubic of the grey picture, short side to size, centre crop, in [0, 1]."""
    from PIL import Image as PilImage

    pixels = np.random.default_rng(0).integers(0, 256, (50, 90), dtype=np.uint8)
    resized = PilImage.fromarray(pixels).resize((32 * 90 // 50, 32), PilImage.Resampling.BICUBIC)
    left = round((32 * 90 // 50 - 32) / 2)
    wanted = np.asarray(resized)[:, left : left + 32].astype(np.float32) / 255
    np.testing.assert_array_equal(prepare_thermal(Thermal(pixels), 32)[0].numpy(), wanted)


def motion(seconds: float, rate: float) -> Imu:
    """Gravity along z, and a turn of 2 Hz around x."""
    times = np.arange(round(seconds * rate)) / rate
    samples = np.zeros((6, len(times)), dtype=np.float32)
    samples[2], samples[3] = 9.81, np.sin(2 * np.pi * 2 * times)
    return Imu(samples, rate)


@pytest.mark.parametrize("rate", [50.0, 198.413, 400.0, 1000.0])
def test_motion_of_any_rate_keeps_its_time(rate: float) -> None:
    prepared = prepare_imu(motion(5, rate), ImuPreparation(), 2000).numpy()
    assert prepared.shape == (6, 2000) and prepared.dtype == np.float32
    middle = slice(100, 1900)
    assert np.abs(prepared[2, middle] - 9.81).max() < 0.02
    wanted = np.sin(2 * np.pi * 2 * np.arange(2000) / 400)
    assert np.abs(prepared[3] - wanted)[middle].max() < 0.02
    assert not prepared[[0, 1, 4, 5]].any()


def test_the_middle_of_a_long_recording_is_kept_and_a_short_one_ends_in_zeros() -> None:
    samples = np.tile(np.arange(3000, dtype=np.float32), (6, 1))
    assert prepare_imu(Imu(samples, 400), ImuPreparation(), 2000)[0, [0, -1]].tolist() == [500, 2499]
    short = prepare_imu(motion(1, 400), ImuPreparation(), 2000)
    assert short[2, :400].tolist() == [pytest.approx(9.81)] * 400 and not short[:, 400:].any()


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("rate", [1.0, 9999.999])
def test_motion_of_a_few_samples_is_read(count: int, rate: float) -> None:
    prepared = prepare_imu(Imu(np.ones((6, count), dtype=np.float32), rate), ImuPreparation(), 64)
    assert prepared.shape == (6, 64) and prepared.isfinite().all()
