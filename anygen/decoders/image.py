"""Pictures by diffusers' StableDiffusion (1, 2, XL, 3), Flux and Sana pipelines, from prompt embeddings alone."""

from __future__ import annotations

import inspect
import math
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from anygen.core.errors import ConfigError
from anygen.core.modality import IMAGE
from anygen.decoders.base import check_multiple, chosen
from anygen.decoders.diffusion import PipelineDecoder, to_uint8
from anygen.decoders.text_conditioning import clip_states
from anygen.media import Image


class ImageDecoder(PipelineDecoder):
    """Height and width in pixels, each a multiple of what autoencoder and denoiser halve."""

    modality = IMAGE

    @abstractmethod
    def _factor(self) -> int:
        """What height and width are multiples of."""

    def _arguments(self, options: Any) -> dict[str, Any]:
        size = {name: int(chosen(options, self.defaults, name)) for name in ("height", "width")}
        for name, value in size.items():
            check_multiple(IMAGE, name, value, self._factor())
        return size

    def _medium(self, item: np.ndarray, options: Any) -> Image:
        return Image(to_uint8(item))


class StableDiffusion(ImageDecoder):
    """Stable Diffusion 1 and 2. conditioning: {"sequence": (L, C)}."""

    pipeline_name = "StableDiffusionPipeline"
    takes: ClassVar = {"sequence": "prompt_embeds"}

    @classmethod
    def components(cls, folder: Path) -> dict[str, Any]:
        return {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}

    def _widths(self) -> dict[str, Any]:
        return {"sequence": self.pipe.unet.config.cross_attention_dim}

    def _factor(self) -> int:
        # The pipeline itself asks for 8; the autoencoder and the UNet may need more.
        return max(8, self.pipe.vae_scale_factor * 2 ** (len(self.pipe.unet.config.block_out_channels) - 1))

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        return clip_states(pipe, captions, self.conditioning["sequence"][0])


class StableDiffusionXL(StableDiffusion):
    """conditioning: {"sequence": (L, C), "pooled": (P,)}; C is both text encoders' widths together, P the second one's.

    Where the checkpoint says so (force_zeros_for_empty_prompt), the negative of no prompt is zeros, not that of ""."""

    pipeline_name = "StableDiffusionXLPipeline"
    takes: ClassVar = {"sequence": "prompt_embeds", "pooled": "pooled_prompt_embeds"}
    text_parts = ("tokenizer", "tokenizer_2", "text_encoder", "text_encoder_2")

    @classmethod
    def components(cls, folder: Path) -> dict[str, Any]:
        return {"image_encoder": None, "feature_extractor": None, "add_watermarker": False}

    def _widths(self) -> dict[str, Any]:
        config = self.pipe.unet.config
        # Six numbers about size and crop stand beside the pooled text.
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        return {"sequence": config.cross_attention_dim, "pooled": pooled}

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        sequence, _, pooled, _ = pipe.encode_prompt(captions, do_classifier_free_guidance=False)
        return {"sequence": sequence, "pooled": pooled}

    def _unprompted(self) -> dict[str, Tensor]:
        if not self.pipe.config.force_zeros_for_empty_prompt:
            return super()._unprompted()
        return {name: torch.zeros(1, *shape) for name, shape in self.conditioning.items()}


class _JointDecoder(ImageDecoder):
    """What Stable Diffusion 3 and Flux share: a transformer that reads a sequence and a pooled vector."""

    takes: ClassVar = {"sequence": "prompt_embeds", "pooled": "pooled_prompt_embeds"}

    @classmethod
    def components(cls, folder: Path) -> dict[str, Any]:
        return {"image_encoder": None, "feature_extractor": None}

    def _widths(self) -> dict[str, Any]:
        config = self.pipe.transformer.config
        return {"sequence": config.joint_attention_dim, "pooled": config.pooled_projection_dim}


class StableDiffusion3(_JointDecoder):
    """conditioning: {"sequence": (L, C), "pooled": (P,)}: CLIP's positions, then T5's, so L is the sum of both lengths."""

    pipeline_name = "StableDiffusion3Pipeline"
    text_parts = (*StableDiffusionXL.text_parts, "tokenizer_3", "text_encoder_3")

    def _factor(self) -> int:
        return int(self.pipe.vae_scale_factor * self.pipe.patch_size)

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        length = self.conditioning["sequence"][0] - pipe.tokenizer_max_length
        sequence, _, pooled, _ = pipe.encode_prompt(
            captions, None, None, do_classifier_free_guidance=False, max_sequence_length=length
        )
        return {"sequence": sequence, "pooled": pooled}


class Flux(_JointDecoder):
    """conditioning: {"sequence": (L, C), "pooled": (P,)}, of T5 and of CLIP.

    guidance_scale is an input of the distilled denoiser (FLUX.1-dev; FLUX.1-schnell has none). Only a preset whose
    defaults say true_cfg_scale above 1 leads away from a negative; elsewhere a negative prompt is refused."""

    pipeline_name = "FluxPipeline"
    text_parts = ("tokenizer", "tokenizer_2", "text_encoder", "text_encoder_2")
    preset_arguments = ("true_cfg_scale",)

    def _factor(self) -> int:
        # Latents are packed two by two.
        return int(self.pipe.vae_scale_factor * 2)

    def _is_guided(self, options: Any) -> bool:
        guided = float(self.defaults.get("true_cfg_scale", 1)) > 1
        if not guided and getattr(options, "negative_prompt", None):
            raise ConfigError(
                "image.negative_prompt: this Flux has its guidance built in and takes none; a preset with "
                "true_cfg_scale above 1 takes one"
            )
        return guided

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        sequence, pooled, _ = pipe.encode_prompt(
            captions, max_sequence_length=self.conditioning["sequence"][0]
        )
        return {"sequence": sequence, "pooled": pooled}


class Sana(ImageDecoder):
    """conditioning: {"sequence": (L, C), "mask": (L,)} of Gemma 2; captions behind the pipeline's own instruction.

    Sizes are drawn as asked: without the pipeline's rounding to the resolutions it was trained on."""

    pipeline_name = "SanaPipeline"
    takes: ClassVar = {"sequence": "prompt_embeds", "mask": "prompt_attention_mask"}

    def _widths(self) -> dict[str, Any]:
        return {"sequence": self.pipe.transformer.config.caption_channels}

    def _factor(self) -> int:
        # The pipeline itself asks for 32.
        return math.lcm(32, self.pipe.vae_scale_factor * self.pipe.transformer.config.patch_size)

    def _arguments(self, options: Any) -> dict[str, Any]:
        # Its negative_prompt is "" unless told otherwise, which it would not take beside embeddings.
        return {**super()._arguments(options), "negative_prompt": None, "use_resolution_binning": False}

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        instruction = inspect.signature(pipe.__call__).parameters["complex_human_instruction"].default
        sequence, mask, _, _ = pipe.encode_prompt(
            captions,
            do_classifier_free_guidance=False,
            max_sequence_length=self.conditioning["sequence"][0],
            complex_human_instruction=None if negative else instruction,
        )
        return {"sequence": sequence, "mask": mask.bool()}
