"""Encoding a folder of media, or those of a manifest, once: the features that training reads, as shards of its cache.

    anygen.batch.encode_media("photos/", "cache/", model="mini")

The media are taken in the order of their names and cut into shards by content alone, so a job that was killed ends with the
same files as one that was not. `out` is the `cache` of a stage (anygen/training/stage.py). What cannot be read becomes a
line of its results.jsonl.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import Tensor, stack

from anygen.batch import manifest
from anygen.batch.commit import Committer
from anygen.batch.executor import BatchSize, in_batches, lost_device_said
from anygen.batch.items import ItemError, ItemReader, MediaFile, read_input
from anygen.batch.job import RUN, Job
from anygen.batch.ledger import FAILED, make_folder
from anygen.batch.manifest import MODALITY_OF, DuplicateIds
from anygen.batch.rendering import loaded, reader_for
from anygen.batch.runner import WAIT_SECONDS, Report, Settings, Summary
from anygen.batch.signals import ShouldStop, interruptible
from anygen.core.errors import ConfigError, MediaError
from anygen.core.modality import Modality
from anygen.generation import Stopped
from anygen.media.base import DEFAULT_LIMITS
from anygen.media.files import sniff
from anygen.media.types import MEDIA_TYPES, kind_of
from anygen.training.data.features import FeatureCache
from anygen.training.data.shards import TensorShards

SHARD_ROWS = 256
"""Media of one shard: what a kill costs at most."""
BATCH_SIZE = 32
FEATURES = "features"
"""The folder of a stage's cache that they lie in."""
_WRITER = "encode"
_HEAD_BYTES = 1 << 16
"""Of a file whose suffix says nothing, what is looked at for its content."""


def encode_media(  # noqa: PLR0913  what the command has flags for, by keyword
    source: str | Path,
    out: str | Path,
    model: Any = "mini",
    *,
    roots: Iterable[str | Path] = (),
    shard_rows: int = SHARD_ROWS,
    batch_size: int = BATCH_SIZE,
    max_failures: int | None = None,
    retry_failed: bool = False,
    report: Report = lambda event, row: None,
    should_stop: ShouldStop = lambda: False,
) -> Summary:
    """Encode every medium below the folder `source` (judged by content), or of a manifest's items, into the cache `out`.

    What is there is not encoded again; several processes may share a cache. The counts of the Summary are of distinct
    media; `report` is told of "shard", "failed" and "waiting". Raises PromptError for a source that is none, ConfigError for
    a folder that holds a job of `render`, OSError and MachineError for what ends a job: run it again to go on."""
    source, out = Path(source), Path(out)
    if (out / RUN).exists():
        raise ConfigError(f"{out}: holds a job of anygen render; another folder is needed for features")
    if not source.is_dir():
        # What is no manifest is said before a model is loaded.
        manifest.read(source)
    model = loaded(model)
    with lost_device_said(), Job(out) as job, closing(DuplicateIds()) as ids:
        encoding = _Encoding(
            Committer(job),
            FeatureCache(out / FEATURES, model.encoders),
            ids,
            batch_size,
            Settings(max_failures=max_failures, retry_failed=retry_failed),
            report,
            should_stop,
        )
        if source.is_dir():
            return encoding.run(of_folder(source, out), shard_rows)
        reader = reader_for(model, source, job.index.hash_file, roots)
        return encoding.run(of_manifest(source, reader), shard_rows)


