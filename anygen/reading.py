"""What was asked, as the language model reads it: media through encoder and projector, or described in words.

Shape letters: N items, F features, E encoder width, S soft tokens, T positions, D LLM width.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from anygen.describers.base import Describer
from anygen.encoders.base import Encoder
from anygen.errors import PromptError
from anygen.llm.backbone import Backbone
from anygen.llm.prompting import Described, Layout, Prompter
from anygen.llm.senses import Sensed, Senses
from anygen.llm.tags import CaptionTags
from anygen.message import Message
from anygen.modality import TEXT, Modality
from anygen.request import Request

KEPT_MEDIA = 256
"""Media whose features or descriptions are kept, so that later turns of a conversation need not read them again."""


@dataclass(frozen=True, eq=False)
class Prompt:
    """One prompt for the language model: embeddings (T, D); rotary positions (A, T) where they are not 0, 1, ...; and, in
    order, the words that stand for media."""

    embeds_TD: Tensor
    described: tuple[str, ...] = ()
    positions_AT: Tensor | None = None


class Reader:
    """Steps 1 and 2. `describers` may be filled after building: modality -> what names its media, their words joined."""

    def __init__(
        self,
        encoders: Mapping[Modality, Encoder],
        input_projectors: nn.ModuleDict,
        describers: Mapping[Modality, Sequence[Describer]],
        backbone: Backbone,
        prompter: Prompter,
        tags: CaptionTags | None = None,
        senses: Senses | None = None,
    ) -> None:
        self.encoders, self.input_projectors, self.describers = encoders, input_projectors, describers
        self.backbone, self.prompter, self.tags, self.senses = backbone, prompter, tags, senses
        self._sensed: OrderedDict[tuple[Modality, str], Sensed] = OrderedDict()
        self._features: OrderedDict[tuple[Modality, str], Tensor] = OrderedDict()
        self._words: OrderedDict[tuple[Modality, str], tuple[Sequence[Describer], str]] = OrderedDict()

    @property
    def reads(self) -> tuple[Modality, ...]:
        own = () if self.senses is None else self.senses.modalities
        return tuple(dict.fromkeys((TEXT, *map(Modality, self.input_projectors), *own, *self.describers)))

    def read(self, request: Request, reserve: int) -> Prompt:
        """The prompt of a request, with `reserve` positions of the context left free. Raises PromptError."""
        described: list[str] = []
        messages: Sequence[Any] = request.messages
        if self.describers:
            messages = [self._in_words(message, request, described) for message in messages]
        if self.tags is not None:
            messages = self._told(messages, request, self.tags)
        if self.senses is not None:
            messages = [self._sensing(message, self.senses) for message in messages]
        layout = self.prompter.layout(messages, reserve=reserve)
        positions = None
        if self.senses is not None:
            positions = self.senses.positions(layout.ids, [at.media for at in layout.media])
        return Prompt(self.embed(layout), tuple(described), positions)

    def embed(self, layout: Layout) -> Tensor:
        """A layout as what the LLM reads, (T, D): its own embeddings, and soft tokens where media stand."""
        embeds_TD = self.backbone.embed(layout.ids).clone()
        for at in layout.media:
            if isinstance(at.media, Sensed):
                soft_SD = at.media.features_SD.to(embeds_TD)
                embeds_TD[at.position : at.position + len(soft_SD)] = soft_SD
                continue
            # Projectors stay at single precision, whatever the language model is loaded as.
            features_NFE = self.features(at.modality, at.media)[None].to(embeds_TD.device, torch.float32)
            soft_SD = self.input_projectors[at.modality](features_NFE)[0].to(embeds_TD)
            embeds_TD[at.position : at.position + len(soft_SD)] = soft_SD
        return embeds_TD

    def features(self, modality: Modality, media: Any) -> Tensor:
        """Features (F, E) of one medium, encoded once while it is among the last KEPT_MEDIA."""
        key = (modality, media.content_hash())
        if key not in self._features:
            encoder = self.encoders[modality]
            self._features[key] = encoder.encode(modality, encoder.prepare(modality, media)[None])[0]
        return _kept(self._features, key)

    def describe(self, modality: Modality, media: Any) -> str:
        """One medium in words, on one line; named once while it is among the last KEPT_MEDIA."""
        describers, key = self.describers[modality], (modality, media.content_hash())
        # Others may have taken their place since.
        if key not in self._words or self._words[key][0] is not describers:
            said = [" ".join(each.describe(modality, media).split()) for each in describers]
            self._words[key] = describers, "; ".join(words for words in said if words)
        return str(_kept(self._words, key)[1])

    def _in_words(self, message: Message, request: Request, described: list[str]) -> Any:
        """A message whose media are described where they cannot be read otherwise, or where the call asks for it."""
        parts: list[Any] = []
        for part in message.parts:
            modality = TEXT if isinstance(part, str) else part.modality
            own = self.senses is not None and modality in self.senses.modalities
            learned = own or modality in self.input_projectors
            as_it_is = learned and request.options.reading != "words"
            if modality == TEXT or as_it_is or modality not in self.describers:
                parts.append(part)
                continue
            words = self.describe(modality, part)
            described.append(words)
            parts.append(Described(modality, words))
        return _Turn(message.role, tuple(parts))

    def _sensing(self, message: Any, senses: Senses) -> _Turn:
        """A message whose media are as the language model itself reads them."""
        parts: list[Any] = []
        for part in message.parts:
            if isinstance(part, (str, Described)) or part.modality not in senses.modalities:
                parts.append(part)
                continue
            key = (part.modality, part.content_hash())
            if key not in self._sensed:
                self._sensed[key] = senses.sense(part.modality, part)
            parts.append(_kept(self._sensed, key))
        return _Turn(message.role, tuple(parts))

    def _told(self, messages: Sequence[Any], request: Request, tags: CaptionTags) -> list[Any]:
        """The conversation for a model that writes captions: told of its tags, nobody else's text holding one."""
        # What is described may be more than what is made.
        described = [tag for modality in self.describers for tag in self.prompter.template.tags(modality)]
        said = [_Turn(message.role, tuple(_joined(message, tags, described))) for message in messages]
        instruction = tags.instruct(request.may, request.require)
        own = said.pop(0).parts if said and said[0].role == "system" else (self.prompter.template.system,)
        words = "\n\n".join(text for text in (*own, instruction) if text)
        return [_Turn("system", (words,)), *said]


