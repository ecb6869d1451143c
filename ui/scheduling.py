"""What is decided before the worker is asked: whose turn it is, what may wait, and how a model is to be loaded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from anygen.core.errors import PromptError, printable
from anygen.messages.reply import SpanStarted, TextDelta
from anygen_ui.file_store import StorageRule
from anygen_ui.protocol import Ask, Event, Made
from anygen_ui.tables import Part

if TYPE_CHECKING:
    from anygen.loading.memory import Machine, Plan

READY_WITHIN = 120.0
"""Seconds that the first plan waits for the worker to say what the machine has."""
PLANS_KEPT = 20


@dataclass(frozen=True)
class Limits:
    """What visitors may ask for at once, and what the engine keeps."""

    waiting: int = 100
    waiting_per_visitor: int = 5
    models_held: int = 1
    load: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of AnyGen.from_pretrained; where there are none, the memory plan chooses."""
    seconds_per_answer: float = 3600.0
    """An answer is stopped then, and its worker is ended if it does not stop within `grace`."""
    grace: float = 60.0
    finished_kept: int = 100
    """Tickets whose events are kept after their end, the last used ones."""
    rule: StorageRule = field(default_factory=StorageRule)


DEFAULT_LIMITS = Limits()


@dataclass(eq=False)
class Ticket:
    """An ask in the engine's hands: its state, its events, and what there is of its answer."""

    ask: Ask
    load: Mapping[str, Any]
    state: str = "waiting"
    events: list[Event] = field(default_factory=list)
    place: int = 0
    began: float = 0.0
    saved: float = 0.0
    is_begun: bool = False
    stopped_at: float = 0.0
    made: dict[int, Part] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether its last event is there."""
        return self.state not in ("waiting", "running")

    def take(self, event: Event) -> None:
        """Keep an event, and what it brings."""
        self.events.append(event)
        if isinstance(event, Made):
            started = [each for each in self.events if isinstance(each, SpanStarted)]
            captions = {each.index: each.caption for each in started}
            self.made[event.index] = Part(
                event.modality, path=event.path, caption=captions.get(event.index, "")
            )

    def parts(self) -> list[Part]:
        """What there is until now: the words, then the media."""
        text = "".join(event.text for event in self.events if isinstance(event, TextDelta))
        return ([Part("text", text)] if text else []) + [self.made[index] for index in sorted(self.made)]


class FairQueue:
    """Tickets that wait: visitors take turns, and each visitor's are answered in the order they came. Not locked: its
    owner is."""

    def __init__(self) -> None:
        # In the order in which visitors are served next; one with nothing waiting is absent.
        self._waiting: dict[str, deque[str]] = {}

    def add(self, visitor: str, ticket: str) -> None:
        """A visitor who has none waiting joins behind all the others."""
        self._waiting.setdefault(visitor, deque()).append(ticket)

    def next(self) -> str | None:
        """Take the ticket that is served now; its visitor goes behind all the others."""
        if not self._waiting:
            return None
        visitor = next(iter(self._waiting))
        tickets = self._waiting.pop(visitor)
        ticket = tickets.popleft()
        if tickets:
            self._waiting[visitor] = tickets
        return ticket

    def put_back(self, visitor: str, ticket: str) -> None:
        """What was taken was not begun: it is next again."""
        tickets = self._waiting.pop(visitor, deque())
        tickets.appendleft(ticket)
        self._waiting = {visitor: tickets, **self._waiting}

    def remove(self, ticket: str) -> bool:
        """Take one out of the queue; whether it was there."""
        for visitor, tickets in self._waiting.items():
            if ticket in tickets:
                tickets.remove(ticket)
                if not tickets:
                    del self._waiting[visitor]
                return True
        return False

    def order(self) -> Iterator[str]:
        """All tickets in the order in which they will be served, if nobody else comes."""
        rows = [list(tickets) for tickets in self._waiting.values()]
        for round_number in range(max(map(len, rows), default=0)):
            yield from (row[round_number] for row in rows if round_number < len(row))

    def __len__(self) -> int:
        """How many wait, of all visitors."""
        return sum(map(len, self._waiting.values()))

    def count(self, visitor: str) -> int:
        """How many of a visitor's are waiting."""
        return len(self._waiting.get(visitor, ()))


class Planner:
    """Whether a model fits on this machine: anygen's memory plan, made once a model.

    The machine is what the worker said: a server that asks a card takes some of its memory."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = {}
        self._machine: Machine | None = None
        self._is_told = threading.Event()
        self._lock = threading.Lock()

    def tell(self, machine: Mapping[str, Any]) -> None:
        """What Machine.to_dict gave in the worker."""
        from anygen.loading.memory import Machine

        cards = {name: (each["free"], each["total"]) for name, each in machine["cards"].items()}
        self._machine = Machine(machine["ram"], cards)
        self._is_told.set()

    def plan(self, model: str) -> dict[str, Any]:
        """The plan as plain values. Raises PromptError for a model that is not here."""
        return self._of(model).to_dict(self._here())

    def how_to_load(self, model: str) -> dict[str, Any]:
        """Arguments of AnyGen.from_pretrained: a card where it fits on one, else the CPU. Raises PromptError where it fits
        nowhere, with what it needs and what there is."""
        from anygen.loading.presets import resolve

        plan, machine = self._of(model), self._here()
        option = _fitting(plan, machine)
        if option is None:
            raise PromptError(
                f"{model} does not fit on this machine: {'; '.join(plan.fits(machine).values())}"
            )
        try:
            resolve(model, local_files_only=True)
        except ValueError as error:
            raise PromptError(printable(str(error))) from error
        return option

    def _of(self, model: str) -> Plan:
        from anygen.loading.doctor import plan_of

        with self._lock:
            if model not in self._plans:
                try:
                    plan = plan_of(model)
                except ValueError as error:
                    raise PromptError(printable(str(error))) from error
                if len(self._plans) >= PLANS_KEPT:
                    self._plans.pop(next(iter(self._plans)))
                self._plans[model] = plan
            return self._plans[model]

    def _here(self) -> Machine:
        if not self._is_told.wait(READY_WITHIN) or self._machine is None:
            raise PromptError(
                "the model's process is not up yet; try again in a moment, or see the server's log"
            )
        return self._machine


def _fitting(plan: Plan, machine: Machine) -> dict[str, Any] | None:
    """The plainest way to load it: on the first card that holds it, else on the CPU, where nothing is quantized."""
    for card, (_, total) in machine.cards.items():
        if (found := plan.fitting(total)) is not None:
            return {"device": card, **found.given}
    for option in plan.options():
        if "quantization" not in option.given and (option.num_bytes <= machine.ram or not machine.ram):
            return dict(option.given)
    return None
