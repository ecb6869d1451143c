"""What sensors measure as parts of a prompt: encoded, projected, recorded and found again like any other medium."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from anygen import AnyGen, Depth, Image, Imu, PromptError, Thermal, cli
from anygen.core.config import from_values, read_config, to_values
from anygen.core.modality import DEPTH, INPUTS, MEASUREMENTS, MEDIA, TEXT
from anygen.evaluation.replay import replay

EVERY = ("image", "audio", "video")


def depth(seed: int = 0) -> Depth:
    return Depth(np.random.default_rng(seed).uniform(0, 8, (30, 40)).astype(np.float32))


def thermal(seed: int = 0) -> Thermal:
    return Thermal(np.random.default_rng(seed).integers(0, 256, (50, 35), dtype=np.uint8))


def motion(seed: int = 0) -> Imu:
    return Imu(np.random.default_rng(seed).normal(0, 2, (6, 60)).astype(np.float32), 200)


MAKE = dict(zip(MEASUREMENTS, (depth, thermal, motion), strict=True))


def picture() -> Image:
    return Image(np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8))


def test_a_model_with_all_towers_reads_all_seven(tiny_senses) -> None:
    assert tiny_senses.reads == (TEXT, *INPUTS) and tiny_senses.makes == (TEXT, "image", "video", "audio")
    assert set(MEDIA) | set(MEASUREMENTS) == set(INPUTS)
    reply = tiny_senses.generate(["what is it?", depth(), thermal(), motion()], seed=3, require=EVERY)
    assert reply.images and reply.audios and reply.videos


@pytest.mark.parametrize("modality", MEASUREMENTS)
def test_what_is_measured_changes_what_is_read(tiny_senses, modality) -> None:
    same, other = (tiny_senses.reader.features(modality, MAKE[modality](seed)) for seed in (0, 1))
    assert same.shape == other.shape == (1, 20) and (same - other).abs().max() > 1e-4
    layout = tiny_senses.prompter.layout([*_asked(modality, 0)], reserve=8)
    assert [at.modality for at in layout.media] == [modality]
    embeds_TD = tiny_senses.reader.embed(layout)
    start = layout.media[0].position
    wanted_SD = tiny_senses.input_projectors[modality](same[None])[0]
    torch.testing.assert_close(embeds_TD[start : start + len(wanted_SD)], wanted_SD)


def _asked(modality, seed):
    from anygen.messages.message import as_messages

    return as_messages(["what is it?", MAKE[modality](seed)])


def test_a_batch_of_two_equals_two_of_one(tiny_senses) -> None:
    prompts = [
        [depth(), "and", motion()],
        ["a much longer prompt than the other, to need padding", thermal(), picture()],
    ]
    together = tiny_senses.generate_batch(prompts, seeds=[5, 6], require=EVERY)
    for prompt, seed, batched in zip(prompts, (5, 6), together, strict=True):
        alone = tiny_senses.generate(prompt, seed, require=EVERY)
        assert alone.text == batched.text
        assert [type(part) for part in alone.parts] == [type(part) for part in batched.parts]
        for one, other in zip(alone.images, batched.images, strict=True):
            assert np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max() <= 2


def test_a_model_without_a_tower_says_what_it_reads(tiny_model) -> None:
    for modality, make in MAKE.items():
        with pytest.raises(PromptError) as caught:
            tiny_model.generate(["what is it?", make()])
        assert str(caught.value) == (
            f"the prompt holds {modality}, which this model does not read; it reads text, image, audio, video"
        )


@pytest.mark.parametrize("modality", MEASUREMENTS)
def test_what_is_only_read_cannot_be_asked_for(tiny_senses, modality) -> None:
    with pytest.raises(PromptError, match=f"require: '{modality}'; a list out of text, image, video, audio"):
        tiny_senses.generate("hello", require=[modality])


def test_a_tower_that_nothing_reads_is_not_built(tiny_senses_dir, tmp_path) -> None:
    values = to_values(read_config(tiny_senses_dir / "config.yaml"))
    values["encoders"]["imagebind"]["modalities"] = ["image", "depth"]
    values["input_projectors"] = {"image": {"kind": "linear"}, "depth": {"kind": "shared", "of": "image"}}
    from anygen.core.config import ModelConfig
    from anygen.loading.build import build

    model = build(from_values(ModelConfig, values), tiny_senses_dir)
    assert model.encoders[DEPTH].config.towers == ("vision", "depth")
    # A projector trained on images serves depth too, and adds no weights.
    assert model.input_projectors["depth"] is model.input_projectors["image"]
    assert model.reads == ("text", "image", "depth")
    assert model.generate([depth(), "hello"]).parts


def test_chat_messages_name_measurements_by_path_and_by_value(tiny_senses, tmp_path) -> None:
    depth().save(tmp_path / "d.npy"), thermal().save(tmp_path / "t.png"), motion().save(tmp_path / "m.csv")
    by_path = [
        {"type": "depth", "path": str(tmp_path / "d.npy")},
        {"type": "thermal", "path": str(tmp_path / "t.png")},
        {"type": "imu", "path": str(tmp_path / "m.csv")},
        {"type": "text", "text": "what?"},
    ]
    by_value = [
        {"type": "depth", "depth": depth()},
        {"type": "thermal", "thermal": thermal()},
        motion(),
        "what?",
    ]
    replies = [
        tiny_senses.generate([{"role": "user", "content": content}], seed=2, require=["image"])
        for content in (by_path, by_value)
    ]
    assert replies[0].images == replies[1].images and replies[0].text == replies[1].text
    with pytest.raises(
        PromptError, match="the depth part holds an array, which has no unit; a Depth or a file"
    ):
        tiny_senses.generate([{"type": "depth", "depth": depth().metres}])


@pytest.mark.parametrize("is_file", [False, True])
def test_a_record_names_what_was_measured_and_replay_finds_it(tiny_senses, tmp_path, is_file) -> None:
    given = [depth(), thermal(), motion()]
    if is_file:
        given = [
            type(each).open(each.save(tmp_path / name))
            for each, name in zip(given, ("d.png", "t.png", "m.csv"), strict=True)
        ]
    reply = tiny_senses.generate(["hm", *given, picture()], seed=4, require=["image"])
    path = reply.save(tmp_path / "out", copy_inputs=True)[0]
    hashes = {each.content_hash(): each.modality for each in given}
    recorded = reply.provenance["messages"][0]["content"]
    assert {part["hash"]: part["type"] for part in recorded[1:4]} == hashes
    names = {each.name for each in (tmp_path / "out" / "inputs").iterdir()}
    suffixes = (".png" if is_file else ".npy", ".png", ".csv")
    assert {f"{digest}{suffix}" for digest, suffix in zip(hashes, suffixes, strict=True)} < names
    assert replay(tiny_senses, path).same


def test_the_command_line_reads_measurements(tiny_senses_dir, tmp_path, capsys) -> None:
    paths = [
        str(make().save(tmp_path / name))
        for make, name in ((depth, "d.png"), (thermal, "t.png"), (motion, "m.csv"))
    ]
    words = ["generate", "hm", "--depth", paths[0], "--thermal", paths[1], "--imu", paths[2], "--json"]
    out = ["--out", str(tmp_path / "out")]
    assert (
        cli.main([*words, *out, "--model", str(tiny_senses_dir), "--require", "image", "--keep-inputs"]) == 0
    )
    made = [part["path"] for part in json.loads(capsys.readouterr().out)["parts"] if part["type"] == "image"]
    assert cli.main(["replay", made[0], "--model", str(tiny_senses_dir)]) == 0
    assert cli.main([*words, *out]) == 2
    assert (
        "holds depth, which this model does not read; it reads text, image, audio, video"
        in capsys.readouterr().err
    )
    assert cli.main(["generate", "--imu", paths[0]]) == 2
    assert "a PNG file; a CSV is accepted" in capsys.readouterr().err


def test_a_model_at_bfloat16_reads_much_as_it_does_at_float32(tiny_senses_dir, tiny_senses) -> None:
    half = AnyGen.from_pretrained(tiny_senses_dir, dtype="bfloat16")
    assert half.encoders[DEPTH].dtype is torch.bfloat16 and tiny_senses.encoders[DEPTH].dtype is torch.float32
    for modality, make in MAKE.items():
        found, wanted = (model.reader.features(modality, make()) for model in (half, tiny_senses))
        assert found.dtype is torch.float32
        assert (found - wanted).norm() < 0.03 * wanted.norm()
