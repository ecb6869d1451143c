"""AudioCraft's settings, asked by name, and the models that transformers does not have."""

from __future__ import annotations

import pytest

from anygen import CheckpointError
from anygen.loading.convert.audiocraft_config import MOST, Settings, generation_config

pytest.importorskip("omegaconf")


def test_settings_are_asked_by_dotted_names_and_follow_references() -> None:
    settings = Settings("file", "rate: 16000\nmodel: {rate: '${rate}', sizes: [1, 2]}")
    assert settings.get("model.rate") == 16000 and settings.get("model.sizes") == [1, 2]
    assert settings.get("model.none", 5) == 5 and settings.whole("model.none", 5) == 5
    assert settings.number("model.none", 0.5) == 0.5


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "true", "null", "[1]", str(MOST + 1)])
def test_a_size_is_a_whole_number_within_reason(value: str) -> None:
    with pytest.raises(CheckpointError, match=r"^file: n is .*; a whole number from 1 to"):
        Settings("file", f"n: {value}").whole("n")


@pytest.mark.parametrize(
    ("text", "found"), [(5, "is a int; YAML"), ("a: [", "is no YAML"), ("a: ${b}", "its config has no a")]
)
def test_what_is_no_config_is_refused(text: object, found: str) -> None:
    with pytest.raises(CheckpointError, match=found):
        Settings("file", text).get("a")


def test_a_setting_of_another_model_is_refused_by_its_name() -> None:
    Settings("file", "a: 1").must_be({"a": (1, None), "absent": ("x", "x")})
    with pytest.raises(CheckpointError, match=r"^file: a is 2; 1 is accepted"):
        Settings("file", "a: 2").must_be({"a": (1, None)})


def test_a_model_makes_sound_as_long_as_it_was_trained_on() -> None:
    settings = Settings("file", "transformer_lm: {card: 2048}\ndataset: {segment_duration: 10}")
    config = generation_config(settings, 50)
    assert (config.max_length, config.guidance_scale, config.pad_token_id) == (500, 3, 2048)
