"""Pretrain the clip diffusion model of mini: caption states -> 8 frames of 16x16x4 latents, diffusers' UNet3DConditionModel.

It starts from the picture model: every 2D weight is copied by name, and the temporal layers begin as identities, so the
first step draws eight independent pictures and training only has to join them.

    python -m anygen_pipelines.mini.pretrain_video_unet --image-pipeline runs/image_unet/final --work runs/video_unet

`--start FOLDER` goes on from the clip pipeline of another run, with a schedule of its own.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    TextToVideoSDPipeline,
    UNet2DConditionModel,
)
from diffusers.models import UNet3DConditionModel
from torch import nn

from anygen_pipelines.mini import world
from anygen_pipelines.mini.diffusion import add_noise, drop_and_jitter, noise_scheduler, random_timesteps
from anygen_pipelines.mini.pretrain_image_unet import LATENT, latents_of, text_states
from anygen_pipelines.mini.pretrain_text_encoders import WIDTH
from anygen_pipelines.mini.pretraining import Average, Run, set_up_script

logger = logging.getLogger(__name__)


def build(image_unet: UNet2DConditionModel) -> UNet3DConditionModel:
    widths = image_unet.config.block_out_channels
    unet = UNet3DConditionModel(
        sample_size=LATENT,
        in_channels=4,
        out_channels=4,
        block_out_channels=widths,
        down_block_types=("DownBlock3D", "CrossAttnDownBlock3D"),
        up_block_types=("CrossAttnUpBlock3D", "UpBlock3D"),
        layers_per_block=1,
        # In this class the width of a head, in the 2D one the number of heads.
        attention_head_dim=widths[-1] // image_unet.config.attention_head_dim,
        cross_attention_dim=WIDTH,
        norm_num_groups=image_unet.config.norm_num_groups,
    )
    copy_weights(image_unet, unet)
    return unet


@torch.no_grad()
def copy_weights(image_unet: UNet2DConditionModel, unet: UNet3DConditionModel) -> None:
    """Copy every 2D tensor by name; 1x1 convolutions become linear layers. Raises ValueError if one finds no place."""
    state = unet.state_dict()
    for name, value in image_unet.state_dict().items():
        if name not in state or state[name].numel() != value.numel():
            raise ValueError(f"{name} of the picture model has no place in the clip model")
        state[name].copy_(value.reshape(state[name].shape))
    for name, module in unet.named_modules():
        # Temporal attention begins as an identity; temporal convolutions are built as one.
        if name.endswith(("temp_attentions.0", "temp_attentions.1", "transformer_in")):
            nn.init.zeros_(module.proj_out.weight)
            nn.init.zeros_(module.proj_out.bias)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--image-pipeline", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="a clip pipeline to go on from")
    parser.add_argument(
        "--spins", type=float, default=1.0, help="how often clips that spin, next to the others"
    )
    arguments = parser.parse_args()
    set_up_script()
    torch.manual_seed(arguments.seed)
    pipe = StableDiffusionPipeline.from_pretrained(
        arguments.image_pipeline, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )
    vae, tokenizer, text_encoder = pipe.vae.eval(), pipe.tokenizer, pipe.text_encoder.eval()
    clips = [clip for clip in world.all_clips() if not world.is_held_out(clip)]
    frames = [latents_of(vae, world.animate(clip)).to(torch.bfloat16) for clip in clips]
    latents = torch.stack(frames).transpose(1, 2)  # (N, C, F, H, W)
    states = text_states(text_encoder, tokenizer, [world.caption(clip) for clip in clips])
    empty = text_states(text_encoder, tokenizer, [""])
    thing_differs = (latents - latents[..., :1, :1]).float().abs().mean(1, keepdim=True)
    masks = (thing_differs > 0.35).float()

    unet = build(pipe.unet)
    if arguments.start is not None:
        started = UNet3DConditionModel.from_pretrained(arguments.start / "unet", dtype=torch.float32)
        unet.load_state_dict(started.state_dict())
    likely = np.array([arguments.spins if clip.motion == "spins" else 1.0 for clip in clips])
    likely /= likely.sum()
    logger.info("%d clips, %.2f M parameters", len(clips), sum(p.numel() for p in unet.parameters()) / 1e6)
    copied = set(pipe.unet.state_dict())
    groups = [
        {"params": [p for n, p in unet.named_parameters() if n in copied], "lr": 4e-4},
        {"params": [p for n, p in unet.named_parameters() if n not in copied], "lr": 1e-3},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=1e-3)
    average = Average(unet, 0.997)
    run = Run(
        arguments.work,
        arguments.steps,
        {"unet": unet},
        optimizer,
        {"unet": average},
        seed=arguments.seed,
        warmup=50,
    )
    scheduler = noise_scheduler()
    for _ in run.steps(log_every=25):
        rng, generator = run.generators()
        picked = rng.choice(len(clips), size=arguments.batch, p=likely)
        clean = latents[picked].float()
        steps = random_timesteps(len(picked), rng)
        noisy, velocity = add_noise(scheduler, clean, steps, generator)
        context = drop_and_jitter(states[picked], empty, rng, generator)
        with torch.autocast("cpu", torch.bfloat16):
            predicted = unet(noisy, steps, context).sample.float()
        weighted = (predicted - velocity) ** 2 * (1 + 3 * masks[picked])
        run.update(weighted.mean())
    unet.load_state_dict(average.state)
    made = TextToVideoSDPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet.eval(),
        scheduler=DPMSolverMultistepScheduler.from_config(scheduler.config),
    )
    made.save_pretrained(arguments.work / "final")


if __name__ == "__main__":
    main()
