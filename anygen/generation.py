"""What `generate` does with a prompt, step by step: read it, let the language model answer, draw what it said.

Reading (steps 1 and 2)      media through encoder and input projector, or named in words by captioners
Strategies (steps 3 and 4)   how a language model says what is to be drawn: by signal tokens and output projectors, or by
                             captions between tags, which each decoder's own text encoder reads
Rendering (step 5)           the spans of responses drawn, one decoder after the other, in batches

Shape letters: N items, F features, E encoder width, S soft tokens, T positions, D LLM width, A axes of rotary positions.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

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
from anygen.llm.completion import CaptionSpan, CompletedSpan, Completion, CompletionOptions, OnToken, complete
from anygen.llm.native_encoders import NativeEncoders, NativeFeatures
from anygen.llm.prompting import Described, Layout, Prompter
from anygen.llm.tags import CaptionTags, TagTokens
from anygen.media import provenance
from anygen.messages.message import Message
from anygen.messages.reply import DecoderProgress, Event, MediaReady, Reply, Response, Span, caption_of
from anygen.messages.request import Request

Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]
Conditioning = dict[str, Tensor]
"""By name, each of one item with its batch axis."""

# Reading

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
        self.backbone, self.prompter, self.tags, self.native_encoders = (
            backbone,
            prompter,
            tags,
            native_encoders,
        )
        self._sensed: OrderedDict[tuple[Modality, str], NativeFeatures] = OrderedDict()
        self._features: OrderedDict[tuple[Modality, str], Tensor] = OrderedDict()
        self._words: OrderedDict[tuple[Modality, str], tuple[Sequence[Captioner], str]] = OrderedDict()

    @property
    def reads(self) -> tuple[Modality, ...]:
        own = () if self.native_encoders is None else self.native_encoders.modalities
        return tuple(dict.fromkeys((TEXT, *map(Modality, self.input_projectors), *own, *self.captioners)))

    def read(self, request: Request, reserve: int) -> Prompt:
        """The prompt of a request, with `reserve` positions of the context left free. Raises PromptError."""
        described: list[str] = []
        messages: Sequence[Any] = request.messages
        if self.captioners:
            messages = [self._in_words(message, request, described) for message in messages]
        if self.tags is not None:
            messages = self._told(messages, request, self.tags)
        if self.native_encoders is not None:
            messages = [self._sensing(message, self.native_encoders) for message in messages]
        layout = self.prompter.layout(messages, reserve=reserve)
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
        captioners, key = self.captioners[modality], (modality, media.content_hash())
        # Others may have taken their place since.
        if key not in self._words or self._words[key][0] is not captioners:
            said = [" ".join(each.describe(modality, media).split()) for each in captioners]
            self._words[key] = captioners, "; ".join(words for words in said if words)
        return str(_kept(self._words, key)[1])

    def _in_words(self, message: Message, request: Request, described: list[str]) -> Any:
        """A message whose media are described where they cannot be read otherwise, or where the call asks for it."""
        parts: list[Any] = []
        for part in message.parts:
            modality = TEXT if isinstance(part, str) else part.modality
            own = self.native_encoders is not None and modality in self.native_encoders.modalities
            learned = own or modality in self.input_projectors
            as_it_is = learned and request.options.reading != "words"
            if modality == TEXT or as_it_is or modality not in self.captioners:
                parts.append(part)
                continue
            words = self.describe(modality, part)
            described.append(words)
            parts.append(Described(modality, words))
        return _Turn(message.role, tuple(parts))

    def _sensing(self, message: Any, native_encoders: NativeEncoders) -> _Turn:
        """A message whose media are as the language model itself reads them."""
        parts: list[Any] = []
        for part in message.parts:
            if isinstance(part, (str, Described)) or part.modality not in native_encoders.modalities:
                parts.append(part)
                continue
            key = (part.modality, part.content_hash())
            if key not in self._sensed:
                self._sensed[key] = native_encoders.sense(part.modality, part)
            parts.append(_kept(self._sensed, key))
        return _Turn(message.role, tuple(parts))

    def _told(self, messages: Sequence[Any], request: Request, tags: CaptionTags) -> list[Any]:
        """The conversation for a model that writes captions: told of its tags, nobody else's text holding one."""
        # What is described may be more than what is made.
        described = [tag for modality in self.captioners for tag in self.prompter.template.tags(modality)]
        said = [_Turn(message.role, tuple(_joined(message, tags, described))) for message in messages]
        instruction = tags.instruct(request.allowed, request.required)
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


