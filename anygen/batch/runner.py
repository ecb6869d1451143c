"""The job: read the manifest, lease what is to be made, have it made in windows, commit it; again for what others held."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anygen.batch import manifest
from anygen.batch.commit import Committer, Made, why_not_done
from anygen.batch.executor import Executor
from anygen.batch.failpoints import reached
from anygen.batch.items import Item, ItemError, ItemReader, MediaFile, Work, in_shard, line_slot, slot_of
from anygen.batch.ledger import DONE, FAILED
from anygen.batch.manifest import DuplicateIds, Line
from anygen.batch.signals import ShouldStop

WAIT_SECONDS = 0.3
"""Between two looks at what another runner holds."""
WINDOW_BYTES = 64_000_000
"""Input files of one window, at most (or one item)."""

ALL_DONE, SOME_FAILED, STOPPED_BY_FAILURES = 0, 1, 4


@dataclass(frozen=True)
class Settings:
    """How a job runs. `shard` (i, n) takes the i-th of n parts of the manifest, from 1, told by the ids' hashes; `limit`
    the first so many lines of it. `window` answers are under way at once: said, and waiting to be drawn. An answer at
    which processes died `max_attempts` times is given up."""

    shard: tuple[int, int] = (1, 1)
    limit: int | None = None
    max_failures: int | None = None
    retry_failed: bool = False
    overwrite: bool = False
    follow: bool = False
    window: int = 64
    max_attempts: int = 5


@dataclass
class Summary:
    """What came of a run. `done` and `failed` count answers of the manifest, whoever made them and when; `made` those of
    this run. `changed` are finished under their id from another request, and were left; `left` is for others or later."""

    done: int = 0
    failed: int = 0
    changed: int = 0
    made: int = 0
    new_failures: int = 0
    seconds: float = 0.0
    stopped: str = ""

    @property
    def exit_code(self) -> int:
        """0 all done, 1 some failed, 4 stopped by max_failures; whoever caught a signal has that one's own."""
        if self.stopped == "max_failures":
            return STOPPED_BY_FAILURES
        return SOME_FAILED if self.failed or self.changed else ALL_DONE

    def has_too_many_failures(self, settings: Settings) -> bool:
        """Whether `max_failures` answers failed in this run."""
        return settings.max_failures is not None and self.new_failures >= settings.max_failures

    def is_over(self, settings: Settings, should_stop: ShouldStop) -> bool:
        """Whether the run is to end now; `stopped` says by what."""
        if self.has_too_many_failures(settings):
            self.stopped = "max_failures"
        elif should_stop():
            self.stopped = "signal"
        return bool(self.stopped)


Report = Callable[[str, dict[str, Any]], None]
"""Told of every event: "done", "failed", "again", "changed", "waiting", with the ledger's line or what it is about."""


@dataclass(frozen=True)
class _Deferred:
    """The first answer that another runner held: the next reading of the manifest begins there, with these counts."""

    slot: bytes
    line: int
    counts: Summary


