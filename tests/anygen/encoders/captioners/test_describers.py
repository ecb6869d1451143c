"""Experts of the real classes at tiny size: what they say is what transformers' own calls give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_bridge
from PIL import Image as PILImage

from anygen import Audio, CheckpointError, ConfigError, Image, Video
from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.encoders.captioners import CAPTIONERS
from anygen.encoders.captioners.image_captioner import CaptionerSettings, ImageCaptioner
from anygen.encoders.captioners.nearest import NearestDescription
from anygen.encoders.captioners.sound_classifier import SoundClassifier, SoundClassifierSettings
from anygen.encoders.captioners.transcriber import Transcriber, TranscriberSettings


def picture(seed: int = 0) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8))


def sound(seed: int = 0, rate: int = 16_000) -> Audio:
    return Audio(np.random.default_rng(seed).normal(0, 0.1, (2, rate)).astype(np.float32), rate)


@pytest.mark.parametrize(
    "write", [tiny_bridge.write_blip, tiny_bridge.write_vit_gpt2], ids=["blip", "vit-gpt2"]
)
def test_a_captioner_says_what_its_model_generates(write, tmp_path: Path) -> None:
    from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer

    write(tmp_path)
    captioner = ImageCaptioner.from_pretrained(tmp_path, CaptionerSettings(max_new_tokens=7))
    model = AutoModelForImageTextToText.from_pretrained(tmp_path)
    pixels = AutoImageProcessor.from_pretrained(tmp_path)(
        PILImage.fromarray(picture().pixels), return_tensors="pt"
    )
    ids = model.generate(**pixels, max_new_tokens=7, do_sample=False, num_beams=1)
    words = AutoTokenizer.from_pretrained(tmp_path).decode(ids[0], skip_special_tokens=True)
    assert captioner.describe(IMAGE, picture()) == words.strip() != ""
    twice = Video(np.stack([picture().pixels] * 5), 4.0)
    assert captioner.describe(VIDEO, twice) == words.strip()


def test_a_classifier_names_its_likeliest_label(tmp_path: Path) -> None:
    tiny_bridge.write_ast(tmp_path)
    first = SoundClassifier.from_pretrained(tmp_path, SoundClassifierSettings(num_labels=1))
    heard = Audio(sound().samples.mean(axis=0), 16_000)
    inputs = first.extractor(heard.samples, sampling_rate=16_000, return_tensors="pt")
    label = int(first.model(**inputs).logits[0].argmax())
    assert first.describe(AUDIO, sound()) == f"the sound of {first.model.config.id2label[label].lower()}"
    every = SoundClassifier(first.model, first.extractor, SoundClassifierSettings(num_labels=4, least=0.0))
    assert every.describe(AUDIO, sound(rate=8000)).count(", ") == 3


def test_a_transcriber_says_what_it_hears_or_nothing(tmp_path: Path) -> None:
    tiny_bridge.write_whisper(tmp_path)
    transcriber = Transcriber.from_pretrained(tmp_path, TranscriberSettings(max_new_tokens=5))
    said = transcriber.describe(AUDIO, sound())
    inputs = transcriber.preparation(sound().samples.mean(axis=0), sampling_rate=16_000, return_tensors="pt")
    ids = transcriber.model.generate(**inputs, max_new_tokens=5, do_sample=False, num_beams=1)
    words = transcriber.tokenizer.decode(ids[0], skip_special_tokens=True).strip()
    assert said == f'a voice saying "{words}"'
    transcriber.no_speech_id = 5
    for no_speech, is_silent in ((0.0, True), (1.0, False)):
        transcriber.settings = TranscriberSettings(max_new_tokens=5, no_speech=no_speech)
        assert transcriber.describe(AUDIO, sound()) == ("" if is_silent else said)


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
