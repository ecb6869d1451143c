"""The one rule per modality by which media of any size, rate and length become a tower's input.

What each rule crops, resamples, loops and cuts is said in ImagePreparation, VideoPreparation, AudioPreparation,
DepthPreparation and ImuPreparation; training and inference both come through here. All of it is done in float32.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from anygen.core.errors import MediaError
from anygen.encoders.imagebind.config import (
    AudioPreparation,
    DepthPreparation,
    ImagePreparation,
    ImuPreparation,
    VideoPreparation,
)
from anygen.encoders.imagebind.fbank import log_mel
from anygen.media.resampling import resample

# C channels, T samples or frames, H height, W width, S pieces of one item
SILENCE = 1e-4
LONGEST_SIDE = 16


def prepare_image(image: Any, config: ImagePreparation) -> Tensor:
    """An image (`pixels` (H, W, 3) uint8) as (3, size, size) float32."""
    return _normalise(fit_square(_pixels(image.pixels, 3, "image"), config), config)


def prepare_video(video: Any, image_config: ImagePreparation, config: VideoPreparation) -> Tensor:
    """A video (`frames` (F, H, W, 3) uint8, `fps`) as (S, 3, T, size, size) float32."""
    frames = _pixels(video.frames, 4, "video")
    if config.spread == "whole":
        return _normalise(fit_frames(frames, image_config, config), image_config).transpose(0, 1).unsqueeze(0)
    pieces_SCTHW = []
    for indices in clip_frames(len(frames), float(video.fps), config):
        chosen = torch.tensor(_middle(frames)[indices]).permute(0, 3, 1, 2).float() / 255
        short = min(chosen.shape[-2:])
        height, width = (image_config.size * side // short for side in chosen.shape[-2:])
        resized = functional.interpolate(chosen, size=(height, width), mode="bilinear", align_corners=False)
        for top, left in crop_corners(height, width, image_config.size, config.crops):
            crop = resized[..., top : top + image_config.size, left : left + image_config.size]
            pieces_SCTHW.append(_standardise(crop, image_config).movedim(0, 1))
    return torch.stack(pieces_SCTHW)


def prepare_audio(audio: Any, config: AudioPreparation) -> Tensor:
    """Audio (`samples` (T,) or (C, T) float32, `sample_rate`) as (S, 1, mel_bins, frames) float32.

    Raises MediaError for no samples, or some that are not finite."""
    samples = np.asarray(audio.samples, dtype=np.float32)
    mono = samples.mean(axis=0) if samples.ndim == 2 else samples
    if mono.size == 0 or not np.isfinite(mono).all():
        raise MediaError("audio: no samples, or some that are not finite numbers")
    mono = resample(mono, int(audio.sample_rate), config.sample_rate)
    pieces = []
    for window in audio_windows(mono, config):
        window = window - window.mean()
        largest = float(np.abs(window).max())
        if config.peak is not None and largest > SILENCE:
            window = window * (config.peak / largest)
        pieces.append(_spectrogram(torch.from_numpy(np.ascontiguousarray(window)), config))
    return torch.stack(pieces)


def prepare_depth(depth: Any, config: DepthPreparation, size: int) -> Tensor:
    """A depth image (`metres` (H, W) float32, 0 where nothing was measured) as (1, size, size) float32.

    Raises MediaError for other axes, or none of it."""
    metres = np.asarray(depth.metres, dtype=np.float32)
    if metres.ndim != 2 or metres.size == 0:
        raise MediaError(f"depth: got {metres.shape}, expected two axes, not empty")
    metres = _middle(metres[..., None])[..., 0]
    seen = torch.from_numpy(np.where(metres > 0, metres, np.float32(config.max_metres)))
    disparity_HW = config.baseline * config.focal_length / seen.clamp(config.min_metres, config.max_metres)
    share_HW = disparity_HW.clamp(max=config.max_disparity) / config.max_disparity
    height, width = (size * side // min(share_HW.shape) for side in share_HW.shape)
    resized = functional.interpolate(
        share_HW[None, None], size=(height, width), mode="bilinear", align_corners=False, antialias=True
    )[0]
    top, left = round((height - size) / 2), round((width - size) / 2)
    return (resized[:, top : top + size, left : left + size] - config.mean) / config.std


def prepare_thermal(thermal: Any, size: int) -> Tensor:
    """A thermal image (`pixels` (H, W) uint8) as (1, size, size) float32 in [0, 1]: resized and cropped as pictures are,
    not normalised, as in NExT-GPT's copy of ImageBind. Raises MediaError for other axes or another type."""
    pixels = np.asarray(thermal.pixels)
    if pixels.ndim != 2 or pixels.size == 0 or pixels.dtype != np.uint8:
        raise MediaError(f"thermal: got {pixels.shape} {pixels.dtype}, expected two axes, uint8, not empty")
    # Each of three equal channels is resized as the one would be.
    square = fit_square(np.repeat(_middle(pixels[..., None]), 3, axis=2), ImagePreparation(size=size))
    return torch.tensor(square[None, ..., 0]).float() / 255