@dataclass(eq=False)
class Runner:
    """Runs one manifest into one open job."""

    committer: Committer
    executor: Executor
    reader: ItemReader
    path: Path
    settings: Settings = field(default_factory=Settings)
    report: Report = lambda event, row: None
    should_stop: ShouldStop = lambda: False

    def __post_init__(self) -> None:
        self.job = self.committer.job
        self.summary = Summary()
        self.window: list[Work] = []
        self._under_way: dict[bytes, Work] = {}
        self._window_bytes = 0
        self._suspects: set[bytes] = set()
        self._ids = DuplicateIds()
        self._begun_at = self.job.ledger.size
        self._deferred: _Deferred | None = None

    def run(self) -> Summary:
        """Until everything is done or failed, or something stops it. Raises what ends a job (Executor.make), and OSError."""
        began = time.monotonic()
        first = 1
        try:
            while True:
                self._deferred = None
                self._read_manifest(first)
                if self.settings.follow:
                    self._is_over()
                if self._deferred is None or self._is_over():
                    break
                first = self._deferred.line
                self.summary = replace(
                    self._deferred.counts, made=self.summary.made, new_failures=self.summary.new_failures
                )
                self.report("waiting", {"line": first})
                self._wait(self._deferred.slot)
        finally:
            for slot in (*self._under_way, *(work.slot for work in self.window)):
                self.job.leases.release(slot)
            self.summary.seconds = time.monotonic() - began
            self._ids.close()
        return self.summary

    def _read_manifest(self, first: int) -> None:
        lines = manifest.read(self.path, first, self.settings.follow, self.should_stop)
        for line in lines:
            if self._is_over():
                return
            if line is None:
                self._drain()
                continue
            if self.settings.limit is not None and line.number > self.settings.limit:
                break
            for work in self._works(line):
                self._consider(work)
                if len(self.window) >= self.settings.window or self._window_bytes >= WINDOW_BYTES:
                    self._make()
                if self._is_over():
                    return
        self._drain()

    def _works(self, line: Line) -> Iterator[Work]:
        """The answers that a line asks for; one that asks for none becomes an error row."""
        if line.error:
            if self._is_ours(line.digest.encode()):
                self._fail_line(line, line.digest, "ManifestError", line.error, None)
            return
        try:
            item = self.reader.item(line.record, line.number)
            id: str | None = item.id
            sentence = ""
        except ItemError as error:
            id, sentence = error.id, str(error)
        if id is None:
            if self._is_ours(line.digest.encode()):
                self._fail_line(line, line.digest, "RequestError", sentence, None)
            return
        slot = slot_of(id)
        if not self._is_ours(slot):
            return
        first = self._ids.first_line(slot, line.number)
        if first != line.number:
            sentence = f"id is that of line {first} already"
            self._fail_line(line, f"{line.digest}:{first}", "DuplicateIdError", sentence, id)
        elif sentence:
            self._fail_request(slot, line, sentence, id)
        else:
            yield from (Work(item, sample) for sample in range(item.n))

    def _is_ours(self, slot: bytes) -> bool:
        return in_shard(slot, self.settings.shard)

    def _consider(self, work: Work) -> None:
        """Count an answer that is there, or lease it for the window, or leave it to whoever has it."""
        if self._is_settled(work):
            return
        if not self.job.leases.take(work.slot):
            if self._deferred is None:
                self._deferred = _Deferred(work.slot, work.item.line, replace(self.summary))
            return
        reached("after-claim")
        # Whoever had it until now has written what came of it.
        self.job.index.refresh()
        if self._is_settled(work, is_leased=True):
            self.job.leases.release(work.slot)
            return
        starts = self.job.index.starts(work.slot)
        if starts >= self.settings.max_attempts:
            self._commit(_given_up(work, starts))
            self.job.index.forget_starts(work.slot)
            self.job.leases.release(work.slot)
            return
        if starts:
            self._suspects.add(work.slot)
        self.window.append(work)
        self._window_bytes += _input_bytes(work.item)

    def _is_settled(self, work: Work, is_leased: bool = False) -> bool:
        """Whether nothing is to be done for an answer; it is counted then. What is there but does not hold is taken back,
        once it is leased."""
        outcome = self.job.index.outcome(work.slot)
        if outcome is None:
            return False
        if outcome.state == FAILED:
            is_new = outcome.start >= self._begun_at
            if outcome.key != work.item.key or (self.settings.retry_failed and not is_new):
                return False
            self.summary.failed += 1
            return True
        if outcome.state != DONE:
            return False
        row = self.job.ledger.row(outcome.start)
        if row is None:
            return False
        wrong = why_not_done(self.job, work.slot, outcome, row)
        if wrong:
            if is_leased:
                self.committer.requeue(work.slot, row, wrong)
                self.report("again", {"id": work.item.id, "sample": work.sample, "reason": wrong})
            return False
        if outcome.key != work.item.key:
            if self.settings.overwrite:
                return False
            self.summary.changed += 1
            self.report("changed", {"id": work.item.id, "sample": work.sample})
            return True
        self.summary.done += 1
        return True

    def _make(self) -> None:
        """Have the window made, each answer committed as it comes; the executor may keep some under way."""
        # Those at which a process died go first, each alone.
        order = sorted(self.window, key=lambda work: work.slot not in self._suspects)
        self._under_way |= {work.slot: work for work in order}
        self.window.clear()
        self._window_bytes = 0
        for made in self.executor.make(order, self, self.should_stop):
            self.job.index.starting([made.work.slot])
            try:
                self._commit(made)
            except OSError:
                # A full disk is no fault of this answer.
                with contextlib.suppress(OSError):
                    self.job.index.ended([made.work.slot])
                raise
            self.job.index.forget_starts(made.work.slot)
            self.job.leases.release(made.work.slot)
            self._suspects.discard(made.work.slot)
            del self._under_way[made.work.slot]
            if self.summary.has_too_many_failures(self.settings):
                break

    def _drain(self) -> None:
        """Have everything made that was leased."""
        if self.window:
            self._make()
        if self._under_way and not self._is_over():
            self._make()
        if self._under_way:
            self._is_over()

    def _commit(self, made: Made) -> None:
        row = self.committer.commit(made)
        if row["state"] == DONE:
            self.summary.done += 1
            self.summary.made += 1
        else:
            self.summary.failed += 1
            self.summary.new_failures += 1
        self.report(row["state"], row)

    def _fail_line(self, line: Line, digest: str, kind: str, sentence: str, id: str | None) -> None:
        """Count a line that is no request, or has the id of another, and write its error row where there is none yet."""
        where = {"id": id, "line": line.number}
        self._fail(line_slot(line.number, digest), digest, (kind, sentence), where)

    def _fail_request(self, slot: bytes, line: Line, sentence: str, id: str) -> None:
        outcome = self.job.index.outcome(slot)
        if outcome is not None and outcome.state == DONE:
            # What is finished under this id stays.
            self._fail_line(line, line.digest, "RequestError", sentence, id)
            return
        where = {"id": id, "sample": 0, "line": line.number}
        self._fail(slot, line.digest, ("RequestError", sentence), where)

    def _fail(self, slot: bytes, key: str, error: tuple[str, str], where: Mapping[str, Any]) -> None:
        self.summary.failed += 1
        row = self.committer.fail(slot, key, error, where)
        if row is not None:
            self.summary.new_failures += 1
            self.report(FAILED, dict(row))

    def _is_over(self) -> bool:
        return self.summary.is_over(self.settings, self.should_stop)

    def _wait(self, slot: bytes) -> None:
        """Until another runner has given a lease back, by finishing or by dying."""
        while not self._is_over() and not self.job.leases.take(slot):
            time.sleep(WAIT_SECONDS)
        self.job.leases.release(slot)

    # What the executor tells: see executor.Watch.

    def starting(self, works: Sequence[Work]) -> None:
        """A step on these begins: each start is counted."""
        self.job.index.starting({work.slot for work in works})

    def ended(self, works: Sequence[Work]) -> None:
        self.job.index.ended({work.slot for work in works})

    def is_suspect(self, work: Work) -> bool:
        return work.slot in self._suspects

    def died(self, works: Sequence[Work]) -> Sequence[Made]:
        self.starting(works)
        self._suspects.update(work.slot for work in works)
        starts = {work.slot: self.job.index.starts(work.slot) for work in works}
        most = self.settings.max_attempts
        return [_given_up(work, starts[work.slot]) for work in works if starts[work.slot] >= most]


def _given_up(work: Work, starts: int) -> Made:
    sentence = f"work on it began {starts} times and the process died each time; --retry-failed tries again"
    return Made(work, error=("AttemptsError", sentence))


def _input_bytes(item: Item) -> int:
    """The size of an item's input files."""
    return sum(part.num_bytes for turn in item.turns for part in turn.parts if isinstance(part, MediaFile))