@dataclass(eq=False)
class _Encoding:
    """One run over one source. A shard is leased by the hashes of its media, and written whole by whoever has the lease."""

    committer: Committer
    features: FeatureCache
    ids: DuplicateIds
    batch_size: int
    settings: Settings
    report: Report
    should_stop: ShouldStop
    summary: Summary = field(default_factory=Summary)

    def __post_init__(self) -> None:
        self.job = self.committer.job
        self._size = BatchSize(self.batch_size, self.batch_size)

    def run(self, found: Iterable[Medium | Unreadable], shard_rows: int) -> Summary:
        began = time.monotonic()
        held: list[list[Medium]] = []
        for shard in self._shards(found, shard_rows):
            if not self._make(shard):
                held.append(shard)
        for shard in held:
            if not self._is_over():
                self.report("waiting", {"id": shard[0].name})
            while not self._is_over() and not self._make(shard):
                time.sleep(WAIT_SECONDS)
        return replace(self.summary, seconds=time.monotonic() - began)

    def _shards(self, found: Iterable[Medium | Unreadable], rows: int) -> Iterator[list[Medium]]:
        """The distinct media, so many of one modality at once: the same however much of them is encoded already."""
        waiting: dict[Modality, list[Medium]] = {}
        number = 0
        for each in found:
            if self._is_over():
                return
            if isinstance(each, Unreadable):
                self._fail(each.name, _slot(each.name, each.digest), each.digest, each.kind, each.sentence)
                continue
            modality, key = each.file.modality, each.file.sha256
            slot = self._slot(each)
            number += 1
            if self.ids.first_line(slot, number) != number:
                continue
            if modality not in self.features.encoders:
                known = ", ".join(self.features.encoders) or "nothing"
                sentence = f"{each.name}: is {modality}; the encoders of this model read {known}"
                self._fail(each.name, slot, key, MediaError.__name__, sentence)
                continue
            shard = waiting.setdefault(modality, [])
            shard.append(each)
            if len(shard) == rows:
                yield waiting.pop(modality)
        yield from waiting.values()

    def _make(self, shard: Sequence[Medium]) -> bool:
        """Encode what is missing of a shard, and write it; False where another run is at it."""
        store = self.features.store(shard[0].file.modality)
        lease = _slot("shard", store.folder.name, *(each.file.sha256 for each in shard))
        if self._missing(store, shard):
            if not self.job.leases.take(lease):
                return False
            try:
                # Whoever had it until now has written what came of it.
                store.refresh()
                self.job.index.refresh()
                rows = self._encode(self._missing(store, shard))
                if self._is_over():
                    return True
                if rows:
                    make_folder(store.folder)
                    keys = [each.file.sha256 for each, _ in rows]
                    store.append(keys, {"features": stack([row for _, row in rows])}, _WRITER)
                    self.summary.made += len(rows)
                    self.report("shard", {"modality": store.folder.parent.name, "media": len(rows)})
            except Stopped:
                return True
            finally:
                self.job.leases.release(lease)
        there = sum(each.file.sha256 in store for each in shard)
        self.summary.done += there
        # Those that failed just now or before.
        self.summary.failed += len(shard) - there
        return True

    def _missing(self, store: TensorShards, shard: Sequence[Medium]) -> list[Medium]:
        """Those of a shard that are to be encoded: not there, and not known to be unreadable."""
        missing = [each for each in shard if each.file.sha256 not in store]
        if self.settings.retry_failed:
            return missing
        outcomes = [self.job.index.outcome(self._slot(each)) for each in missing]
        return [
            each
            for each, outcome in zip(missing, outcomes, strict=True)
            if outcome is None or outcome.state != FAILED
        ]

    def _encode(self, media: Sequence[Medium]) -> list[tuple[Medium, Tensor]]:
        """Features (F, E) of each that has some; the others become error rows. Batches are cut from those that can be read,
        so what cannot changes no other's place. Fewer where the run is to stop."""
        rows: list[tuple[Medium, Tensor]] = []
        batch: list[tuple[Medium, Tensor]] = []
        for number, each in enumerate(media, 1):
            if self._is_over():
                return rows
            try:
                with interruptible(self.should_stop):
                    batch.append((each, self._prepared(each)))
            except MediaError as error:
                self._fail_medium(each, error)
            if len(batch) == self.batch_size or number == len(media):
                rows += self._encode_batch(batch)
                batch = []
        return rows

    def _encode_batch(self, batch: Sequence[tuple[Medium, Tensor]]) -> Iterator[tuple[Medium, Tensor]]:
        def step(some: Sequence[tuple[Medium, Tensor]]) -> Sequence[Tensor]:
            modality = some[0][0].file.modality
            with interruptible(self.should_stop):
                return list(self.features.encode(modality, [each for _, each in some]))

        for (medium, _), row in in_batches(batch, self._size, step):
            if isinstance(row, Exception):
                self._fail_medium(medium, row)
            elif not row.isfinite().all():
                self._fail_medium(medium, FloatingPointError(f"{medium.name}: its features are not finite"))
            else:
                yield medium, row

    def _prepared(self, medium: Medium) -> Tensor:
        """What the encoder takes of a medium. Raises MediaError, also where the file is another than when it was listed."""
        file = medium.file
        try:
            media = MEDIA_TYPES[file.modality].open(read_input(file))
            prepared: Tensor = self.features.encoders[file.modality].prepare(file.modality, media)
        except MediaError as error:
            said = str(error).replace("the given bytes", medium.name, 1).replace(str(file.path), medium.name)
            raise MediaError(said) from None
        return prepared

    def _slot(self, medium: Medium) -> bytes:
        """The place of a medium among the outcomes: what one encoder cannot read another may."""
        modality = medium.file.modality
        store = self.features.store(modality).folder.name if modality in self.features.encoders else ""
        return _slot(modality, store, medium.file.sha256)

    def _fail_medium(self, medium: Medium, error: Exception) -> None:
        said = (type(error).__name__, str(error))
        self._write_failure(self._slot(medium), medium.file.sha256, said, medium.name, again=True)

    def _fail(self, name: str, slot: bytes, key: str, kind: str, sentence: str) -> None:
        """Count a file or a line that is no medium, and write its error row where there is none."""
        self.summary.failed += 1
        self._write_failure(slot, key, (kind, sentence), name)

    def _write_failure(
        self, slot: bytes, key: str, error: tuple[str, str], name: str, again: bool = False
    ) -> None:
        row = self.committer.fail(slot, key, error, {"id": name}, again)
        if row is not None:
            self.summary.new_failures += 1
            self.report(FAILED, dict(row))

    def _is_over(self) -> bool:
        return self.summary.is_over(self.settings, self.should_stop)


