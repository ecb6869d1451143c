"""What `generate` does with a prompt, step by step: read it, let the language model answer, draw what it said.

Steps 1 and 2  `Reader`: media through encoder and input projector, or named in words by captioners -> Prompt
Steps 3 and 4  `GenerationStrategy`: what the language model says, and what conditions the decoders. `SignalStrategy` is
               the learned one, signal tokens whose states output projectors turn into conditioning; `CaptionStrategy` has
               captions between tags, which each decoder's own text encoder reads
Step 5         `draw`: the spans of responses, one decoder after the other, in batches; `reply_of` puts them in place

Shape letters: N items, F features, E encoder width, S soft tokens, T positions, D LLM width, A axes of rotary positions.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from anygen.core.errors import PromptError
from anygen.core.modality import TEXT, Modality
from anygen.core.seeds import generator
from anygen.decoders.lazy import LazyDecoders
from anygen.encoders.base import Encoder
from anygen.encoders.captioners.base import Captioner
from anygen.llm.backbone import Backbone
from anygen.llm.captions import complete_captions
from anygen.llm.completion import CaptionSpan, CompletedSpan, Completion, CompletionCall, complete
from anygen.llm.native_encoders import NativeEncoders, NativeFeatures
from anygen.llm.prompting import Described, Layout, Prompter, PromptTurn
from anygen.llm.tags import CaptionTags, TagTokens, with_tags
from anygen.media import provenance
from anygen.messages.reply import DecoderProgress, Event, MediaReady, Reply, Response, Span, caption_of
from anygen.messages.request import Request

Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]
Conditioning = dict[str, Tensor]
"""By name, each of one item with its batch axis."""

# Steps 1 and 2: reading

KEPT_MEDIA = 256
"""Media whose features or descriptions are kept, so that later turns of a conversation need not read them again."""


@dataclass(frozen=True, eq=False)
class Prompt:
    """One prompt for the language model: embeddings (T, D); rotary positions (A, T) where they are not 0, 1, ...; and, in
    order, the words that stand for media."""

    embeds_TD: Tensor
    described: tuple[str, ...] = ()
    positions_AT: Tensor | None = None


class _Recent(OrderedDict[Any, Any]):
    """What was made for the last KEPT_MEDIA keys that were asked for."""

    def of(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self:
            self[key] = make()
        self.move_to_end(key)
        if len(self) > KEPT_MEDIA:
            self.popitem(last=False)
        return self[key]


class Reader:
    """Steps 1 and 2. `captioners` may be filled after building: modality -> what names its media, their words joined."""

    def __init__(
        self,
        encoders: Mapping[Modality, Encoder],
        input_projectors: nn.ModuleDict,
        captioners: Mapping[Modality, Sequence[Captioner]],
        backbone: Backbone,
        prompter: Prompter,
        tags: CaptionTags | None = None,
        native_encoders: NativeEncoders | None = None,
    ) -> None:
        self.encoders, self.input_projectors, self.captioners = encoders, input_projectors, captioners
        self.backbone, self.prompter, self.tags = backbone, prompter, tags
        self.native_encoders = native_encoders
        self._features, self._native, self._words = _Recent(), _Recent(), _Recent()

    @property
    def reads(self) -> tuple[Modality, ...]:
        """The modalities a prompt may hold."""
        own = () if self.native_encoders is None else self.native_encoders.modalities
        return tuple(dict.fromkeys((TEXT, *map(Modality, self.input_projectors), *own, *self.captioners)))

    def read(self, request: Request, reserve: int) -> Prompt:
        """The prompt of a request, with `reserve` positions of the context left free. Raises PromptError."""
        described: list[str] = []
        turns = [
            PromptTurn(message.role, tuple(self._part(part, request, described) for part in message.parts))
            for message in request.messages
        ]
        if self.tags is not None:
            # What is described may be more than what is made.
            others = [tag for modality in self.captioners for tag in self.prompter.template.tags(modality)]
            instruction = self.tags.instruct(request.allowed, request.required)
            turns = with_tags(turns, self.tags, others, instruction, self.prompter.template.system)
        layout = self.prompter.layout(turns, reserve=reserve)
        positions = None
        if self.native_encoders is not None:
            positions = self.native_encoders.positions(layout.ids, [at.media for at in layout.media])
        return Prompt(self.embed(layout), tuple(described), positions)

    def embed(self, layout: Layout) -> Tensor:
        """A layout as what the LLM reads, (T, D): its own embeddings, and soft tokens where media stand."""
        embeds_TD = self.backbone.embed(layout.ids).clone()
        for at in layout.media:
            if isinstance(at.media, NativeFeatures):
                soft_SD = at.media.features_SD.to(embeds_TD)
            else:
                # Projectors stay at single precision, whatever the language model is loaded as.
                features_NFE = self.features(at.modality, at.media)[None].to(embeds_TD.device, torch.float32)
                soft_SD = self.input_projectors[at.modality](features_NFE)[0].to(embeds_TD)
            embeds_TD[at.position : at.position + len(soft_SD)] = soft_SD
        return embeds_TD

    def features(self, modality: Modality, media: Any) -> Tensor:
        """Features (F, E) of one medium, encoded once while it is among the last KEPT_MEDIA."""

        def encode() -> Tensor:
            encoder = self.encoders[modality]
            return encoder.encode(modality, encoder.prepare(modality, media)[None])[0]

        features_FE: Tensor = self._features.of((modality, media.content_hash()), encode)
        return features_FE

    def describe(self, modality: Modality, media: Any) -> str:
        """One medium in words, on one line; named once while it is among the last KEPT_MEDIA."""
        captioners = tuple(self.captioners[modality])

        def words() -> tuple[Any, str]:
            said = [" ".join(each.describe(modality, media).split()) for each in captioners]
            # Kept with the words, so that no other captioner is given the identity of one of these meanwhile.
            return captioners, "; ".join(words for words in said if words)

        key = (modality, media.content_hash(), *map(id, captioners))
        return str(self._words.of(key, words)[1])

    def _part(self, part: Any, request: Request, described: list[str]) -> Any:
        """A part as the prompter takes it: a medium is described where it cannot be read otherwise, or where the call asks
        for it, and encoded where the language model reads it itself. Words go to `described` too."""
        if isinstance(part, str):
            return part
        modality, native = part.modality, self.native_encoders
        is_native = native is not None and modality in native.modalities
        is_read = is_native or modality in self.input_projectors
        if modality in self.captioners and (request.options.reading == "words" or not is_read):
            described.append(self.describe(modality, part))
            return Described(modality, described[-1])
        if native is None or not is_native:
            return part
        key = (modality, part.content_hash())
        return self._native.of(key, lambda: native.encode(modality, part))


def check_readable(request: Request, captioners: Mapping[Modality, Any]) -> None:
    """Raises PromptError where media are to be read in words and nothing names them."""
    if request.options.reading != "words":
        return
    for message in request.messages:
        for part in message.parts:
            if not isinstance(part, str) and part.modality not in captioners:
                named = ", ".join(captioners) or "nothing"
                raise PromptError(
                    f"reading is words, but {part.modality} has no captioner; this model describes {named}"
                )


# Steps 3 and 4: what is said, and what conditions the decoders


class GenerationStrategy(Protocol):
    """From prompts to what is said and what conditions the decoders."""

    @property
    def makes(self) -> tuple[Modality, ...]:
        """The modalities it can make, beside text."""

    def complete(self, prompts: Sequence[Prompt], call: CompletionCall) -> list[Completion[Any]]:
        """Step 3: one completion a prompt."""

    def conditioning(self, span: Any, said: str, by_caption: bool) -> tuple[str, Conditioning]:
        """Step 4: a span's caption and conditioning. `said` is all text before it; `by_caption` asks the decoder's own
        text encoder even where there is a projector."""


class SignalStrategy:
    """The learned strategy: spans of signal tokens, whose states output projectors turn into conditioning."""

    def __init__(
        self, backbone: Backbone, prompter: Prompter, output_projectors: nn.ModuleDict, decoders: LazyDecoders
    ) -> None:
        self.backbone, self.prompter = backbone, prompter
        self.output_projectors, self.decoders = output_projectors, decoders

    @property
    def makes(self) -> tuple[Modality, ...]:
        return self.backbone.signal_ids.modalities

    def complete(self, prompts: Sequence[Prompt], call: CompletionCall) -> list[Completion[CompletedSpan]]:
        embeds = [prompt.embeds_TD for prompt in prompts]
        lead_ins, forbidden = self.prompter.lead_in_ids(), self.prompter.tag_ids
        return complete(self.backbone, embeds, call, lead_ins, forbidden=forbidden)

    def conditioning(self, span: CompletedSpan, said: str, by_caption: bool) -> tuple[str, Conditioning]:
        caption = caption_of(said)
        if by_caption:
            return caption, self.decoders[span.modality].encode_text([caption])
        project = self.output_projectors[span.modality]
        return caption, project(span.hidden_TD[None].float(), span.input_embeddings_TD[None].float())


class CaptionStrategy:
    """The strategy of words: captions between tags, which each decoder's own text encoder reads. Nothing is trained."""

    def __init__(
        self, backbone: Backbone, prompter: Prompter, tags: CaptionTags, decoders: LazyDecoders
    ) -> None:
        self.backbone, self.prompter, self.decoders = backbone, prompter, decoders
        self.tag_tokens = TagTokens(backbone.tokenizer, backbone.num_ids, tags)

    @property
    def makes(self) -> tuple[Modality, ...]:
        return self.tag_tokens.tags.modalities

    def complete(self, prompts: Sequence[Prompt], call: CompletionCall) -> list[Completion[CaptionSpan]]:
        embeds = [prompt.embeds_TD for prompt in prompts]
        positions = [prompt.positions_AT for prompt in prompts if prompt.positions_AT is not None]
        end_ids = self.prompter.end_ids if len(self.prompter.end_ids) == 1 else ()
        return complete_captions(self.backbone, embeds, self.tag_tokens, call, positions or None, end_ids)

    def conditioning(self, span: CaptionSpan, said: str, by_caption: bool) -> tuple[str, Conditioning]:
        return span.caption, self.decoders[span.modality].encode_text([span.caption])


