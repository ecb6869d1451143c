"""Committing: what was made becomes files and a line of the ledger, in the order that loses nothing.

This is the only writer of a job's results. Whoever makes an answer, in this process or on another machine, hands a `Made`
to the one that holds the lease, and that one commits it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anygen.batch.failpoints import reached
from anygen.batch.items import MediaFile, Work, read_input
from anygen.batch.job import RUN, Job, Outcome, stamp
from anygen.batch.ledger import DONE, FAILED, LEDGER, REQUEUED, write_files
from anygen.batch.stores import StoreCopies
from anygen.core.errors import MediaError, printable
from anygen.core.hashing import file_sha256
from anygen.media.types import MEDIA_TYPES

INPUTS = "inputs"
"""The folder of kept inputs, beside the media of the answers that were made from them."""
LONGEST_ASKED = 500
LONGEST_ERROR = 2000
_REMEMBERED = 4096
"""Inputs whose names are known without decoding them again."""
_INPUT = re.compile(rf"{INPUTS}/[0-9a-f]{{64}}\.\w{{1,8}}")


@dataclass(frozen=True)
class Made:
    """What came of one piece of work. A plain value: it can be sent to another process.

    `parts` are as the ledger lists them, media by the name of their file; `files` are those files, (name, content), records
    beside media among them. `error` is (type, sentence) where nothing could be made; then there are no files."""

    work: Work
    parts: tuple[Mapping[str, Any], ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    error: tuple[str, str] | None = None


class Committer:
    """Writes into one job's folder. The caller holds the lease on what it commits. `copies` is where files are copied before
    the ledger names them; `keep_inputs` keeps the inputs of what is made from now on."""

    def __init__(self, job: Job, copies: StoreCopies | None = None, keep_inputs: bool = False) -> None:
        self.job, self.copies = job, copies
        self.inputs = InputCopies(job) if keep_inputs else None

    def commit(self, made: Made) -> dict[str, Any]:
        """Files, then the ledger's line; that line. Raises OSError, and then the answer is not done."""
        before = self.job.index.outcome(made.work.slot)
        inputs: list[dict[str, Any]] = []
        if made.error is None and self.inputs is not None:
            try:
                inputs = self._keep(self.inputs, made.work)
            except MediaError as error:
                made = Made(made.work, error=(type(error).__name__, str(error)))
        if made.error is None and made.files:
            write_files([(self.job.folder / name, data) for name, data in made.files])
            if self.copies is not None:
                self.copies.put(made.files)
        row = _row_of(made, inputs)
        stamps = {}
        if row.get("files") or inputs:
            stamps[made.work.slot] = stamp(self.job.folder / each["path"] for each in named_of(row))
        stale = self._files(before) - {each["path"] for each in row.get("files", ())}
        self._append(row, stamps)
        for name in stale:
            # The last version's, which no line names any more.
            with contextlib.suppress(OSError):
                (self.job.folder / name).unlink(missing_ok=True)
        if self.copies is not None:
            self.copies.remove(stale)
        return row

    def fail(
        self, slot: bytes, key: str, error: tuple[str, str], where: Mapping[str, Any], again: bool = False
    ) -> Mapping[str, Any] | None:
        """An error row, (type, sentence), for what is no request; `where` says what it is about. That row; None where
        another process is writing it, or there is one of that key and it is not to be written `again`. Raises OSError."""
        if not self.job.leases.take(slot):
            return None
        try:
            self.job.index.refresh()
            outcome = self.job.index.outcome(slot)
            if not again and outcome is not None and (outcome.state, outcome.key) == (FAILED, key):
                return None
            row = {**where, "state": FAILED, "slot": slot.hex(), "key": key, "error": error_row(*error)}
            return self._append(row, {})
        finally:
            self.job.leases.release(slot)

    def requeue(self, slot: bytes, row: Mapping[str, Any], reason: str) -> None:
        """Take back an outcome that does not hold, so that the next run makes it again."""
        again = {name: row.get(name) for name in ("id", "sample", "line")}
        again |= {"state": REQUEUED, "slot": slot.hex(), "key": "", "reason": reason}
        self._append(again, {})

    def complete_copies(self) -> int:
        """Copy what earlier runs made and the store has not (judged by name and size), then results.jsonl and run.json; how
        many files were missing. Raises OSError."""
        if self.copies is None:
            return 0
        missing, first = 0, b""
        there: dict[str, dict[str, int]] = {}
        for slot, outcome in self.job.index.outcomes():
            if slot[:1] != first:
                # Outcomes come in the order of their slots, so each folder is listed once.
                first, there = slot[:1], {}
            row = self.job.ledger.row(outcome.start) if outcome.state == DONE else None
            for each in named_of(row) if row is not None else ():
                path = str(each["path"])
                folder, _, name = path.rpartition("/")
                if folder not in there:
                    there[folder] = self.copies.sizes(folder)
                if there[folder].get(name) != each["bytes"]:
                    self.copies.put([(path, (self.job.folder / path).read_bytes())])
                    there[folder][name] = int(each["bytes"])
                    missing += 1
        for name in (LEDGER, RUN):
            self.copies.put_file(self.job.folder / name, name)
        return missing

    def _keep(self, inputs: InputCopies, work: Work) -> list[dict[str, Any]]:
        """The inputs of an answer, kept, as its line names them."""
        entries = []
        for entry, data in inputs.keep(work):
            entries.append(entry)
            if data is not None and self.copies is not None:
                self.copies.put([(entry["path"], data)])
        return entries

    def _append(self, row: Mapping[str, Any], stamps: Mapping[bytes, str]) -> Mapping[str, Any]:
        self.job.ledger.append(row)
        self.job.index.refresh(stamps)
        reached("after-index")
        return row

    def _files(self, outcome: Outcome | None) -> set[str]:
        row = None if outcome is None else self.job.ledger.row(outcome.start)
        return {entry["path"] for entry in files_of(row)} if row is not None else set()


