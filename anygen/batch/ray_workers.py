"""What runs in the processes of a cluster: one kind speaks, one kind for each medium draws. They read no file but the
model's, and write none: requests come with the bytes of their media, and what is made goes back as values.

Nothing here knows Ray, which only starts these classes elsewhere and carries what they return.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

import anygen
from anygen.batch.commit import Made
from anygen.batch.executor import LocalMaker, Opened
from anygen.batch.items import MediaFile, Work
from anygen.core.modality import Modality
from anygen.decoders.lazy import LazyDecoders
from anygen.generation import DECODE_BATCH, Rendered, reply_of
from anygen.messages.reply import Reply, Response

LLM = "llm"
"""The kind of worker that answers in words; the others have the name of what they draw."""


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


class Alone:
    """The watch of a worker: whether it dies is seen by whoever called it."""

    def starting(self, works: Sequence[Work]) -> None: ...

    def ended(self, works: Sequence[Work]) -> None: ...

    def is_suspect(self, work: Work) -> bool:
        return False

    def died(self, works: Sequence[Work]) -> Sequence[Made]:
        return ()


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
        self._maker = LocalMaker(model, self._read)
        return Facts(model.name, model.weights_hash, model.makes, model.reads)

    def run(self, works: Sequence[Work], inputs: Mapping[str, bytes]) -> tuple[Any, ...]:
        """A Step, and for each piece of work the opened answer that is to be drawn, or None. `inputs` are the media of the
        requests by their SHA-256."""
        self._inputs = inputs
        opened: list[Opened] = []
        made = list(self._maker.respond(works, Alone(), _never, opened))
        for each in opened:
            each.response = _on_cpu(each.response)
        self._inputs = {}
        return _returned([work.slot for work in works], made, opened, self._maker.respond_size.now)

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
        self._maker = LocalMaker(_Decoders(decoders, self._model, weights_hash))
        return Facts(self._model, weights_hash)

    def run(self, *opened: Opened) -> tuple[Any, ...]:
        """A Step, and for each answer itself where something else is to be drawn for it, or None."""
        made = list(self._maker.draw(opened, Alone(), _never, (self._modality,)))
        room = max((size.now for size in self._maker.decode_sizes.values()), default=DECODE_BATCH)
        is_made = {each.work.slot for each in made}
        rest = [each for each in opened if each.work.slot not in is_made]
        return _returned([each.work.slot for each in opened], made, rest, room)


@dataclass(frozen=True)
class _Decoders:
    """What a LocalMaker that only draws needs of a model."""

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
