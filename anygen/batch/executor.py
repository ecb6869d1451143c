"""Executors: answers from requests, in the order that suits the machine. The language model speaks for many items at once;
then one decoder after the other draws what all of them said.

An executor knows nothing of ledgers and leases. Any object with this `make` may take the place of LocalExecutor, on this
machine or on others: `Work` and `Made` are plain values.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import torch

from anygen.batch.commit import Made
from anygen.batch.failpoints import reached
from anygen.batch.items import MediaFile, Turn, Work, read_input
from anygen.batch.signals import ShouldStop, interruptible
from anygen.core import errors
from anygen.core.devices import free_accelerator_cache
from anygen.core.errors import CheckpointError, MachineError, MediaError
from anygen.core.modality import TEXT, Modality
from anygen.generation import DECODE_BATCH, Rendered, Stopped, decode
from anygen.media import provenance
from anygen.media.types import MEDIA_TYPES, SUFFIX, modality_of
from anygen.messages.message import Message
from anygen.messages.reply import Reply, Response, Span

logger = logging.getLogger(__name__)

RESPOND_BATCH = 16
LARGEST = 64
SHARE = 0.8
"""Of the accelerator's free memory, what a larger batch may be expected to take."""
KEPT_FILES = 16
"""Input files that are kept decoded between items, so that one that many items name is decoded once."""

T = TypeVar("T")


class Watch(Protocol):
    """Told what is being worked on, so that work which kills the process can be told from the rest."""

    def starting(self, works: Sequence[Work]) -> None:
        """A step on these begins."""
        return

    def ended(self, works: Sequence[Work]) -> None:
        """It came to an end, good or bad."""
        return

    def is_suspect(self, work: Work) -> bool:
        """Whether it was being worked on when a process died; then it shares no step with others."""
        return False

    def died(self, works: Sequence[Work]) -> Sequence[Made]:
        """Another process died while it worked on these, and this one goes on: each counts as a start that nothing came of.
        What becomes of those at which that happened too often; the others are to be tried again, alone."""
        return ()


class Executor(Protocol):
    """What makes the answers of a job."""

    def make(self, works: Sequence[Work], watch: Watch, should_stop: ShouldStop) -> Iterator[Made]:
        """What comes of each piece of work, in any order, each once; fewer where `should_stop` says so, asked at every token
        and denoising step. An executor may keep some for a later call; one without works gives all that is left. Raises what
        ends a job: OSError, MachineError, CheckpointError, a lost device."""


class NoWatch(Watch):
    """The Watch of work that counts for nothing, or whose deaths whoever asked for it sees."""


@dataclass(eq=False)
class Opened:
    """An answer under way: what was said, and what is drawn of it so far."""

    work: Work
    response: Response
    rendered: Rendered
    missing: set[int] = field(default_factory=set)


