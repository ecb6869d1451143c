"""The folder of one job: results.jsonl (the ledger), index.sqlite, claims.lock, run.json, media/, and pages to look at.

index.sqlite says where the last line of each answer stands in the ledger, on disk so that memory stays flat. Everything
about outcomes is made from the ledger, and made again where the two do not fit. The index also counts starts that nothing
came of, and remembers the hashes of input files by their size and times.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import platform
import shlex
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anygen
from anygen.batch.items import SCHEMA
from anygen.batch.ledger import LEDGER, REQUEUED, STATES, Leases, Ledger, make_folder
from anygen.batch.stores import StoredFile, fingerprint
from anygen.core.atomic import write_files
from anygen.core.errors import ConfigError, PromptError
from anygen.media import provenance

INDEX = "index.sqlite"
RUN = "run.json"
KEPT_RUNS = 100
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


class Job:
    """An open job folder, made where it is missing. Several processes may have it open; in one process, one at a time.

    Raises OSError, MachineError, PromptError for a file in its place."""

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise PromptError(f"{folder}: is a file; a folder is accepted")
        self.folder = folder
        make_folder(folder)
        self.leases = Leases(folder)
        try:
            self.ledger = Ledger(folder, self.leases)
            self.index = Index(folder, self.ledger)
            self.index.refresh()
        except BaseException:
            self.leases.close()
            raise

    def __enter__(self) -> Job:
        return self

    def __exit__(self, *_: object) -> None:
        self.index.close()
        self.ledger.close()
        self.leases.close()

    def describe(self, model: Any, manifest: str, overwrite: bool) -> None:
        """Add this run to run.json. Raises ConfigError where the job was begun with other weights and `overwrite` does not
        say that they may replace what is there."""
        with self.leases.appending():
            before = read_run(self.folder)
            was = before.get("model", {}).get("weights_hash", model.weights_hash)
            if was != model.weights_hash and not overwrite:
                raise ConfigError(
                    f"{self.folder}: was begun with the weights {was[:12]}, and these are {model.weights_hash[:12]}; take "
                    "another folder, or --overwrite to make everything again"
                )
            runs = [*before.get("runs", []), {"manifest": Path(manifest).name, **_this_run()}]
            told = {
                "schema": SCHEMA,
                "anygen": anygen.__version__,
                "model": {
                    "name": provenance.model_label(model.name),
                    "weights_hash": model.weights_hash,
                },
                "runs": runs[-KEPT_RUNS:],
            }
            write_files([(self.folder / RUN, (json.dumps(told, indent=2) + "\n").encode())])


def is_job(folder: Path) -> bool:
    """Whether a folder holds a ledger."""
    return (folder / LEDGER).is_file()


def read_run(folder: Path) -> Mapping[str, Any]:
    """run.json as it is; nothing where it is missing or damaged, because all of it can be written again."""
    try:
        found = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    kinds = {"model": dict, "runs": list}
    is_whole = isinstance(found, dict) and all(
        isinstance(found.get(key, kind()), kind) for key, kind in kinds.items()
    )
    return found if is_whole else {}


def _this_run() -> dict[str, Any]:
    import torch

    devices = [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())]
    return {
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "versions": provenance.versions(),
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "accelerators": devices,
        },
    }


# The index


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
        self.path = folder / INDEX
        self._ledger = ledger
        self._upto = -1
        try:
            self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise _as_os_error(error, self.path) from error
            # Not a database any more: the ledger has all that matters.
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(INDEX + suffix).unlink(missing_ok=True)
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
        """What came of an answer; None where nothing did yet."""
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
        """Remember how the files of an answer were when they were found right."""
        with self._changing() as database:
            database.execute("UPDATE outcomes SET stamp = ? WHERE slot = ?", (stamp, slot))

    def starts(self, slot: bytes) -> int:
        """How often work on an answer began and never ended: the process died meanwhile."""
        with self._asking() as database:
            row = database.execute("SELECT count FROM starts WHERE slot = ?", (slot,)).fetchone()
        return 0 if row is None else int(row[0])

    def starting(self, slots: Iterable[bytes]) -> None:
        """Work on these begins."""
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
        """Count no start of an answer any more."""
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
        """Close the database."""
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
