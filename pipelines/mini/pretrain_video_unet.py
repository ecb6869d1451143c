"""Pretrain the clip diffusion model of mini: caption states -> 8 frames of 16x16x4 latents, diffusers' UNet3DConditionModel.

It starts from the picture model: every 2D weight is copied by name, and the temporal layers begin as identities, so the
first step draws eight independent pictures and training only has to join them.

    python -m anygen_pipelines.mini.pretrain_video_unet --image-pipeline runs/image_unet/final --work runs/video_unet

`--start FOLDER` goes on from the clip pipeline of another run, with a schedule of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline, TextToVideoSDPipeline, UNet2DConditionModel
from diffusers.models import UNet3DConditionModel
from torch import nn

from anygen_pipelines.mini import world
from anygen_pipelines.mini.diffusion import (
    Examples,
    latents_of,
    sampling_scheduler,
    text_states,
    train_denoiser,
)
from anygen_pipelines.mini.pretrain_image_vae import to_tensor
from anygen_pipelines.mini.pretraining import RECIPES, Run, begin, command, num_weights

logger = logging.getLogger(__name__)

RECIPE = RECIPES["video_unet"]


def build(image_unet: UNet2DConditionModel) -> UNet3DConditionModel:
    """The clip model that draws independent pictures as the picture model does."""
    config = image_unet.config
    unet = UNet3DConditionModel(
        block_out_channels=config.block_out_channels,
        # In this class the width of a head, in the 2D one the number of heads.
        attention_head_dim=config.block_out_channels[-1] // config.attention_head_dim,
        norm_num_groups=config.norm_num_groups,
        **RECIPE["model"],
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


def examples_of(clips: list[world.Clip], pipe: StableDiffusionPipeline) -> Examples:
    """Clips as latents (N, 4, 8, 16, 16) bfloat16 and caption states; the masks are where the corner's colour is not."""
    vae, text_encoder = pipe.vae.eval(), pipe.text_encoder.eval()
    frames = [latents_of(vae, to_tensor(world.animate(clip))).to(torch.bfloat16) for clip in clips]
    latents = torch.stack(frames).transpose(1, 2)
    states = text_states(text_encoder, pipe.tokenizer, [world.caption(clip) for clip in clips])
    differs = (latents - latents[..., :1, :1]).float().abs().mean(1, keepdim=True)
    return Examples(
        latents, states, text_states(text_encoder, pipe.tokenizer, [""]), (differs > 0.35).float()
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save a whole pipeline below --work."""
    parser = command(__doc__, "work", "seed", steps=RECIPE["steps"])
    parser.add_argument("--image-pipeline", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=RECIPE["batch"])
    parser.add_argument("--start", type=Path, help="a clip pipeline to go on from")
    parser.add_argument(
        "--spins", type=float, default=1.0, help="how often clips that spin, next to the others"
    )
    options = begin(parser, arguments)
    pipe = StableDiffusionPipeline.from_pretrained(
        options.image_pipeline, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )
    clips = [clip for clip in world.all_clips() if not world.is_held_out(clip)]
    examples = examples_of(clips, pipe)

    unet = build(pipe.unet)
    if options.start is not None:
        started = UNet3DConditionModel.from_pretrained(options.start / "unet", dtype=torch.float32)
        unet.load_state_dict(started.state_dict())
    likely = np.array([options.spins if clip.motion == "spins" else 1.0 for clip in clips])
    likely /= likely.sum()
    logger.info("%d clips, %.2f M parameters", len(clips), num_weights(unet) / 1e6)
    copied, weights = set(pipe.unet.state_dict()), dict(unet.named_parameters())
    groups = [
        {"params": [p for n, p in weights.items() if n in copied], "lr": RECIPE["rates"]["copied"]},
        {"params": [p for n, p in weights.items() if n not in copied], "lr": RECIPE["rates"]["new"]},
    ]
    train_denoiser(
        Run.of(RECIPE, options, {"unet": unet}, groups),
        examples,
        lambda rng, step: rng.choice(len(clips), size=options.batch, p=likely),
        unet,
        log_every=25,
    )
    made = TextToVideoSDPipeline(
        vae=pipe.vae,
        text_encoder=pipe.text_encoder,
        tokenizer=pipe.tokenizer,
        unet=unet.eval(),
        scheduler=sampling_scheduler(),
    )
    made.save_pretrained(options.work / "final")


if __name__ == "__main__":
    main()
