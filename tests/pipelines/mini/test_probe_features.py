"""Linear probes on features, with an encoder of random weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from anygen.encoders.imagebind.model import ImageBind
from anygen_pipelines.mini import probe_features, sounds, world
from anygen_pipelines.mini.encoder_config import encoder_config
from anygen_pipelines.mini.encoder_data import ATTRIBUTES, UNSPOKEN
from anygen_pipelines.mini.pretrain_encoder import Captions
from anygen_pipelines.mini.pretraining import TOKENIZER_DIR


@pytest.fixture(scope="module")
def towers() -> probe_features.Towers:
    torch.manual_seed(0)
    captions = Captions(TOKENIZER_DIR)
    encoder = ImageBind(encoder_config(len(captions.tokenizer), captions.end_id)).eval()
    return probe_features.Towers(encoder, captions)


def test_a_probe_finds_what_is_in_the_features() -> None:
    labels = torch.arange(60) % 4
    features = torch.eye(4)[labels] + 0.01 * torch.randn(60, 4)
    probe = probe_features.Probe(features, {"thing": labels, "motion": torch.full((60,), UNSPOKEN)})
    row = probe.score("all", features, {"thing": labels})
    assert row.shares == {"thing": 100.0} and row.count == 60


def test_pictures_are_scored_by_probe_and_by_caption(towers, small_world: None) -> None:
    rows = probe_features.visual_rows(towers, probe_features.pictures(), copies=1, seed=0)
    assert [row.what.rsplit(": ")[-1] for row in rows] == ["probe", "captions"] * 2
    assert all(0 <= share <= 100 for row in rows for share in row.shares.values())
    assert set(rows[1].shares) == {"thing", "colour", "position", "size"}


def test_sounds_are_kept_apart_by_fold(towers) -> None:
    wave = np.sin(np.arange(sounds.WINDOW) / 20).astype(np.float32)
    recordings = [
        sounds.Recording("dog", "1-1-A", 1, "1", wave),
        sounds.Recording("dog", "1-5-A", 1, "5", wave),
        sounds.Recording("dog", "4-1-A", 4, "1", wave),
    ]
    groups = probe_features.heard(recordings, windows=3, made=1, seed=0)
    silent = len(world.SOUNDING) - 1
    assert {name: len(each) for name, each in groups.items()} == {
        "train": 3 + silent, "validation sources": 1, "fold 4": 1, "made": silent
    }  # fmt: skip
    rows = probe_features.sound_rows(towers, groups)
    assert [row.what for row in rows][:2] == [
        "audio, validation sources: probe",
        "audio, validation sources: captions",
    ]


def test_the_table_has_a_column_an_attribute() -> None:
    text = probe_features.table([probe_features.Row("all", 3, {"thing": 50.0})])
    assert text.splitlines()[0].count("|") == len(ATTRIBUTES) + 3 and "| all | 3 | 50.0 |" in text
