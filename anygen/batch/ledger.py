"""What a job's folder stands on: disk operations in the order that survives a loss of power, leases on answers, and the
ledger, results.jsonl.

The ledger is the truth of a job: one line for each outcome, appended and flushed once the files it names are on disk. All
else (index.sqlite) can be made from it again. Of several lines for one answer the last counts. A last line without its end
was being written when the process died: it counts for nothing, and the next append removes it.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anygen.batch.failpoints import is_armed, reached
from anygen.core.atomic import sync_file, sync_folder
from anygen.core.errors import MachineError

LEDGER, LEASES = "results.jsonl", "claims.lock"
DONE, FAILED, REQUEUED = "done", "failed", "requeued"
STATES = (DONE, FAILED, REQUEUED)

# The disk: a file is written under a temporary name and flushed, then renamed, then its folder is flushed. Only these
# functions write media, so a test can record their order.

PART = ".part"
"""Suffix of what is not whole yet."""


def temporary(path: Path) -> Path:
    """The name a file has until it is whole. The same at every attempt, so that the next one takes its place."""
    return path.with_name(f".{path.name}{PART}")


def write(path: Path, data: bytes) -> None:
    """Make a file of `data`, in place of one of that name; not yet on disk for certain."""
    with open(path, "wb") as file:
        file.write(data)


def rename(source: Path, target: Path) -> None:
    """Give a file its name, in place of one that has it."""
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
            sync_file(temporary(path))
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


# Leases: which process works on which answer. Locks of the operating system on ranges of one file, so that they die with
# the process that holds them, whatever kills it, and cost no file each.

_APPEND = 0
_FIRST_SLOT = 16

_open: set[str] = set()
"""Folders that this process has open: locks are the process's own, so they would not keep its two jobs apart."""


