"""What the decoders over diffusers pipelines share: loading, negative conditioning, and a step callback."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from anygen.decoders.base import OnStep, check_conditioning, chosen, load_pipe, token_ids
from anygen.errors import CheckpointError
from anygen.modality import Modality


class PipelineDecoder(ABC):
    """Holds one pipeline. A subclass names the pipeline, reads text its way, and turns arrays into media.

    `defaults` has every option of the modality but negative_prompt; `conditioning` is what the preset declares,
    checked here against what the text encoder gives."""

    modality: ClassVar[Modality]
    pipeline_name: ClassVar[str]
    primary: ClassVar[str]
    """The one conditioning tensor the pipeline takes as prompt_embeds."""

    def __init__(
        self, pipe: Any, conditioning: Mapping[str, Sequence[int]], defaults: Mapping[str, Any]
    ) -> None:
        self.pipe = pipe
        self.conditioning = {name: tuple(shape) for name, shape in conditioning.items()}
        self.defaults = dict(defaults)
        # Schedulers keep the state of a run: one decoding at a time.
        self._lock = threading.Lock()
        self._negatives: dict[str, Tensor] = {}
        given = {name: tuple(value.shape[1:]) for name, value in self.encode_text([""]).items()}
        if given != self.conditioning:
            raise CheckpointError(
                f"{self.modality} decoder: its text encoder gives {given}, the preset declares {self.conditioning}"
            )

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        conditioning: Mapping[str, Sequence[int]],
        defaults: Mapping[str, Any],
        dtype: torch.dtype = torch.float32,
    ) -> PipelineDecoder:
        """Load the pipeline saved in `folder`. Raises CheckpointError for another class or another conditioning."""
        return cls(
            load_pipe(cls.pipeline_name, Path(folder), dtype, **cls.components()), conditioning, defaults
        )

    @classmethod
    def components(cls) -> dict[str, Any]:
        """Parts given to the pipeline in place of saved ones."""
        return {}

    @property
    def text_encoder(self) -> torch.nn.Module:
        return self.pipe.text_encoder

    @torch.no_grad()
    def encode_text(self, captions: Sequence[str]) -> dict[str, Tensor]:
        """Conditioning of captions by the pipeline's own text encoder: name -> (N, ...)."""
        ids, mask = token_ids(self.pipe.tokenizer, captions, self._text_length())
        device = self.pipe.device
        return {self.primary: self._embed_text(ids.to(device), mask.to(device))}

    def _text_length(self) -> int:
        """How many tokens the text encoder reads; a pooled conditioning does not tell, so its decoder does."""
        return self.conditioning[self.primary][0]

    def _embed_text(self, ids_NL: Tensor, mask_NL: Tensor) -> Tensor:
        """What the pipeline itself makes of token ids."""
        return self.text_encoder(input_ids=ids_NL).last_hidden_state

    def negative(self, options: Any, count: int) -> Tensor:
        """The conditioning guidance leads away from, (N, ...): of options.negative_prompt, by default of "", kept."""
        text = getattr(options, "negative_prompt", None) or ""
        if text not in self._negatives:
            if len(self._negatives) >= 16:
                self._negatives.clear()
            self._negatives[text] = self.encode_text([text])[self.primary]
        return self._negatives[text].expand(count, *self._negatives[text].shape[1:])

    def decode(
        self,
        conditioning: Mapping[str, Tensor],
        options: Any,
        generators: Sequence[torch.Generator],
        on_step: OnStep | None = None,
    ) -> list[Any]:
        """One medium an item; see Decoder.decode."""
        count = check_conditioning(conditioning, self.conditioning, self.modality)
        if len(generators) != count:
            raise ValueError(f"{self.modality}: {len(generators)} generators for {count} items")
        embeds = conditioning[self.primary].to(self.pipe.device, self.pipe.dtype)
        guidance = float(chosen(options, self.defaults, "guidance_scale"))
        steps = int(chosen(options, self.defaults, "num_inference_steps"))
        call = {
            "prompt_embeds": embeds,
            "num_inference_steps": steps,
            "guidance_scale": guidance,
            "generator": list(generators),
            **self._arguments(options),
        }
        if guidance > 1:
            call["negative_prompt_embeds"] = self.negative(options, count).to(embeds)
        with self._lock:
            made = self._run(call, None if on_step is None else lambda step: on_step(step, steps))
        if not np.isfinite(made).all():
            raise FloatingPointError(
                f"{self.modality}: the decoder made values that are not finite; nothing is kept"
            )
        return [self._medium(item, options) for item in made]

    @abstractmethod
    def _arguments(self, options: Any) -> dict[str, Any]:
        """The pipeline's arguments for size and length."""

    @abstractmethod
    def _run(self, call: dict[str, Any], on_step: Callable[[int], None] | None) -> np.ndarray:
        """Call the pipeline; float arrays (N, ...)."""

    @abstractmethod
    def _medium(self, item: np.ndarray, options: Any) -> Any:
        """One item's array as a medium."""


def to_uint8(values: np.ndarray) -> np.ndarray:
    """[0, 1] float -> uint8."""
    return (np.clip(values, 0, 1) * 255).round().astype(np.uint8)