@dataclass(frozen=True)
class _Turn:
    """A message as the prompter takes it: its parts may be Described."""

    role: str
    parts: tuple[Any, ...]


def _joined(message: Any, tags: CaptionTags, described: Sequence[str]) -> list[Any]:
    """The parts of a message, texts that touch as one and without tags; what the assistant made as it writes it."""
    parts: list[Any] = []
    # Tags are sought in texts that touch, because half a tag may end one and the other half begin the next.
    for part in message.parts:
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    plain = [
        tags.plain(part, described)
        if isinstance(part, str)
        else Described(part.modality, tags.plain(part.caption, described))
        if isinstance(part, Described)
        else part
        for part in parts
    ]
    if message.role != "assistant":
        return plain
    return [
        tags.written(part.modality, part.caption)
        if isinstance(part, Described) and part.modality in tags.modalities
        else part
        for part in plain
    ]


def _kept(kept: OrderedDict[Any, Any], key: Any) -> Any:
    kept.move_to_end(key)
    if len(kept) > KEPT_MEDIA:
        kept.popitem(last=False)
    return kept[key]


def check_readable(request: Request, describers: Mapping[Modality, Any]) -> None:
    """Raise PromptError where media are to be read in words and nothing names them."""
    if request.options.reading != "words":
        return
    for message in request.messages:
        for part in message.parts:
            if not isinstance(part, str) and part.modality not in describers:
                named = ", ".join(describers) or "nothing"
                raise PromptError(
                    f"reading is words, but {part.modality} has no describer; this model describes {named}"
                )