def prepare_imu(imu: Any, config: ImuPreparation, length: int) -> Tensor:
    """Inertial measurements (`samples` (6, T) float32 in m/s2 and rad/s, `sample_rate`) as (6, length) float32.

    Raises MediaError for other axes, or no samples."""
    samples = np.asarray(imu.samples, dtype=np.float32)
    if samples.ndim != 2 or samples.shape[0] != 6 or samples.shape[1] == 0:
        raise MediaError(f"imu: got {samples.shape}, expected (6, T), T of 1 or more")
    # The middle first, so that a long recording is not resampled for nothing.
    needed = math.ceil(length * float(imu.sample_rate) / config.sample_rate)
    samples = _middle_of(samples, max(needed, 2))
    ratio = Fraction(config.sample_rate / float(imu.sample_rate)).limit_denominator(1000)
    if ratio != 1:
        from scipy.signal import resample_poly

        # "line": what is filtered is the distance from the line between both ends, so gravity does not fade in.
        samples = resample_poly(samples, ratio.numerator, ratio.denominator, axis=1, padtype="line")
    kept = _middle_of(np.asarray(samples, dtype=np.float32), length)
    return torch.from_numpy(np.pad(kept, ((0, 0), (0, length - kept.shape[1]))))


def _middle_of(samples_CT: np.ndarray, length: int) -> np.ndarray:
    start = max(samples_CT.shape[1] - length, 0) // 2
    return samples_CT[:, start : start + length]


def audio_windows(mono_T: np.ndarray, config: AudioPreparation) -> list[np.ndarray]:
    """The windows (T,) of a sound at the wanted rate; see AudioPreparation."""
    length = round(config.clip_seconds * config.sample_rate)
    if len(mono_T) < length and config.short == "loop":
        mono_T = np.resize(mono_T, length)
    if config.windows == "loudest":
        return [_loudest(mono_T, length)]
    spare = max(Fraction(len(mono_T) - length, config.sample_rate), Fraction(0))
    starts = [int(start * config.sample_rate) for start in uniform_starts(spare, config.clips)]
    return [mono_T[start : start + length] for start in starts]


def uniform_starts(spare: Fraction, clips: int) -> list[Fraction]:
    """Starts of `clips` pieces, the first at 0 and the last at `spare`; a single piece stands in the middle."""
    if clips == 1:
        return [spare / 2]
    return [spare * index / (clips - 1) for index in range(clips)]


def clip_frames(num_frames: int, fps: float, config: VideoPreparation) -> list[list[int]]:
    """Frame numbers of every clip: evenly from the first to the last frame that starts inside it."""
    rate, seconds = Fraction(fps), Fraction(config.clip_seconds)
    chosen = []
    for start in uniform_starts(max(num_frames / rate - seconds, Fraction(0)), config.clips):
        first = min(math.ceil(rate * start), num_frames - 1)
        last = max(min(math.ceil(rate * (start + seconds)), num_frames) - 1, first)
        chosen.append([int(at) for at in np.linspace(first, last, config.frames)])
    return chosen


