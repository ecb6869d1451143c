"""Names and shapes of a foreign file against those it should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from anygen.core.errors import CheckpointError

Shapes = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Coverage:
    """What a file has of what is expected: names, in order; `reshaped` are there with another shape."""

    expected: int
    matched: int
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    reshaped: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return self.matched == self.expected and not self.unexpected

    def sentence(self) -> str:
        """How many are there, and the first names of what is not as expected."""
        kinds = (
            ("missing", self.missing),
            ("unexpected", self.unexpected),
            ("of another shape", self.reshaped),
        )
        said = [f"{len(names)} {what} ({_some(names)})" for what, names in kinds if names]
        return f"{self.matched} of {self.expected} expected tensors are there" + "".join(
            f", {each}" for each in said
        )


@dataclass(frozen=True)
class Converted:
    """What a conversion wrote: the folder, what the sources had of what they should, and file -> SHA-256 of what was read
    and of what was written. `notes` are sentences a user should read."""

    folder: Path
    coverage: Coverage
    sources: Mapping[Path, str]
    written: Mapping[Path, str]
    notes: tuple[str, ...] = ()


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Name -> shape of each."""
    return {name: tuple(value.shape) for name, value in tensors.items()}


def compare(found: Shapes, expected: Shapes) -> Coverage:
    """What `found` has of `expected`, by name and shape."""
    both = sorted(found.keys() & expected.keys())
    other = [name for name in both if tuple(found[name]) != tuple(expected[name])]
    return Coverage(
        expected=len(expected),
        matched=len(both) - len(other),
        missing=tuple(sorted(expected.keys() - found.keys())),
        unexpected=tuple(sorted(found.keys() - expected.keys())),
        reshaped=tuple(f"{name} {tuple(found[name])}, expected {tuple(expected[name])}" for name in other),
    )


def check(source: str, found: Shapes, expected: Shapes) -> Coverage:
    """The coverage. Raises CheckpointError, naming what differs, unless it is complete; `source` is the file's name."""
    coverage = compare(found, expected)
    if not coverage.is_complete:
        raise CheckpointError(f"{source}: {coverage.sentence()}")
    return coverage


def _some(names: Sequence[str], shown: int = 3) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")
