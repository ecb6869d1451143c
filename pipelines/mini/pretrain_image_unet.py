"""Pretrain the picture diffusion model of mini: caption states -> 16x16x4 latents, diffusers' UNet2DConditionModel.

    python -m anygen_pipelines.mini.pretrain_image_unet --tokenizer pipelines/mini/tokenizer \
        --text-encoder runs/text_encoders/clip/final --vae runs/image_vae/final --work runs/image_unet
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, PreTrainedTokenizerFast

from anygen_pipelines.mini import world
from anygen_pipelines.mini.diffusion import (
    NUM_TIMESTEPS,
    Examples,
    add_noise,
    clean_estimate,
    latents_of,
    noise_scheduler,
    sampling_scheduler,
    text_states,
    train_denoiser,
)
from anygen_pipelines.mini.pretrain_image_vae import to_tensor
from anygen_pipelines.mini.pretrain_text_encoders import load_tokenizer
from anygen_pipelines.mini.pretraining import RECIPES, Run, begin, command, num_weights

logger = logging.getLogger(__name__)

RECIPE = RECIPES["image_unet"]


def examples_of(
    scenes: list[world.Scene],
    vae: AutoencoderKL,
    text_encoder: CLIPTextModel,
    tokenizer: PreTrainedTokenizerFast,
) -> Examples:
    """Scenes as latents (N, 4, 16, 16) and caption states; the masks say how much of a latent pixel the thing covers."""
    return Examples(
        latents_of(vae, to_tensor(np.stack([world.draw(scene) for scene in scenes]))),
        text_states(text_encoder, tokenizer, [world.caption(scene) for scene in scenes]),
        text_states(text_encoder, tokenizer, [""]),
        torch.nn.functional.avg_pool2d(
            torch.from_numpy(np.stack([world.sprite_mask(scene) for scene in scenes]))[:, None], 4
        ),
    )


@torch.no_grad()
def foreground_error(unet: UNet2DConditionModel, held: Examples) -> float:
    """How far the clean estimate at pure noise is from held-out things, in latent variance: decides crispness."""
    scheduler, generator = noise_scheduler(), torch.Generator().manual_seed(0)
    steps = torch.full((len(held.latents),), NUM_TIMESTEPS - 1)
    noisy, _ = add_noise(scheduler, held.latents, steps, generator)
    velocity = unet(noisy, steps, held.states).sample
    error = (clean_estimate(scheduler, noisy, velocity, steps) - held.latents) ** 2
    assert held.masks is not None
    return ((error * held.masks).sum() / (held.masks.sum() * 4)).item()


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save a whole pipeline below --work."""
    names = ("tokenizer", "text-encoder", "vae", "work", "seed")
    options = begin(command(__doc__, *names, steps=RECIPE["steps"]), arguments)
    tokenizer = load_tokenizer(options.tokenizer)
    text_encoder = CLIPTextModel.from_pretrained(options.text_encoder).eval()
    vae = AutoencoderKL.from_pretrained(options.vae).eval()
    scenes = [scene for scene in world.all_scenes() if not world.is_held_out(scene)]
    held_scenes = [scene for scene in world.all_scenes() if world.is_held_out(scene)]
    examples, held = (examples_of(each, vae, text_encoder, tokenizer) for each in (scenes, held_scenes))

    unet = UNet2DConditionModel(**RECIPE["model"]).to(memory_format=torch.channels_last)
    logger.info("%d scenes, %.2f M parameters", len(scenes), num_weights(unet) / 1e6)
    train_denoiser(
        Run.of(RECIPE, options, {"unet": unet}),
        examples,
        lambda rng, step: rng.integers(len(scenes), size=64 if step > 0.8 * options.steps else 32),
        unet,
        lambda: {"held_foreground_error": foreground_error(unet, held)},
    )
    logger.info("foreground error at pure noise, held-out pairs: %.3f", foreground_error(unet, held))
    pipe = StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet.eval(),
        scheduler=sampling_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.save_pretrained(options.work / "final")


if __name__ == "__main__":
    main()
