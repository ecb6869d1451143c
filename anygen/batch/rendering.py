"""`render`: one manifest into one folder, from Python; `estimate`: what that will take."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anygen.batch import manifest as manifests
from anygen.batch.commit import Committer
from anygen.batch.executor import Executor, LocalExecutor, NoWatch, lost_device_said
from anygen.batch.items import Item, ItemError, ItemReader, Work, in_shard, slot_of
from anygen.batch.job import Job
from anygen.batch.manifest import DuplicateIds
from anygen.batch.pages import page_name, write_pages
from anygen.batch.runner import Report, Runner, Settings, Summary
from anygen.batch.signals import ShouldStop
from anygen.batch.stores import Root, StoreCopies, fingerprint, is_url
from anygen.core.errors import ConfigError

SAMPLES = 8
"""Answers made for the estimate, drawn evenly from the manifest."""
SHOWN = 100


def render(  # noqa: PLR0913  what the command has flags for, by keyword
    manifest: str | Path,
    out: str | Path,
    model: Any = "mini",
    *,
    settings: Settings | None = None,
    roots: Iterable[str | Path] = (),
    exact: bool = False,
    maker: Executor | None = None,
    pages: bool = True,
    copy_to: str | None = None,
    keep_inputs: bool = False,
    report: Report = lambda event, row: None,
    should_stop: ShouldStop = lambda: False,
) -> Summary:
    """Render what `manifest` asks for into the folder `out`; what is done there already is not done again.

    `model` is an AnyGen, or what `AnyGen.from_pretrained` takes. `roots` are folders that media may lie in beside the
    manifest's own, on this machine or, by their URL, in a store (stores.py);
    `exact` asks for the same bytes as an undisturbed run's; `maker` makes in place of this process;
    `pages` writes index.html and sheet.png at the end; `copy_to` is the URL of a folder that results are copied to;
    `keep_inputs` keeps the input media of what is made now beside it, for replay.
    Raises PromptError for a manifest that cannot be opened, ConfigError for other weights than the folder was begun with,
    OSError, MachineError, CheckpointError and a lost device's error for what ends a job: run it again to go on."""
    model = loaded(model)
    settings = settings or Settings()
    copies = None if copy_to is None else StoreCopies(copy_to)
    with Job(Path(out)) as job:
        job.describe(model, str(manifest), settings.overwrite)
        committer = Committer(job, copies, keep_inputs)
        runner = Runner(
            committer=committer,
            executor=maker or LocalExecutor(model),
            reader=reader_for(model, Path(manifest), job.index.hash_file, roots, exact),
            path=Path(manifest),
            settings=settings,
            report=report,
            should_stop=should_stop,
        )
        with lost_device_said():
            summary = runner.run()
        if summary.stopped == "signal":
            return summary
        if pages and (summary.made or summary.new_failures or not (job.folder / page_name(1)).exists()):
            write_pages(job)
        committer.complete_copies()
        return summary


def loaded(model: Any) -> Any:
    """The model itself, loaded where it is named."""
    if not isinstance(model, (str, Path)):
        return model
    from anygen.model import AnyGen

    return AnyGen.from_pretrained(model)


def reader_for(
    model: Any, manifest: Path, hash_file: Any, roots: Iterable[str | Path] = (), exact: bool = False
) -> ItemReader:
    """What reads the lines of a manifest for a model. Raises ConfigError for a root that is no folder."""
    roots = tuple(roots)
    found = tuple(Path(root).resolve() for root in roots if not is_url(root))
    for root in found:
        if not root.is_dir():
            raise ConfigError(f"roots: {root} is no folder")
    return ItemReader(
        makes=model.makes,
        reads=model.reads,
        weights_hash=model.weights_hash,
        folder=manifest.resolve().parent,
        roots=found,
        hash_file=hash_file,
        exact=exact,
        stores=tuple(Root.open(str(root)) for root in roots if is_url(root)),
    )


# Before a job: every line checked, and what the whole will take, from a few answers that are made and thrown away.


@dataclass
class Estimate:
    """`lines` of a manifest, the `errors` among them (the first SHOWN as sentences), and the `answers` the others ask for.
    `seconds` and `bytes` are for all answers, from `sampled` of them; None where none was made."""

    lines: int = 0
    answers: int = 0
    errors: int = 0
    sentences: list[str] = field(default_factory=list)
    sampled: int = 0
    failed_samples: int = 0
    seconds: float | None = None
    bytes: int | None = None

    def fail(self, number: int, sentence: str) -> None:
        """Count a line that is no request, and keep the first SHOWN sentences."""
        self.errors += 1
        if len(self.sentences) < SHOWN:
            self.sentences.append(f"line {number}: {sentence}")


def estimate(
    manifest: str | Path,
    model: Any = "mini",
    *,
    settings: Settings | None = None,
    roots: Iterable[str | Path] = (),
    exact: bool = False,
    maker: Executor | None = None,
    should_stop: ShouldStop = lambda: False,
) -> Estimate:
    """Check every line of a manifest and tell what it will take, from a few answers that are thrown away. Writes nothing.

    Arguments and errors are those of `render`."""
    model, path, settings = loaded(model), Path(manifest), settings or Settings()
    reader = reader_for(model, path, fingerprint, roots, exact)
    found, chosen = Estimate(), _Reservoir(SAMPLES)
    with closing(DuplicateIds()) as ids:
        for line in manifests.read(path):
            if line is None or should_stop() or (settings.limit is not None and line.number > settings.limit):
                break
            try:
                item = _checked(line, reader, ids, settings.shard)
            except ItemError as error:
                found.lines += 1
                found.fail(line.number, str(error))
                continue
            if item is not None:
                found.lines += 1
                found.answers += item.n
                chosen.offer(item)
    if chosen.items and not should_stop():
        works = [Work(item) for item in chosen.items]
        _calibrate(found, works, maker or LocalExecutor(model), should_stop)
    return found


def _checked(
    line: manifests.Line, reader: ItemReader, ids: DuplicateIds, shard: tuple[int, int]
) -> Item | None:
    """The request of a line; None where it is another shard's. Raises ItemError."""
    if line.error:
        raise ItemError(line.error)
    item = reader.item(line.record, line.number)
    if not in_shard(slot_of(item.id), shard):
        return None
    first = ids.first_line(slot_of(item.id), line.number)
    if first != line.number:
        raise ItemError(f"id is that of line {first} already")
    return item


def _calibrate(found: Estimate, works: Sequence[Work], executor: Executor, should_stop: ShouldStop) -> None:
    """Make some answers twice: the first time loads the decoders and warms up, the second is timed."""
    for _ in executor.make(works, NoWatch(), should_stop):
        pass
    began = time.perf_counter()
    made = list(executor.make(works, NoWatch(), should_stop))
    took = time.perf_counter() - began
    if should_stop() or not made:
        return
    written = sum(len(data) for each in made for _, data in each.files)
    found.sampled = len(made)
    found.failed_samples = sum(each.error is not None for each in made)
    found.seconds = took / len(made) * found.answers
    found.bytes = round(written / len(made) * found.answers)


class _Reservoir:
    """An even draw from a stream of unknown length (Vitter 1985, algorithm R), the same for the same manifest."""

    def __init__(self, size: int) -> None:
        self.items: list[Item] = []
        self._size, self._count, self._random = size, 0, random.Random(0)

    def offer(self, item: Item) -> None:
        self._count += 1
        if len(self.items) < self._size:
            self.items.append(item)
        elif (place := self._random.randrange(self._count)) < self._size:
            self.items[place] = item
