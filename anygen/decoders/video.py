"""Clips by diffusers' TextToVideoSD (ModelScope, ZeroScope), Wan and LTX pipelines, from prompt embeddings alone."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from anygen.core.modality import VIDEO
from anygen.decoders.base import check_frames, check_multiple, chosen
from anygen.decoders.diffusion import PipelineDecoder, to_uint8
from anygen.decoders.text_conditioning import clip_states
from anygen.media import Video
from anygen.messages.options import check_video_size


class VideoDecoder(PipelineDecoder):
    """Height and width in pixels, num_frames frames at fps frames per second."""

    modality = VIDEO

    @abstractmethod
    def _factors(self) -> tuple[int, int]:
        """What height and width are multiples of, and what num_frames - 1 is."""

    def _arguments(self, options: Any) -> dict[str, Any]:
        sizes = {
            name: int(chosen(options, self.defaults, name)) for name in ("height", "width", "num_frames")
        }
        factor, frame_factor = self._factors()
        for name in ("height", "width"):
            check_multiple(VIDEO, name, sizes[name], factor)
        check_frames(sizes["num_frames"], frame_factor)
        check_video_size(sizes["num_frames"], sizes["height"], sizes["width"])
        return sizes

    def _medium(self, item: np.ndarray, options: Any) -> Video:
        return Video(to_uint8(item), float(chosen(options, self.defaults, "fps")))


class TextToVideoSD(VideoDecoder):
    """conditioning: {"sequence": (L, C)}. Any number of frames."""

    pipeline_name = "TextToVideoSDPipeline"
    takes: ClassVar = {"sequence": "prompt_embeds"}

    def _widths(self) -> dict[str, Any]:
        return {"sequence": self.pipe.unet.config.cross_attention_dim}

    def _factors(self) -> tuple[int, int]:
        halvings = len(self.pipe.unet.config.block_out_channels) - 1
        return max(8, self.pipe.vae_scale_factor * 2**halvings), 1

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        return clip_states(pipe, captions, self.conditioning["sequence"][0])


class Wan(VideoDecoder):
    """Wan 2.1 and 2.2, text to video. conditioning: {"sequence": (L, C)} of UMT5, zeros behind the caption's end.

    4k + 1 frames, of the autoencoder's own factor."""

    pipeline_name = "WanPipeline"
    takes: ClassVar = {"sequence": "prompt_embeds"}

    def _denoiser(self) -> Any:
        return self.pipe.transformer or self.pipe.transformer_2

    def _widths(self) -> dict[str, Any]:
        return {"sequence": self._denoiser().config.text_dim}

    def _factors(self) -> tuple[int, int]:
        patch = max(self._denoiser().config.patch_size[1:])
        # The pipeline itself asks for 16.
        size = math.lcm(16, self.pipe.vae_scale_factor_spatial * patch)
        return size, int(self.pipe.vae_scale_factor_temporal)

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        sequence, _ = pipe.encode_prompt(
            captions,
            do_classifier_free_guidance=False,
            max_sequence_length=self.conditioning["sequence"][0],
        )
        return {"sequence": sequence}


class LTX(VideoDecoder):
    """LTX-Video. conditioning: {"sequence": (L, C), "mask": (L,)} of T5. 8k + 1 frames; fps reaches the denoiser.

    A preset for an autoencoder that takes a timestep (0.9.1 and later) may set decode_timestep and decode_noise_scale."""

    pipeline_name = "LTXPipeline"
    takes: ClassVar = {"sequence": "prompt_embeds", "mask": "prompt_attention_mask"}
    preset_arguments = ("decode_timestep", "decode_noise_scale", "guidance_rescale")

    def _widths(self) -> dict[str, Any]:
        return {"sequence": self.pipe.transformer.config.caption_channels}

    def _factors(self) -> tuple[int, int]:
        pipe = self.pipe
        # The pipeline itself asks for 32.
        size = math.lcm(32, pipe.vae_spatial_compression_ratio * pipe.transformer_spatial_patch_size)
        return size, int(pipe.vae_temporal_compression_ratio * pipe.transformer_temporal_patch_size)

    def _arguments(self, options: Any) -> dict[str, Any]:
        return {**super()._arguments(options), "frame_rate": float(chosen(options, self.defaults, "fps"))}

    def _embed(self, pipe: Any, captions: list[str], negative: bool) -> dict[str, Tensor]:
        sequence, mask, _, _ = pipe.encode_prompt(
            captions,
            do_classifier_free_guidance=False,
            max_sequence_length=self.conditioning["sequence"][0],
        )
        return {"sequence": sequence, "mask": mask.bool()}
