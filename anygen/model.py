"""AnyGen, the flow: media --encode--> features --project--> soft tokens --LLM--> text + signal spans --project-->
conditioning --decode--> media.

`generate` is `respond` (steps 1-4; needs no decoder in memory) then `render` (step 5). Batch first: one prompt is the
batch of one. Shape letters: N items, F features, E encoder width, S soft tokens, T positions, D LLM width.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from anygen import placement, provenance
from anygen.config import ModelConfig
from anygen.decoders.lazy import LazyDecoders
from anygen.encoders.base import Encoder
from anygen.errors import PromptError
from anygen.llm.backbone import Backbone
from anygen.llm.completion import Completion, CompletionOptions, complete
from anygen.llm.prompting import Layout, Prompter
from anygen.message import as_messages
from anygen.modality import TEXT, Modality
from anygen.options import GenerationOptions, as_options
from anygen.reply import (
    DecoderProgress,
    Done,
    Event,
    MediaReady,
    Reply,
    Response,
    Span,
    SpanStarted,
    TextDelta,
    caption_of,
)
from anygen.request import Request, limits
from anygen.seeds import WORDS, check_seed, generator
from anygen.streaming import events_of

Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]
Options = GenerationOptions | Mapping[str, Any] | None

DECODE_BATCH = 8
"""Items a decoder draws at once, at most."""
KEPT_FEATURES = 256
"""Media whose features are kept, so that later turns of a conversation need not encode them again."""
REPLY_ROOM = 96
"""Positions of the context kept free for the reply."""


class _Stopped(Exception):
    """Raised inside a decoder's step when the caller asked to stop."""


