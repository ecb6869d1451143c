"""results.jsonl: one line for each outcome, appended and flushed once the files it names are on disk. It is the truth of a
job; all else (index.sqlite) can be made from it again.

Of several lines for one answer the last counts. A last line without its end was being written when the process died: it
counts for nothing, and the next append removes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anygen.batch import durable, failpoints
from anygen.batch.leases import Claims

NAME = "results.jsonl"
DONE, FAILED, REQUEUED = "done", "failed", "requeued"
STATES = (DONE, FAILED, REQUEUED)
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A line of the ledger and where it stands, in bytes. `row` is None where the line is damaged."""

    start: int
    end: int
    row: Mapping[str, Any] | None


class Ledger:
    """The ledger of a job's folder, made where it is missing."""

    def __init__(self, folder: Path, claims: Claims) -> None:
        self.path = folder / NAME
        self._claims = claims
        is_new = not self.path.exists()
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if is_new:
            durable.sync_folder(folder)

    @property
    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def append(self, row: Mapping[str, Any]) -> int:
        """Write a line and flush it to disk; where it begins. On failure nothing of it is left. Raises OSError."""
        line = (json.dumps(row, ensure_ascii=True, allow_nan=False) + "\n").encode()
        with self._claims.appending():
            start = self._repair()
            failpoints.reached("before-ledger")
            try:
                self._write(line, start)
                failpoints.reached("after-ledger")
                durable.sync_open(self._descriptor)
            except OSError as error:
                os.ftruncate(self._descriptor, start)
                raise OSError(error.errno, error.strerror or str(error), str(self.path)) from error
        failpoints.reached("after-ledger-fsync")
        return start

    def alone(self) -> AbstractContextManager[None]:
        """No other process appends within; nothing is to be appended in it either."""
        return self._claims.appending()

    def is_torn(self) -> bool:
        """Whether the last line has no end."""
        size = self.size
        return size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"

    def mend(self) -> None:
        """Cut a torn last line off now."""
        with self._claims.appending():
            self._repair()
            durable.sync_open(self._descriptor)

    def blank(self, entry: Entry) -> None:
        """Write spaces over a damaged line, so that every other one stays where it is."""
        with self._claims.appending():
            blank = b" " * (entry.end - entry.start - 1) + b"\n"
            durable.write_at(self._descriptor, blank, entry.start)
            durable.sync_open(self._descriptor)

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
        return os.pread(self._descriptor, end - start, start)

    def close(self) -> None:
        os.close(self._descriptor)

    def _write(self, line: bytes, start: int) -> None:
        halves = (
            [line[: len(line) // 2], line[len(line) // 2 :]] if failpoints.is_armed("mid-ledger") else [line]
        )
        at = start
        for number, piece in enumerate(halves):
            if number:
                failpoints.reached("mid-ledger")
            at = durable.write_at(self._descriptor, piece, at)

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
