"""What the app's tests share: somebody who asks the engine and waits for the end, and somebody at the page."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from anygen_ui import backend
from anygen_ui.auth import visitor_of
from anygen_ui.engine import Engine
from anygen_ui.protocol import Ask, Event
from anygen_ui.store import Store
from anygen_ui.submission import remembered
from anygen_ui.tables import Part, Turn

# Tests import tiny_store.py by its name.
sys.path.insert(0, str(Path(__file__).parent))


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
        messages = remembered(self.store.turns(self.name, self.conversation)[:-1])
        ask = Ask(
            self.name, self.conversation, turn.id, model, messages, how, modalities, tuple(require), seed
        )
        return self.engine.submit(ask)

    def turn(self, ticket: str) -> Turn:
        return next(turn for turn in self.store.turns(self.name, self.conversation) if turn.id == ticket)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty one."""
    made = Store(tmp_path / "store")
    yield made
    made.close()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A real engine with its worker process and mini: to start it takes seconds, so a module shares one."""
    store = Store(tmp_path_factory.mktemp("store"))
    made = Engine(store)
    yield made
    made.close()
    store.close()


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


# The page, without a browser: every widget by its key


class Page:
    """The page of one visitor, on real mini."""

    def __init__(self, token: str) -> None:
        streamlit = pytest.importorskip(
            "streamlit.testing.v1", reason="streamlit is not installed (extra ui)"
        )
        script = Path(backend.__file__).with_name("app.py")
        self.app = streamlit.AppTest.from_file(str(script), default_timeout=60)
        self.app.session_state["visitor_token"] = token
        self.store, self.visitor = backend.backend()[0], visitor_of(token)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    def press(self, key: str) -> None:
        self.app.button(key=key).click().run()

    def say(self, words: str) -> None:
        self.app.chat_input(key="message").set_value(words).run()
        assert not self.app.exception

    def turns(self) -> list[Turn]:
        return self.store.turns(self.visitor, self.app.session_state.conversation)

    def wait(self, number: int) -> list[Turn]:
        """Until the conversation has so many turns and none is running."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            self.app.run()
            assert not self.app.exception
            found = self.turns()
            if len(found) >= number and all(turn.state != "running" for turn in found):
                self.app.run()
                return self.turns()
            time.sleep(0.2)
        raise AssertionError(f"no {number} finished turns: {self.turns()}")

    def keys(self, start: str) -> list[str]:
        return [each.key for each in self.app.button if each.key and each.key.startswith(start)]

    def texts(self) -> list[str]:
        return [each.value for each in self.app.text]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One backend with its worker for all tests of the page."""
    patch = pytest.MonkeyPatch()
    patch.setenv(backend.FOLDER, str(tmp_path_factory.mktemp("ui")))
    yield
    backend.close()
    patch.undo()


@pytest.fixture
def page_of(served: None) -> Callable[[str], Page]:
    """The page of a visitor by name."""
    return lambda name: Page((name + "t" * 43)[:43])


@pytest.fixture
def app(request: pytest.FixtureRequest, page_of: Callable[[str], Page]) -> Page:
    """The page of a visitor that is new in each test."""
    page = page_of(request.node.name)
    page.run()
    assert not page.exception
    return page
