"""Image, Audio, Video: arrays with units; and the table of everything that can be read.

Reading: the container is judged from content, never from the name; sizes are checked from the header before decoding.
Depth, Thermal and IMU, which are read and never made, are in measurements.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from anygen.core.atomic import write_files
from anygen.core.errors import MediaError, shown
from anygen.core.modality import AUDIO, DEPTH, IMAGE, IMU, TEXT, THERMAL, VIDEO, Modality
from anygen.media import provenance as records
from anygen.media.base import (
    DEFAULT_LIMITS,
    Grid,
    MediaLimits,
    Medium,
    Source,
    check_pixels,
    is_number,
    what,
)
from anygen.media.files import audio as audio_files
from anygen.media.files import image as image_files
from anygen.media.files import sniff
from anygen.media.files import video as video_files
from anygen.media.measurements import Depth, Imu, Thermal

MAX_PEAK = 16.0
"""The loudest sample: louder ones are no overshoot but numbers of another unit."""
MAX_RATE = 768_000
MAX_FPS = 1000


class Made(Medium):
    """A medium that can be made: its file carries the record of what made it."""

    def encode(self, provenance: Mapping[str, Any] | None = None, suffix: str = "") -> bytes:
        """The bytes of a file of this suffix, the usual one unless given, with the record of what made it. Raises MediaError
        for a suffix that is not written."""
        raise NotImplementedError

    def save(self, path: str | Path, provenance: Mapping[str, Any] | None = None) -> Path:
        """Write a file, and the record beside it where one is given: all or nothing (temporary names, fsync, rename).

        An OSError (disk full, no permission) or MediaError (a suffix that is not written) leaves nothing half-written."""
        path = Path(path)
        files = [(path, self.encode(provenance, path.suffix.lower()))]
        if provenance is not None:
            files.append((records.sidecar(path), records.as_json(provenance)))
        write_files(files)
        return path


@dataclass(frozen=True, eq=False, repr=False)
class Image(Made, Grid):
    """A picture: pixels (H, W, 3) uint8 sRGB. Raises MediaError for any other shape or type."""

    pixels: np.ndarray
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = IMAGE
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    def __post_init__(self) -> None:
        check_pixels("Image.pixels", self.pixels, np.uint8, "(H, W, 3)")

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Image:
        """Read a PNG, JPEG or WebP (of an animation, the first picture), turned as EXIF says, transparency over white,
        colour profiles ignored. Raises MediaError."""
        name, data, container = sniff.read_accepted(source, limits.max_bytes, sniff.IMAGE_CONTAINERS)
        return cls(image_files.read(name, data, container, limits.max_pixels), data)

    def encode(self, provenance: Mapping[str, Any] | None = None, suffix: str = ".png") -> bytes:
        """The bytes of a PNG file, with the record of what made it."""
        self._check_suffix(suffix)
        return image_files.encode_png(self.pixels, provenance)

    def _content(self) -> tuple[np.ndarray, str]:
        return self.pixels, ""

    def _exact_file(self) -> tuple[str, bytes]:
        return ".png", self.encode()


@dataclass(frozen=True, eq=False)
class Audio(Made):
    """A sound: samples (T,) or (C, T) float32 in [-1, 1], sample_rate in Hz.

    Raises MediaError for another shape or type, no samples, samples that are not finite, or a rate out of range.
    """

    samples: np.ndarray
    sample_rate: int
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = AUDIO
    suffixes: ClassVar[tuple[str, ...]] = (".wav", ".flac")

    def __post_init__(self) -> None:
        samples = self.samples
        if not isinstance(samples, np.ndarray) or samples.dtype != np.float32 or samples.ndim not in (1, 2):
            raise MediaError(f"Audio.samples is {what(samples)}; a (T,) or (C, T) float32 array is accepted")
        if samples.size == 0:
            raise MediaError("Audio.samples holds no samples; at least one is needed")
        if not np.isfinite(samples).all():
            raise MediaError(
                "Audio.samples holds values that are not finite (NaN or infinite); numbers in [-1, 1] are accepted"
            )
        if float(np.abs(samples).max()) > MAX_PEAK:
            raise MediaError(
                f"Audio.samples goes up to {float(np.abs(samples).max()):.3g}; numbers in [-1, 1] are accepted, "
                f"and up to {MAX_PEAK} where a recording overshoots"
            )
        rate = self.sample_rate
        if not is_number(rate) or not 0 < rate <= MAX_RATE or rate != int(rate):
            raise MediaError(
                f"Audio.sample_rate is {shown(rate)}; a whole number of Hz from 1 to {MAX_RATE} is accepted"
            )
        object.__setattr__(self, "sample_rate", int(rate))

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Audio:
        """Read a WAV, FLAC, MP3 or OGG file, or the sound of an MP4 or WebM; rate and channels as in the file.

        MP3 and OGG that end early are read as far as they go. Raises MediaError.
        """
        name, data, container = sniff.read_accepted(source, limits.max_bytes, sniff.AUDIO_CONTAINERS)
        if container in ("mp4", "webm", "mp3"):
            found = video_files.read_sound(name, data, container, limits)
            if found is None:
                raise MediaError(f"{name}: a file without sound; one that holds sound is needed")
            return cls(*found, data)
        return cls(*audio_files.read(name, data, container, limits))

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[-1] / self.sample_rate)

    @property
    def num_channels(self) -> int:
        return 1 if self.samples.ndim == 1 else int(self.samples.shape[0])

    def mono(self) -> np.ndarray:
        """(T,) float32: the mean of the channels."""
        return self.samples if self.samples.ndim == 1 else self.samples.mean(axis=0, dtype=np.float32)

    def encode(self, provenance: Mapping[str, Any] | None = None, suffix: str = ".wav") -> bytes:
        """The bytes of a 16-bit WAV (or FLAC) file, with the record of what made it."""
        self._check_suffix(suffix)
        write = audio_files.encode_flac if suffix == ".flac" else audio_files.encode_wav
        return write(self.samples, self.sample_rate, provenance)

    def _content(self) -> tuple[np.ndarray, str]:
        # One channel is the same sound as (T,) and as (1, T).
        samples = self.samples[0] if self.num_channels == 1 and self.samples.ndim == 2 else self.samples
        return samples, f"{self.sample_rate} Hz"

    def _exact_file(self) -> tuple[str, bytes]:
        return ".wav", audio_files.encode_wav(self.samples, self.sample_rate, None, lossless=True)

    def __repr__(self) -> str:
        return f"Audio({self.seconds:.2f} s, {self.sample_rate} Hz, {self.num_channels} ch)"


@dataclass(frozen=True, eq=False)
class Video(Made):
    """A clip: frames (F, H, W, 3) uint8 sRGB, fps in frames per second, and its sound where it has one.

    Raises MediaError for any other shape or type, no frame, or a rate out of range.
    """

    frames: np.ndarray
    fps: float
    audio: Audio | None = None
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = VIDEO
    suffixes: ClassVar[tuple[str, ...]] = (".mp4",)

    def __post_init__(self) -> None:
        check_pixels("Video.frames", self.frames, np.uint8, "(F, H, W, 3)")
        if not is_number(self.fps) or not 0 < self.fps <= MAX_FPS:
            raise MediaError(
                f"Video.fps is {shown(self.fps)}; a number of frames per second above 0, at most {MAX_FPS}, is accepted"
            )
        object.__setattr__(self, "fps", float(self.fps))
        if self.audio is not None and not isinstance(self.audio, Audio):
            raise MediaError(f"Video.audio is {what(self.audio)}; an Audio or None is accepted")

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Video:
        """Read an MP4, WebM or GIF, turned as its header says, at a constant frame rate. Raises MediaError."""
        name, data, container = sniff.read_accepted(source, limits.max_bytes, sniff.VIDEO_CONTAINERS)
        if container == "gif":
            return cls(*video_files.read_gif(name, data, limits), None, data)
        frames, fps = video_files.read(name, data, container, limits)
        sound = video_files.read_sound(name, data, container, limits)
        return cls(frames, fps, None if sound is None else Audio(*sound), data)

    @property
    def height(self) -> int:
        return int(self.frames.shape[1])

    @property
    def width(self) -> int:
        return int(self.frames.shape[2])

    @property
    def seconds(self) -> float:
        return float(self.frames.shape[0] / self.fps)

    def encode(self, provenance: Mapping[str, Any] | None = None, suffix: str = ".mp4") -> bytes:
        """The bytes of an MP4 file (h264, yuv420p, even sizes, index first; aac), with the record of what made it."""
        self._check_suffix(suffix)
        return video_files.encode_mp4(self.frames, self.fps, self._sound(), provenance)

    def _content(self) -> tuple[np.ndarray, str]:
        sound = "" if self.audio is None else self.audio.content_hash()
        return self.frames, f"{float(self.fps):.3f} fps {sound}"

    def _exact_file(self) -> tuple[str, bytes]:
        return ".mov", video_files.encode_mp4(self.frames, self.fps, self._sound(), None, lossless=True)

    def _sound(self) -> tuple[np.ndarray, int] | None:
        return None if self.audio is None else (self.audio.samples, self.audio.sample_rate)

    def __repr__(self) -> str:
        return f"Video({self.frames.shape[0]} frames, {self.width}x{self.height}, {self.fps:g} fps)"


MEDIA_TYPES: dict[Modality, Any] = {
    IMAGE: Image,
    AUDIO: Audio,
    VIDEO: Video,
    DEPTH: Depth,
    THERMAL: Thermal,
    IMU: Imu,
}
"""What each modality but text is given as: all that can be read."""
SUFFIX: dict[Modality, str] = {IMAGE: ".png", AUDIO: ".wav", VIDEO: ".mp4"}
"""How the file of each medium that can be made ends."""


def modality_of(value: Any) -> Modality:
    """The modality of a part: text for a str, else what the object says it is. Raises MediaError."""
    if isinstance(value, str):
        return TEXT
    modality = getattr(value, "modality", None)
    if modality is None:
        named = ", ".join(kind.__name__ for kind in MEDIA_TYPES.values())
        raise MediaError(f"a part of type {type(value).__name__}; text, {named} are accepted")
    return Modality(modality)


def open_media(source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Image | Audio | Video:
    """Read a file as what its content is: a GIF of several pictures is a clip, an MP4 without pictures a sound.

    A picture of depth or warmth is a picture like any other here: open those with Depth, Thermal and Imu. Raises MediaError.
    """
    name, data = sniff.read_source(source, limits.max_bytes)
    kind = kind_of(name, data, limits)
    try:
        return kind.open(data, limits)
    except MediaError as error:
        # The bytes have no name of their own; the sentence must say which file.
        raise MediaError(str(error).replace("the given bytes", name, 1)) from None


def kind_of(
    name: str, data: bytes, limits: MediaLimits = DEFAULT_LIMITS
) -> type[Image] | type[Audio] | type[Video]:
    """What `open_media` would read a file as, judged from its header. `name` is for the sentence. Raises MediaError."""
    accepted = ("png", "jpeg", "webp", "gif", "wav", "flac", "mp3", "ogg", "mp4", "webm")
    container = sniff.accept(name, data, accepted)
    if container == "gif":
        header = image_files.open_header(name, data, container, limits.max_pixels)
        return Video if image_files.is_animated(header) else Image
    if container in ("mp4", "webm"):
        return Video if video_files.has_pictures(name, data, container) else Audio
    return Image if container in sniff.IMAGE_CONTAINERS else Audio
