"""What every medium has in common: where it may come from, how much of it may be read, its hash, and saving it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np

from anygen.core.atomic import write_files
from anygen.core.errors import MediaError
from anygen.core.hashing import fingerprint
from anygen.media import provenance as provenance_module

Source: TypeAlias = str | Path | bytes | BinaryIO


@dataclass(frozen=True)
class MediaLimits:
    """The most that a file from outside may hold. Checked before decoding; a caller may pass others.

    max_pixels is per picture or frame. A clip of more than max_decoded_pixels in all its frames is read smaller
    (same proportions), and where even that is too much, with every second, third, ... frame. max_rows is of a table.
    """

    max_bytes: int = 256_000_000
    max_pixels: int = 64_000_000
    max_seconds: float = 1200.0
    max_channels: int = 16
    max_samples: int = 120_000_000
    max_frames: int = 40_000
    max_decoded_pixels: int = 100_000_000
    max_rows: int = 1_000_000


DEFAULT_LIMITS = MediaLimits()


def save_media(media: Any, path: str | Path, provenance: Mapping[str, Any] | None = None) -> Path:
    """Write `media` to `path`, and the record beside it where one is given: temporary names, fsync, rename.

    On any failure nothing half-written remains. Raises OSError (disk full, no permission), MediaError for a suffix
    that is not written.
    """
    path = Path(path)
    files = [(path, media.encode(provenance, path.suffix.lower()))]
    if provenance is not None:
        files.append((provenance_module.sidecar(path), provenance_module.as_json(provenance)))
    write_files(files)
    return path


def check_suffix(suffix: str, accepted: tuple[str, ...]) -> None:
    if suffix not in accepted:
        raise MediaError(f"a file name ending in {suffix!r}; {' or '.join(accepted)} is written")


def what(value: Any) -> str:
    """A value that should have been an array, for a sentence."""
    if isinstance(value, np.ndarray):
        return f"a {value.shape} {value.dtype} array"
    return f"of type {type(value).__name__}"


def hash_of(array: np.ndarray, units: str = "") -> str:
    """SHA-256 (hex) of type, shape, units and values."""
    return fingerprint([f"{array.dtype} {array.shape} {units}", np.ascontiguousarray(array).data])
