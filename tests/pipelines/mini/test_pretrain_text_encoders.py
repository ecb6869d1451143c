"""The two text encoders, at one step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import ClapTextModelWithProjection

from anygen_pipelines.mini import pretrain_text_encoders as scripts
from anygen_pipelines.mini import world
from anygen_pipelines.mini.pretraining import TOKENIZER_DIR


def test_captions_are_padded_and_one_that_does_not_fit_is_refused() -> None:
    tokenizer = scripts.load_tokenizer(TOKENIZER_DIR)
    ids, mask = scripts.encode_captions(tokenizer, ["a dog", "a small dog on the left on a red background"])
    assert ids.shape == mask.shape == (2, scripts.MAX_TOKENS)
    assert mask[0].sum() < mask[1].sum() and (ids[mask == 0] == tokenizer.pad_token_id).all()
    assert (ids[:, 0] == tokenizer.bos_token_id).all()
    with pytest.raises(ValueError, match="at most 16"):
        scripts.encode_captions(tokenizer, ["dog " * 20])


def test_every_caption_of_the_world_fits() -> None:
    tokenizer = scripts.load_tokenizer(TOKENIZER_DIR)
    scripts.encode_captions(
        tokenizer, [world.caption(item) for item in (*world.all_scenes(), *world.all_clips())]
    )


def test_an_item_has_no_label_of_what_it_does_not_have() -> None:
    wanted = scripts.labels(
        [world.Scene("dog", "red", "left", "big"), world.Clip("cat", "blue", "small", "up")]
    )
    assert wanted["motion"][0] == wanted["position"][1] == -100 and wanted["motion"][1] >= 0
    right = {name: torch.eye(30)[target.clamp_min(0)] for name, target in wanted.items()}
    assert scripts.accuracy(right, wanted) == dict.fromkeys(wanted, 1.0)


def test_an_encoder_that_misses_attributes_is_not_saved(tmp_path: Path, small_world: None) -> None:
    arguments = ["--tokenizer", str(TOKENIZER_DIR), "--work", str(tmp_path), "--steps", "1"]
    with pytest.raises(RuntimeError, match="misses attributes"):
        scripts.main(arguments)
    assert set(json.loads((tmp_path / "clip/report.json").read_text())) == {"training", "held-out"}
    assert not (tmp_path / "clip/final").exists()


def test_the_encoder_of_sounds_is_saved(tmp_path: Path) -> None:
    scripts.train_clap(scripts.load_tokenizer(TOKENIZER_DIR), tmp_path, 2)
    saved = ClapTextModelWithProjection.from_pretrained(tmp_path / "final")
    assert saved.config.projection_dim == scripts.WIDTH
