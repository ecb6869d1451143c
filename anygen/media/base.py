"""What every medium has in common: where it may come from, how much of it may be read, its hash, and saving it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, TypeAlias, TypeGuard

import numpy as np

from anygen.core.errors import MediaError
from anygen.core.hashing import fingerprint
from anygen.core.modality import Modality
from anygen.media.files import sniff

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


class Medium:
    """One array and its units. Each kind of medium is a frozen dataclass with fields of its own; two of a kind are equal
    where all their fields are, the file aside.

    `file` is the file it was read from, if it was, kept so that it can be copied beside an output. `suffixes` are those of
    the files it can be written as, the usual one first.
    """

    modality: ClassVar[Modality]
    suffixes: ClassVar[tuple[str, ...]]
    file: bytes | None

    def content_hash(self) -> str:
        """SHA-256 (hex) of type, shape, units (a rate, the sound of a clip) and values."""
        values, units = self._content()
        return fingerprint([f"{values.dtype} {values.shape} {units}", np.ascontiguousarray(values).data])

    def original(self) -> tuple[str, bytes]:
        """The file it was read from, or else a file that holds exactly these values: (suffix, content)."""
        if self.file is None:
            return self._exact_file()
        container = sniff.container_of(self.file)
        return f".{container}" if container else self.suffixes[0], self.file

    def _content(self) -> tuple[np.ndarray, str]:
        """Its array, and its units in words."""
        raise NotImplementedError

    def _exact_file(self) -> tuple[str, bytes]:
        """(suffix, content) of a file that loses nothing."""
        raise NotImplementedError

    def _check_suffix(self, suffix: str) -> None:
        if suffix not in self.suffixes:
            raise MediaError(f"a file name ending in {suffix!r}; {' or '.join(self.suffixes)} is written")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return False
        names = [each.name for each in dataclasses.fields(self) if each.name != "file"]  # type: ignore[arg-type]
        pairs = ((getattr(self, name), getattr(other, name)) for name in names)
        return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in pairs)

    def __hash__(self) -> int:
        return hash(self.content_hash())


class Grid(Medium):
    """A medium whose array is of pixels, (H, W) or (H, W, C)."""

    @property
    def height(self) -> int:
        return int(self._content()[0].shape[0])

    @property
    def width(self) -> int:
        return int(self._content()[0].shape[1])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.width}x{self.height})"


def what(value: Any) -> str:
    """A value that should have been an array, for a sentence."""
    if isinstance(value, np.ndarray):
        return f"a {value.shape} {value.dtype} array"
    return f"of type {type(value).__name__}"


def check_pixels(name: str, values: Any, dtype: type, axes: str) -> None:
    """Raises MediaError unless `values`, called `name`, is an array of `dtype` with the shape `axes`, such as "(H, W)" or
    "(H, W, 3)", and holds something."""
    last = axes.strip("()").split(", ")[-1]
    if (
        not isinstance(values, np.ndarray)
        or values.dtype != dtype
        or values.ndim != axes.count(",") + 1
        or (last.isdigit() and values.shape[-1] != int(last))
    ):
        raise MediaError(f"{name} is {what(values)}; a {axes} {np.dtype(dtype)} array is accepted")
    if values.size == 0:
        raise MediaError(f"{name} has the shape {values.shape}; at least one pixel is needed")


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a real number; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool)
