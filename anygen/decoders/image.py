"""Pictures by diffusers' StableDiffusionPipeline, from prompt embeddings alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from anygen.decoders.base import check_multiple, chosen
from anygen.decoders.diffusion import PipelineDecoder, to_uint8
from anygen.media import Image
from anygen.modality import IMAGE


class StableDiffusion(PipelineDecoder):
    """conditioning: {"sequence": (L, C)}. Height and width in pixels, multiples of the autoencoder's factor."""

    modality = IMAGE
    pipeline_name = "StableDiffusionPipeline"
    primary = "sequence"

    @classmethod
    def components(cls) -> dict[str, Any]:
        return {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}

    def _arguments(self, options: Any) -> dict[str, Any]:
        size = {name: int(chosen(options, self.defaults, name)) for name in ("height", "width")}
        for name, value in size.items():
            # The pipeline itself asks for 8; the autoencoder and the UNet may need more.
            check_multiple(IMAGE, name, value, max(8, self.pipe.vae_scale_factor * self._unet_factor()))
        return size

    def _unet_factor(self) -> int:
        return 2 ** (len(self.pipe.unet.config.block_out_channels) - 1)

    def _run(self, call: dict[str, Any], on_step: Callable[[int], None] | None) -> np.ndarray:
        def at_end(pipe: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            if on_step is not None:
                on_step(index + 1)
            return tensors

        return self.pipe(**call, callback_on_step_end=at_end, output_type="np").images

    def _medium(self, item: np.ndarray, options: Any) -> Image:
        return Image(to_uint8(item))
