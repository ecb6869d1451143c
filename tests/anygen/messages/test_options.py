"""Options: checked when made, and read strictly from plain values."""

import pytest

from anygen.core.errors import ConfigError
from anygen.core.modality import IMAGE, Modality
from anygen.messages.options import AudioOptions, GenerationOptions, ImageOptions, VideoOptions

REFUSED = [
    (
        {"image": {"num_inference_step": 5}},
        r"unknown option image.num_inference_step; did you mean num_inference_steps\?",
    ),
    ({"temprature": 1}, r"unknown option temprature; did you mean temperature\?"),
    ({"smell": {}}, "unknown option smell; known are audio, conditioning, exact"),
    (
        {"image": {"num_inference_steps": 100_000}},
        "image.num_inference_steps is 100000; a whole number from 1 to 200",
    ),
    ({"image": {"height": 64.5}}, "image.height is 64.5; a whole number"),
    ({"image": {"height": True}}, "image.height is True"),
    ({"image": {"width": 0}}, "image.width is 0"),
    ({"audio": {"seconds": float("nan")}}, "audio.seconds is nan; a number from 0.1 to 120"),
    ({"video": {"num_frames": 10**9}}, "video.num_frames is 1000000000"),
    ({"video": {"fps": "8"}}, "video.fps is '8'; a number"),
    ({"image": {"negative_prompt": 3}}, "image.negative_prompt is 3; a text is accepted"),
    ({"image": [1]}, r"image is \[1\]; a mapping"),
    ({"max_new_tokens": -1}, "max_new_tokens is -1"),
    ({"temperature": -0.1}, "temperature is -0.1"),
    ({"top_p": 0}, "top_p is 0"),
    ({"conditioning": "magic"}, "conditioning is 'magic'; projector or caption"),
    ({"exact": 1}, "exact is 1; true or false"),
    ({"extra": {}}, "extra cannot be given as plain values"),
    ([], r"options is \[\]; a mapping"),
]


@pytest.mark.parametrize(("values", "sentence"), REFUSED, ids=lambda x: str(x)[:40])
def test_a_bad_option_is_refused_with_its_dotted_path(values, sentence):
    with pytest.raises(ConfigError, match=sentence) as refusal:
        GenerationOptions.from_dict(values)
    assert "\n" not in str(refusal.value)


def test_options_survive_plain_values():
    values = {
        "temperature": 0.5,
        "exact": True,
        "image": {"num_inference_steps": 9, "guidance_scale": 3.5},
        "video": {"fps": 12.5},
    }
    options = GenerationOptions.from_dict(values)
    assert options.image == ImageOptions(num_inference_steps=9, guidance_scale=3.5)
    assert options.to_dict() == values
    assert GenerationOptions.from_dict(options.to_dict()) == options
    assert GenerationOptions().to_dict() == {}


def test_each_modality_finds_its_options():
    smell = Modality("smell")
    options = GenerationOptions(audio=AudioOptions(seconds=2), extra={smell: {"strength": 3}})
    assert options.of("audio").seconds == 2
    assert options.of(IMAGE) == ImageOptions()
    assert options.of(smell) == {"strength": 3}
    assert options.of("touch") is None


def test_options_of_the_wrong_modality_are_refused():
    with pytest.raises(ConfigError, match="image is VideoOptions; ImageOptions is accepted"):
        GenerationOptions(image=VideoOptions())
