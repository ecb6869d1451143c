"""Checking a job's folder: every line of the ledger, every file it names, every file it does not name."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from anygen.batch.commit import Committer, files_of, what_is_wrong
from anygen.batch.job import Job, is_job
from anygen.batch.ledger import DONE, FAILED, PART, REQUEUED
from anygen.core.errors import PromptError

SHOWN = 1000
"""Problems that are told one by one; the others are counted."""
_NAME = re.compile(r"\.?([0-9a-f]{32})-\d+\.\w+(\.json)?(\.part)?")


@dataclass
class Findings:
    """What a folder holds. `problems` are sentences, the first SHOWN of `num_problems`; `leftovers` are files that no line
    names, as a job that was killed leaves them; `torn` says that the last line was being written then. Neither is a
    problem: the next run makes good what they stand for."""

    done: int = 0
    failed: int = 0
    requeued: int = 0
    files: int = 0
    leftovers: int = 0
    torn: bool = False
    problems: list[str] = field(default_factory=list)
    num_problems: int = 0
    repaired: int = 0

    @property
    def holds(self) -> bool:
        return self.num_problems == 0

    def add(self, problem: str) -> None:
        """Count a problem, and keep the first SHOWN."""
        self.num_problems += 1
        if len(self.problems) < SHOWN:
            self.problems.append(problem)


def verify(
    folder: str | Path, repair: bool = False, should_stop: Callable[[], bool] = lambda: False
) -> Findings:
    """Check all of a job's folder: lines, sizes, hashes, answers made twice. With `repair`, what does not hold is taken
    back, so that the next run makes it again, and leftovers are removed. What another runner has leased is left alone.

    Raises PromptError for a folder that holds no job."""
    folder = Path(folder)
    if not is_job(folder):
        raise PromptError(f"{folder}: holds no results.jsonl; the folder of a job is needed")
    findings = Findings()
    with Job(folder) as job:
        findings.torn = job.ledger.is_torn()
        if repair:
            job.ledger.mend()
        _check_lines(job, findings, repair)
        _check_answers(job, findings, repair, should_stop)
        _check_leftovers(job, findings, repair)
    return findings


def _check_lines(job: Job, findings: Findings, repair: bool) -> None:
    """Lines that are damaged, and answers that were finished twice without being taken back between."""
    with contextlib.closing(sqlite3.connect("", isolation_level=None)) as last:
        last.execute("CREATE TABLE last(slot TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID")
        last.execute("PRAGMA synchronous=OFF")
        last.execute("BEGIN")
        for entry in job.ledger.read():
            if entry.row is None:
                findings.add(f"results.jsonl: the line at byte {entry.start} is damaged")
                if repair:
                    job.ledger.blank(entry)
                    findings.repaired += 1
                continue
            slot, key = entry.row["slot"], str(entry.row.get("key", ""))
            if entry.row["state"] == DONE:
                before = last.execute("SELECT key FROM last WHERE slot = ?", (slot,)).fetchone()
                if before is not None and before[0] == key:
                    findings.add(f"{_named(entry.row)} was finished twice")
                last.execute("INSERT OR REPLACE INTO last VALUES (?, ?)", (slot, key))
            else:
                last.execute("DELETE FROM last WHERE slot = ?", (slot,))


def _check_answers(job: Job, findings: Findings, repair: bool, should_stop: Callable[[], bool]) -> None:
    """The files of every finished answer, read whole."""
    for slot, outcome in job.index.outcomes():
        if should_stop():
            findings.add("stopped before all answers were checked")
            return
        if outcome.state == FAILED:
            findings.failed += 1
            continue
        if outcome.state == REQUEUED:
            findings.requeued += 1
            continue
        findings.done += 1
        row = job.ledger.row(outcome.start)
        wrong = "its line is gone" if row is None else what_is_wrong(job.folder, row)
        findings.files += 0 if row is None else len(files_of(row))
        if not wrong:
            continue
        findings.add(f"{_named(row or {})}: {wrong}")
        if repair and row is not None and job.leases.take(slot):
            Committer(job).requeue(slot, row, wrong)
            job.leases.release(slot)
            findings.repaired += 1


def _check_leftovers(job: Job, findings: Findings, repair: bool) -> None:
    """Files that anygen named and no line does. Others' files are not looked at."""
    for path in _media(job.folder):
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        slot = bytes.fromhex(match[1])
        if not job.leases.take(slot):
            continue
        try:
            job.index.refresh()
            outcome = job.index.outcome(slot)
            row = None if outcome is None else job.ledger.row(outcome.start)
            is_named = row is not None and any(
                each["path"] == f"media/{path.parent.name}/{path.name}" for each in files_of(row)
            )
            waits = outcome is not None and outcome.state == REQUEUED and not path.name.endswith(PART)
            if is_named or waits:
                continue
            findings.leftovers += 1
            if repair:
                path.unlink(missing_ok=True)
        finally:
            job.leases.release(slot)


def _media(folder: Path) -> Iterator[Path]:
    if (folder / "media").is_dir():
        for each in sorted((folder / "media").iterdir()):
            if each.is_dir() and not each.is_symlink():
                yield from each.iterdir()


def _named(row: object) -> str:
    found = row if isinstance(row, dict) else {}
    sample = f" (sample {found['sample']})" if found.get("sample") else ""
    return f"{found.get('id')!r}{sample}"
