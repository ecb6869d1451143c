"""What the page and the engine say to each other: an ask, and the events of its answer, all plain values.

A ticket is the id of the turn that its answer fills, so a page that was reloaded needs to remember nothing. Text and
media come in the order they are made; their order in the reply is that of the stored turn, which is there when Finished
is. No decoder shows its latents between steps yet, so `preview` is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias


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
    """anygen's chat schema; media as {"type": "image", "path": "<file in the store>"} (Store.messages)."""
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
class Text:
    """More text."""

    text: str


@dataclass(frozen=True)
class Started:
    """A medium will be part `index` of the reply."""

    index: int
    modality: str
    caption: str


@dataclass(frozen=True)
class Progress:
    """Step `step` of `num_steps` of one decoder is done. `preview` is the path of a small PNG, where there is one."""

    index: int
    modality: str
    step: int
    num_steps: int
    preview: str | None = None


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


Event: TypeAlias = Waiting | Loading | Text | Started | Progress | Made | Finished | Failed
EVENTS: dict[str, type] = {
    kind.__name__: kind for kind in (Waiting, Loading, Text, Started, Progress, Made, Finished, Failed)
}
STATES = ("waiting", "running", "done", "stopped", "failed")


def to_wire(event: Event) -> dict[str, Any]:
    """An event as JSON can hold it."""
    return {"event": type(event).__name__, **asdict(event)}


def from_wire(values: Mapping[str, Any]) -> Event:
    """What `to_wire` made, an event again."""
    given = dict(values)
    return EVENTS[given.pop("event")](**given)
