"""Sounds by diffusers' AudioLDMPipeline, from pooled CLAP embeddings alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from anygen.decoders.base import chosen
from anygen.decoders.diffusion import PipelineDecoder
from anygen.media import Audio
from anygen.modality import AUDIO


class AudioLDM(PipelineDecoder):
    """conditioning: {"pooled": (C,)}, L2-normalised as CLAP's text embeddings are. Length in seconds."""

    modality = AUDIO
    pipeline_name = "AudioLDMPipeline"
    primary = "pooled"

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        conditioning: Mapping[str, Any],
        defaults: Mapping[str, Any],
        dtype: torch.dtype = torch.float32,
    ) -> PipelineDecoder:
        """As the base class; where the folder holds no vocoder, Griffin-Lim takes its place."""
        from anygen.decoders.base import load_pipe
        from anygen.decoders.griffin_lim import GriffinLim, MelConfig

        has_vocoder = (Path(folder) / "vocoder").is_dir()
        parts: dict[str, Any] = {} if has_vocoder else {"vocoder": GriffinLim(MelConfig())}
        return cls(load_pipe(cls.pipeline_name, Path(folder), dtype, **parts), conditioning, defaults)

    def _text_length(self) -> int:
        config = self.text_encoder.config
        text = getattr(config, "text_config", config)
        # RoBERTa's positions begin behind the padding id.
        return int(text.max_position_embeddings) - int(text.pad_token_id) - 2

    def _embed_text(self, ids_NL: Tensor, mask_NL: Tensor) -> Tensor:
        return nn.functional.normalize(
            self.text_encoder(input_ids=ids_NL, attention_mask=mask_NL).text_embeds, dim=-1
        )

    def _arguments(self, options: Any) -> dict[str, Any]:
        return {"audio_length_in_s": float(chosen(options, self.defaults, "seconds"))}

    def _run(self, call: dict[str, Any], on_step: Callable[[int], None] | None) -> np.ndarray:
        def after_step(index: int, timestep: Any, latents: Tensor) -> None:
            if on_step is not None:
                on_step(index + 1)

        return np.asarray(self.pipe(**call, callback=after_step, output_type="np").audios, dtype=np.float32)

    def _medium(self, item: np.ndarray, options: Any) -> Audio:
        return Audio(np.clip(item, -1, 1).astype(np.float32), self.pipe.vocoder.config.sampling_rate)
