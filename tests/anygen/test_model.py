"""The flow, on the tiny model of the real classes: equivalences first."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import anygen
from anygen import AnyGen, Audio, GenerationOptions, Image, ImageOptions, PromptError, Video
from anygen.core.config import ModelConfig, from_values
from anygen.core.modality import Modality
from anygen.decoders.lazy import LazyDecoders
from anygen.media.types import MEDIA_TYPES
from anygen.messages.reply import DecoderProgress, Done, MediaReady, TextDelta
from anygen.model import Parts

EVERY = ("image", "audio", "video")


def picture(seed: int = 0, height: int = 30, width: int = 40) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def sound(seed: int = 0) -> Audio:
    samples = np.random.default_rng(seed).normal(0, 0.1, 12_000).astype(np.float32)
    return Audio(samples, 16_000)


def clip(seed: int = 0) -> Video:
    frames = np.random.default_rng(seed).integers(0, 256, (9, 20, 24, 3), dtype=np.uint8)
    return Video(frames, 5.0)


def prompts() -> list:
    return [
        "hello",
        ["what is this, and that? a much longer prompt than the others, to need padding", picture(), sound()],
        [clip(), "animate"],
    ]


def same_media(one, other, exact: bool = False) -> bool:
    """To rounding: 2/255 of a pixel; of a sample 5e-3, because Griffin-Lim makes more of the rounding of a decoder with
    random weights than the 1e-3 that a trained one keeps to (test_a_batch_of_mini_equals_its_items)."""
    if exact or isinstance(one, str):
        return one == other
    if isinstance(one, Audio):
        return float(np.abs(one.samples - other.samples).max()) <= 5e-3
    name = "pixels" if isinstance(one, Image) else "frames"
    return int(np.abs(getattr(one, name).astype(int) - getattr(other, name).astype(int)).max()) <= 2


@pytest.mark.parametrize("exact", [False, True])
def test_a_batch_equals_its_items_alone(tiny_model, exact: bool) -> None:
    options = GenerationOptions(exact=exact)
    seeds = [5, 6, 7]
    together = tiny_model.generate_batch(prompts(), options, seeds, require=EVERY)
    for prompt, seed, batched in zip(prompts(), seeds, together, strict=True):
        alone = tiny_model.generate(prompt, seed, options, require=EVERY)
        assert [type(part) for part in alone.parts] == [type(part) for part in batched.parts]
        assert alone.text == batched.text
        assert all(same_media(a, b, exact) for a, b in zip(alone.parts, batched.parts, strict=True))


def test_a_batch_of_mini_equals_its_items() -> None:
    mini = AnyGen.from_pretrained("mini")
    wishes = ["the sound of a bell", "a big dog on blue", "play rain"]
    for seed, (wish, batched) in enumerate(zip(wishes, mini.generate_batch(wishes), strict=True)):
        alone = mini.generate(wish, seed)
        assert alone.text == batched.text
        for one, other in zip(alone.images, batched.images, strict=True):
            assert int(np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max()) <= 2
        for one, other in zip(alone.audios, batched.audios, strict=True):
            assert float(np.abs(one.samples - other.samples).max()) <= 1e-3


def test_token_ids_do_not_depend_on_neighbours(tiny_model) -> None:
    together = tiny_model.respond(prompts(), seeds=[1, 2, 3])
    alone = [
        tiny_model.respond([prompt], seeds=[seed])[0]
        for prompt, seed in zip(prompts(), [1, 2, 3], strict=True)
    ]
    assert [r.token_ids for r in together] == [r.token_ids for r in alone]


def test_render_of_respond_is_generate(tiny_model) -> None:
    whole = tiny_model.generate("hello", 4, require=EVERY)
    parts = tiny_model.render(tiny_model.respond(["hello"], seeds=[4], require=EVERY))[0]
    assert whole.parts == parts.parts


def test_a_stream_joined_is_generate(tiny_model) -> None:
    events = list(tiny_model.stream(["look", picture()], 4, require=EVERY))
    whole = tiny_model.generate(["look", picture()], 4, require=EVERY)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == whole.text
    assert events[-1].reply.parts == whole.parts
    ready = {event.index: event.media for event in events if isinstance(event, MediaReady)}
    assert ready == {i: part for i, part in enumerate(whole.parts) if not isinstance(part, str)}
    steps = [
        event.step for event in events if isinstance(event, DecoderProgress) and event.modality == "image"
    ]
    assert steps == [1, 2]


def test_the_same_seed_gives_the_same_answer_and_another_seed_another(tiny_model) -> None:
    first, again, other = (tiny_model.generate("hello", seed, require=("image",)) for seed in (1, 1, 2))
    assert first.parts == again.parts
    assert first.images != other.images


def test_respond_loads_no_decoder(tiny_dir) -> None:
    model = AnyGen.from_pretrained(tiny_dir)
    responses = model.respond(["hello"], require=EVERY)
    assert model.decoders.loaded == ()
    assert {span.modality for span in responses[0].spans} == set(EVERY)


def test_the_caption_road_gives_what_the_text_encoder_gives(tiny_model) -> None:
    response = tiny_model.respond(["hello"], GenerationOptions(conditioning="caption"), require=("image",))[0]
    span = response.spans[0]
    expected = tiny_model.decoders[Modality("image")].encode_text([span.caption])["sequence"][0]
    torch.testing.assert_close(span.conditioning["sequence"], expected)


def test_only_what_may_come_back_does(tiny_model) -> None:
    for seed in range(6):
        reply = tiny_model.generate("hello", seed, modalities=("image",), require=("image",))
        assert reply.text == ""
        assert {type(part) for part in reply.parts} == {Image}


def test_what_was_made_is_read_in_the_next_turn(tiny_model) -> None:
    first = tiny_model.generate("hello", 1, require=("image",))
    conversation = [
        {"role": "user", "content": "hello"},
        first.message(),
        {"role": "user", "content": "and now?"},
    ]
    after = tiny_model.respond([conversation], seeds=[3])[0]
    without = tiny_model.respond(
        [[conversation[0], {"role": "assistant", "content": first.text}, conversation[2]]], seeds=[3]
    )[0]
    assert after.token_ids != without.token_ids


def test_media_are_encoded_once(tiny_model) -> None:
    shown = picture(seed=99)
    tiny_model.respond([["look", shown]])
    kept = dict(tiny_model.reader._features)
    tiny_model.respond([["look again", shown]])
    assert dict(tiny_model.reader._features).keys() == kept.keys()


def test_stopping_keeps_what_is_finished(tiny_model) -> None:
    seen: list[object] = []
    events = []
    for event in tiny_model.stream("hello", 4, should_stop=lambda: len(seen) > 0, require=EVERY):
        events.append(event)
        if isinstance(event, MediaReady):
            seen.append(event)
    assert isinstance(events[-1], Done)
    kept = [part for part in events[-1].reply.parts if not isinstance(part, str)]
    assert 1 <= len(kept) < 3


def test_closing_a_stream_ends_its_work(tiny_model) -> None:
    import threading

    stream = tiny_model.stream("hello", 4, require=EVERY)
    next(stream)
    stream.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "anygen-stream"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"modalities": ("smell",)},
            "modalities: 'smell'; a list out of text, image, video, audio is accepted",
        ),
        ({"require": "image"}, "require: 'image'; a list out of"),
        ({"modalities": ("text",), "require": ("image",)}, "require: image is not among the modalities"),
        ({"seed": -1}, "seed is -1; a whole number from 0"),
        ({"seed": 1.5}, "seed is 1.5"),
    ],
)
def test_a_wrong_argument_gets_one_sentence(tiny_model, arguments: dict, sentence: str) -> None:
    with pytest.raises(PromptError, match=sentence.replace("(", r"\(")):
        tiny_model.generate("hello", **arguments)


def test_text_longer_than_the_context_is_refused(tiny_model) -> None:
    with pytest.raises(PromptError, match="positions"):
        tiny_model.generate("word " * 5000)


def test_a_size_the_decoder_cannot_make_is_refused(tiny_model) -> None:
    options = GenerationOptions(image=ImageOptions(height=17))
    with pytest.raises(
        anygen.ConfigError, match=r"image.height is 17; a multiple of 8 is accepted, such as 16"
    ):
        tiny_model.generate("hello", options=options, require=("image",))


def test_values_that_are_not_finite_raise(tiny_dir) -> None:
    model = AnyGen.from_pretrained(tiny_dir)
    decoder = model.decoders[Modality("image")]
    with torch.no_grad():
        decoder.pipe.unet.conv_out.weight.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="image: the decoder made values that are not finite"):
        model.generate("hello", require=("image",))


# A modality that anygen has never heard of, added from outside without an edit of model.py.

SMELL = Modality("smell")


class Smell:
    """A fake medium: three numbers."""

    modality = SMELL

    def __init__(self, values: tuple[float, ...]) -> None:
        self.values = values

    def content_hash(self) -> str:
        return f"{self.values}"


class Nose:
    modalities, feature_dim, num_features = (SMELL,), 3, {SMELL: 1}

    def prepare(self, modality: Modality, media: Smell) -> torch.Tensor:
        return torch.tensor(media.values)

    def encode(self, modality: Modality, prepared: torch.Tensor) -> torch.Tensor:
        return prepared[:, None]


class Perfumer:
    modality, conditioning = SMELL, {"pooled": (3,)}

    def decode(self, conditioning, options, generators, on_step=None) -> list[Smell]:
        return [Smell(tuple(row.tolist())) for row in conditioning["pooled"]]


def test_a_new_modality_needs_no_edit_of_the_flow(
    tiny_dir, tiny_model, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anygen.llm.backbone import Backbone
    from anygen.llm.prompting import Prompter
    from anygen.llm.signal_tokens import SignalTokens
    from anygen.projectors import input, output

    monkeypatch.setitem(MEDIA_TYPES, SMELL, Smell)
    backbone = Backbone.from_pretrained(tiny_dir / "llm", SignalTokens({SMELL: 2}))
    reader = nn.ModuleDict({SMELL: input.build({"kind": "linear"}, 3, 1, backbone.dim)})
    writer = nn.ModuleDict({SMELL: output.build({"kind": "linear"}, backbone.dim, 2, {"pooled": (3,)})})
    prompter = Prompter(
        backbone.tokenizer,
        tiny_model.prompter.template,
        backbone.signal_tokens,
        {SMELL: 1},
        backbone.max_length,
    )
    decoders = LazyDecoders({SMELL: Perfumer}, {SMELL: {"pooled": (3,)}})
    from tiny import config_values

    config = from_values(ModelConfig, config_values())
    parts = Parts(
        encoders={SMELL: Nose()},
        captioners={},
        input_projectors=reader,
        backbone=backbone,
        prompter=prompter,
        output_projectors=writer,
        decoders=decoders,
    )
    model = AnyGen(config, parts).eval()
    reply = model.generate(["what is this?", Smell((0.1, 0.2, 0.3))], require=("smell",))
    assert isinstance(reply.of(SMELL)[0], Smell)
    assert reply.provenance["require"] == ["smell"]