class AnyGen(nn.Module):
    """Reads and writes any mix of media. build.py puts it together; `from_pretrained` gives one that is ready."""

    def __init__(
        self,
        config: ModelConfig,
        encoders: dict[Modality, Encoder],
        input_projectors: nn.ModuleDict,
        backbone: Backbone,
        prompter: Prompter,
        output_projectors: nn.ModuleDict,
        decoders: LazyDecoders,
    ) -> None:
        super().__init__()
        self.config, self.prompter = config, prompter
        # Plain mappings on purpose: frozen and large, so no part of state_dict().
        self.encoders, self.decoders = encoders, decoders
        self.input_projectors, self.backbone, self.output_projectors = (
            input_projectors,
            backbone,
            output_projectors,
        )
        # What checkpoint.py knows of where this model came from.
        self.name, self.weights_hash, self.folder = config.name, "", Path()
        self.merged_lora: dict[str, Tensor] = {}
        self._features: OrderedDict[tuple[Modality, str], Tensor] = OrderedDict()

    @classmethod
    def from_pretrained(
        cls,
        name: str | Path = "mini",
        dtype: torch.dtype | str = torch.float32,
        merge: bool = True,
        **placed: Any,
    ) -> AnyGen:
        """A preset ("mini"), a folder written by `save_pretrained`, or a hub id. `placed` says where its parts run: device,
        device_map, quantization, offload, memory_budget (checkpoint.load).

        Raises CheckpointError, ConfigError, MachineError."""
        from anygen import checkpoint

        return checkpoint.load(name, dtype, merge, **placed)

    def save_pretrained(self, folder: str | Path, copy_parts: bool = False, **how: Any) -> Path:
        """Write what was trained; frozen parts are referred to, or with `copy_parts` copied. See checkpoint.save."""
        from anygen import checkpoint

        return checkpoint.save(self, folder, copy_parts, **how)

    def push_to_hub(self, repo_id: str, private: bool = False, **how: Any) -> str:
        """Save it whole and upload it as a repository of the hub; its address. See hub.push."""
        from anygen import hub

        return hub.push(self, repo_id, private, **how)

    def _apply(self, fn: Any, recurse: bool = True) -> AnyGen:
        # `to`, `cuda` and `cpu` mean encoders and decoders too, which are no submodules.
        placement.check_movable(self)
        super()._apply(fn, recurse)
        placement.follow(self, fn)
        return self

    @property
    def reads(self) -> tuple[Modality, ...]:
        return (TEXT, *(Modality(name) for name in self.input_projectors))

    @property
    def makes(self) -> tuple[Modality, ...]:
        return (TEXT, *self.backbone.signal_ids.modalities)

    def generate(
        self,
        prompt: Any,
        seed: int = 0,
        options: Options = None,
        modalities: Collection[str] | None = None,
        require: Collection[str] = (),
    ) -> Reply:
        """Answer one prompt: a text, a medium, a list of them, messages, or chat dicts (message.py).

        `modalities` says what may come back, `require` what must; `seed` decides everything that is left to chance.
        Raises PromptError, MediaError, ConfigError for what cannot be answered."""
        return self.generate_batch(
            [prompt], options=options, seeds=[seed], modalities=modalities, require=require
        )[0]

    def generate_batch(
        self,
        prompts: Sequence[Any],
        options: Options = None,
        seeds: Sequence[int] | None = None,
        modalities: Collection[str] | None = None,
        require: Collection[str] = (),
    ) -> list[Reply]:
        """Answer several prompts, each as it would be answered alone: to rounding, or with `options.exact` to the byte.

        Without `seeds`, prompt i has seed i."""
        return self.render(self.respond(prompts, options, seeds, modalities, require))

    def stream(
        self,
        prompt: Any,
        seed: int = 0,
        options: Options = None,
        modalities: Collection[str] | None = None,
        require: Collection[str] = (),
        should_stop: ShouldStop = lambda: False,
    ) -> Iterator[Event]:
        """The events of one answer as it comes: text, decoder steps, media, at the end the whole reply (Done).

        `should_stop` is asked at every token and every denoising step; what is finished by then is kept. Closing the
        iterator stops the work likewise."""

        def work(emit: Emit, stop: ShouldStop) -> None:
            responses = self.respond([prompt], options, [seed], modalities, require, emit, stop)
            emit(Done(self.render(responses, emit, stop)[0]))

        return events_of(work, should_stop)

    @torch.no_grad()
    def respond(
        self,
        prompts: Sequence[Any],
        options: Options = None,
        seeds: Sequence[int] | None = None,
        modalities: Collection[str] | None = None,
        require: Collection[str] = (),
        emit: Emit | None = None,
        should_stop: ShouldStop | None = None,
    ) -> list[Response]:
        """Steps 1-4: read, think, and say what is to be drawn: text and spans with their conditioning. Loads no decoder,
        unless options.conditioning is "caption", which asks its text encoder."""
        if isinstance(prompts, (str, bytes, Mapping)):
            raise PromptError(
                "prompts is one prompt; a list of prompts is accepted here, `generate` takes one"
            )
        options = as_options(options)
        seeds = [check_seed(seed) for seed in (range(len(prompts)) if seeds is None else seeds)]
        if len(seeds) != len(prompts):
            raise PromptError(f"{len(seeds)} seeds are given for {len(prompts)} prompts")
        may, must = limits(self.makes, modalities, require)
        requests = [Request(as_messages(prompt), options, may, must) for prompt in prompts]
        if options.exact and len(requests) > 1:
            return [
                self.respond([r.messages], options, [seed], may, must, emit, should_stop)[0]
                for r, seed in zip(requests, seeds, strict=True)
            ]
        started = time.perf_counter()
        reserve = min(REPLY_ROOM, self.prompter.max_length // 4)
        embeds = self.embed([self.prompter.layout(request.messages, reserve=reserve) for request in requests])
        encoded = time.perf_counter()

        def on_token(row: int, token: int | None, text: str) -> None:
            if emit is not None and text and TEXT in may:
                emit(TextDelta(text))

        completions = complete(
            self.backbone,
            embeds,
            self._completion_options(options),
            [generator(seed, WORDS) for seed in seeds],
            set(may) - {TEXT},
            set(must),
            self.prompter.lead_in_ids(),
            on_token=on_token,
            should_stop=should_stop,
            forbidden=self.prompter.tag_ids,
        )
        timings = {"encode": encoded - started, "llm": time.perf_counter() - encoded}
        return [
            Response(
                self._parts(completion, request, emit),
                seed,
                completion.token_ids,
                timings,
                request,
                len(requests),
            )
            for completion, seed, request in zip(completions, seeds, requests, strict=True)
        ]

    def embed(self, layouts: Sequence[Layout]) -> list[Tensor]:
        """Layouts as what the LLM reads, (T, D) each: its own embeddings, and soft tokens where media stand."""
        embeds = []
        for layout in layouts:
            embeds_TD = self.backbone.embed(layout.ids).clone()
            for at in layout.media:
                # Projectors stay at single precision, whatever the language model is loaded as.
                features_NFE = self._encode(at.modality, at.media)[None].to(embeds_TD.device, torch.float32)
                soft_SD = self.input_projectors[at.modality](features_NFE)[0].to(embeds_TD)
                embeds_TD[at.position : at.position + len(soft_SD)] = soft_SD
            embeds.append(embeds_TD)
        return embeds

    def _encode(self, modality: Modality, media: Any) -> Tensor:
        """Features (F, E) of one medium, encoded once while it is among the last KEPT_FEATURES."""
        key = (modality, media.content_hash())
        if key not in self._features:
            encoder = self.encoders[modality]
            self._features[key] = encoder.encode(modality, encoder.prepare(modality, media)[None])[0]
        self._features.move_to_end(key)
        if len(self._features) > KEPT_FEATURES:
            self._features.popitem(last=False)
        return self._features[key]

    def _parts(self, completion: Completion, request: Request, emit: Emit | None) -> tuple[str | Span, ...]:
        """What was said as the parts of a response: every span with the conditioning its decoder takes."""
        parts: list[str | Span] = []
        said = ""
        for part in completion.parts:
            if isinstance(part, str):
                said += part
                if TEXT in request.may:
                    parts.append(part)
                continue
            caption = caption_of(said)
            if request.options.conditioning == "caption":
                conditioning = self.decoders[part.modality].encode_text([caption])
            else:
                project = self.output_projectors[part.modality]
                conditioning = project(part.hidden_TD[None].float(), part.input_embeddings_TD[None].float())
            span = Span(
                part.modality, caption, {name: value[0] for name, value in conditioning.items()}, len(parts)
            )
            parts.append(span)
            if emit is not None:
                emit(SpanStarted(span.index, span.modality, caption))
        return tuple(parts)

    @torch.no_grad()
    def render(
        self, responses: Sequence[Response], emit: Emit | None = None, should_stop: ShouldStop | None = None
    ) -> list[Reply]:
        """Step 5: draw what responses say, one decoder after the other, and put the media in their places.

        A batch holds spans of one modality and equal options; a span that was stopped is left out of its reply."""
        made: dict[tuple[int, int], Any] = {}
        timings = [dict(response.timings) for response in responses]
        neighbours = [response.batch_size for response in responses]
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
                    media = self._decode(modality, batch, responses, emit, should_stop)
                except _Stopped:
                    break
                took = (time.perf_counter() - began) / len(batch)
                for (row, span), medium in zip(batch, media, strict=True):
                    made[row, span.index] = medium
                    neighbours[row] = max(neighbours[row], len(batch))
                    timings[row][modality] = timings[row].get(modality, 0.0) + took
                    if emit is not None:
                        emit(MediaReady(span.index, medium))
        return [
            self._reply(response, made, row, timings[row], neighbours[row])
            for row, response in enumerate(responses)
        ]

    def _decode(
        self,
        modality: Modality,
        batch: Sequence[tuple[int, Span]],
        responses: Sequence[Response],
        emit: Emit | None,
        should_stop: ShouldStop | None,
    ) -> list[Any]:
        def on_step(step: int, num_steps: int) -> None:
            if should_stop is not None and should_stop():
                raise _Stopped
            if emit is not None:
                for _, span in batch:
                    emit(DecoderProgress(span.index, modality, step, num_steps))

        names = batch[0][1].conditioning
        conditioning = {name: torch.stack([span.conditioning[name] for _, span in batch]) for name in names}
        generators = [generator(responses[row].seed, 1 + span.index) for row, span in batch]
        options = responses[batch[0][0]].request.options.of(modality)
        return self.decoders[modality].decode(conditioning, options, generators, on_step)

    def _reply(
        self,
        response: Response,
        made: dict[tuple[int, int], Any],
        row: int,
        timings: dict[str, float],
        batch_size: int,
    ) -> Reply:
        request = response.request
        kept = [part for part in response.parts if isinstance(part, str) or (row, part.index) in made]
        return Reply(
            parts=tuple(part if isinstance(part, str) else made[row, part.index] for part in kept),
            seed=response.seed,
            timings={**timings, "total": sum(timings.values())},
            provenance=provenance.build(
                model=self.name,
                weights_hash=self.weights_hash,
                messages=request.messages,
                options=request.options.to_dict(),
                seed=response.seed,
                modalities=request.may,
                require=request.require,
                batch_size=batch_size,
            ),
            captions=tuple("" if isinstance(part, str) else part.caption for part in kept),
            messages=request.messages,
        )

    def _completion_options(self, options: GenerationOptions) -> CompletionOptions:
        defaults = self.config.sampling
        names = ("max_new_tokens", "temperature", "top_p")
        chosen = {
            name: getattr(defaults if getattr(options, name) is None else options, name) for name in names
        }
        return CompletionOptions(**chosen, stop=tuple(self.prompter.template.stop))


_loaded: dict[str, AnyGen] = {}


def generate(*prompt: Any, model: str | Path = "mini", **how: Any) -> Reply:
    """Answer a prompt of any parts with a model that stays loaded: generate("Draw what you hear.", Audio.open("bark.wav")).

    Keywords are those of AnyGen.generate."""
    if str(model) not in _loaded:
        _loaded[str(model)] = AnyGen.from_pretrained(model)
    return _loaded[str(model)].generate(prompt[0] if len(prompt) == 1 else list(prompt), **how)
