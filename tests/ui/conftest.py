"""What the engine's tests share: somebody who asks, and waits for the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from anygen_ui.engine import Engine
from anygen_ui.jobs import Ask, Event
from anygen_ui.store import Part, Store, Turn


@dataclass
class Visitor:
    """One person at the app, in one conversation."""

    engine: Engine
    name: str = "ada"
    conversation: str = field(init=False)

    def __post_init__(self) -> None:
        self.store: Store = self.engine.store
        self.conversation = self.store.new_conversation(self.name).id

    def ask(self, *parts: str | Part, require: Iterable[str] = (), seed: int = 0, **how: Any) -> str:
        """Say `parts` and want an answer; the ticket. `how` are an Ask's modalities and model, or else options."""
        said = [Part("text", part) if isinstance(part, str) else part for part in parts]
        self.store.add_user_turn(self.name, self.conversation, said)
        model, modalities = how.pop("model", "mini"), how.pop("modalities", None)
        turn = self.store.begin_answer(self.name, self.conversation, {"seed": seed})
        messages = self.store.messages(self.name, self.conversation, before=turn.id)
        ask = Ask(
            self.name, self.conversation, turn.id, model, messages, how, modalities, tuple(require), seed
        )
        return self.engine.submit(ask)

    def turn(self, ticket: str) -> Turn:
        return next(turn for turn in self.store.turns(self.name, self.conversation) if turn.id == ticket)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store(tmp_path_factory.mktemp("store"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def engine(store: Store) -> Iterator[Engine]:
    """A real engine with its worker process and mini: to start it takes seconds, so a module shares one."""
    made = Engine(store)
    yield made
    made.close()


@pytest.fixture
def visitor(engine: Engine) -> Callable[..., Visitor]:
    """A visitor by name, in a new conversation."""
    return lambda name="ada": Visitor(engine, name)


@pytest.fixture
def follow(engine: Engine) -> Callable[..., Iterator[Event]]:
    """The events of a ticket as they come, to its end."""

    def events(ticket: str, within: float = 120.0) -> Iterator[Event]:
        seen, until = 0, time.monotonic() + within
        while time.monotonic() < until:
            is_over = engine.state(ticket) not in ("waiting", "running")
            for event in engine.wait(ticket, seen, 1.0):
                seen += 1
                yield event
            if is_over:
                return
        raise AssertionError(f"the answer did not end within {within} s")

    return events
