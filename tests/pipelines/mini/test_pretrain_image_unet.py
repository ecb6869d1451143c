"""The picture diffusion model, at one step on a few scenes."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel

from anygen_pipelines.mini import pretrain_image_unet as script
from anygen_pipelines.mini import world
from anygen_pipelines.mini.pretrain_text_encoders import build_clip, load_tokenizer
from anygen_pipelines.mini.pretraining import RECIPES, TOKENIZER_DIR


def test_masks_say_where_the_thing_is_in_the_latents() -> None:
    torch.manual_seed(0)
    tokenizer = load_tokenizer(TOKENIZER_DIR)
    vae = AutoencoderKL(**RECIPES["image_vae"]["model"]).eval()
    scenes = [world.Scene("dog", "red", "left", "big"), world.Scene("dog", "red", "right", "small")]
    examples = script.examples_of(scenes, vae, build_clip(tokenizer).eval(), tokenizer)
    assert examples.latents.shape == (2, 4, 16, 16) and examples.masks.shape == (2, 1, 16, 16)
    assert examples.states.shape == (2, 16, 128) and examples.empty.shape == (1, 16, 128)
    left, right = (examples.masks[index, 0].sum(0) for index in (0, 1))
    assert left[:8].sum() > left[8:].sum() and right[8:].sum() > right[:8].sum()
    assert examples.masks[0].sum() > examples.masks[1].sum()
    unet = UNet2DConditionModel(**script.RECIPE["model"]).eval()
    assert script.foreground_error(unet, examples) > 0


def test_a_whole_pipeline_is_saved(tmp_path: Path, small_world: None) -> None:
    build_clip(load_tokenizer(TOKENIZER_DIR)).save_pretrained(tmp_path / "clip")
    AutoencoderKL(**RECIPES["image_vae"]["model"]).save_pretrained(tmp_path / "vae")
    parts = ["--tokenizer", str(TOKENIZER_DIR), "--text-encoder", str(tmp_path / "clip")]
    parts += ["--vae", str(tmp_path / "vae")]
    script.main([*parts, "--work", str(tmp_path / "work"), "--steps", "1"])
    pipe = StableDiffusionPipeline.from_pretrained(tmp_path / "work/final", safety_checker=None)
    assert pipe.scheduler.config.prediction_type == "v_prediction"
