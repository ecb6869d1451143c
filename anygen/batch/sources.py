"""The media that a job of encoding is to read: those below a folder, or those of a manifest's items."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anygen.batch import manifest
from anygen.batch.items import ItemError, ItemReader, MediaFile
from anygen.batch.stores import StoredFile
from anygen.batch.template import MODALITY_OF
from anygen.core.errors import MediaError
from anygen.media.files import sniff
from anygen.media.types import DEFAULT_LIMITS, kind_of

_HEAD_BYTES = 1 << 16
"""Of a file whose suffix says nothing, what is looked at for its content."""


@dataclass(frozen=True)
class Medium:
    """One file to encode. `name` says which, below the folder or in the manifest."""

    name: str
    file: MediaFile


@dataclass(frozen=True)
class Unreadable:
    """A file or a line that holds no medium. `digest` is of what it is, so that the same is told once."""

    name: str
    digest: str
    kind: str
    sentence: str


def of_folder(folder: Path, out: Path) -> Iterator[Medium | Unreadable]:
    """The media below a folder by name, without those below `out`. A file is one by its content, or claims to be by its
    suffix; others are passed over."""
    outside = out.resolve()
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if path.resolve().is_relative_to(outside):
            continue
        if path.suffix.lower() not in MODALITY_OF and not _holds_media(path):
            continue
        try:
            _, data = sniff.read_source(path, DEFAULT_LIMITS.max_bytes)
        except MediaError as error:
            yield Unreadable(name, "", type(error).__name__, str(error).replace(str(path), name))
            continue
        digest = hashlib.sha256(data).hexdigest()
        try:
            yield Medium(name, MediaFile(kind_of(name, data).modality, path, digest, len(data)))
        except MediaError as error:
            yield Unreadable(name, digest, type(error).__name__, str(error))


def _holds_media(path: Path) -> bool:
    """Whether a file begins as one that anygen reads."""
    try:
        with path.open("rb") as file:
            # An array says nothing of what it is one of.
            return sniff.container_of(file.read(_HEAD_BYTES)) not in (None, "npy")
    except OSError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in one order on every machine; links to folders are not followed."""
    for each in sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name)):
        if each.is_dir():
            if not each.is_symlink():
                yield from _files(each)
        elif each.is_file():
            yield each


def _last(path: Path | StoredFile) -> str:
    """A file's own name, without its folders."""
    return path.name.rpartition("/")[2]


def of_manifest(path: Path, reader: ItemReader) -> Iterator[Medium | Unreadable]:
    """The media of a manifest's items, item by item. Raises PromptError for a file that is no manifest."""
    for line in manifest.read(path):
        if line is None:
            continue
        if line.error:
            yield Unreadable(f"line {line.number}", line.digest, "ManifestError", line.error)
            continue
        try:
            item = reader.item(line.record, line.number)
        except ItemError as error:
            yield Unreadable(f"line {line.number}", line.digest, "RequestError", str(error))
            continue
        for turn in item.turns:
            for part in turn.parts:
                if isinstance(part, MediaFile):
                    yield Medium(f"line {line.number}: {_last(part.path)}", part)
