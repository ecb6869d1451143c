"""The clip diffusion model, which begins as the picture model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, TextToVideoSDPipeline, UNet2DConditionModel

from anygen_pipelines.mini import pretrain_video_unet as script
from anygen_pipelines.mini.diffusion import sampling_scheduler
from anygen_pipelines.mini.pretrain_text_encoders import build_clip, load_tokenizer
from anygen_pipelines.mini.pretraining import RECIPES, TOKENIZER_DIR


def picture_model() -> UNet2DConditionModel:
    torch.manual_seed(0)
    return UNet2DConditionModel(**RECIPES["image_unet"]["model"]).eval()


@torch.no_grad()
def test_at_first_it_draws_independent_pictures() -> None:
    image_unet = picture_model()
    unet = script.build(image_unet).eval()
    noise, context = torch.randn(1, 4, 3, 16, 16), torch.randn(1, 16, 128)
    frames = unet(noise, 500, context).sample
    for index in range(3):
        alone = image_unet(noise[:, :, index], 500, context).sample
        assert torch.allclose(frames[:, :, index], alone, atol=1e-4)


def test_a_picture_model_of_another_shape_is_refused() -> None:
    image_unet = picture_model()
    unet = script.build(image_unet)
    wider = UNet2DConditionModel(**RECIPES["image_unet"]["model"] | {"block_out_channels": [64, 160]})
    with pytest.raises(ValueError, match="has no place in the clip model"):
        script.copy_weights(wider, unet)


def test_a_whole_pipeline_is_saved_and_gone_on_from(tmp_path: Path, small_world: None) -> None:
    tokenizer = load_tokenizer(TOKENIZER_DIR)
    StableDiffusionPipeline(
        vae=AutoencoderKL(**RECIPES["image_vae"]["model"]),
        text_encoder=build_clip(tokenizer),
        tokenizer=tokenizer,
        unet=picture_model(),
        scheduler=sampling_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(tmp_path / "pictures")
    given = ["--image-pipeline", str(tmp_path / "pictures"), "--steps", "1", "--batch", "1"]
    script.main([*given, "--work", str(tmp_path / "one")])
    script.main(
        [*given, "--work", str(tmp_path / "two"), "--start", str(tmp_path / "one/final"), "--spins", "2"]
    )
    pipe = TextToVideoSDPipeline.from_pretrained(tmp_path / "two/final")
    assert pipe.unet.config.block_out_channels == [64, 128]
