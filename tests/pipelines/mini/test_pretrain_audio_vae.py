"""The sound autoencoder, at two steps on a window a thing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from anygen_pipelines.mini import pretrain_audio_vae as script
from anygen_pipelines.mini import sounds, world


def test_recordings_are_drawn_where_there_are_any() -> None:
    ones = sounds.Recording("dog", "1-1-A", 1, "1", np.ones(sounds.WINDOW, np.float32))
    bank, rng = script.SoundBank([ones]), np.random.default_rng(0)
    assert np.ptp(bank.draw("dog", rng)) < 1e-6
    assert np.ptp(bank.draw("bell", rng)) > 0.1
    assert script.load_bank(None).by_thing == {}


def test_spectrograms_go_thing_by_thing_and_are_cropped_in_time() -> None:
    mels = script.mel_bank(script.SoundBank([]), per_thing=1, seed=0)
    assert mels.shape == (len(world.SOUNDING), 1, 128, 64)
    rng = np.random.default_rng(0)
    assert script.batch(mels, rng, whole=False).shape == (16, 1, script.CROP, 64)
    assert script.batch(mels, rng, whole=True).shape == (4, 1, 128, 64)


def test_a_perfect_copy_costs_nothing() -> None:
    mel = torch.randn(2, 1, 8, 8)
    loss, numbers = script.loss(mel, mel, whole=False)
    assert loss == 0 and numbers == {"l1": 0}
    assert script.loss(mel + 1, mel, whole=False)[0] == pytest.approx(1.5)


def test_it_is_saved_with_its_scale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "WINDOWS_PER_THING", 1)
    script.main(["--work", str(tmp_path), "--steps", "2"])
    vae = AutoencoderKL.from_pretrained(tmp_path / "final")
    assert vae.config.scaling_factor != 0.18215 and vae.config.in_channels == 1
