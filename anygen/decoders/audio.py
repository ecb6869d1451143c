"""Sounds by diffusers' AudioLDM, AudioLDM2 and StableAudio pipelines, from text embeddings alone."""

from __future__ import annotations

import contextlib
import importlib.util
import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from anygen.core.errors import CheckpointError, MachineError
from anygen.core.modality import AUDIO
from anygen.decoders.base import check_seconds, chosen
from anygen.decoders.diffusion import PipelineDecoder
from anygen.decoders.text_conditioning import t5_states, token_ids
from anygen.media import Audio

_DRAWS_WITH_TORCHSDE = ("CosineDPMSolverMultistepScheduler", "DPMSolverSDEScheduler")


class AudioDecoder(PipelineDecoder):
    """Length in seconds."""

    modality = AUDIO

    @abstractmethod
    def _sample_rate(self) -> int:
        """In Hz."""

    def _medium(self, item: np.ndarray, options: Any) -> Audio:
        return Audio(np.clip(item, -1, 1).astype(np.float32), self._sample_rate())


class AudioLDM(AudioDecoder):
    """conditioning: {"pooled": (C,)}, L2-normalised as CLAP's text embeddings are."""

    pipeline_name = "AudioLDMPipeline"
    takes: ClassVar = {"pooled": "prompt_embeds"}

    @classmethod
    def components(cls, folder: Path) -> dict[str, Any]:
        """Where the folder holds no vocoder, Griffin-Lim takes its place."""
        from anygen.decoders.griffin_lim import GriffinLim, MelConfig

        return {} if (folder / "vocoder").is_dir() else {"vocoder": GriffinLim(MelConfig())}

    @classmethod
    def stand_ins(cls, dtype: torch.dtype) -> dict[str, Any]:
        return {"text_encoder": SimpleNamespace(dtype=dtype)}

    def _widths(self) -> dict[str, Any]:
        return {"pooled": self.pipe.unet.config.projection_class_embeddings_input_dim}

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        config = pipe.text_encoder.config
        text = getattr(config, "text_config", config)
        # RoBERTa's positions begin behind the padding id.
        length = int(text.max_position_embeddings) - int(text.pad_token_id) - 2
        device = pipe.text_encoder.device
        ids, mask = (each.to(device) for each in token_ids(pipe.tokenizer, captions, length))
        embeds = pipe.text_encoder(input_ids=ids, attention_mask=mask).text_embeds
        return {"pooled": nn.functional.normalize(embeds, dim=-1)}

    def _arguments(self, options: Any) -> dict[str, Any]:
        return {"audio_length_in_s": float(chosen(options, self.defaults, "seconds"))}

    def _sample_rate(self) -> int:
        return int(self.pipe.vocoder.config.sampling_rate)


