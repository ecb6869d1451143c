"""Image, Audio, Video: arrays with units; and the table of everything that can be read.

Reading: the container is judged from content, never from the name; sizes are checked from the header before decoding.
Depth, Thermal and IMU, which are read and never made, are in measurements.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from anygen.core.errors import MediaError, shown
from anygen.core.modality import AUDIO, DEPTH, IMAGE, IMU, TEXT, THERMAL, VIDEO, Modality
from anygen.media.base import DEFAULT_LIMITS, MediaLimits, Source, check_suffix, hash_of, save_media, what
from anygen.media.files import sniff
from anygen.media.measurements import Depth, Imu, Thermal

MAX_PEAK = 16.0
"""The loudest sample: louder ones are no overshoot but numbers of another unit."""
MAX_RATE = 768_000
MAX_FPS = 1000


@dataclass(frozen=True, eq=False)
class Image:
    """A picture: pixels (H, W, 3) uint8 sRGB. Raises MediaError for any other shape or type.

    `file` is the file it was read from, if it was, kept so that it can be copied beside an output.
    """

    pixels: np.ndarray
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = IMAGE

    def __post_init__(self) -> None:
        _check_pixels("Image.pixels", self.pixels, "(H, W, 3)", 3)

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Image:
        """Read a PNG, JPEG or WebP (of an animation, the first picture), turned as EXIF says, transparency over white,
        colour profiles ignored. Raises MediaError."""
        from anygen.media.files import image

        name, data = sniff.read_source(source, limits.max_bytes)
        container = sniff.accept(name, data, sniff.IMAGE_CONTAINERS)
        return cls(image.read(name, data, container, limits.max_pixels), data)

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    def encode(self, provenance: Mapping[str, Any] | None = None, suffix: str = ".png") -> bytes:
        """The bytes of a PNG file, with the record of what made it."""
        from anygen.media.files import image

        check_suffix(suffix, (".png",))
        return image.encode_png(self.pixels, provenance)

    def save(self, path: str | Path, provenance: Mapping[str, Any] | None = None) -> Path:
        """Write a PNG file, whole or not at all; see `save_media`."""
        return save_media(self, path, provenance)

    def original(self) -> tuple[str, bytes]:
        """The file it was read from, or else a file that holds exactly these pixels: (suffix, content)."""
        return _file_suffix(self.file), self.file if self.file is not None else self.encode()

    def content_hash(self) -> str:
        """SHA-256 (hex) of shape and pixels."""
        return hash_of(self.pixels)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and np.array_equal(self.pixels, other.pixels)

    def __hash__(self) -> int:
        return hash(self.content_hash())

    def __repr__(self) -> str:
        return f"Image({self.width}x{self.height})"


@dataclass(frozen=True, eq=False)
class Audio:
    """A sound: samples (T,) or (C, T) float32 in [-1, 1], sample_rate in Hz.

    Raises MediaError for another shape or type, no samples, samples that are not finite, or a rate out of range.
    """

    samples: np.ndarray
    sample_rate: int
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = AUDIO

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
        if (
            isinstance(rate, bool)
            or not isinstance(rate, Real)
            or not 0 < rate <= MAX_RATE
            or rate != int(rate)
        ):
            raise MediaError(
                f"Audio.sample_rate is {shown(rate)}; a whole number of Hz from 1 to {MAX_RATE} is accepted"
            )
        object.__setattr__(self, "sample_rate", int(rate))

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Audio:
        """Read a WAV, FLAC, MP3 or OGG file, or the sound of an MP4 or WebM; rate and channels as in the file.

        MP3 and OGG that end early are read as far as they go. Raises MediaError.
        """
        name, data = sniff.read_source(source, limits.max_bytes)
        container = sniff.accept(name, data, sniff.AUDIO_CONTAINERS)
        if container in ("mp4", "webm", "mp3"):
            from anygen.media.files import video

            found = video.read_sound(name, data, container, limits)
            if found is None:
                raise MediaError(f"{name}: a file without sound; one that holds sound is needed")
            return cls(*found, data)
        from anygen.media.files import audio

        return cls(
            *audio.read(name, data, container, limits.max_seconds, limits.max_channels, limits.max_samples)
        )

    @property
    def seconds(self) -> float:
        return self.samples.shape[-1] / self.sample_rate

    @property
    def num_channels(self) -> int:
        return 1 if self.samples.ndim == 1 else int(self.samples.shape[0])

    def mono(self) -> np.ndarray:
        """(T,) float32: the mean of the channels."""
        return self.samples if self.samples.ndim == 1 else self.samples.mean(axis=0, dtype=np.float32)

    def encode(self, provenance: Mapping[str, Any] | None = None, suffix: str = ".wav") -> bytes:
        """The bytes of a 16-bit WAV (or FLAC) file, with the record of what made it."""
        from anygen.media.files import audio

        check_suffix(suffix, (".wav", ".flac"))
        write = audio.encode_flac if suffix == ".flac" else audio.encode_wav
        return write(self.samples, self.sample_rate, provenance)

    def save(self, path: str | Path, provenance: Mapping[str, Any] | None = None) -> Path:
        """Write a 16-bit WAV or FLAC file, whole or not at all; see `save_media`."""
        return save_media(self, path, provenance)

    def original(self) -> tuple[str, bytes]:
        """The file it was read from, or else a file that holds exactly these samples: (suffix, content)."""
        from anygen.media.files import audio

        if self.file is not None:
            return _file_suffix(self.file), self.file
        return ".wav", audio.encode_wav(self.samples, self.sample_rate, None, lossless=True)

    def content_hash(self) -> str:
        """SHA-256 (hex) of rate, shape and samples; one channel is the same sound as (T,) and as (1, T)."""
        samples = self.samples[0] if self.num_channels == 1 and self.samples.ndim == 2 else self.samples
        return hash_of(samples, f"{self.sample_rate} Hz")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Audio)
            and self.sample_rate == other.sample_rate
            and np.array_equal(self.samples, other.samples)
        )

    def __hash__(self) -> int:
        return hash(self.content_hash())

    def __repr__(self) -> str:
        return f"Audio({self.seconds:.2f} s, {self.sample_rate} Hz, {self.num_channels} ch)"


@dataclass(frozen=True, eq=False)
class Video:
    """A clip: frames (F, H, W, 3) uint8 sRGB, fps in frames per second, and its sound where it has one.

    Raises MediaError for any other shape or type, no frame, or a rate out of range.
    """

    frames: np.ndarray
    fps: float
    audio: Audio | None = None
    file: bytes | None = field(default=None, repr=False)
    modality: ClassVar[Modality] = VIDEO

    def __post_init__(self) -> None:
        _check_pixels("Video.frames", self.frames, "(F, H, W, 3)", 4)
        if isinstance(self.fps, bool) or not isinstance(self.fps, Real) or not 0 < self.fps <= MAX_FPS:
            raise MediaError(
                f"Video.fps is {shown(self.fps)}; a number of frames per second above 0, at most {MAX_FPS}, is accepted"
            )
        object.__setattr__(self, "fps", float(self.fps))
        if self.audio is not None and not isinstance(self.audio, Audio):
            raise MediaError(f"Video.audio is {what(self.audio)}; an Audio or None is accepted")

    @classmethod
    def open(cls, source: Source, limits: MediaLimits = DEFAULT_LIMITS) -> Video:
        """Read an MP4, WebM or GIF, turned as its header says, at a constant frame rate. Raises MediaError."""
        from anygen.media.files import video

        name, data = sniff.read_source(source, limits.max_bytes)
        container = sniff.accept(name, data, sniff.VIDEO_CONTAINERS)
        if container == "gif":
            return cls(*video.read_gif(name, data, limits), None, data)
        frames, fps = video.read(name, data, container, limits)
        sound = video.read_sound(name, data, container, limits)
        return cls(frames, fps, None if sound is None else Audio(*sound), data)

    @property
    def height(self) -> int:
        return int(self.frames.shape[1])

    @property
    def width(self) -> int:
        return int(self.frames.shape[2])

    @property
    def seconds(self) -> float:
        return self.frames.shape[0] / self.fps

    def encode(self, provenance: Mapping[str, Any] | None = None, suffix: str = ".mp4") -> bytes:
        """The bytes of an MP4 file (h264, yuv420p, even sizes, index first; aac), with the record of what made it."""
        from anygen.media.files import video

        check_suffix(suffix, (".mp4",))
        sound = None if self.audio is None else (self.audio.samples, self.audio.sample_rate)
        return video.encode_mp4(self.frames, self.fps, sound, provenance)

    def save(self, path: str | Path, provenance: Mapping[str, Any] | None = None) -> Path:
        """Write an MP4 file, whole or not at all; see `save_media`."""
        return save_media(self, path, provenance)

    def original(self) -> tuple[str, bytes]:
        """The file it was read from, or else a file that holds exactly these frames: (suffix, content)."""
        from anygen.media.files import video

        if self.file is not None:
            return _file_suffix(self.file), self.file
        sound = None if self.audio is None else (self.audio.samples, self.audio.sample_rate)
        return ".mov", video.encode_mp4(self.frames, self.fps, sound, None, lossless=True)

    def content_hash(self) -> str:
        """SHA-256 (hex) of rate, shape, frames and sound."""
        sound = "" if self.audio is None else self.audio.content_hash()
        return hash_of(self.frames, f"{float(self.fps):.3f} fps {sound}")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Video)
            and self.fps == other.fps
            and np.array_equal(self.frames, other.frames)
            and self.audio == other.audio
        )

    def __hash__(self) -> int:
        return hash(self.content_hash())

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
        from anygen.media.files import image

        header = image.open_header(name, data, container, limits.max_pixels)
        return Video if image.is_animated(header) else Image
    if container in ("mp4", "webm"):
        from anygen.media.files import video

        return Video if video.has_pictures(name, data, container) else Audio
    return Image if container in sniff.IMAGE_CONTAINERS else Audio


def _file_suffix(file: bytes | None) -> str:
    container = None if file is None else sniff.container_of(file)
    return f".{container or 'png'}"


def _check_pixels(name: str, pixels: Any, shape: str, ndim: int) -> None:
    if (
        not isinstance(pixels, np.ndarray)
        or pixels.dtype != np.uint8
        or pixels.ndim != ndim
        or pixels.shape[-1] != 3
    ):
        raise MediaError(f"{name} is {what(pixels)}; a {shape} uint8 array is accepted")
    if pixels.size == 0:
        raise MediaError(f"{name} has the shape {pixels.shape}; at least one pixel is needed")
