"""Committing: what was made becomes files and a line of the ledger, in the order that loses nothing.

This is the only writer of a job's results. Whoever makes an answer, in this process or on another machine, hands a `Made`
to the one that holds the claim, and that one commits it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anygen.batch import durable
from anygen.batch.failpoints import reached
from anygen.batch.index import Index, Outcome, stamp
from anygen.batch.input_copies import FOLDER as INPUTS
from anygen.batch.input_copies import KeptInputs
from anygen.batch.items import Work, line_slot
from anygen.batch.ledger import DONE, FAILED, REQUEUED, Ledger
from anygen.batch.manifest import Line
from anygen.batch.stores import Copies
from anygen.core.errors import MediaError, printable

LONGEST_ASKED = 500
LONGEST_ERROR = 2000
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
    """Writes into one job's folder. The caller holds the claim on what it commits."""

    copies: Copies | None = None
    """Where files are copied before the ledger names them."""
    kept: KeptInputs | None = None
    """Keeps the inputs of what is made from now on."""

    def __init__(self, folder: Path, ledger: Ledger, index: Index) -> None:
        self.folder, self.ledger, self.index = folder, ledger, index

    def commit(self, made: Made) -> dict[str, Any]:
        """Files, then the ledger's line; that line. Raises OSError, and then the answer is not done."""
        work = made.work
        before = self.index.outcome(work.slot)
        item = work.item
        inputs: list[dict[str, Any]] = []
        if made.error is None and self.kept is not None:
            try:
                inputs = self._keep(self.kept, work)
            except MediaError as error:
                made = Made(work, error=(type(error).__name__, str(error)))
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
        stamps = {}
        if made.error is not None:
            row["error"] = error_row(*made.error)
        else:
            targets = [(self.folder / name, data) for name, data in made.files]
            if targets:
                durable.write_files(targets)
                if self.copies is not None:
                    self.copies.put(made.files)
            row["parts"] = list(made.parts)
            row["files"] = [
                {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in made.files
            ]
            if inputs:
                row["inputs"] = inputs
            if targets or inputs:
                stamps[work.slot] = stamp(self.folder / each["path"] for each in named_of(row))
            row["timings"] = {name: round(seconds, 4) for name, seconds in made.timings.items()}
        stale = self._files(before) - {each["path"] for each in row.get("files", ())}
        self._append(row, stamps)
        for name in stale:
            # The last version's, which no line names any more.
            with contextlib.suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)
        if self.copies is not None:
            self.copies.remove(stale)
        return row

    def fail_line(
        self, line: Line, digest: str, kind: str, sentence: str, id: str | None
    ) -> Mapping[str, Any] | None:
        """An error row for a line that has no place of its own, unreadable or of an id that stood before; that row, or
        None where there is one already."""
        slot = line_slot(line.number, digest)
        if self.index.outcome(slot) is not None:
            return None
        row = {"id": id, "line": line.number, "state": FAILED, "slot": slot.hex(), "key": digest}
        return self._append({**row, "error": error_row(kind, sentence)}, {})

    def fail_request(self, slot: bytes, line: Line, sentence: str, id: str) -> Mapping[str, Any] | None:
        """An error row for a line with an id that cannot be a request; None where there is one for just that line."""
        outcome = self.index.outcome(slot)
        if outcome is not None and outcome.key == line.digest and outcome.state == FAILED:
            return None
        row = {"id": id, "sample": 0, "line": line.number, "state": FAILED}
        row |= {"slot": slot.hex(), "key": line.digest, "error": error_row("RequestError", sentence)}
        return self._append(row, {})

    def requeue(self, slot: bytes, row: Mapping[str, Any], reason: str) -> None:
        """Take back an outcome that does not hold, so that the next run makes it again."""
        again = {name: row.get(name) for name in ("id", "sample", "line")}
        again |= {"state": REQUEUED, "slot": slot.hex(), "key": "", "reason": reason}
        self._append(again, {})

    def _keep(self, kept: KeptInputs, work: Work) -> list[dict[str, Any]]:
        """The inputs of an answer, kept, as its line names them."""
        entries = []
        for entry, data in kept.keep(work):
            entries.append(entry)
            if data is not None and self.copies is not None:
                self.copies.put([(entry["path"], data)])
        return entries

    def _append(self, row: Mapping[str, Any], stamps: Mapping[bytes, str]) -> Mapping[str, Any]:
        self.ledger.append(row)
        self.index.refresh(stamps)
        reached("after-index")
        return row

    def _files(self, outcome: Outcome | None) -> set[str]:
        row = None if outcome is None else self.ledger.row(outcome.start)
        return {entry["path"] for entry in files_of(row)} if row is not None else set()


def files_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The files a line names, those with a path as anygen makes them; a line that somebody wrote must not lead elsewhere."""
    found = []
    for each in row.get("files", ()):
        path = each.get("path") if isinstance(each, Mapping) else None
        if isinstance(path, str) and path.startswith(f"media/{row['slot'][:2]}/{row['slot']}-"):
            found.append(each)
    return found


def inputs_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The kept inputs a line names, those with a path as anygen makes them."""
    found = []
    for each in row.get("inputs", ()):
        path = each.get("path") if isinstance(each, Mapping) else None
        if isinstance(path, str) and _INPUT.fullmatch(path.removeprefix(f"media/{row['slot'][:2]}/")):
            found.append(each)
    return found


def named_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every file that an answer stands on: its own and the inputs kept with it."""
    return [*files_of(row), *inputs_of(row)]


def what_is_wrong(folder: Path, row: Mapping[str, Any], hashes: bool = True) -> str:
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
        if hashes:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != each.get("sha256"):
                    return f"{each['path']} has another content than it had"
    return ""


def holds(folder: Path, index: Index, slot: bytes, outcome: Outcome, row: Mapping[str, Any]) -> str:
    """Why a finished answer is not there as its line says; "" where it is. Files are read only where the file system says
    that they were touched since they were last found right."""
    paths: Iterable[Path] = [folder / each["path"] for each in named_of(row)]
    try:
        now = stamp(paths)
    except OSError:
        now = ""
    if now and now == outcome.stamp:
        return ""
    wrong = what_is_wrong(folder, row)
    if not wrong:
        index.set_stamp(slot, now)
    return wrong


def error_row(kind: str, sentence: str) -> dict[str, str]:
    return {"type": kind, "message": printable(sentence)[:LONGEST_ERROR]}