class AudioLDM2(AudioLDM):
    """conditioning: {"sequence": (L, C), "mask": (L,), "generated": (G, D)}: T5's states, zeros where the mask is False,
    and what the pipeline's GPT-2 writes from CLAP's and T5's.

    A caption is read alone, so that the ones beside it do not move GPT-2's positions; a longer one than L is cut."""

    pipeline_name = "AudioLDM2Pipeline"
    takes: ClassVar = {
        "sequence": "prompt_embeds",
        "mask": "attention_mask",
        "generated": "generated_prompt_embeds",
    }
    text_parts = (
        "tokenizer",
        "tokenizer_2",
        "text_encoder",
        "text_encoder_2",
        "projection_model",
        "language_model",
    )
    # Its own way to offload asks for its text encoders.
    waits_whole = True

    def _load_text(self) -> Any:
        named = json.loads((self._folder / "model_index.json").read_text(encoding="utf-8"))
        if named.get("language_model", ["", ""])[1] == "GPT2Model":
            raise CheckpointError(
                f"{self._folder / 'model_index.json'}: names GPT2Model as language_model, which no longer generates in "
                "transformers; write GPT2LMHeadModel in its place, which reads the same weights"
            )
        return super()._load_text()

    @classmethod
    def components(cls, folder: Path) -> dict[str, Any]:
        # It scores several takes by their sound; here each item is one.
        return {**super().components(folder), "feature_extractor": None}

    @classmethod
    def stand_ins(cls, dtype: torch.dtype) -> dict[str, Any]:
        reader = SimpleNamespace(dtype=dtype, config=SimpleNamespace(model_type="t5"))
        return {"text_encoder_2": reader, "language_model": SimpleNamespace(dtype=dtype)}

    def _widths(self) -> dict[str, Any]:
        # Blocks attend, one after the other, to themselves or to what was generated, and then to the sequence.
        dims = self.pipe.unet.config.cross_attention_dim
        block = dims[0] if isinstance(dims, (list, tuple)) else None
        if not isinstance(block, (list, tuple)):
            return {}
        generated, sequence = (next(filter(None, part), None) for part in (block[:2], block[2:]))
        return {"sequence": sequence, "generated": generated}

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        length = self.conditioning["sequence"][0]
        pipe.tokenizer_2.model_max_length = min(length, pipe.tokenizer_2.model_max_length)
        rows = [self._embed_one(pipe, caption, length) for caption in captions]
        return {name: torch.cat([row[name] for row in rows]) for name in self.takes}

    def _embed_one(self, pipe: Any, caption: str, length: int) -> dict[str, Tensor]:
        count = self.conditioning["generated"][0]
        sequence, mask, generated = pipe.encode_prompt(caption, self.device, 1, False, max_new_tokens=count)
        padding = length - sequence.shape[1]
        return {
            "sequence": nn.functional.pad(sequence, (0, 0, 0, padding)),
            "mask": nn.functional.pad(mask, (0, padding)).bool(),
            "generated": generated,
        }


class StableAudio(AudioDecoder):
    """Stereo. conditioning: {"sequence": (L, C), "mask": (L,)} of T5, zeros where the mask is False.

    The negative of no prompt is the pipeline's own: nothing at all, not even the length. The scheduler of Stable Audio
    Open draws its noise with the package torchsde."""

    pipeline_name = "StableAudioPipeline"
    takes: ClassVar = {"sequence": "prompt_embeds", "mask": "attention_mask"}

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        conditioning: Mapping[str, Sequence[int]],
        defaults: Mapping[str, Any],
        dtype: torch.dtype = torch.float32,
    ) -> PipelineDecoder:
        """As any decoder's. Raises MachineError where its scheduler needs torchsde, and that is not installed."""
        named = None
        # What cannot be read here, loading the pipeline says better.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            file = Path(folder) / "scheduler" / "scheduler_config.json"
            named = json.loads(file.read_text(encoding="utf-8")).get("_class_name")
        if named in _DRAWS_WITH_TORCHSDE and importlib.util.find_spec("torchsde") is None:
            raise MachineError(
                f"{folder}: its scheduler, {named}, needs the package torchsde, which is not installed: "
                "pip install 'anygen[stable-audio]'"
            )
        return super().from_pretrained(folder, conditioning, defaults, dtype)

    def _widths(self) -> dict[str, Any]:
        return {"sequence": self.pipe.projection_model.config.text_encoder_dim}

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        return t5_states(pipe.tokenizer, pipe.text_encoder, captions, self.conditioning["sequence"][0])

    def _unprompted(self) -> dict[str, Tensor]:
        return {}

    def _arguments(self, options: Any) -> dict[str, Any]:
        seconds = float(chosen(options, self.defaults, "seconds"))
        longest = self.pipe.transformer.config.sample_size * self.pipe.vae.hop_length / self._sample_rate()
        limits = self.pipe.projection_model.config
        check_seconds(seconds, limits.min_value, min(longest, limits.max_value))
        return {"audio_end_in_s": seconds}

    def _sample_rate(self) -> int:
        return int(self.pipe.vae.config.sampling_rate)
