"""The trainable preset, tiny: its parts become a model, the YAMLs of its stages train it, it answers with everything."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tiny_trainable
import torch

from anygen import AnyGen, Audio, Image, Video, cli
from anygen.training.stage import read_stage_config, run_stage

STAGES = Path(__file__).parents[2] / "pipelines" / "stages"
EVERYTHING = ("image", "audio", "video")


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_trainable.write_trainable(tmp_path_factory.mktemp("trainable"))


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six lines of data in which everything is read and made."""
    folder, random = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    lines = []
    for index in range(6):
        Image(random.integers(0, 256, (20, 24, 3), dtype=np.uint8)).save(folder / f"{index}.png")
        Audio(random.normal(0, 0.1, 16_000).astype(np.float32), 16_000).save(folder / f"{index}.wav")
        Video(random.integers(0, 256, (4, 16, 16, 3), dtype=np.uint8), 4.0).save(folder / f"{index}.mp4")
        kind, suffix = (("image", "png"), ("audio", "wav"), ("video", "mp4"))[index % 3]
        made = [{"type": each, "caption": f"a {each} {index}"} for each in EVERYTHING]
        asked = [{"type": kind, "path": f"{index}.{suffix}"}, {"type": "text", "text": "hi"}]
        messages = [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": [{"type": "text", "text": "here"}, *made]},
        ]
        lines.append(json.dumps({"id": str(index), "messages": messages}))
    (folder / "data.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder / "data.jsonl"


def answer(model: AnyGen) -> list[np.ndarray]:
    reply = model.generate("hello", seed=3, require=EVERYTHING)
    assert all(reply.of(modality) for modality in EVERYTHING)
    (image, *_), (audio, *_), (video, *_) = (reply.of(modality) for modality in EVERYTHING)
    return [image.pixels, audio.samples, video.frames]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_its_stages_train_it_and_it_answers_with_everything(
    dtype: str, model_dir: Path, media: Path, tmp_path: Path
) -> None:
    model = model_dir
    for number in (1, 2, 3):
        changes = {
            "model": model, "out": tmp_path / f"stage{number}", "cache": tmp_path / "cache", "dtype": dtype,
            "device": "cpu", "offload": "null", "data": json.dumps([{"path": str(media)}]),
            "validation": json.dumps([{"path": str(media)}]), "loop.steps": 3, "loop.batch_size": 4,
            "loop.micro_batch_size": 2, "loop.log_every": 1, "loop.warmup_steps": 1,
        }  # fmt: skip
        given = [f"{name}={value}" for name, value in changes.items()]
        config = read_stage_config(STAGES / f"stage{number}.yaml", given)
        before = AnyGen.from_pretrained(model, merge=False).state_dict()
        result = run_stage(config, f"stage {number}")
        model = tmp_path / f"stage{number}" / "model"
        after = AnyGen.from_pretrained(model, merge=False).state_dict()
        assert result["validation"] != result["shuffled"]
        moved = {n for n, v in after.items() if n in before and not torch.equal(v, before[n])}
        # Each conditioning tensor of a decoder has its own head, and every one of them trains.
        heads = {f"output_projectors.{m}.heads.{h}" for m, h in HEADS}
        trained = {head for head in heads if any(name.startswith(head) for name in moved)}
        assert trained == (heads if number > 1 else set())
        assert any(name.startswith("input_projectors.") for name in moved) == (number != 2)
        assert not any(name.startswith("backbone.lm.") for name in moved)
    loaded = AnyGen.from_pretrained(model)
    first = answer(loaded)
    again = answer(AnyGen.from_pretrained(loaded.save_pretrained(tmp_path / "whole", copy_parts=True)))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)


HEADS = (("image", "sequence"), ("image", "pooled"), ("audio", "sequence"), ("video", "sequence"))


def test_fresh_projectors_are_drawn_from_one_seed(model_dir: Path, tmp_path: Path) -> None:
    other = tiny_trainable.write_trainable(tmp_path)
    one, two = (AnyGen.from_pretrained(folder) for folder in (model_dir, other))
    assert one.weights_hash == two.weights_hash


def test_the_command_says_how_much_is_to_be_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_trainable.write_parts(tmp_path / "model")
    command = [
        "convert",
        "parts",
        str(tiny_trainable.write_preset(tmp_path)),
        str(tmp_path / "model"),
        "--json",
    ]
    assert cli.main(command) == 0
    said = json.loads(capsys.readouterr().out)["untrained"]
    model = AnyGen.from_pretrained(tmp_path / "model")
    families = (model.input_projectors, model.output_projectors, model.backbone.signal_rows)
    count = sum(value.numel() for family in families for value in family.parameters())
    assert said.startswith(f"{count:,} values are fresh; docs/training.md")
    # What may have been trained meanwhile is not written over.
    before = (tmp_path / "model" / "trained.safetensors").read_bytes()
    assert cli.main(command) == 2
    assert "is there already, and fresh projectors would take its place" in capsys.readouterr().err
    assert (tmp_path / "model" / "trained.safetensors").read_bytes() == before