class Leases:
    """The leases on the answers of one job's folder. Raises MachineError where this process has it open already, or cannot
    lock files."""

    def __init__(self, folder: Path) -> None:
        try:
            import fcntl
        except ImportError:
            raise MachineError(
                "batch rendering needs file locks (fcntl), which this system does not have"
            ) from None
        self._fcntl = fcntl
        self._folder = str(folder.resolve())
        if self._folder in _open:
            raise MachineError(
                f"{folder}: this process is already at work on it; one job a process and folder"
            )
        self._descriptor = os.open(folder / LEASES, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        _open.add(self._folder)

    def take(self, slot: bytes) -> bool:
        """Lease an answer; False where another process has it."""
        return self._lock(_place(slot), wait=False)

    def release(self, slot: bytes) -> None:
        """Give a lease back."""
        self._fcntl.lockf(self._descriptor, self._fcntl.LOCK_UN, 1, _place(slot))

    @contextlib.contextmanager
    def appending(self) -> Iterator[None]:
        """Alone with the ledger's end."""
        self._lock(_APPEND, wait=True)
        try:
            yield
        finally:
            self._fcntl.lockf(self._descriptor, self._fcntl.LOCK_UN, 1, _APPEND)

    def close(self) -> None:
        """Give every lease back."""
        if self._folder in _open:
            os.close(self._descriptor)
            _open.discard(self._folder)

    def _lock(self, place: int, wait: bool) -> bool:
        how = self._fcntl.LOCK_EX | (0 if wait else self._fcntl.LOCK_NB)
        try:
            self._fcntl.lockf(self._descriptor, how, 1, place)
        except (BlockingIOError, PermissionError):
            return False
        return True


def _place(slot: bytes) -> int:
    return _FIRST_SLOT + (int.from_bytes(slot[:8]) >> 2)


# The ledger

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A line of the ledger and where it stands, in bytes. `row` is None where the line is damaged."""

    start: int
    end: int
    row: Mapping[str, Any] | None


class Ledger:
    """The ledger of a job's folder, made where it is missing."""

    def __init__(self, folder: Path, leases: Leases) -> None:
        self.path = folder / LEDGER
        self._leases = leases
        is_new = not self.path.exists()
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if is_new:
            sync_folder(folder)

    @property
    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def append(self, row: Mapping[str, Any]) -> int:
        """Write a line and flush it to disk; where it begins. On failure nothing of it is left. Raises OSError."""
        line = (json.dumps(row, ensure_ascii=True, allow_nan=False) + "\n").encode()
        with self._leases.appending():
            start = self._repair()
            reached("before-ledger")
            try:
                self._write(line, start)
                reached("after-ledger")
                sync_open(self._descriptor)
            except OSError as error:
                os.ftruncate(self._descriptor, start)
                raise OSError(error.errno, error.strerror or str(error), str(self.path)) from error
        reached("after-ledger-fsync")
        return start

    def alone(self) -> AbstractContextManager[None]:
        """No other process appends within; nothing is to be appended in it either."""
        return self._leases.appending()

    def is_torn(self) -> bool:
        """Whether the last line has no end."""
        size = self.size
        return size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"

    def mend(self) -> None:
        """Cut a torn last line off now."""
        with self._leases.appending():
            self._repair()
            sync_open(self._descriptor)

    def blank(self, entry: Entry) -> None:
        """Write spaces over a damaged line, so that every other one stays where it is."""
        with self._leases.appending():
            blank = b" " * (entry.end - entry.start - 1) + b"\n"
            write_at(self._descriptor, blank, entry.start)
            sync_open(self._descriptor)

    def read(self, start: int = 0, end: int | None = None) -> Iterator[Entry]:
        """Every whole line from `start` on, which is the beginning of one."""
        end = self.size if end is None else end
        at, rest = start, b""
        while at + len(rest) < end:
            block = os.pread(self._descriptor, min(_BLOCK, end - at - len(rest)), at + len(rest))
            if not block:
                return
            rest += block
            *lines, rest = rest.split(b"\n")
            for line in lines:
                if line.strip():
                    yield Entry(at, at + len(line) + 1, _row(line))
                at += len(line) + 1

    def row(self, start: int) -> Mapping[str, Any] | None:
        """The line that begins at `start`; None where it is damaged."""
        line = b""
        while b"\n" not in line:
            block = os.pread(self._descriptor, 1 << 14, start + len(line))
            if not block:
                return None
            line += block
        return _row(line.partition(b"\n")[0])

    def raw(self, start: int, end: int) -> bytes:
        """The bytes of the ledger from `start` to `end`."""
        return os.pread(self._descriptor, end - start, start)

    def close(self) -> None:
        """Close the file; nothing can be appended after."""
        os.close(self._descriptor)

    def _write(self, line: bytes, start: int) -> None:
        halves = [line[: len(line) // 2], line[len(line) // 2 :]] if is_armed("mid-ledger") else [line]
        at = start
        for number, piece in enumerate(halves):
            if number:
                reached("mid-ledger")
            at = write_at(self._descriptor, piece, at)

    def _repair(self) -> int:
        """Cut off a torn last line; where the next one begins."""
        size = end = self.size
        while end > 0:
            block_start = max(0, end - _BLOCK)
            at = os.pread(self._descriptor, end - block_start, block_start).rfind(b"\n")
            if at >= 0:
                end = block_start + at + 1
                break
            end = block_start
        if end < size:
            os.ftruncate(self._descriptor, end)
        return end


def _row(line: bytes) -> Mapping[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and row.get("state") in STATES and _has_slot(row) else None


def _has_slot(row: Mapping[str, Any]) -> bool:
    slot = row.get("slot")
    if (
        not isinstance(slot, str)
        or len(slot) != 32
        or not (isinstance(row.get("files", []), list) and isinstance(row.get("inputs", []), list))
    ):
        return False
    try:
        bytes.fromhex(slot)
    except ValueError:
        return False
    return True
