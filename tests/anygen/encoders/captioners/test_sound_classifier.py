"""The likeliest labels of a sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tiny_bridge

from anygen import Audio
from anygen.core.modality import AUDIO
from anygen.encoders.captioners.sound_classifier import SoundClassifier, SoundClassifierSettings


def sound(seed: int = 0, rate: int = 16_000) -> Audio:
    return Audio(np.random.default_rng(seed).normal(0, 0.1, (2, rate)).astype(np.float32), rate)


def test_a_classifier_names_its_likeliest_label(tmp_path: Path) -> None:
    tiny_bridge.write_ast(tmp_path)
    first = SoundClassifier.from_pretrained(tmp_path, SoundClassifierSettings(num_labels=1))
    heard = Audio(sound().samples.mean(axis=0), 16_000)
    inputs = first.extractor(heard.samples, sampling_rate=16_000, return_tensors="pt")
    label = int(first.model(**inputs).logits[0].argmax())
    assert first.describe(AUDIO, sound()) == f"the sound of {first.model.config.id2label[label].lower()}"
    every = SoundClassifier(first.model, first.extractor, SoundClassifierSettings(num_labels=4, least=0.0))
    assert every.describe(AUDIO, sound(rate=8000)).count(", ") == 3
