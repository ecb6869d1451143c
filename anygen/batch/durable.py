"""The few disk operations that a batch job stands on, in the order that survives a loss of power.

A file is written under a temporary name and flushed, then renamed, then its folder is flushed. Only these functions write
media, so a test can record their order.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from anygen.batch.failpoints import reached

PART = ".part"
"""Suffix of what is not whole yet."""


def temporary(path: Path) -> Path:
    """The name a file has until it is whole. The same at every attempt, so that the next one takes its place."""
    return path.with_name(f".{path.name}{PART}")


def write(path: Path, data: bytes) -> None:
    """Make a file of `data`, in place of one of that name; not yet on disk for certain."""
    with open(path, "wb") as file:
        file.write(data)


def sync(path: Path) -> None:
    """Flush a file's content to disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    os.replace(source, target)


def write_at(descriptor: int, data: bytes, place: int) -> int:
    """Write into an open file at a place, all of `data`; where it ends."""
    while data:
        written = os.pwrite(descriptor, data, place)
        place, data = place + written, data[written:]
    return place


def sync_open(descriptor: int) -> None:
    """Flush an open file's content to disk."""
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to disk; some file systems cannot, and lose no content by it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(folder: Path) -> None:
    """A folder and those above it, each flushed into the one that holds it."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


def write_files(files: Sequence[tuple[Path, bytes]]) -> None:
    """Write all of `files`, each whole or not at all. What fails leaves no temporary file; files already renamed stay,
    and count for nothing until the ledger names them. Raises OSError with the path."""
    try:
        for path, data in files:
            make_folder(path.parent)
            reached("before-write")
            write(temporary(path), data)
            reached("after-write")
            reached("before-fsync")
            sync(temporary(path))
            reached("after-fsync")
        for path, _ in files:
            reached("before-rename")
            rename(temporary(path), path)
            reached("after-rename")
        reached("before-folder-fsync")
        for folder in {path.parent for path, _ in files}:
            sync_folder(folder)
        reached("after-folder-fsync")
    except OSError as error:
        for path, _ in files:
            with contextlib.suppress(OSError):
                temporary(path).unlink(missing_ok=True)
        raise OSError(
            error.errno, error.strerror or str(error), str(error.filename or files[0][0])
        ) from error