def check_readable(request: Request, captioners: Mapping[Modality, Any]) -> None:
    """Raise PromptError where media are to be read in words and nothing names them."""
    if request.options.reading != "words":
        return
    for message in request.messages:
        for part in message.parts:
            if not isinstance(part, str) and part.modality not in captioners:
                named = ", ".join(captioners) or "nothing"
                raise PromptError(
                    f"reading is words, but {part.modality} has no captioner; this model describes {named}"
                )


# Strategies


@dataclass(frozen=True, eq=False)
class CompletionCall:
    """What goes with a batch of prompts: a generator for each, and the media that are allowed and required in each reply."""

    options: CompletionOptions
    generators: Sequence[torch.Generator]
    allowed: Collection[Modality]
    required: Collection[Modality]
    on_token: OnToken
    should_stop: ShouldStop | None = None


class GenerationStrategy(Protocol):
    """From prompts to what is said and what conditions the decoders."""

    @property
    def makes(self) -> tuple[Modality, ...]: ...

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
        return complete(
            self.backbone,
            [prompt.embeds_TD for prompt in prompts],
            call.options,
            call.generators,
            set(call.allowed),
            set(call.required),
            self.prompter.lead_in_ids(),
            on_token=call.on_token,
            should_stop=call.should_stop,
            forbidden=self.prompter.tag_ids,
        )

    def conditioning(self, span: CompletedSpan, said: str, by_caption: bool) -> tuple[str, Conditioning]:
        caption = caption_of(said)
        if by_caption:
            return caption, self.decoders[span.modality].encode_text([caption])
        project = self.output_projectors[span.modality]
        return caption, project(span.hidden_TD[None].float(), span.input_embeddings_TD[None].float())


class CaptionStrategy:
    """The strategy through words: captions between tags, which each decoder's own text encoder reads. Nothing is trained."""

    def __init__(
        self, backbone: Backbone, prompter: Prompter, tags: CaptionTags, decoders: LazyDecoders
    ) -> None:
        self.backbone, self.prompter, self.decoders = backbone, prompter, decoders
        self.tag_tokens = TagTokens(backbone.tokenizer, backbone.num_ids, tags)

    @property
    def makes(self) -> tuple[Modality, ...]:
        return self.tag_tokens.tags.modalities

    def complete(self, prompts: Sequence[Prompt], call: CompletionCall) -> list[Completion[CaptionSpan]]:
        positions = [prompt.positions_AT for prompt in prompts if prompt.positions_AT is not None]
        end_ids = self.prompter.end_ids
        return complete_captions(
            self.backbone,
            [prompt.embeds_TD for prompt in prompts],
            self.tag_tokens,
            call.options,
            call.generators,
            call.allowed,
            call.required,
            call.on_token,
            call.should_stop,
            positions or None,
            end_ids if len(end_ids) == 1 else (),
        )

    def conditioning(self, span: CaptionSpan, said: str, by_caption: bool) -> tuple[str, Conditioning]:
        return span.caption, self.decoders[span.modality].encode_text([span.caption])


# Rendering

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
    return decoders[modality].decode(conditioning, options, generators, on_step)


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


# Streaming

E = TypeVar("E")


def events_of(
    work: Callable[[Callable[[E], None], Callable[[], bool]], None], should_stop: Callable[[], bool]
) -> Iterator[E]:
    """Run `work(emit, should_stop)` in a thread and yield what it emits; what it raises is raised here.

    Closing the iterator makes the `should_stop` that work sees true, and waits for it to end."""
    queue: SimpleQueue[tuple[str, object]] = SimpleQueue()
    closed = threading.Event()

    def run() -> None:
        try:
            work(lambda event: queue.put(("event", event)), lambda: closed.is_set() or should_stop())
            queue.put(("end", None))
        except BaseException as error:
            queue.put(("error", error))

    worker = threading.Thread(target=run, name="anygen-stream", daemon=True)
    worker.start()
    try:
        while True:
            kind, value = queue.get()
            if kind == "end":
                return
            if isinstance(value, BaseException) and kind == "error":
                raise value
            yield value  # type: ignore[misc]
    finally:
        closed.set()
        worker.join()