def _row_of(made: Made, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The line of what was made."""
    work, item = made.work, made.work.item
    row: dict[str, Any] = {
        "id": item.id,
        "sample": work.sample,
        "line": item.line,
        "state": DONE if made.error is None else FAILED,
        "slot": work.slot.hex(),
        "key": item.key,
        "seed": work.seed,
        "asked": item.asked[:LONGEST_ASKED],
    }
    if item.meta:
        row["meta"] = dict(item.meta)
    if made.error is not None:
        return {**row, "error": error_row(*made.error)}
    row["parts"] = list(made.parts)
    row["files"] = [
        {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in made.files
    ]
    if inputs:
        row["inputs"] = list(inputs)
    row["timings"] = {name: round(seconds, 4) for name, seconds in made.timings.items()}
    return row


class InputCopies:
    """Writes `inputs/<content hash><suffix>` beside the media of an answer; the answers of one folder share them."""

    def __init__(self, job: Job) -> None:
        self.folder, self._ledger = job.folder, job.ledger
        self._known: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()

    def keep(self, work: Work) -> Iterator[tuple[dict[str, Any], bytes | None]]:
        """For each input its file as the ledger names it (path, bytes, sha256), whole on disk now, and its content where it
        was written just now. Raises MediaError for one that is not what was asked, OSError, MachineError."""
        beside = f"{work.stem.rpartition('/')[0]}/{INPUTS}"
        done: set[tuple[str, str]] = set()
        for turn in work.item.turns:
            for part in turn.parts:
                if isinstance(part, str) or (part.modality, part.sha256) in done:
                    continue
                done.add((part.modality, part.sha256))
                yield self._keep(part, beside)

    def _keep(self, file: MediaFile, beside: str) -> tuple[dict[str, Any], bytes | None]:
        named = self._known.get((file.modality, file.sha256))
        if named is not None:
            entry = {**named, "path": f"{beside}/{named['path']}"}
            if self._is_there(entry):
                return entry, None
        try:
            media = MEDIA_TYPES[file.modality].open(read_input(file))
        except MediaError as error:
            raise MediaError(str(error).replace("the given bytes", str(file.path), 1)) from None
        suffix, data = media.original()
        named = {
            "path": f"{media.content_hash()}{suffix}",
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        self._known[file.modality, file.sha256] = named
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        entry = {**named, "path": f"{beside}/{named['path']}"}
        # Another runner's answers may share it: one at a time writes.
        with self._ledger.alone():
            if self._is_there(entry, whole=True):
                return entry, None
            write_files([(self.folder / entry["path"], data)])
        return entry, data

    def _is_there(self, entry: dict[str, Any], whole: bool = False) -> bool:
        path = self.folder / entry["path"]
        if not path.is_file() or path.is_symlink() or path.stat().st_size != entry["bytes"]:
            return False
        return not whole or hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]


def files_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The files a line names, those with a path as anygen makes them; a line that somebody wrote must not lead elsewhere."""
    return _entries(row, "files", lambda name: name.startswith(f"{row['slot']}-"))


def inputs_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The kept inputs a line names, those with a path as anygen makes them."""
    return _entries(row, "inputs", lambda name: _INPUT.fullmatch(name) is not None)


def _entries(row: Mapping[str, Any], kind: str, is_own: Callable[[str], bool]) -> list[Mapping[str, Any]]:
    folder, found = f"media/{row['slot'][:2]}/", []
    for each in row.get(kind, ()):
        path = each.get("path") if isinstance(each, Mapping) else None
        if isinstance(path, str) and path.startswith(folder) and is_own(path.removeprefix(folder)):
            found.append(each)
    return found


def named_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every file that an answer stands on: its own and the inputs kept with it."""
    return [*files_of(row), *inputs_of(row)]


def what_is_wrong(folder: Path, row: Mapping[str, Any]) -> str:
    """Why the files of a line do not hold: missing, of another size, of another content; "" where they do."""
    named = named_of(row)
    if len(named) != len(row.get("files", ())) + len(row.get("inputs", ())):
        return "the line names files that are not its own"
    for each in named:
        path = folder / each["path"]
        try:
            size = os.lstat(path).st_size
        except OSError:
            return f"{each['path']} is missing"
        if path.is_symlink() or not path.is_file():
            return f"{each['path']} is no file"
        if size != each.get("bytes"):
            return f"{each['path']} has {size} bytes and had {each.get('bytes')}"
        if file_sha256(path) != each.get("sha256"):
            return f"{each['path']} has another content than it had"
    return ""


def why_not_done(job: Job, slot: bytes, outcome: Outcome, row: Mapping[str, Any]) -> str:
    """Why a finished answer is not there as its line says; "" where it is. Files are read only where the file system says
    that they were touched since they were last found right."""
    try:
        now = stamp(job.folder / each["path"] for each in named_of(row))
    except OSError:
        now = ""
    if now and now == outcome.stamp:
        return ""
    wrong = what_is_wrong(job.folder, row)
    if not wrong:
        job.index.set_stamp(slot, now)
    return wrong


def error_row(kind: str, sentence: str) -> dict[str, str]:
    """What a line says of an error: its type, and one printable sentence."""
    return {"type": kind, "message": printable(sentence)[:LONGEST_ERROR]}
