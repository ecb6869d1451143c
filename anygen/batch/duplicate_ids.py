"""The ids of one reading of a manifest, kept on disk so that ten million of them take no memory."""

from __future__ import annotations

import sqlite3


class Seen:
    """A private database that is gone when closed."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("CREATE TABLE seen(slot BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def first_line(self, slot: bytes, line: int) -> int:
        """The line that an id stood in first, of those asked about so far."""
        row = self._database.execute("SELECT line FROM seen WHERE slot = ?", (slot,)).fetchone()
        if row is not None:
            return int(row[0])
        self._database.execute("INSERT INTO seen VALUES (?, ?)", (slot, line))
        return line

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
