"""How a language model says what is to be drawn: by signal tokens and learned projectors, or by captions between tags.

Both roads give the same: texts and spans in order, and for every span a caption and the conditioning of its decoder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from anygen.decoders.lazy import LazyDecoders
from anygen.llm.backbone import Backbone
from anygen.llm.captions import complete_captions
from anygen.llm.completion import CaptionSpan, CompletedSpan, Completion, CompletionOptions, OnToken, complete
from anygen.llm.prompting import Prompter
from anygen.llm.tags import CaptionTags, TagTokens
from anygen.modality import Modality
from anygen.reading import Prompt
from anygen.reply import caption_of

ShouldStop = Callable[[], bool]
Conditioning = dict[str, Tensor]
"""By name, each of one item with its batch axis."""


class Road(Protocol):
    """From prompts to what is said and what conditions the decoders."""

    @property
    def makes(self) -> tuple[Modality, ...]: ...

    def complete(
        self,
        prompts: Sequence[Prompt],
        options: CompletionOptions,
        generators: Sequence[torch.Generator],
        may: Collection[Modality],
        must: Collection[Modality],
        on_token: OnToken,
        should_stop: ShouldStop | None,
    ) -> list[Completion[Any]]:
        """Step 3: one completion a prompt; `may` and `must` are the media that may and must come."""

    def conditioning(self, span: Any, said: str, by_caption: bool) -> tuple[str, Conditioning]:
        """Step 4: a span's caption and conditioning. `said` is all text before it; `by_caption` asks the decoder's own
        text encoder even where there is a projector."""


class SignalRoad:
    """The learned road: spans of signal tokens, whose states output projectors turn into conditioning."""

    def __init__(
        self, backbone: Backbone, prompter: Prompter, output_projectors: nn.ModuleDict, decoders: LazyDecoders
    ) -> None:
        self.backbone, self.prompter = backbone, prompter
        self.output_projectors, self.decoders = output_projectors, decoders

    @property
    def makes(self) -> tuple[Modality, ...]:
        return self.backbone.signal_ids.modalities

    def complete(
        self,
        prompts: Sequence[Prompt],
        options: CompletionOptions,
        generators: Sequence[torch.Generator],
        may: Collection[Modality],
        must: Collection[Modality],
        on_token: OnToken,
        should_stop: ShouldStop | None,
    ) -> list[Completion[CompletedSpan]]:
        return complete(
            self.backbone,
            [prompt.embeds_TD for prompt in prompts],
            options,
            generators,
            set(may),
            set(must),
            self.prompter.lead_in_ids(),
            on_token=on_token,
            should_stop=should_stop,
            forbidden=self.prompter.tag_ids,
        )

    def conditioning(self, span: CompletedSpan, said: str, by_caption: bool) -> tuple[str, Conditioning]:
        caption = caption_of(said)
        if by_caption:
            return caption, self.decoders[span.modality].encode_text([caption])
        project = self.output_projectors[span.modality]
        return caption, project(span.hidden_TD[None].float(), span.input_embeddings_TD[None].float())


class CaptionRoad:
    """The road through words: captions between tags, which each decoder's own text encoder reads. Nothing is trained."""

    def __init__(
        self, backbone: Backbone, prompter: Prompter, tags: CaptionTags, decoders: LazyDecoders
    ) -> None:
        self.backbone, self.prompter, self.decoders = backbone, prompter, decoders
        self.tag_tokens = TagTokens(backbone.tokenizer, backbone.num_ids, tags)

    @property
    def makes(self) -> tuple[Modality, ...]:
        return self.tag_tokens.tags.modalities

    def complete(
        self,
        prompts: Sequence[Prompt],
        options: CompletionOptions,
        generators: Sequence[torch.Generator],
        may: Collection[Modality],
        must: Collection[Modality],
        on_token: OnToken,
        should_stop: ShouldStop | None,
    ) -> list[Completion[CaptionSpan]]:
        positions = [prompt.positions_AT for prompt in prompts if prompt.positions_AT is not None]
        end_ids = self.prompter.end_ids
        return complete_captions(
            self.backbone,
            [prompt.embeds_TD for prompt in prompts],
            self.tag_tokens,
            options,
            generators,
            may,
            must,
            on_token,
            should_stop,
            positions or None,
            end_ids if len(end_ids) == 1 else (),
        )

    def conditioning(self, span: CaptionSpan, said: str, by_caption: bool) -> tuple[str, Conditioning]:
        return span.caption, self.decoders[span.modality].encode_text([span.caption])