def crop_corners(height: int, width: int, size: int, crops: int) -> list[tuple[int, int]]:
    """(top, left) of square crops along the long side: the middle one, or left (top), middle and right (bottom)."""
    top, left = math.ceil((height - size) / 2), math.ceil((width - size) / 2)
    if crops == 1:
        return [(top, left)]
    if height > width:
        return [(0, left), (top, left), (height - size, left)]
    return [(top, 0), (top, left), (top, width - size)]


def _pixels(values: Any, ndim: int, what: str) -> np.ndarray:
    pixels = np.asarray(values)
    if pixels.ndim != ndim or pixels.shape[-1] != 3 or pixels.dtype != np.uint8 or pixels.size == 0:
        raise MediaError(
            f"{what}: got {pixels.shape} {pixels.dtype}, expected {ndim} axes ending in 3, uint8, not empty"
        )
    return pixels


def fit_frames(
    frames_THWC: np.ndarray, image_config: ImagePreparation, config: VideoPreparation
) -> np.ndarray:
    """Frames (T, H, W, C) evenly from the first to the last, each a square: (frames, size, size, 3) uint8."""
    indices = [round(float(at)) for at in np.linspace(0, len(frames_THWC) - 1, config.frames)]
    squares = {index: fit_square(frames_THWC[index], image_config) for index in sorted(set(indices))}
    return np.stack([squares[index] for index in indices])


def fit_square(pixels_HWC: np.ndarray, config: ImagePreparation) -> np.ndarray:
    """A picture of any shape as (size, size, 3) uint8: cropped or squeezed, as `fit` says."""
    from PIL import Image as PilImage

    height, width = pixels_HWC.shape[:2]
    size = config.size
    if config.fit == "squeeze":
        if (height, width) == (size, size):
            return pixels_HWC
        picture = PilImage.fromarray(pixels_HWC)
        return np.asarray(picture.resize((size, size), PilImage.Resampling.BICUBIC))
    middle = _middle(pixels_HWC)
    short = min(height, width)
    new_height, new_width = (size * side // short for side in middle.shape[:2])
    picture = PilImage.fromarray(middle).resize((new_width, new_height), PilImage.Resampling.BICUBIC)
    top, left = round((new_height - size) / 2), round((new_width - size) / 2)
    return np.asarray(picture)[top : top + size, left : left + size]


def _middle(pixels: np.ndarray) -> np.ndarray:
    """The middle of a very long picture, so that bringing its short side to size cannot ask for any amount of memory."""
    height, width = pixels.shape[-3:-1]
    longest = LONGEST_SIDE * min(height, width)
    top, left = max(height - longest, 0) // 2, max(width - longest, 0) // 2
    return np.ascontiguousarray(pixels[..., top : top + longest, left : left + longest, :])


def _normalise(pixels: np.ndarray, config: ImagePreparation) -> Tensor:
    return _standardise((torch.tensor(pixels).float() / 255).movedim(-1, -3), config)


def _standardise(values: Tensor, config: ImagePreparation) -> Tensor:
    """Pictures (..., 3, H, W) in [0, 1], normalised."""
    return (values - torch.tensor(config.mean).view(3, 1, 1)) / torch.tensor(config.std).view(3, 1, 1)


def _loudest(mono_T: np.ndarray, length: int) -> np.ndarray:
    energy = np.concatenate([[0.0], np.cumsum(mono_T.astype(np.float64) ** 2)])
    start = int(np.argmax(energy[length:] - energy[:-length]))
    return mono_T[start : start + length]


def _spectrogram(samples_T: Tensor, config: AudioPreparation) -> Tensor:
    mel = log_mel(samples_T, config.sample_rate, config.mel_bins).T[:, : config.frames]
    mel = functional.pad(mel, (0, config.frames - mel.shape[1]))
    return ((mel - config.mean) / config.std).unsqueeze(0)
