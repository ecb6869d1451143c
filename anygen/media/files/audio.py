"""Sound files to and from float32 arrays. WAV, FLAC and OGG by libsndfile; MP3, MP4 and WebM in video.py, by ffmpeg,
because libsndfile's MP3 decoder writes to the standard error of the program."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from anygen.core.errors import MediaError
from anygen.media import provenance
from anygen.media.files import sniff

if TYPE_CHECKING:
    from anygen.media.base import MediaLimits

RATES = (1000, 768_000)
"""Lowest and highest sample rate read, in Hz."""


def read(name: str, data: bytes, container: str, limits: MediaLimits) -> tuple[np.ndarray, int]:
    """Samples (T,) for one channel, (C, T) for more, float32 in [-1, 1], and the rate in Hz.

    A float file louder than full scale is scaled down so that its peak is 1. Raises MediaError.
    """
    import soundfile

    spoken = sniff.spoken((container,))
    try:
        file = soundfile.SoundFile(io.BytesIO(data))
    except Exception:  # libsndfile and its binding raise several types on a damaged file
        raise MediaError(f"{name}: a damaged {spoken} file or one of a rare coding; {_ACCEPTED}") from None
    with file:
        check(name, file.frames, file.samplerate, file.channels, limits)
        try:
            samples = file.read(dtype="float32", always_2d=True)
        except Exception:
            raise MediaError(f"{name}: a damaged {spoken} file; {_ACCEPTED}") from None
        if container in ("wav", "flac") and len(samples) < file.frames:
            raise MediaError(
                f"{name}: a truncated {spoken} file, {len(samples)} of {file.frames} samples are there; "
                "a whole file is accepted"
            )
        return finish(name, samples.T), int(file.samplerate)


_ACCEPTED = "whole WAV, FLAC, MP3 and OGG (Vorbis or Opus) files are accepted"


def check(name: str, length: int, rate: int, channels: int, limits: MediaLimits) -> None:
    """Refuse, from the header, what is too long, too wide or of an impossible rate. Raises MediaError."""
    if not RATES[0] <= rate <= RATES[1]:
        raise MediaError(f"{name}: a sample rate of {rate} Hz; {RATES[0]} to {RATES[1]} Hz are accepted")
    if not 1 <= channels <= limits.max_channels:
        raise MediaError(f"{name}: {channels} channels; 1 to {limits.max_channels} are accepted")
    if length <= 0:
        raise MediaError(f"{name}: the sound has no samples; at least one is needed")
    if length / rate > limits.max_seconds:
        raise MediaError(
            f"{name}: {length / rate:.0f} seconds of sound; at most {limits.max_seconds:.0f} are accepted"
        )
    if length * channels > limits.max_samples:
        raise MediaError(
            f"{name}: {length * channels / 1e6:.0f} million samples in all channels; "
            f"at most {limits.max_samples / 1e6:.0f} million are accepted"
        )


def finish(name: str, samples: np.ndarray) -> np.ndarray:
    """(C, T) as read -> (T,) or (C, T) in [-1, 1]; contiguous float32. Raises MediaError for no samples and for
    samples that are not finite."""
    if samples.shape[-1] == 0:
        raise MediaError(f"{name}: the sound has no samples; at least one is needed")
    peak = float(np.abs(samples).max())
    if not np.isfinite(peak):
        raise MediaError(
            f"{name}: samples that are not numbers (NaN or infinite); finite samples are accepted"
        )
    if peak > 1:
        samples = samples / np.float32(peak)
    samples = samples[0] if samples.shape[0] == 1 else samples
    return np.ascontiguousarray(samples, dtype=np.float32)


def to_int16(samples: np.ndarray) -> np.ndarray:
    """(T,) or (C, T) float in [-1, 1] -> (T, C) int16; louder samples are clipped."""
    levels: np.ndarray = np.rint(np.clip(np.atleast_2d(samples), -1, 1) * 32767).astype("<i2").T
    return levels


def encode_wav(
    samples: np.ndarray, sample_rate: int, record: Mapping[str, Any] | None, lossless: bool = False
) -> bytes:
    """A 16-bit WAV file; the record in the INFO list (ICMT), and as XMP in a `_PMX` chunk.

    `lossless`: 32-bit float, which reads back as it was unless louder than 1."""
    frames = np.atleast_2d(samples).T.astype("<f4") if lossless else to_int16(samples)
    channels, width = frames.shape[1], frames.itemsize
    layout = (
        3 if lossless else 1,
        channels,
        sample_rate,
        sample_rate * channels * width,
        channels * width,
        width * 8,
    )
    chunks = [_chunk(b"fmt ", struct.pack("<HHIIHH", *layout))]
    if record is not None:
        info = _chunk(b"ISFT", provenance.software(record).encode() + b"\0")
        info += _chunk(b"ICMT", provenance.as_json(record) + b"\0")
        chunks += [_chunk(b"LIST", b"INFO" + info), _chunk(b"_PMX", provenance.as_xmp(record))]
    chunks.append(_chunk(b"data", frames.tobytes()))
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


def encode_flac(samples: np.ndarray, sample_rate: int, record: Mapping[str, Any] | None) -> bytes:
    """A 16-bit FLAC file of samples (T,) or (C, T) in [-1, 1]; the record in its comment tag.

    Raises MediaError for more channels or a higher rate than FLAC takes."""
    import soundfile

    frames = to_int16(samples)
    if frames.shape[1] > 8 or sample_rate > 655_350:
        raise MediaError(
            f"{frames.shape[1]} channels at {sample_rate} Hz; FLAC takes up to 8 channels and 655350 Hz, WAV takes more"
        )
    target = io.BytesIO()
    with soundfile.SoundFile(target, "w", sample_rate, frames.shape[1], "PCM_16", format="FLAC") as file:
        if record is not None:
            file.software = provenance.software(record)
            file.comment = provenance.as_json(record).decode()
        file.write(frames)
    return target.getvalue()
