"""AnyGen, the flow: media --encode--> features --project--> soft tokens --LLM--> text + signal spans --project-->
conditioning --decode--> media.

`generate` is `respond` (steps 1-4; needs no decoder in memory) then `render` (step 5). Batch first: one prompt is the
batch of one. The steps are in generation.py; both ends have a second way,
through words, where no projector was trained.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from anygen.core.config import ModelConfig
from anygen.core.devices import moved_to
from anygen.core.errors import ConfigError, PromptError
from anygen.core.modality import TEXT, Modality
from anygen.core.seeds import WORDS, check_seed, generator
from anygen.decoders.lazy import LazyDecoders
from anygen.encoders.base import Encoder
from anygen.encoders.captioners.base import Captioner
from anygen.generation import (
    CaptionStrategy,
    Emit,
    GenerationStrategy,
    Reader,
    Rendered,
    ShouldStop,
    SignalStrategy,
    check_readable,
    draw,
    reply_of,
)
from anygen.llm.backbone import Backbone
from anygen.llm.completion import Completion, CompletionCall, CompletionOptions
from anygen.llm.native_encoders import NativeEncoders
from anygen.llm.prompting import Prompter
from anygen.llm.tags import CaptionTags
from anygen.messages.message import as_messages
from anygen.messages.options import GenerationOptions, as_options
from anygen.messages.reply import Done, Event, Reply, Response, Span, SpanStarted, TextDelta
from anygen.messages.request import Request, limits
from anygen.messages.streaming import events_of

Options = GenerationOptions | Mapping[str, Any] | None

REPLY_ROOM = 96
"""Positions of the context kept free for the reply."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a model is made of; loading/build.py makes them of a config.

    With `tags` it writes captions between them, and needs no output projectors (generation.py); with `native_encoders` the
    language model reads media itself."""

    encoders: dict[Modality, Encoder]
    captioners: Mapping[Modality, Sequence[Captioner]]
    input_projectors: nn.ModuleDict
    backbone: Backbone
    prompter: Prompter
    output_projectors: nn.ModuleDict
    decoders: LazyDecoders
    tags: CaptionTags | None = None
    native_encoders: NativeEncoders | None = None


class AnyGen(nn.Module):
    """Reads and writes any mix of media. loading/build.py puts it together; `from_pretrained` gives one that is ready."""

    def __init__(self, config: ModelConfig, parts: Parts) -> None:
        super().__init__()
        self.config, self.prompter = config, parts.prompter
        # Plain mappings on purpose: frozen and large, so no part of state_dict().
        self.encoders, self.captioners, self.decoders = parts.encoders, dict(parts.captioners), parts.decoders
        self.input_projectors, self.output_projectors = parts.input_projectors, parts.output_projectors
        self.backbone = parts.backbone
        # What loading/checkpoint.py knows of where this model came from.
        self.name, self.weights_hash, self.folder = config.name, "", Path()
        self.merged_lora: dict[str, Tensor] = {}
        self.reader = Reader(
            self.encoders,
            self.input_projectors,
            self.captioners,
            self.backbone,
            self.prompter,
            parts.tags,
            parts.native_encoders,
        )
        self.strategy: GenerationStrategy = (
            SignalStrategy(self.backbone, self.prompter, self.output_projectors, self.decoders)
            if parts.tags is None
            else CaptionStrategy(self.backbone, self.prompter, parts.tags, self.decoders)
        )

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
        from anygen.loading import checkpoint

        return checkpoint.load(name, dtype, merge, **placed)

    def save_pretrained(self, folder: str | Path, copy_parts: bool = False, **how: Any) -> Path:
        """Write what was trained; frozen parts are referred to, or with `copy_parts` copied. See checkpoint.save."""
        from anygen.loading import checkpoint

        return checkpoint.save(self, folder, copy_parts, **how)

    def push_to_hub(self, repo_id: str, private: bool = False, **how: Any) -> str:
        """Save it whole and upload it as a repository of the hub; its address. See hub.push."""
        from anygen.loading import hub

        return hub.push(self, repo_id, private, **how)

    def _apply(self, fn: Any, recurse: bool = True) -> AnyGen:
        # `to`, `cuda` and `cpu` mean encoders and decoders too, which are no submodules.
        if self.backbone.is_dispatched:
            raise ConfigError(
                "the language model was put in place by device_map or quantization and cannot be moved; load the model "
                "again with the device it should have"
            )
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self._follow(fn)
        return self

    def _follow(self, fn: Callable[[Tensor], Tensor]) -> None:
        """Encoders and decoders go where `fn` just moved the rest, decoders not loaded yet when they are."""
        device = moved_to(fn)
        if device is None:
            return
        for encoder in self.encoders.values():
            if isinstance(encoder, nn.Module):
                encoder.to(device)
        for modality in self.decoders:
            self.decoders.place(modality, device)

    @property
    def reads(self) -> tuple[Modality, ...]:
        return self.reader.reads

    @property
    def makes(self) -> tuple[Modality, ...]:
        return (TEXT, *self.strategy.makes)

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
        unless captions are to become conditioning, which asks its text encoder. Raises PromptError, MediaError."""
        if isinstance(prompts, (str, bytes, Mapping)):
            raise PromptError(
                "prompts is one prompt; a list of prompts is accepted here, `generate` takes one"
            )
        options = as_options(options)
        seeds = [check_seed(seed) for seed in (range(len(prompts)) if seeds is None else seeds)]
        if len(seeds) != len(prompts):
            raise PromptError(f"{len(seeds)} seeds are given for {len(prompts)} prompts")
        allowed, required = limits(self.makes, modalities, require)
        requests = [Request(as_messages(prompt), options, allowed, required) for prompt in prompts]
        for request in requests:
            check_readable(request, self.captioners)
        if options.exact and len(requests) > 1:
            return [
                self.respond([r.messages], options, [seed], allowed, required, emit, should_stop)[0]
                for r, seed in zip(requests, seeds, strict=True)
            ]
        started = time.perf_counter()
        reserve = min(REPLY_ROOM, self.prompter.max_length // 4)
        read = [self.reader.read(request, reserve) for request in requests]
        encoded = time.perf_counter()

        def on_token(row: int, token: int | None, text: str) -> None:
            if emit is not None and text and TEXT in allowed:
                emit(TextDelta(text))

        completions = self.strategy.complete(
            read,
            CompletionCall(
                self._completion_options(options),
                [generator(seed, WORDS) for seed in seeds],
                set(allowed) - {TEXT},
                set(required) - {TEXT},
                on_token,
                should_stop,
            ),
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
                prompt.described,
            )
            for completion, seed, request, prompt in zip(completions, seeds, requests, read, strict=True)
        ]

    def _parts(
        self, completion: Completion[Any], request: Request, emit: Emit | None
    ) -> tuple[str | Span, ...]:
        """What was said as the parts of a response: every span with the conditioning its decoder takes."""
        parts: list[str | Span] = []
        said = ""
        for part in completion.parts:
            if isinstance(part, str):
                said += part
                if TEXT in request.allowed:
                    parts.append(part)
                continue
            caption, conditioning = self.strategy.conditioning(
                part, said, request.options.conditioning == "caption"
            )
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
        drawn = draw(self.decoders, responses, emit, should_stop)
        return [self.reply(response, drawn, row) for row, response in enumerate(responses)]

    def reply(self, response: Response, drawn: Rendered, row: int = 0) -> Reply:
        """What a response says with what was drawn for it, response `row` of `drawn`; spans without a medium are out."""
        return reply_of(response, drawn, row, self.name, self.weights_hash)

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
