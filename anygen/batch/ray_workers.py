"""The workers of a cluster: what runs in their processes, and the pools they stand in.

One kind speaks, one kind for each medium draws. They read no file but the
model's, and write none: requests come with the bytes of their media, and what is made goes back as values.

Nothing here knows Ray, which only starts these classes elsewhere and carries what they return.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

import anygen
from anygen.batch.commit import Made
from anygen.batch.executor import LocalExecutor, NoWatch, Opened
from anygen.batch.items import MediaFile, Work
from anygen.core.errors import ConfigError, MachineError, nearest, shown
from anygen.core.modality import Modality
from anygen.decoders.lazy import LazyDecoders
from anygen.generation import DECODE_BATCH, Rendered, reply_of
from anygen.messages.reply import Reply, Response

LLM = "llm"
"""The kind of worker that answers in words; the others have the name of what they draw."""

MOST_LOADS = 3
"""Workers of one kind that may die one after the other before any of them is ready."""


@dataclass(frozen=True)
class Facts:
    """What a job needs to know of a model: the same in all workers of a job."""

    name: str
    weights_hash: str
    makes: tuple[Modality, ...] = ()
    reads: tuple[Modality, ...] = ()
    anygen: str = anygen.__version__


@dataclass(frozen=True)
class Step:
    """What came of a call: for each piece of work what was made, or the modality that is to be drawn next; and how many the
    worker takes at once from now on."""

    outcomes: tuple[Made | Modality, ...]
    room: int


class Speaker:
    """Holds the model without its decoders. `placed` are arguments of AnyGen.from_pretrained, `threads` those of torch."""

    def __init__(self, model: str, placed: Mapping[str, Any], threads: int) -> None:
        self._model, self._placed, self._threads = model, placed, threads
        self._inputs: Mapping[str, bytes] = {}

    def load(self) -> Facts:
        """Load the model. Raises what AnyGen.from_pretrained does."""
        from anygen.model import AnyGen

        torch.set_num_threads(self._threads)
        model = AnyGen.from_pretrained(self._model, **_without_decoders(self._placed))
        self._executor = LocalExecutor(model, self._read)
        return Facts(model.name, model.weights_hash, model.makes, model.reads)

    def run(self, works: Sequence[Work], inputs: Mapping[str, bytes]) -> tuple[Any, ...]:
        """A Step, and for each piece of work the opened answer that is to be drawn, or None. `inputs` are the media of the
        requests by their SHA-256."""
        self._inputs = inputs
        opened: list[Opened] = []
        made = list(self._executor.respond(works, NoWatch(), _never, opened))
        for each in opened:
            each.response = _on_cpu(each.response)
        self._inputs = {}
        return _returned([work.slot for work in works], made, opened, self._executor.respond_size.now)

    def _read(self, file: MediaFile) -> bytes:
        return self._inputs[file.sha256]


class Drawer:
    """Holds one decoder."""

    def __init__(self, model: str, placed: Mapping[str, Any], threads: int, modality: Modality) -> None:
        self._model, self._placed, self._threads, self._modality = model, placed, threads, modality

    def load(self) -> Facts:
        """Load the decoder. Raises what checkpoint.load_decoder does."""
        from anygen.loading.checkpoint import load_decoder

        torch.set_num_threads(self._threads)
        decoders, weights_hash = load_decoder(
            self._model, self._modality, **_of_decoder(self._placed, self._modality)
        )
        self._executor = LocalExecutor(_Decoders(decoders, self._model, weights_hash))
        return Facts(self._model, weights_hash)

    def run(self, *opened: Opened) -> tuple[Any, ...]:
        """A Step, and for each answer itself where something else is to be drawn for it, or None."""
        made = list(self._executor.draw(opened, NoWatch(), _never, (self._modality,)))
        room = max((size.now for size in self._executor.decode_sizes.values()), default=DECODE_BATCH)
        is_made = {each.work.slot for each in made}
        rest = [each for each in opened if each.work.slot not in is_made]
        return _returned([each.work.slot for each in opened], made, rest, room)


@dataclass(frozen=True)
class _Decoders:
    """What a LocalExecutor that only draws needs of a model."""

    decoders: LazyDecoders
    name: str
    weights_hash: str

    def reply(self, response: Response, drawn: Rendered) -> Reply:
        return reply_of(response, drawn, 0, self.name, self.weights_hash)


def _returned(
    slots: Sequence[bytes], made: Sequence[Made], opened: Sequence[Opened], room: int
) -> tuple[Any, ...]:
    by_slot: dict[bytes, Made | Opened] = {each.work.slot: each for each in made}
    by_slot |= {each.work.slot: each for each in opened}
    found = [by_slot[slot] for slot in slots]
    outcomes = tuple(_next(each) if isinstance(each, Opened) else each for each in found)
    return (Step(outcomes, room), *(each if isinstance(each, Opened) else None for each in found))


def _next(opened: Opened) -> Modality:
    """What is drawn next: the first that is missing, in the order of the reply."""
    return next(span.modality for span in opened.response.spans if span.index in opened.missing)


def _on_cpu(response: Response) -> Response:
    """A response that a process without the speaker's device can read."""
    parts = tuple(
        part
        if isinstance(part, str)
        else dataclasses.replace(
            part, conditioning={name: value.cpu() for name, value in part.conditioning.items()}
        )
        for part in response.parts
    )
    return dataclasses.replace(response, parts=parts)


