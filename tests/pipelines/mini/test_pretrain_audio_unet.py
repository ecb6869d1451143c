"""The sound diffusion model, at one step on a window a thing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

from anygen_pipelines.mini import pretrain_audio_unet as script
from anygen_pipelines.mini.pretrain_text_encoders import WIDTH, build_clap, load_tokenizer
from anygen_pipelines.mini.pretraining import RECIPES, TOKENIZER_DIR


def test_embeddings_have_length_one() -> None:
    tokenizer = load_tokenizer(TOKENIZER_DIR)
    found = script.text_embeddings(build_clap(tokenizer).eval(), tokenizer, ["the sound of a dog", ""])
    assert found.shape == (2, WIDTH) and torch.allclose(found.norm(dim=-1), torch.ones(2))


def test_a_whole_pipeline_is_saved_without_a_vocoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "WINDOWS_PER_THING", 1)
    build_clap(load_tokenizer(TOKENIZER_DIR)).save_pretrained(tmp_path / "clap")
    AutoencoderKL(**RECIPES["audio_vae"]["model"]).save_pretrained(tmp_path / "vae")
    parts = ["--tokenizer", str(TOKENIZER_DIR), "--text-encoder", str(tmp_path / "clap")]
    parts += ["--vae", str(tmp_path / "vae")]
    script.main([*parts, "--work", str(tmp_path / "work"), "--steps", "1"])
    final = tmp_path / "work/final"
    unet = UNet2DConditionModel.from_pretrained(final / "unet")
    assert unet.config.sample_size == 32 and unet.config.class_embeddings_concat
    assert (final / "text_encoder").is_dir() and not (final / "vocoder").exists()
