"""Pretrain the picture diffusion model of mini: caption states -> 16x16x4 latents, diffusers' UNet2DConditionModel.

    python -m anygen_pipelines.mini.pretrain_image_unet --tokenizer pipelines/mini/tokenizer \
        --text-encoder runs/text_encoders/clip/final --vae runs/image_vae/final --work runs/image_unet
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from torch import Tensor
from transformers import CLIPTextModel

from anygen_pipelines.mini import world
from anygen_pipelines.mini.diffusion import (
    NUM_TIMESTEPS,
    add_noise,
    clean_estimate,
    drop_and_jitter,
    noise_scheduler,
    random_timesteps,
)
from anygen_pipelines.mini.pretrain_image_vae import to_tensor
from anygen_pipelines.mini.pretrain_text_encoders import WIDTH, encode_captions, load_tokenizer
from anygen_pipelines.mini.pretraining import Average, Run, set_up_script

logger = logging.getLogger(__name__)

LATENT = 16


def build() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=LATENT,
        in_channels=4,
        out_channels=4,
        block_out_channels=(64, 128),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        attention_head_dim=4,  # in this class: the number of heads
        cross_attention_dim=WIDTH,
        norm_num_groups=16,
    )


@torch.no_grad()
def text_states(text_encoder: CLIPTextModel, tokenizer, captions: list[str]) -> Tensor:
    """The last hidden state a caption, (N, 16, 128): what StableDiffusionPipeline would compute (no mask, as there)."""
    rows = []
    for start in range(0, len(captions), 256):
        ids, _ = encode_captions(tokenizer, captions[start : start + 256])
        rows.append(text_encoder(input_ids=ids).last_hidden_state)
    return torch.cat(rows)


@torch.no_grad()
def latents_of(vae: AutoencoderKL, pictures: np.ndarray) -> Tensor:
    """(N, 64, 64, 3) uint8 -> (N, 4, 16, 16) float32, scaled to unit variance."""
    rows = [vae.encode(to_tensor(pictures[i : i + 64])).latent_dist.mean for i in range(0, len(pictures), 64)]
    return torch.cat(rows) * vae.config.scaling_factor


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--text-encoder", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    set_up_script()
    torch.manual_seed(arguments.seed)
    tokenizer = load_tokenizer(arguments.tokenizer)
    text_encoder = CLIPTextModel.from_pretrained(arguments.text_encoder).eval()
    vae = AutoencoderKL.from_pretrained(arguments.vae).eval()

    scenes = [scene for scene in world.all_scenes() if not world.is_held_out(scene)]
    held = [scene for scene in world.all_scenes() if world.is_held_out(scene)]
    latents = latents_of(vae, np.stack([world.draw(scene) for scene in scenes]))
    states = text_states(text_encoder, tokenizer, [world.caption(scene) for scene in scenes])
    empty = text_states(text_encoder, tokenizer, [""])
    # (N, 1, 16, 16): the share of each latent pixel that the thing covers.
    masks = torch.nn.functional.avg_pool2d(
        torch.from_numpy(np.stack([world.sprite_mask(s) for s in scenes]))[:, None], 4
    )
    held_latents = latents_of(vae, np.stack([world.draw(scene) for scene in held]))
    held_states = text_states(text_encoder, tokenizer, [world.caption(scene) for scene in held])
    held_masks = torch.nn.functional.avg_pool2d(
        torch.from_numpy(np.stack([world.sprite_mask(s) for s in held]))[:, None], 4
    )

    unet = build().to(memory_format=torch.channels_last)
    logger.info("%d scenes, %.2f M parameters", len(scenes), sum(p.numel() for p in unet.parameters()) / 1e6)
    optimizer = torch.optim.AdamW(unet.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=1e-3)
    average = Average(unet, 0.999)
    run = Run(
        arguments.work,
        arguments.steps,
        {"unet": unet},
        optimizer,
        {"unet": average},
        seed=arguments.seed,
        warmup=100,
    )
    scheduler = noise_scheduler()

    @torch.no_grad()
    def foreground_error() -> float:
        """How far the clean estimate at pure noise is from held-out things, in latent variance: decides crispness."""
        generator = torch.Generator().manual_seed(0)
        steps = torch.full((len(held),), NUM_TIMESTEPS - 1)
        noisy, _ = add_noise(scheduler, held_latents, steps, generator)
        velocity = unet(noisy, steps, held_states).sample
        error = (clean_estimate(scheduler, noisy, velocity, steps) - held_latents) ** 2
        return ((error * held_masks).sum() / (held_masks.sum() * 4)).item()

    for step in run.steps():
        rng, generator = run.generators()
        picked = rng.integers(len(scenes), size=64 if step > 0.8 * arguments.steps else 32)
        clean = latents[picked].to(memory_format=torch.channels_last)
        steps = random_timesteps(len(picked), rng)
        noisy, velocity = add_noise(scheduler, clean, steps, generator)
        context = drop_and_jitter(states[picked], empty, rng, generator)
        with torch.autocast("cpu", torch.bfloat16):
            predicted = unet(noisy, steps, context).sample.float()
        weighted = (predicted - velocity) ** 2 * (1 + 3 * masks[picked])
        numbers = {"held_foreground_error": foreground_error()} if step % 250 == 249 else {}
        run.update(weighted.mean(), **numbers)
    unet.load_state_dict(average.state)
    logger.info("foreground error at pure noise, held-out pairs: %.3f", foreground_error())
    pipe = StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet.eval(),
        scheduler=DPMSolverMultistepScheduler.from_config(scheduler.config),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.save_pretrained(arguments.work / "final")


if __name__ == "__main__":
    main()
