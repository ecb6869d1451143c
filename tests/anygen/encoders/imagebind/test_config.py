"""The sizes of the towers, read strictly."""

from __future__ import annotations

import json

import pytest

from anygen.core.errors import ConfigError
from anygen.encoders.imagebind.config import (
    AudioPreparation,
    ConvStemConfig,
    GridTowerConfig,
    ImageBindConfig,
    ImagePreparation,
    TextTowerConfig,
    VideoPreparation,
    VisionTowerConfig,
)

CONFIG = ImageBindConfig(
    embed_dim=12,
    vision=VisionTowerConfig(
        dim=16,
        blocks=1,
        heads=2,
        image_size=16,
        video_frames=4,
        conv_stem=ConvStemConfig(widths=(8, 16), frame_widths=(16,), frame_size=8, groups=4),
        flat_dim=4,
    ),
    audio=GridTowerConfig(
        dim=16, blocks=1, heads=2, height=16, width=32, conv_stem=ConvStemConfig(widths=(8, 16)), flat_dim=4
    ),
    text=TextTowerConfig(dim=16, blocks=1, heads=2, vocab_size=20, context_length=6, end_id=2),
    scale_audio=False,
    image=ImagePreparation(size=16, fit="squeeze"),
    video=VideoPreparation(clips=1, frames=4, crops=1, spread="whole"),
    sound=AudioPreparation(
        clips=1, clip_seconds=0.32, mel_bins=16, frames=32, windows="loudest", short="loop"
    ),
)


def test_a_config_survives_json() -> None:
    assert ImageBindConfig.from_dict(json.loads(json.dumps(CONFIG.to_dict()))) == CONFIG


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("vision", "widht"), 3, "vision.widht: unknown"),
        (("image", "fit"), "stretch", "image.fit: 'stretch', expected one of crop, squeeze"),
        (("embed_dim",), "wide", "embed_dim: 'wide', expected int"),
        (("audio",), 3, "audio: 3, expected a mapping"),
    ],
)
def test_a_wrong_key_is_named_by_its_path(path: tuple[str, ...], value: object, message: str) -> None:
    values = CONFIG.to_dict()
    place = values
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ConfigError) as raised:
        ImageBindConfig.from_dict(values)
    assert message in str(raised.value)


def test_tokens_cannot_be_had_from_flat_pooling() -> None:
    with pytest.raises(ConfigError, match="vision, audio pools flat"):
        ImageBindConfig.from_dict({**CONFIG.to_dict(), "output": "tokens"})