def _without_decoders(placed: Mapping[str, Any]) -> dict[str, Any]:
    """Placement of all but the decoders, which stay on the CPU: only a caption's text encoder is ever loaded here."""
    kept = {name: value for name, value in placed.items() if name not in ("offload", "memory_budget")}
    device = kept.get("device", "cpu")
    if not isinstance(device, Mapping):
        device = {"default": device}
    kept["device"] = {name: value for name, value in device.items() if not name.startswith("decoders")} | {
        "decoders": "cpu"
    }
    return kept


def _of_decoder(placed: Mapping[str, Any], modality: Modality) -> dict[str, Any]:
    """Placement of one decoder."""
    kept = {name: placed[name] for name in ("dtype",) if name in placed}
    kept["device"] = device_of(placed, modality)
    offload = placed.get("offload")
    if isinstance(offload, Mapping):
        offload = offload.get(f"decoders.{modality}", offload.get(modality, offload.get("decoders")))
    return kept if offload is None else {**kept, "offload": offload}


def device_of(placed: Mapping[str, Any], kind: str) -> Any:
    """The device that a worker of a kind runs on, as placement names it."""
    device = placed.get("device", "cpu")
    if not isinstance(device, Mapping):
        return device
    names = ("llm",) if kind == LLM else (f"decoders.{kind}", "decoders")
    return next((device[name] for name in (*names, "default") if name in device), "cpu")


def _never() -> bool:
    return False


# The pools: how many workers of a kind, what each asks of the cluster, and which is free for what waits.


@dataclass(frozen=True)
class Workers:
    """How many workers there are of one kind, and what each takes of a machine: `num_gpus` and `num_cpus` as Ray counts
    them (parts of one are accepted), `accelerator_type` as Ray names cards (T4, A100, H100)."""

    count: int = 1
    num_gpus: float | None = None
    num_cpus: float | None = None
    accelerator_type: str | None = None

    @classmethod
    def parse(cls, text: str) -> Workers:
        """`4` or `4,num_gpus=0.5,accelerator_type=T4`. Raises ConfigError."""
        count, *settings = [each.strip() for each in text.split(",")]
        if not count.isdecimal() or not 1 <= int(count) <= 10_000:
            raise ConfigError(
                f"{shown(text)}: begins with the number of workers, from 1; 2,num_gpus=1 is accepted"
            )
        values: dict[str, Any] = {"count": int(count)}
        known = [each.name for each in dataclasses.fields(cls)[1:]]
        for each in settings:
            name, _, value = each.partition("=")
            if name not in known:
                raise ConfigError(f"{shown(text)}: unknown setting {shown(name)}; {nearest(name, known)}")
            values[name] = value if name == "accelerator_type" else _amount(name, value)
        return cls(**values)

    def options(self, num_gpus: float, num_cpus: float) -> dict[str, Any]:
        """What Ray is told of each, with these amounts where nothing is said. Nothing is started again behind our back."""
        told: dict[str, Any] = {"max_restarts": 0, "max_task_retries": 0}
        told["num_gpus"] = num_gpus if self.num_gpus is None else self.num_gpus
        told["num_cpus"] = num_cpus if self.num_cpus is None else self.num_cpus
        if self.accelerator_type is not None:
            told["accelerator_type"] = self.accelerator_type
        return told


def _amount(name: str, value: str) -> float:
    try:
        amount = float(value)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < 10_000:
        raise ConfigError(f"{name} is {shown(value)}; a number from 0 is accepted")
    return amount


@dataclass(eq=False)
class Task:
    """An answer on its way. `state` is what the last worker left of it on the cluster; equal `group`s may share a step."""

    work: Work
    group: str
    is_alone: bool = False
    state: Any = None


@dataclass(eq=False)
class Worker:
    """A process on the cluster. `call` is what it is at; it takes `room` pieces of work at once."""

    actor: Any
    room: int
    is_ready: bool = False
    call: Any = None
    tasks: list[Task] = field(default_factory=list)


class Pool:
    """The workers of one kind and what waits for them. `start` makes an actor that is not loaded yet."""

    def __init__(self, kind: str, count: int, room: int, start: Callable[[], Any]) -> None:
        self.kind, self.count, self._room, self._start = kind, count, room, start
        self.workers: list[Worker] = []
        self.queue: deque[Task] = deque()
        self._deaths = 0

    def begin(self) -> None:
        """Start the workers, where they are not."""
        while len(self.workers) < self.count:
            worker = Worker(self._start(), self._room)
            worker.call = worker.actor.load.remote()
            self.workers.append(worker)

    def ready(self, worker: Worker) -> None:
        """A worker has loaded its part of the model."""
        worker.is_ready = True
        self._deaths = 0

    def lost(self, worker: Worker) -> None:
        """Put another worker in the place of one that is gone. Raises MachineError where they die while they load."""
        self._deaths += 0 if worker.is_ready else 1
        self.workers.remove(worker)
        if self._deaths >= MOST_LOADS:
            raise MachineError(
                f"{self._deaths} workers for {self.kind} died one after the other while they loaded the model: out of "
                "memory, or another installation than here; Ray's logs on their machine say more"
            )
        self.begin()

    def free(self) -> Iterator[Worker]:
        """The workers that have nothing to do, while something waits for them."""
        for worker in self.workers:
            if worker.is_ready and worker.call is None and self.queue:
                yield worker

    def take(self, worker: Worker) -> list[Task]:
        """What a worker does next: work of one group, its share of what waits; what shares no step, alone."""
        first = self.queue[0]
        if first.is_alone:
            return [self.queue.popleft()]
        num_ready = sum(each.is_ready for each in self.workers)
        most = min(worker.room, -(-len(self.queue) // num_ready))
        taken = [each for each in self.queue if each.group == first.group and not each.is_alone][:most]
        chosen = set(map(id, taken))
        self.queue = deque(each for each in self.queue if id(each) not in chosen)
        return taken
