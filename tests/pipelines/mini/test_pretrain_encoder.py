"""The pretraining of mini's encoder, at a few steps."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from anygen.encoders.imagebind.model import ImageBind
from anygen_pipelines.mini import pretrain_encoder, world
from anygen_pipelines.mini.encoder_config import TEXT_LENGTH

TOKENIZER_DIR = Path(pretrain_encoder.__file__).parent / "tokenizer"


def train(folder: Path, steps: int, stop_after: int | None = None) -> None:
    small = [
        "--pictures",
        "4",
        "--clips",
        "4",
        "--sounds",
        "2",
        "--read",
        "0",
        "--made",
        "1",
        "--unspoken",
        "4",
    ]
    arguments = ["--work", str(folder / "work"), "--out", str(folder / "out"), "--steps", str(steps), *small]
    if stop_after is None:
        pretrain_encoder.main(arguments)
        return
    real_update = pretrain_encoder.Run.update

    def update(run, loss, **numbers):
        real_update(run, loss, **numbers)
        if run.step + 1 == stop_after:
            run.step += 1
            run.save()
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pretrain_encoder.Run, "update", update)
        pretrain_encoder.main(arguments)


def test_resumed_training_equals_straight_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes, clips = list(world.all_scenes())[:40], list(world.all_clips())[:40]
    monkeypatch.setattr(world, "all_scenes", lambda: iter(scenes))
    monkeypatch.setattr(world, "all_clips", lambda: iter(clips))
    train(tmp_path / "straight", 3)
    train(tmp_path / "resumed", 3, stop_after=2)
    train(tmp_path / "resumed", 3)
    straight, resumed = (
        load_file(tmp_path / name / "out" / "model.safetensors") for name in ("straight", "resumed")
    )
    assert straight.keys() == resumed.keys()
    assert [name for name in straight if not torch.equal(straight[name], resumed[name])] == []
    assert not any(value.isnan().any() for value in straight.values())
    assert ImageBind.from_pretrained(tmp_path / "resumed" / "out").modalities == ("image", "audio", "video")


def test_captions_end_in_the_end_token_also_when_cut() -> None:
    captions = pretrain_encoder.Captions(TOKENIZER_DIR)
    ids = captions.ids(["a dog", "a dog " * 40])
    assert ids.shape == (2, TEXT_LENGTH)
    assert ids[0, -1] == ids[1, -1] == captions.end_id
    assert (ids[1] == captions.end_id).sum() == 1


def test_matching_features_cost_less_than_mixed_ones() -> None:
    features = 10 * torch.eye(4)
    rows = torch.tensor([0, 1, 2, 2])
    texts = torch.stack([features[0], features[1], features[2] + features[3]])
    right = pretrain_encoder.contrastive_loss(features, texts, rows)
    wrong = pretrain_encoder.contrastive_loss(features, texts, rows.flip(0))
    # Two items of the same caption share it, which costs half of ln 2 for that text.
    assert right < 0.2 < wrong
