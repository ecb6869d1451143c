"""anygen without weights of its own: an instruct model that writes captions, captioners that name what it cannot read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import tiny_bridge
import torch

from anygen import AnyGen, Audio, GenerationOptions, Image, PromptError, Video
from anygen.core.config import ModelConfig, from_values
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.messages.reply import DecoderProgress, Done, MediaReady, SpanStarted, TextDelta

MEDIA = ("image", "video", "audio")
TAGS = tuple(tag for name in MEDIA for tag in (f"<{name}>", f"</{name}>"))


@pytest.fixture(scope="session")
def bridge_dir(tmp_path_factory: pytest.TempPathFactory, tiny_dir: Path) -> Path:
    return tiny_bridge.write_bridge(tmp_path_factory.mktemp("bridge"), tiny_dir / "decoders")


@pytest.fixture(scope="session")
def bridge(bridge_dir: Path) -> AnyGen:
    return AnyGen.from_pretrained(bridge_dir)


def picture(seed: int = 0) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8))


def sound(seed: int = 0) -> Audio:
    return Audio(np.random.default_rng(seed).normal(0, 0.1, 12_000).astype(np.float32), 16_000)


def clip(seed: int = 0) -> Video:
    return Video(np.random.default_rng(seed).integers(0, 256, (9, 20, 24, 3), dtype=np.uint8), 5.0)


def prompts() -> list:
    return ["hello", ["what is this, and that? a longer prompt", picture(), sound()], [clip(), "animate"]]


def read(model: AnyGen, prompt, **how) -> str:
    """What the language model reads, as text."""
    from anygen.messages.message import as_messages
    from anygen.messages.request import Request, limits

    seen = []
    original = model.prompter.layout
    model.prompter.layout = lambda messages, **k: seen.append(original(messages, **k)) or seen[-1]  # type: ignore[method-assign]
    try:
        options = how.pop("options", GenerationOptions())
        model.reader.read(Request(as_messages(prompt), options, *limits(model.makes, None, ())), 0)
    finally:
        del model.prompter.layout
    return model.backbone.tokenizer.decode(seen[0].ids)


def test_it_holds_no_weights_of_ours(bridge: AnyGen, bridge_dir: Path) -> None:
    assert not (bridge_dir / "trained.safetensors").exists()
    assert bridge.reads == ("text", "image", "video", "audio")
    assert bridge.makes == ("text", "image", "video", "audio")
    assert len(bridge.weights_hash) == 64


EVERY_LIMIT = [
    (allowed, required)
    for size in range(1, 5)
    for allowed in combinations(("text", *MEDIA), size)
    for count in range(size + 1)
    for required in combinations(allowed, count)
]


def test_whatever_the_model_says_the_reply_is_well_formed(bridge: AnyGen) -> None:
    """Every combination of what may and must come back, from a model that says anything at all."""
    for seed, (allowed, required) in enumerate(EVERY_LIMIT):
        options = GenerationOptions(max_new_tokens=1 + seed % 12, temperature=2.0)
        response = bridge.respond(["go"], options, [seed], allowed, required)[0]
        made = {span.modality for span in response.spans}
        assert set(required) - {"text"} <= made <= set(allowed)
        assert "text" in allowed or not response.text
        assert not any(
            tag in text for tag in TAGS for text in (response.text, *(s.caption for s in response.spans))
        )
        assert all(span.caption and "\n" not in span.caption for span in response.spans)
        raw = bridge.backbone.tokenizer.decode(response.token_ids)
        for name in MEDIA:
            count = sum(span.modality == name for span in response.spans)
            assert raw.count(f"<{name}>") == raw.count(f"</{name}>") == count


@pytest.mark.parametrize("family", tiny_bridge.FAMILIES)
def test_token_ids_do_not_depend_on_neighbours(bridge_dir: Path, tmp_path: Path, family: str) -> None:
    from anygen.loading.build import build

    tiny_bridge.write_llm(tmp_path / "llm", family)
    values = tiny_bridge.config_values()
    values["llm"]["path"] = str(tmp_path / "llm")
    model = build(from_values(ModelConfig, values), bridge_dir)
    together = model.respond(prompts(), seeds=[1, 2, 3], require=MEDIA)
    for prompt, seed, batched in zip(prompts(), [1, 2, 3], together, strict=True):
        alone = model.respond([prompt], seeds=[seed], require=MEDIA)[0]
        assert alone.token_ids == batched.token_ids
        assert [s.caption for s in alone.spans] == [s.caption for s in batched.spans]


def test_a_batch_equals_its_items_alone(bridge: AnyGen) -> None:
    options = GenerationOptions(exact=True)
    together = bridge.generate_batch(prompts(), options, [5, 6, 7], require=("image", "audio"))
    for prompt, seed, batched in zip(prompts(), [5, 6, 7], together, strict=True):
        assert bridge.generate(prompt, seed, options, require=("image", "audio")).parts == batched.parts


def test_a_stream_joined_is_generate(bridge: AnyGen) -> None:
    events = list(bridge.stream(["look", picture()], 4, require=("image", "audio")))
    whole = bridge.generate(["look", picture()], 4, require=("image", "audio"))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == whole.text
    assert isinstance(events[-1], Done) and events[-1].reply.parts == whole.parts
    started = [(e.index, e.caption) for e in events if isinstance(e, SpanStarted)]
    assert started == [(i, caption) for i, caption in enumerate(whole.captions) if caption]
    ready = {e.index: e.media for e in events if isinstance(e, MediaReady)}
    assert ready == {i: part for i, part in enumerate(whole.parts) if not isinstance(part, str)}
    assert any(isinstance(event, DecoderProgress) for event in events)


def test_every_caption_goes_through_the_decoders_own_text_encoder(bridge: AnyGen) -> None:
    for span in bridge.respond(["hello"], seeds=[3], require=MEDIA)[0].spans:
        for name, value in bridge.decoders[span.modality].encode_text([span.caption]).items():
            torch.testing.assert_close(span.conditioning[name], value[0])


def test_stopping_within_a_caption_takes_it_back(bridge: AnyGen) -> None:
    whole = bridge.respond(["hello"], seeds=[2], require=("image",))[0]

    def stopped_after(steps: int):
        left, streamed = iter(range(steps)), []
        found = bridge.respond(
            ["hello"],
            seeds=[2],
            require=("image",),
            should_stop=lambda: next(left, None) is None,
            emit=lambda event: streamed.append(event.text) if isinstance(event, TextDelta) else None,
        )[0]
        return found, "".join(streamed)

    taken_back = 0
    for steps in range(1, len(whole.token_ids) + 1):
        found, streamed = stopped_after(steps)
        assert found.text == streamed and whole.text.startswith(found.text)
        assert [s.caption for s in found.spans] == [s.caption for s in whole.spans][: len(found.spans)]
        raw = bridge.backbone.tokenizer.decode(found.token_ids)
        assert all(raw.count(f"<{name}>") == raw.count(f"</{name}>") for name in MEDIA)
        taken_back += len(found.token_ids) < steps
    assert taken_back > 5 and stopped_after(len(whole.token_ids) + 9)[0].spans


def test_tags_that_somebody_types_are_no_tags(bridge: AnyGen) -> None:
    system = {"role": "system", "content": "<audio>x</audio>"}
    before = {"role": "assistant", "content": "I say <video>y</video>"}
    typed = {"role": "user", "content": [{"type": "text", "text": t} for t in ("<ima", "ge>z</image>")]}
    words = read(bridge, [system, {"role": "user", "content": "hi"}, before, typed])
    assert "< audio>x< /audio>" in words and "< video>y< /video>" in words and "< image>z< /image>" in words
    # The only whole tags are those of the instruction.
    assert words.count("<image>") == words.count("<audio>") == words.count("<video>") == 1


def test_tags_of_what_is_only_read_cannot_be_typed_either(
    bridge: AnyGen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(bridge.captioners, "smell", ())
    assert "< smell>z< /smell>" in read(bridge, "<smell>z</smell>")


def test_media_are_read_in_words_and_what_was_made_as_it_was_written(bridge: AnyGen) -> None:
    named = bridge.reader.describe(IMAGE, picture())
    conversation = [
        {"role": "user", "content": [{"type": "image", "image": picture()}]},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "so:"}, {"type": "audio", "audio": sound()}],
        },
        {"role": "user", "content": "and?"},
    ]
    words = read(bridge, conversation)
    assert f"user\n<image>{bridge.reader.tags.plain(named)}</image>" in words
    heard = bridge.reader.tags.plain(bridge.reader.describe(AUDIO, sound()))
    assert f"assistant\nso:<audio>{heard}</audio><|im_end|>" in words
    assert words.endswith("<|im_start|>assistant\n")


def test_the_model_is_told_only_of_what_may_come_back(bridge: AnyGen) -> None:
    told = bridge.reader.tags.instruct((IMAGE,), (IMAGE,))
    assert "<image>" in told and "<audio>" not in told and "must hold image" in told


def test_words_are_kept_while_a_conversation_goes_on(bridge: AnyGen, monkeypatch: pytest.MonkeyPatch) -> None:
    bridge.respond([["look", picture(77)]])
    captioner = bridge.captioners[IMAGE][0]
    monkeypatch.setattr(captioner, "_caption", lambda pixels: pytest.fail("described again"))
    bridge.respond([["look again", picture(77)]])


def test_any_object_may_be_a_captioner_and_another_one_is_asked_anew(bridge: AnyGen) -> None:
    # A dataclass with an equality has no hash, and two of them may be equal.
    @dataclass
    class Says:
        words: str
        modalities: tuple[Modality, ...] = (IMAGE,)

        def describe(self, modality: Modality, media: Image) -> str:
            return self.words

    own = bridge.reader.captioners[IMAGE]
    try:
        for words in ("a dog", "a cat"):
            bridge.reader.captioners[IMAGE] = (Says(words),)
            assert bridge.reader.describe(IMAGE, picture()) == words
    finally:
        bridge.reader.captioners[IMAGE] = own


def test_replay_makes_the_same_again(bridge: AnyGen, tmp_path: Path) -> None:
    from anygen.evaluation import replay

    reply = bridge.generate(["look", picture(), sound()], 4, require=("image", "audio"))
    assert reply.provenance["described"] == [
        bridge.reader.describe(IMAGE, picture()), bridge.reader.describe(AUDIO, sound()),
    ]  # fmt: skip
    paths = reply.save(tmp_path, copy_inputs=True)
    record = replay.read_record(paths[0])
    messages = replay.asked(record, paths[0].name, folder=tmp_path)
    options = GenerationOptions.from_dict(record["options"])
    again = bridge.generate(messages, record["seed"], options, record["modalities"], record["require"])
    assert again.parts == reply.parts and again.provenance == reply.provenance


def test_a_prompt_that_leaves_no_room_is_refused(bridge: AnyGen) -> None:
    with pytest.raises(PromptError, match="positions"):
        bridge.respond(["x" * 1100], require=MEDIA)


def test_it_is_saved_and_loaded(bridge: AnyGen, tmp_path: Path) -> None:
    bridge.save_pretrained(tmp_path / "copy", copy_parts=True)
    other = AnyGen.from_pretrained(tmp_path / "copy")
    mine, theirs = (model.respond(prompts(), seeds=[1, 2, 3], require=MEDIA) for model in (bridge, other))
    assert [r.token_ids for r in mine] == [r.token_ids for r in theirs]
    assert other.weights_hash == bridge.weights_hash


def test_what_cannot_be_described_is_refused(tiny_model: AnyGen) -> None:
    with pytest.raises(PromptError, match="reading is words, but image has no captioner"):
        tiny_model.respond([["what?", picture()]], {"reading": "words"})


def test_a_learned_model_reads_words_where_it_is_asked_to(tiny_dir: Path) -> None:
    from anygen.encoders.captioners.nearest import NearestDescription

    model = AnyGen.from_pretrained(tiny_dir)

    class Space:
        """Pictures by their mean, texts by their length."""

        def prepare(self, modality, media) -> torch.Tensor:
            return torch.tensor([float(media.pixels.mean() > 128), float(media.pixels.mean() <= 128)])

        def encode(self, modality, prepared) -> torch.Tensor:
            return prepared[:, None]

    def ids(texts: list[str]) -> torch.Tensor:
        return torch.tensor([[float("light" in text), float("dark" in text)] for text in texts])

    model.captioners[IMAGE] = (NearestDescription(Space(), ids, {IMAGE: ("a dark dog", "a light cat")}),)
    light, dark = (Image(np.full((8, 8, 3), value, np.uint8)) for value in (250, 3))
    options = GenerationOptions(reading="words")
    assert "<image>a light cat</image>" in read(model, ["see", light], options=options).replace(
        "> ", ">"
    ).replace(" <", "<")
    assert model.reader.describe(IMAGE, dark) == "a dark dog"
    in_words = model.respond([["see", light]], options)[0]
    assert in_words.described == ("a light cat",) and model.respond([["see", light]])[0].described == ()
    assert model.generate(["see", light], options=options).provenance["options"] == {"reading": "words"}


def test_clips_are_described_by_their_frames(bridge: AnyGen, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter(("a dog", "a cat"))
    monkeypatch.setattr(bridge.captioners[VIDEO][0], "_caption", lambda pixels: next(seen))
    assert bridge.reader.describe(VIDEO, clip(5)) == "a dog, then a cat"
