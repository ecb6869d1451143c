"""What comes back: a reply with its parts in the order the LLM put them, and the events of a stream."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from anygen.core.errors import PromptError
from anygen.core.modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
from anygen.media.types import SUFFIX, Audio, Image, Video, modality_of
from anygen.messages.message import Message
from anygen.messages.request import Request

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Span:
    """A place in a response where media will be: its conditioning by name, each without a batch axis.

    `caption` is what the LLM said it makes; `index` is the part's place in the reply.
    """

    modality: Modality
    caption: str
    conditioning: Mapping[str, Tensor]
    index: int


@dataclass(frozen=True, eq=False)
class Response:
    """What `respond` gives and `render` takes: text and spans in order. Needs no decoder in memory.

    `described` are the words that the language model read in place of media, in order."""

    parts: tuple[str | Span, ...]
    seed: int
    token_ids: tuple[int, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    request: Request = field(default_factory=Request)
    batch_size: int = 1
    described: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(part for part in self.parts if isinstance(part, Span))


@dataclass(frozen=True, eq=False)
class Reply:
    """Text and media in the order the LLM put them, the seed that made them, and seconds per step.

    `captions` is one text per part ("" for text parts); `provenance` is the record without its part;
    `messages` is what was asked, kept so that the inputs can be copied beside the output.
    """

    parts: tuple[Any, ...]
    seed: int
    timings: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    captions: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()

    @property
    def text(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def images(self) -> tuple[Image, ...]:
        return self.of(IMAGE)

    @property
    def audios(self) -> tuple[Audio, ...]:
        return self.of(AUDIO)

    @property
    def videos(self) -> tuple[Video, ...]:
        return self.of(VIDEO)

    def of(self, modality: Modality | str) -> tuple[Any, ...]:
        """The parts of one modality, in order."""
        return tuple(part for part in self.parts if modality_of(part) == modality)

    def message(self) -> Message:
        """This reply as a turn of the conversation, so that later turns can see what was made."""
        return Message("assistant", self.parts or ("",))

    def save(self, directory: str | Path, stem: str = "reply", copy_inputs: bool = False) -> list[Path]:
        """Write the media as `<stem>-<index>.<suffix>`, a record beside each, and `<stem>.json` with the whole reply.

        All files are written or none. Names come from `stem` and the part's index, never from what was said.
        `copy_inputs` also writes `inputs/<hash>.<suffix>`, where replay looks for them. Returns the media paths, then
        `<stem>.json`. Raises OSError, PromptError for a stem that is not a plain file name.
        """
        from anygen.core.atomic import write_files
        from anygen.media import provenance

        if not stem or stem != Path(stem).name or stem.startswith("."):
            raise PromptError(f"stem is {stem!r}; a plain file name without folders is accepted")
        folder = Path(directory)
        files: list[tuple[Path, bytes]] = []
        written: list[Path] = []
        listed: list[dict[str, Any]] = []
        for index, part in enumerate(self.parts):
            if isinstance(part, str):
                listed.append({"type": str(TEXT), "text": part})
                continue
            modality = modality_of(part)
            path = folder / f"{stem}-{index}{SUFFIX[modality]}"
            record = provenance.for_part(self.provenance, index, part)
            files += [(path, part.encode(record)), (provenance.sidecar(path), provenance.as_json(record))]
            written.append(path)
            listed.append({"type": str(modality), "path": path.name})
        whole = {
            "parts": listed,
            "seed": self.seed,
            "record": provenance.for_part(self.provenance, None, None),
        }
        summary = folder / f"{stem}.json"
        files.append((summary, (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()))
        if copy_inputs:
            files += provenance.input_files(self.messages, folder)
        write_files(files)
        return [*written, summary]


def caption_of(said: str) -> str:
    """What the model said it makes, from what stands before a span: what follows the last colon of its last line, else its
    last sentence; "" if it said nothing."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if not lines:
        return ""
    named, last = lines[-1].rpartition(": ")[1:]
    if not named:
        last = next(piece for piece in reversed(re.split(r"(?<=[.!?])\s+", last)) if piece)
    return last.rstrip(" .!?:")


@dataclass(frozen=True)
class TextDelta:
    """More text, as it is written."""

    text: str


@dataclass(frozen=True)
class SpanStarted:
    """The LLM asked for media here; `index` is the part's place in the reply."""

    index: int
    modality: Modality
    caption: str


@dataclass(frozen=True)
class DecoderProgress:
    """Step `step` of `num_steps` of one decoder is done."""

    index: int
    modality: Modality
    step: int
    num_steps: int


@dataclass(frozen=True, eq=False)
class MediaReady:
    """Part `index` is made."""

    index: int
    media: Any


@dataclass(frozen=True, eq=False)
class Done:
    """The last event: the whole reply."""

    reply: Reply


Event: TypeAlias = TextDelta | SpanStarted | DecoderProgress | MediaReady | Done