def _slot(*pieces: str) -> bytes:
    return hashlib.sha256("\0".join(pieces).encode("utf-8", "surrogateescape")).digest()[:16]


# The media that a job of encoding is to read


@dataclass(frozen=True)
class Medium:
    """One file to encode. `name` says which, below the folder or in the manifest."""

    name: str
    file: MediaFile


@dataclass(frozen=True)
class Unreadable:
    """A file or a line that holds no medium. `digest` is of what it is, so that the same is told once."""

    name: str
    digest: str
    kind: str
    sentence: str


def of_folder(folder: Path, out: Path) -> Iterator[Medium | Unreadable]:
    """The media below a folder by name, without those below `out`. A file is one by its content, or claims to be by its
    suffix; others are passed over."""
    outside = out.resolve()
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if path.resolve().is_relative_to(outside):
            continue
        if path.suffix.lower() not in MODALITY_OF and not _holds_media(path):
            continue
        try:
            _, data = sniff.read_source(path, DEFAULT_LIMITS.max_bytes)
        except MediaError as error:
            yield Unreadable(name, "", type(error).__name__, str(error).replace(str(path), name))
            continue
        digest = hashlib.sha256(data).hexdigest()
        try:
            yield Medium(name, MediaFile(kind_of(name, data).modality, path, digest, len(data)))
        except MediaError as error:
            yield Unreadable(name, digest, type(error).__name__, str(error))


def _holds_media(path: Path) -> bool:
    """Whether a file begins as one that anygen reads."""
    try:
        with path.open("rb") as file:
            # An array says nothing of what it is one of.
            return sniff.container_of(file.read(_HEAD_BYTES)) not in (None, "npy")
    except OSError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in one order on every machine; links to folders are not followed."""
    for each in sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name)):
        if each.is_dir():
            if not each.is_symlink():
                yield from _files(each)
        elif each.is_file():
            yield each


def of_manifest(path: Path, reader: ItemReader) -> Iterator[Medium | Unreadable]:
    """The media of a manifest's items, item by item. Raises PromptError for a file that is no manifest."""
    for line in manifest.read(path):
        if line is None:
            continue
        if line.error:
            yield Unreadable(f"line {line.number}", line.digest, "ManifestError", line.error)
            continue
        try:
            item = reader.item(line.record, line.number)
        except ItemError as error:
            yield Unreadable(f"line {line.number}", line.digest, "RequestError", str(error))
            continue
        for turn in item.turns:
            for part in turn.parts:
                if isinstance(part, MediaFile):
                    # Its own name, without the folders of a store.
                    yield Medium(f"line {line.number}: {part.path.name.rpartition('/')[2]}", part)
