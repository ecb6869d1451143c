"""Before a job: every line checked, and what the whole will take, from a few answers that are made and thrown away."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anygen.batch import manifest
from anygen.batch.commit import Made
from anygen.batch.duplicate_ids import Seen
from anygen.batch.executor import Maker, ShouldStop
from anygen.batch.items import Item, ItemError, ItemReader, Work, in_shard, slot_of

SAMPLES = 8
"""Answers made for the estimate, drawn evenly from the manifest."""
SHOWN = 100


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
        self.errors += 1
        if len(self.sentences) < SHOWN:
            self.sentences.append(f"line {number}: {sentence}")


def dry_run(
    path: Path,
    reader: ItemReader,
    maker: Maker | None,
    shard: tuple[int, int] = (1, 1),
    limit: int | None = None,
    should_stop: ShouldStop = lambda: False,
) -> Estimate:
    """Check the lines of a manifest, and with a maker estimate what they take. Writes nothing."""
    estimate, chosen = Estimate(), _Reservoir(SAMPLES)
    with Seen() as seen:
        for line in manifest.read(path):
            if line is None or should_stop() or (limit is not None and line.number > limit):
                break
            try:
                if line.error:
                    raise ItemError(line.error)
                item = reader.item(line.record, line.number)
                if not in_shard(slot_of(item.id), shard):
                    continue
                first = seen.first_line(slot_of(item.id), line.number)
                if first != line.number:
                    raise ItemError(f"id is that of line {first} already")
            except ItemError as error:
                estimate.lines += 1
                estimate.fail(line.number, str(error))
                continue
            estimate.lines += 1
            estimate.answers += item.n
            chosen.offer(item)
    if maker is not None and chosen.items and not should_stop():
        _calibrate(estimate, [Work(item) for item in chosen.items], maker, should_stop)
    return estimate


def _calibrate(estimate: Estimate, works: Sequence[Work], maker: Maker, should_stop: ShouldStop) -> None:
    """Make some answers twice: the first time loads the decoders and warms up, the second is timed."""
    watch = _Nobody()
    for _ in maker.make(works, watch, should_stop):
        pass
    began = time.perf_counter()
    made = list(maker.make(works, watch, should_stop))
    took = time.perf_counter() - began
    if should_stop() or not made:
        return
    written = sum(len(data) for each in made for _, data in each.files)
    estimate.sampled = len(made)
    estimate.failed_samples = sum(each.error is not None for each in made)
    estimate.seconds = took / len(made) * estimate.answers
    estimate.bytes = round(written / len(made) * estimate.answers)


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


class _Nobody:
    """A Watch for work that counts for nothing."""

    def starting(self, works: Sequence[Any]) -> None:
        pass

    def ended(self, works: Sequence[Any]) -> None:
        pass

    def is_suspect(self, work: Any) -> bool:
        return False

    def died(self, works: Sequence[Any]) -> Sequence[Made]:
        return ()