class LocalExecutor:
    """Makes with a model in this process. `should_stop` abandons the step in hand; `read` gives the bytes of an input."""

    def __init__(self, model: Any, read: Callable[[MediaFile], bytes] = read_input) -> None:
        self.model, self._read = model, read
        self.respond_size = BatchSize(RESPOND_BATCH)
        self.decode_sizes: dict[tuple[Modality, str], BatchSize] = {}
        self._files: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def make(self, works: Sequence[Work], watch: Watch, should_stop: ShouldStop) -> Iterator[Made]:
        """See Executor.make."""
        try:
            opened: list[Opened] = []
            yield from self.respond(works, watch, should_stop, opened)
            yield from self.draw(opened, watch, should_stop)
        except Stopped:
            return

    def respond(
        self, works: Sequence[Work], watch: Watch, should_stop: ShouldStop, opened: list[Opened]
    ) -> Iterator[Made]:
        """Ask the language model. Answers without media are made by that; the others are added to `opened`."""
        groups: dict[str, list[Work]] = {}
        for work in works:
            asked = (work.item.options, work.item.modalities, work.item.require)
            groups.setdefault(repr(asked), []).append(work)

        def step(batch: Sequence[Work]) -> Sequence[Response]:
            item = batch[0].item
            with _watched(watch, batch):
                reached("before-respond")
                responses: Sequence[Response] = self.model.respond(
                    [tuple(self._message(turn) for turn in work.item.turns) for work in batch],
                    item.options,
                    [work.seed for work in batch],
                    item.modalities,
                    item.require,
                    should_stop=should_stop,
                )
                if should_stop():
                    raise Stopped
                reached("after-respond")
                return responses

        for group in groups.values():
            for work, response in in_batches(group, self.respond_size, step, watch.is_suspect):
                if isinstance(response, Exception):
                    yield failed(work, response)
                    continue
                rendered = Rendered(timings=[dict(response.timings)], neighbours=[response.batch_size])
                missing = {span.index for span in response.spans}
                if missing:
                    opened.append(Opened(work, response, rendered, missing))
                else:
                    yield made_of(work, self.model.reply(response, rendered))

    def draw(
        self,
        opened: Sequence[Opened],
        watch: Watch,
        should_stop: ShouldStop,
        modalities: Collection[Modality] | None = None,
    ) -> Iterator[Made]:
        """Draw everything that was said, or `modalities` of it, one decoder after the other; what is complete is made."""
        groups: dict[tuple[Modality, str], list[tuple[Opened, Span]]] = {}
        for modality in self.model.makes if modalities is None else modalities:
            for each in opened:
                for span in each.response.spans:
                    if span.modality == modality:
                        groups.setdefault((modality, repr(each.work.item.options)), []).append((each, span))
        gone: set[int] = set()
        for (modality, options), spans in groups.items():
            yield from self._draw_group(modality, options, spans, gone, watch, should_stop)

    def _draw_group(
        self,
        modality: Modality,
        options: str,
        spans: Sequence[tuple[Opened, Span]],
        gone: set[int],
        watch: Watch,
        should_stop: ShouldStop,
    ) -> Iterator[Made]:
        """Draw the spans of one decoder and equal options; `gone` are answers one of whose spans has failed."""
        exact = spans[0][0].work.item.options.exact
        size = (
            BatchSize(1, 1)
            if exact
            else self.decode_sizes.setdefault((modality, options), BatchSize(DECODE_BATCH))
        )

        with interruptible(should_stop):
            # Loads it; a file that is missing is no fault of the items.
            _ = self.model.decoders[modality]

        def step(batch: Sequence[tuple[Opened, Span]]) -> Sequence[Any]:
            works = [each.work for each, _ in batch]
            began = time.perf_counter()
            with _watched(watch, works):
                reached(f"before-decode-{modality}")
                media = decode(
                    self.model.decoders,
                    modality,
                    [(each.response, span) for each, span in batch],
                    should_stop=should_stop,
                )
                reached(f"after-decode-{modality}")
            took = (time.perf_counter() - began) / len(batch)
            return [(medium, len(batch), took) for medium in media]

        for (each, span), drawn in in_batches(spans, size, step, lambda pair: watch.is_suspect(pair[0].work)):
            if id(each) in gone:
                continue
            if isinstance(drawn, Exception):
                gone.add(id(each))
                yield failed(each.work, drawn)
                continue
            medium, neighbours, took = drawn
            timings = each.rendered.timings[0]
            timings[modality] = timings.get(modality, 0.0) + took
            each.rendered.media[0, span.index] = medium
            each.rendered.neighbours[0] = max(each.rendered.neighbours[0], neighbours)
            each.missing.discard(span.index)
            if not each.missing:
                yield made_of(each.work, self.model.reply(each.response, each.rendered))
                each.rendered.media.clear()

    def _message(self, turn: Turn) -> Message:
        return Message(
            turn.role, tuple(part if isinstance(part, str) else self._media(part) for part in turn.parts)
        )

    def _media(self, file: MediaFile) -> Any:
        """A medium of a request. Raises MediaError, also where the file is not what it was when the key was made."""
        # One file may be asked for as a picture and as depth, or as a clip and as its sound.
        named = (file.modality, file.sha256)
        if named in self._files:
            self._files.move_to_end(named)
            return self._files[named]
        data = self._read(file)
        try:
            media = MEDIA_TYPES[file.modality].open(data)
        except MediaError as error:
            raise MediaError(str(error).replace("the given bytes", file.name, 1)) from None
        self._files[named] = media
        if len(self._files) > KEPT_FILES:
            self._files.popitem(last=False)
        return media


@contextlib.contextmanager
def _watched(watch: Watch, works: Sequence[Work]) -> Iterator[None]:
    """A step on these. Where it lost the device, it ends no better than a process that was killed by it."""
    watch.starting(works)
    try:
        yield
    except BaseException as error:
        if not is_lost_device(error):
            watch.ended(works)
        raise
    watch.ended(works)


def failed(work: Work, error: Exception) -> Made:
    """What comes of work that cannot be done."""
    return Made(work, error=(type(error).__name__, str(error)))