# Step 5: drawing

DECODE_BATCH = 8
"""Items a decoder draws at once, at most."""


class Stopped(Exception):
    """Raised inside a decoder's step when the caller asked to stop."""


@dataclass(eq=False)
class Rendered:
    """What was drawn: (response, part index) -> medium; and for every response the seconds of each step and how many
    items were drawn beside its own."""

    media: dict[tuple[int, int], Any] = field(default_factory=dict)
    timings: list[dict[str, float]] = field(default_factory=list)
    neighbours: list[int] = field(default_factory=list)


def draw(
    decoders: Mapping[Modality, Any],
    responses: Sequence[Response],
    emit: Emit | None = None,
    should_stop: ShouldStop | None = None,
) -> Rendered:
    """Everything that responses say; a span that was stopped is left out."""
    drawn = Rendered(
        timings=[dict(response.timings) for response in responses],
        neighbours=[response.batch_size for response in responses],
    )
    groups: dict[tuple[Modality, str], list[tuple[int, Span]]] = {}
    for row, response in enumerate(responses):
        for span in response.spans:
            groups.setdefault((span.modality, repr(response.request.options)), []).append((row, span))
    for (modality, _), items in groups.items():
        size = 1 if responses[items[0][0]].request.options.exact else DECODE_BATCH
        for start in range(0, len(items), size):
            batch = items[start : start + size]
            began = time.perf_counter()
            try:
                spans = [(responses[row], span) for row, span in batch]
                media = decode(decoders, modality, spans, emit, should_stop)
            except Stopped:
                break
            took = (time.perf_counter() - began) / len(batch)
            for (row, span), medium in zip(batch, media, strict=True):
                drawn.media[row, span.index] = medium
                drawn.neighbours[row] = max(drawn.neighbours[row], len(batch))
                drawn.timings[row][modality] = drawn.timings[row].get(modality, 0.0) + took
                if emit is not None:
                    emit(MediaReady(span.index, medium))
    return drawn


