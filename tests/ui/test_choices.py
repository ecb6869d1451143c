"""What may be chosen, and the options that follow."""

import pytest

from anygen.messages.options import GenerationOptions
from anygen_ui.choices import QUALITIES, changed_options, facts_of, known_models, quality_options, sizes_of


@pytest.fixture(scope="module")
def mini():
    return facts_of("mini")


def test_the_facts_of_mini_are_those_of_its_config(mini):
    assert mini.trouble == "" and "Apache-2.0" in mini.licence
    assert mini.makes == ("text", "image", "audio", "video")
    assert mini.defaults["image"]["num_inference_steps"] == 12


def test_a_preset_without_weights_says_how_to_get_them():
    assert "anygen pull bridge-small" in facts_of("bridge-small").trouble
    assert facts_of("bridge-small").licence


def test_a_model_that_is_nothing_says_so(tmp_path):
    assert facts_of(str(tmp_path / "nothing")).trouble


def test_the_first_model_is_the_one_the_server_was_started_with():
    assert known_models("somewhere")[:2] == ["somewhere", "mini"]
    assert known_models("mini").count("mini") == 1


def test_good_is_what_the_model_does_by_itself(mini):
    assert quality_options(mini, "good") == {}
    steps = [
        mini.defaults["image"]["num_inference_steps"]
        if quality == "good"
        else quality_options(mini, quality)["image"]["num_inference_steps"]
        for quality in QUALITIES
    ]
    assert steps == sorted(set(steps))


@pytest.mark.parametrize("quality", QUALITIES)
def test_every_quality_gives_options_that_are_accepted(mini, quality):
    GenerationOptions.from_dict(quality_options(mini, quality))


def test_only_what_differs_from_the_model_is_asked_for(mini):
    own = {modality: dict(values) for modality, values in mini.defaults.items()}
    assert changed_options(mini, own) == {}
    own["video"]["num_frames"] = 16
    assert changed_options(mini, own) == {"video": {"num_frames": 16}}


def test_the_models_own_size_comes_first(mini):
    assert sizes_of(mini.defaults["image"])[0] == (64, 64)
    assert sizes_of({"seconds": 2.0}) == []
