"""index.sqlite: where the last line of each answer stands in the ledger, kept on disk so that memory stays flat.

Everything about outcomes is made from the ledger, and made again where the two do not fit. It also counts starts that
nothing came of, and remembers the hashes of input files by their size and times.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from anygen.batch.ledger import REQUEUED, STATES, Ledger
from anygen.batch.stores import StoredFile, fingerprint

NAME = "index.sqlite"
_VERSION = 1
"""Of the tables; an index of another one is made again."""
_TABLES = """
CREATE TABLE IF NOT EXISTS outcomes(slot BLOB PRIMARY KEY, key TEXT, state TEXT, start INTEGER, stamp TEXT,
 line INTEGER, sample INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS starts(slot BLOB PRIMARY KEY, count INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hashes(path TEXT PRIMARY KEY, stamp TEXT, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS read(one INTEGER PRIMARY KEY CHECK (one = 1), upto INTEGER, last INTEGER, digest TEXT);
INSERT OR IGNORE INTO read VALUES (1, 0, 0, '');
"""
_SYNC_ROWS = 20_000


@dataclass(frozen=True)
class Outcome:
    """What came of an answer: its state, the key of what was asked, where its line begins, and the stamp of its files as
    they were when last found right ("" where nobody looked yet)."""

    key: str
    state: str
    start: int
    stamp: str


class Index:
    """The index beside a ledger. Several processes may have it open. Raises OSError where the disk is full."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.path = folder / NAME
        self._ledger = ledger
        self._upto = -1
        try:
            self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise _as_os_error(error, self.path) from error
            # Not a database any more: the ledger has all that matters.
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(NAME + suffix).unlink(missing_ok=True)
            self._connect()

    def _connect(self) -> None:
        self._database = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        # With a write-ahead log a loss of power loses the latest entries at most, and they come again from the ledger.
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        if self._database.execute("PRAGMA user_version").fetchone()[0] not in (0, _VERSION):
            self._database.executescript("DROP TABLE IF EXISTS outcomes; DROP TABLE IF EXISTS read;")
        self._database.executescript(f"{_TABLES} PRAGMA user_version={_VERSION};")

    def refresh(self, stamps: Mapping[bytes, str] | None = None) -> None:
        """Take in what the ledger has gained; `stamps` are of files that were just written."""
        while self._ledger.size != self._upto and self._read_some(stamps or {}):
            pass

    def _read_some(self, stamps: Mapping[bytes, str]) -> bool:
        """Index the next lines in one transaction; whether there may be more."""
        with self._changing() as database:
            upto, last, digest = database.execute("SELECT upto, last, digest FROM read").fetchone()
            if upto > self._ledger.size or _digest(self._ledger.raw(last, upto)) != digest:
                database.execute("DELETE FROM outcomes")
                upto = last = 0
            count = 0
            for entry in self._ledger.read(upto):
                count += 1
                if entry.row is not None:
                    row, slot = entry.row, bytes.fromhex(entry.row["slot"])
                    database.execute(
                        "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (
                            slot,
                            str(row.get("key", "")),
                            row["state"],
                            entry.start,
                            stamps.get(slot, ""),
                            _whole(row.get("line")),
                            _whole(row.get("sample")),
                        ),
                    )
                upto, last = entry.end, entry.start
                if count >= _SYNC_ROWS:
                    break
            digest = _digest(self._ledger.raw(last, upto))
            database.execute("UPDATE read SET upto = ?, last = ?, digest = ?", (upto, last, digest))
        self._upto = upto
        return count >= _SYNC_ROWS

    def outcome(self, slot: bytes) -> Outcome | None:
        with self._asking() as database:
            row = database.execute(
                "SELECT key, state, start, stamp FROM outcomes WHERE slot = ?", (slot,)
            ).fetchone()
        return None if row is None else Outcome(*row)

    def outcomes(self) -> Iterator[tuple[bytes, Outcome]]:
        """Every answer with its outcome, in the order of their slots; memory stays flat."""
        last = b""
        while True:
            with self._asking() as database:
                rows = database.execute(
                    "SELECT slot, key, state, start, stamp FROM outcomes WHERE slot > ? ORDER BY slot LIMIT 1000",
                    (last,),
                ).fetchall()
            if not rows:
                return
            for slot, *rest in rows:
                yield slot, Outcome(*rest)
            last = rows[-1][0]

    def in_order(self) -> Iterator[int]:
        """Where the line of each answer begins in the ledger, in the manifest's order; those taken back left out."""
        with self._asking() as database:
            cursor = database.execute(
                "SELECT start FROM outcomes WHERE state != ? ORDER BY line, sample", (REQUEUED,)
            )
            for (start,) in cursor:
                yield start

    def counts(self) -> dict[str, int]:
        """State -> how many answers."""
        with self._asking() as database:
            found = dict(database.execute("SELECT state, COUNT(*) FROM outcomes GROUP BY state").fetchall())
        return {state: found.get(state, 0) for state in STATES}

    def set_stamp(self, slot: bytes, stamp: str) -> None:
        with self._changing() as database:
            database.execute("UPDATE outcomes SET stamp = ? WHERE slot = ?", (stamp, slot))

    def starts(self, slot: bytes) -> int:
        """How often work on an answer began and never ended: the process died meanwhile."""
        with self._asking() as database:
            row = database.execute("SELECT count FROM starts WHERE slot = ?", (slot,)).fetchone()
        return 0 if row is None else int(row[0])

    def starting(self, slots: Iterable[bytes]) -> None:
        with self._changing() as database:
            database.executemany(
                "INSERT INTO starts VALUES (?, 1) ON CONFLICT(slot) DO UPDATE SET count = count + 1",
                [(slot,) for slot in slots],
            )

    def ended(self, slots: Iterable[bytes]) -> None:
        """Work on these came to an end, good or bad."""
        each = [(slot,) for slot in slots]
        with self._changing() as database:
            database.executemany("UPDATE starts SET count = count - 1 WHERE slot = ?", each)
            database.executemany("DELETE FROM starts WHERE slot = ? AND count < 1", each)

    def forget_starts(self, slot: bytes) -> None:
        with self._changing() as database:
            database.execute("DELETE FROM starts WHERE slot = ?", (slot,))

    def hash_file(self, path: Path | StoredFile) -> str:
        """SHA-256 of a file's bytes, read again only where its size or times (in a store, its tag) are others than last
        time."""
        now = stamp([path]) if isinstance(path, Path) else path.tag()
        with self._asking() as database:
            row = database.execute("SELECT stamp, sha256 FROM hashes WHERE path = ?", (str(path),)).fetchone()
        if row is not None and row[0] == now:
            return str(row[1])
        found = fingerprint(path)
        with self._changing() as database:
            database.execute("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?)", (str(path), now, found))
        return found

    def close(self) -> None:
        self._database.close()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._database
        except sqlite3.OperationalError as error:
            raise _as_os_error(error, self.path) from error

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._asking() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    database.execute("ROLLBACK")
                raise


def stamp(paths: Iterable[Path]) -> str:
    """What the file system says of files, short: it changes whenever one is written. Raises OSError for a missing one."""
    found = [os.stat(path) for path in paths]
    told = [(each.st_size, each.st_mtime_ns, each.st_ctime_ns, each.st_ino) for each in found]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]


def _whole(value: object) -> int:
    return value if isinstance(value, int) and abs(value) < 2**63 else 0


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if data else ""


def _as_os_error(error: sqlite3.OperationalError, path: Path) -> OSError:
    """SQLite's own error as one of the disk's, which ends a job."""
    is_full = "full" in str(error)
    return OSError(errno.ENOSPC if is_full else errno.EIO, f"the index cannot be used ({error})", str(path))
