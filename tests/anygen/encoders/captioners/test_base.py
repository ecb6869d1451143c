"""Experts of the real classes at tiny size: what they say is what transformers' own calls give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_bridge

from anygen import Audio, CheckpointError, ConfigError, Image
from anygen.core.modality import IMAGE
from anygen.encoders.captioners import CAPTIONERS
from anygen.encoders.captioners.image_captioner import CaptionerSettings, ImageCaptioner
from anygen.encoders.captioners.nearest import NearestDescription
from anygen.encoders.captioners.sound_classifier import SoundClassifierSettings
from anygen.encoders.captioners.transcriber import TranscriberSettings


def picture(seed: int = 0) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8))


def sound(seed: int = 0, rate: int = 16_000) -> Audio:
    return Audio(np.random.default_rng(seed).normal(0, 0.1, (2, rate)).astype(np.float32), rate)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"holds no config.json"):
        ImageCaptioner.from_pretrained(tmp_path, CaptionerSettings())
    tiny_bridge.write_ast(tmp_path)
    with pytest.raises(CheckpointError, match="cannot be loaded as AutoModelForImageTextToText"):
        ImageCaptioner.from_pretrained(tmp_path, CaptionerSettings())


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: CaptionerSettings(num_frames=0), "num_frames is 0"),
        (lambda: SoundClassifierSettings(scores="odds"), "scores is 'odds'"),
        (lambda: SoundClassifierSettings(form="a {label}"), "form is 'a {label}'"),
        (lambda: TranscriberSettings(form="words"), "form is 'words'"),
        (lambda: NearestDescription(None, None, {IMAGE: ()}), "image: no descriptions"),  # type: ignore[arg-type]
    ],
)
def test_wrong_settings_get_one_sentence(make, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        make()


def test_the_table_names_classes_that_are_there() -> None:
    from importlib import import_module

    for place in CAPTIONERS.values():
        module, _, name = place.partition(":")
        assert hasattr(getattr(import_module(module), name), "Settings")
