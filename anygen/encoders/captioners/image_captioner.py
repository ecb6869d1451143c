"""Images and clips in words, by an image-to-text model of transformers: BLIP, or any encoder-decoder such as ViT-GPT2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image as PILImage

from anygen.core.errors import ConfigError
from anygen.core.modality import IMAGE, VIDEO, Modality
from anygen.encoders.captioners.base import WritingCaptioner


@dataclass(frozen=True)
class CaptionerSettings:
    """How a captioner says what it sees: at most `max_new_tokens`, of a clip that many frames, evenly spread."""

    max_new_tokens: int = 40
    num_frames: int = 3

    def __post_init__(self) -> None:
        for name in ("max_new_tokens", "num_frames"):
            if not 1 <= getattr(self, name) <= 256:
                raise ConfigError(f"{name} is {getattr(self, name)}; 1 to 256 are accepted")


class ImageCaptioner(WritingCaptioner):
    """Greedy captions of images; a clip is what its frames show, one after the other, each thing said once."""

    Settings = CaptionerSettings
    modalities = (IMAGE, VIDEO)
    name, kinds = "captioner", ("blip", "vision-encoder-decoder")
    auto_class, auto_preparation = "AutoModelForImageTextToText", "AutoImageProcessor"

    def describe(self, modality: Modality, media: Any) -> str:
        if modality == IMAGE:
            return self._caption(media.pixels)
        count = len(media.frames)
        places = np.linspace(0, count - 1, min(self.settings.num_frames, count)).round().astype(int)
        return ", then ".join(dict.fromkeys(self._caption(media.frames[place]) for place in places))

    @torch.no_grad()
    def _caption(self, pixels: np.ndarray) -> str:
        prepared = self.preparation(images=PILImage.fromarray(pixels), return_tensors="pt")
        return self._write(pixel_values=prepared["pixel_values"].to(self.model.device, self.model.dtype))
