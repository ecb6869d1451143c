"""The shape of mini's encoder: ImageBind's architecture with a conv stem, flat pooling and eight frames a clip."""

from __future__ import annotations

from anygen.encoders.imagebind.config import ImageBindConfig
from anygen_pipelines.mini.pretraining import RECIPES

TEXT_LENGTH: int = RECIPES["encoder"]["model"]["text"]["context_length"]


def encoder_config(vocab_size: int, end_id: int) -> ImageBindConfig:
    """Width 128, three layers for pictures and clips, two for sounds and text, features of 256."""
    values = RECIPES["encoder"]["model"]
    text = {**values["text"], "vocab_size": vocab_size, "end_id": end_id}
    return ImageBindConfig.from_dict({**values, "text": text})
