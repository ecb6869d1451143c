"""Pictures and clips in words, by an image-to-text model of transformers: BLIP, or any encoder-decoder such as ViT-GPT2."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as PILImage

from anygen.core.errors import CheckpointError, ConfigError
from anygen.core.modality import IMAGE, VIDEO, Modality
from anygen.encoders.captioners.base import load_expert, load_preparation

KINDS = ("blip", "vision-encoder-decoder")


@dataclass(frozen=True)
class CaptionerSettings:
    """How a captioner says what it sees: at most `max_new_tokens`, of a clip that many frames, evenly spread."""

    max_new_tokens: int = 40
    num_frames: int = 3

    def __post_init__(self) -> None:
        for name in ("max_new_tokens", "num_frames"):
            if not 1 <= getattr(self, name) <= 256:
                raise ConfigError(f"{name} is {getattr(self, name)}; 1 to 256 are accepted")


class ImageCaptioner:
    """Greedy captions of pictures; a clip is what its frames show, one after the other, each thing said once."""

    Settings = CaptionerSettings
    modalities = (IMAGE, VIDEO)

    def __init__(self, model: Any, processor: Any, tokenizer: Any, settings: CaptionerSettings) -> None:
        if model.config.model_type not in KINDS:
            raise CheckpointError(
                f"captioner: is a {model.config.model_type}; {' or '.join(KINDS)} is expected"
            )
        self.model, self.processor, self.tokenizer, self.settings = model, processor, tokenizer, settings
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(
        cls, folder: Path, settings: CaptionerSettings, dtype: torch.dtype | None = torch.float32
    ) -> ImageCaptioner:
        model = load_expert(folder, "AutoModelForImageTextToText", dtype)
        processor = load_preparation(folder, "AutoImageProcessor")
        return cls(model, processor, load_preparation(folder, "AutoTokenizer"), settings)

    def describe(self, modality: Modality, media: Any) -> str:
        if modality == IMAGE:
            return self._caption(media.pixels)
        count = len(media.frames)
        places = np.linspace(0, count - 1, min(self.settings.num_frames, count)).round().astype(int)
        return ", then ".join(dict.fromkeys(self._caption(media.frames[place]) for place in places))

    @torch.no_grad()
    def _caption(self, pixels: np.ndarray) -> str:
        prepared = self.processor(images=PILImage.fromarray(pixels), return_tensors="pt")
        pixel_values = prepared["pixel_values"].to(self.model.device, self.model.dtype)
        with self._lock:
            ids = self.model.generate(
                pixel_values=pixel_values,
                max_new_tokens=self.settings.max_new_tokens,
                do_sample=False,
                num_beams=1,
            )
        return str(self.tokenizer.decode(ids[0], skip_special_tokens=True)).strip()
