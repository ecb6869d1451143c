"""Pools of workers on a Ray cluster: how many of a kind, what each asks of the cluster, and which is free for what waits."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from anygen.batch.items import Work
from anygen.core.errors import ConfigError, MachineError, nearest, shown

MOST_LOADS = 3
"""Workers of one kind that may die one after the other before any of them is ready."""


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