def made_of(work: Work, reply: Reply) -> Made:
    """A reply as the files and the line it becomes; each medium with its record inside and beside it."""
    parts: list[dict[str, Any]] = []
    files: list[tuple[str, bytes]] = []
    for index, part in enumerate(reply.parts):
        if isinstance(part, str):
            parts.append({"type": str(TEXT), "text": part})
            continue
        modality = modality_of(part)
        name = f"{work.stem}-{index}{SUFFIX[modality]}"
        record = provenance.for_part(reply.provenance, index, part)
        files += [(name, part.encode(record)), (f"{name}.json", provenance.as_json(record))]
        parts.append({"type": str(modality), "path": name, "caption": reply.captions[index]})
    return Made(work, tuple(parts), tuple(files), dict(reply.timings))


# How many items go into one step: as many as memory holds, found while working.


class BatchSize:
    """The number of items of one kind of step. It doubles on an accelerator while what the last step took says that twice
    as many fit, up to `largest`; out of memory halves it for good."""

    def __init__(self, start: int, largest: int = LARGEST) -> None:
        self.now, self.largest = min(start, largest), largest

    def halve(self, tried: int) -> None:
        """`tried` items were too many."""
        self.now = self.largest = max(1, tried // 2)

    def succeeded(self, count: int, grew: int, free: int) -> None:
        """`count` items were done, for which memory grew by `grew` bytes at most; `free` bytes are free now."""
        if count == self.now and self.now < self.largest and 0 < 2 * grew < SHARE * free:
            self.now = min(2 * self.now, self.largest)


def in_batches(
    items: Sequence[T],
    size: BatchSize,
    step: Callable[[Sequence[T]], Sequence[Any]],
    alone: Callable[[T], bool] = lambda item: False,
) -> Iterator[tuple[T, Any]]:
    """Each item with its result, or with the exception that it alone gave. Items that are `alone` share no step.

    Out of memory makes batches smaller; any other error has each item of the batch tried alone, so that one bad item
    costs no other. What ends a job (`ends_job`) is raised."""
    waiting = list(items)
    single: set[int] = set()
    while waiting:
        count = size.now
        is_alone = [alone(each) or id(each) in single for each in waiting[:count]]
        if any(is_alone):
            count = max(1, is_alone.index(True))
        batch = waiting[:count]
        count = len(batch)
        out_of_memory = False
        try:
            results, grew, free = _measured(step, batch)
        except Exception as error:
            if ends_job(error):
                raise
            out_of_memory = is_out_of_memory(error)
            if count == 1:
                # Without its traceback, which holds the tensors of the step.
                failed: Exception | None = error.with_traceback(None)
            else:
                failed = None
        else:
            size.succeeded(count, grew, free)
            del waiting[:count]
            yield from zip(batch, results, strict=True)
            continue
        # Here the exception is gone, and with it what its frames held.
        free_accelerator_cache()
        if failed is not None:
            del waiting[:1]
            yield batch[0], failed
        elif out_of_memory:
            size.halve(count)
            logger.warning("out of memory with %d items at once; %d from now on", count, size.now)
        else:
            single.update(id(each) for each in batch)


def _measured(
    step: Callable[[Sequence[T]], Sequence[Any]], batch: Sequence[T]
) -> tuple[Sequence[Any], int, int]:
    """What a step gives, the bytes by which the accelerator's memory grew at most, and those free afterwards."""
    if not (torch.cuda.is_available() and torch.cuda.is_initialized()):
        return step(batch), 0, 0
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    results = step(batch)
    grew = torch.cuda.max_memory_allocated() - before
    free = torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
    return results, grew, free


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, by the error's kind or, of a RuntimeError, by its words."""
    said = str(error).lower()
    return errors.is_out_of_memory(error) or (
        isinstance(error, RuntimeError) and ("out of memory" in said or "can't allocate memory" in said)
    )


def is_lost_device(error: BaseException) -> bool:
    """Whether the accelerator is of no use to this process any more."""
    if is_out_of_memory(error):
        return False
    kind = type(error).__name__
    said = str(error)
    return kind == "AcceleratorError" or (
        isinstance(error, RuntimeError)
        and any(words in said for words in ("CUDA error", "HIP error", "device-side assert"))
    )


def ends_job(error: BaseException) -> bool:
    """Whether every other item would meet the same: the disk, the device, the weights, an installation."""
    kinds = (Stopped, OSError, MachineError, CheckpointError, ImportError)
    return isinstance(error, kinds) or is_lost_device(error)


@contextlib.contextmanager
def lost_device_said() -> Iterator[None]:
    """Within `with`, a lost device ends the job in one sentence. Raises MachineError."""
    try:
        yield
    except RuntimeError as error:
        if not is_lost_device(error):
            raise
        raise MachineError(
            f"the accelerator was lost ({str(error).splitlines()[0]}); run the same again to go on"
        ) from error
