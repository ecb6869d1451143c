"""What the page, the engine and its worker process say to each other: an ask, and the events of its answer.

A ticket is the id of the turn that its answer fills, so a page that was reloaded needs to remember nothing. Text and
media come in the order they are made; their order in the reply is that of the stored turn, which is there when Finished
is. What crosses to the worker and back is plain values, a JSON object a line (worker.py lists them); of anygen's own
events the three that are plain values cross as they are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from anygen.messages.reply import DecoderProgress, SpanStarted, TextDelta


@dataclass(frozen=True)
class Ask:
    """One answer that somebody wants."""

    visitor: str
    """Whose place in the queue it is."""
    conversation: str
    turn: str
    """The assistant turn that the answer will fill (Store.begin_answer)."""
    model: str
    """A preset's name or a folder."""
    messages: tuple[dict[str, Any], ...]
    """anygen's chat schema; media as {"type": "image", "path": "<file in the store>"} (submission.remembered)."""
    options: dict[str, Any] = field(default_factory=dict)
    """As GenerationOptions.from_dict takes them."""
    modalities: tuple[str, ...] | None = None
    require: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Waiting:
    """The place in the queue; 1 is next."""

    place: int


@dataclass(frozen=True)
class Loading:
    """Part `part` of the model is being loaded; `done` of its `of` parts are there."""

    model: str
    part: str
    done: int
    of: int


@dataclass(frozen=True)
class Made:
    """Part `index` is this file, its record beside it."""

    index: int
    modality: str
    path: str


@dataclass(frozen=True)
class Finished:
    """The end: seconds by step, and whether it was stopped before it was complete."""

    seed: int
    timings: dict[str, float]
    stopped: bool


@dataclass(frozen=True)
class Failed:
    """The end: why there is no whole answer, in one sentence."""

    sentence: str


Event: TypeAlias = Waiting | Loading | TextDelta | SpanStarted | DecoderProgress | Made | Finished | Failed
EVENTS: dict[str, type] = {
    kind.__name__: kind
    for kind in (Waiting, Loading, TextDelta, SpanStarted, DecoderProgress, Made, Finished, Failed)
}


def to_wire(event: Event) -> dict[str, Any]:
    """An event as JSON can hold it."""
    return {"event": type(event).__name__, **asdict(event)}


def from_wire(values: Mapping[str, Any]) -> Event:
    """What `to_wire` made, an event again."""
    given = dict(values)
    event: Event = EVENTS[given.pop("event")](**given)
    return event


class WorkerProcess:
    """The process that holds the model, seen from the engine: lines of JSON in, lines of JSON out."""

    def __init__(self, models_held: int) -> None:
        command = [sys.executable, "-P", "-m", "anygen_ui.worker", str(models_held)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.pid = self._process.pid

    def send(self, values: Mapping[str, Any]) -> bool:
        """Say something to it; False where it is dead, which whoever reads from it finds out."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(values) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def said(self) -> Iterator[dict[str, Any]]:
        """What it says, until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                yield json.loads(line)
            except ValueError:
                continue  # the last line of one that was killed

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self._process.wait()