def decode(
    decoders: Mapping[Modality, Any],
    modality: Modality,
    batch: Sequence[tuple[Response, Span]],
    emit: Emit | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Any]:
    """One decoding: a medium for each span of `batch`, all of one modality and equal options. Raises Stopped."""

    def on_step(step: int, num_steps: int) -> None:
        if should_stop is not None and should_stop():
            raise Stopped
        if emit is not None:
            for _, span in batch:
                emit(DecoderProgress(span.index, modality, step, num_steps))

    names = batch[0][1].conditioning
    conditioning = {name: torch.stack([span.conditioning[name] for _, span in batch]) for name in names}
    generators = [generator(response.seed, 1 + span.index) for response, span in batch]
    options = batch[0][0].request.options.of(modality)
    made: list[Any] = decoders[modality].decode(conditioning, options, generators, on_step)
    return made


def reply_of(response: Response, drawn: Rendered, row: int, name: str, weights_hash: str) -> Reply:
    """What a response says with what was drawn for it, response `row` of `drawn`; spans without a medium are out. `name`
    and `weights_hash` are those of the model, for the record."""
    request = response.request
    made, timings = drawn.media, drawn.timings[row]
    kept = [part for part in response.parts if isinstance(part, str) or (row, part.index) in made]
    return Reply(
        parts=tuple(part if isinstance(part, str) else made[row, part.index] for part in kept),
        seed=response.seed,
        timings={**timings, "total": sum(timings.values())},
        provenance=provenance.build(
            name, weights_hash, request, response.seed, drawn.neighbours[row], response.described
        ),
        captions=tuple("" if isinstance(part, str) else part.caption for part in kept),
        messages=request.messages,
    )
