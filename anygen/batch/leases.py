"""Claims: which process works on which answer. Locks of the operating system on ranges of one file, so that they die with
the process that holds them, whatever kills it, and cost no file each."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from anygen.core.errors import MachineError

NAME = "claims.lock"
_APPEND = 0
_FIRST_SLOT = 16

_open: set[str] = set()
"""Folders that this process has open: locks are the process's own, so they would not keep its two jobs apart."""


class Claims:
    """The claims on one job's folder. Raises MachineError where this process has it open already, or cannot lock files."""

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
        self._descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        _open.add(self._folder)

    def take(self, slot: bytes) -> bool:
        """Claim an answer; False where another process has it."""
        return self._lock(_place(slot), wait=False)

    def release(self, slot: bytes) -> None:
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
        """Give every claim back."""
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
