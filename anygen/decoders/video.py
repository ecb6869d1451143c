"""Clips by diffusers' TextToVideoSDPipeline (ModelScope, ZeroScope), from prompt embeddings alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor

from anygen.decoders.base import check_multiple, chosen
from anygen.decoders.diffusion import PipelineDecoder, to_uint8
from anygen.media import Video
from anygen.modality import VIDEO


class TextToVideoSD(PipelineDecoder):
    """conditioning: {"sequence": (L, C)}. Height and width in pixels, num_frames frames at fps frames per second."""

    modality = VIDEO
    pipeline_name = "TextToVideoSDPipeline"
    primary = "sequence"

    def _arguments(self, options: Any) -> dict[str, Any]:
        sizes = {
            name: int(chosen(options, self.defaults, name)) for name in ("height", "width", "num_frames")
        }
        factor = max(8, self.pipe.vae_scale_factor * 2 ** (len(self.pipe.unet.config.block_out_channels) - 1))
        for name in ("height", "width"):
            check_multiple(VIDEO, name, sizes[name], factor)
        return sizes

    def _run(self, call: dict[str, Any], on_step: Callable[[int], None] | None) -> np.ndarray:
        def after_step(index: int, timestep: Any, latents: Tensor) -> None:
            if on_step is not None:
                on_step(index + 1)

        return np.asarray(self.pipe(**call, callback=after_step, output_type="np").frames)

    def _medium(self, item: np.ndarray, options: Any) -> Video:
        return Video(to_uint8(item), float(chosen(options, self.defaults, "fps")))
