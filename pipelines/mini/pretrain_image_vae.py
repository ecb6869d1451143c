"""Pretrain the picture autoencoder of mini: 64x64 pixels <-> 16x16x4 latents, diffusers' AutoencoderKL.

It trains on 32x32 crops around the thing (nine tenths of a picture is plain colour), then on whole pictures, which set
the statistics of its normalisation layers. Pictures of held-out pairs are never seen.

    python -m anygen_pipelines.mini.pretrain_image_vae --work runs/image_vae
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL

from anygen_pipelines.mini import world
from anygen_pipelines.mini.pretraining import Run, set_up_script

logger = logging.getLogger(__name__)

CROP = 32  # pixels


def build() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(16, 32, 64),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=world.CANVAS,
        mid_block_add_attention=False,
    )


def to_tensor(pixels: np.ndarray) -> torch.Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float32 in [-1, 1]."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1


def random_picture(rng: np.random.Generator) -> tuple[np.ndarray, int, int]:
    """A drawn picture or a frame of a drawn clip, and about where its thing is (x, y in pixels)."""
    if rng.random() < 0.6:
        scene = world.random_scene(rng)
        size = world.SPRITE_SIZE[scene.size]
        left, top = world.place(scene.position, size)
        return world.draw(scene), left + size // 2, top + size // 2
    clip = world.random_clip(rng)
    index = int(rng.integers(world.NUM_FRAMES))
    # The plain colour of the corner tells where the thing is.
    frame = world.animate(clip)[index]
    inside = np.abs(frame.astype(int) - np.asarray(world.COLOURS[clip.colour])).sum(-1) > 40
    y, x = np.nonzero(inside)
    return frame, int(x.mean()) if len(x) else 32, int(y.mean()) if len(y) else 32


def batch(rng: np.random.Generator, count: int, whole: bool) -> torch.Tensor:
    pictures = []
    for _ in range(count):
        pixels, x, y = random_picture(rng)
        if not whole:
            left = int(np.clip(x - CROP // 2 + rng.integers(-14, 15), 0, world.CANVAS - CROP))
            top = int(np.clip(y - CROP // 2 + rng.integers(-14, 15), 0, world.CANVAS - CROP))
            pixels = pixels[top : top + CROP, left : left + CROP]
        pictures.append(pixels)
    return to_tensor(np.stack(pictures))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    set_up_script()
    torch.manual_seed(arguments.seed)
    vae = build().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=2.5e-3, betas=(0.9, 0.99), weight_decay=1e-4)
    run = Run(arguments.work, arguments.steps, {"vae": vae}, optimizer, seed=arguments.seed)
    whole_from = int(arguments.steps * 0.85)
    for step in run.steps():
        rng, generator = run.generators()
        whole = step >= whole_from
        pixels = batch(rng, 8 if whole else 16, whole).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            posterior = vae.encode(pixels).latent_dist
            mean, logvar = posterior.mean.float(), posterior.logvar.float()
            latents = mean + (0.5 * logvar).exp() * torch.randn(mean.shape, generator=generator)
            decoded = vae.decode(latents).sample.float()
        error = decoded - pixels
        # In whole pictures, what differs from the plain colour of the corner counts three times.
        is_thing = (pixels - pixels[:, :, :1, :1]).abs().sum(1, keepdim=True) > 0.1
        weight = 1 + 2 * is_thing.float() * whole
        squared, absolute = (weight * error**2).mean(), (weight * error.abs()).mean()
        divergence = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
        psnr = 10 * torch.log10(4 / (error**2).mean())
        run.update(squared + 0.3 * absolute + 2e-4 * divergence, psnr=psnr.item(), kl=divergence.item())
    vae.eval()
    with torch.no_grad():
        rng = np.random.default_rng(1)
        scenes = [world.random_scene(rng, held_out=index % 2 == 0) for index in range(256)]
        pixels = to_tensor(np.stack([world.draw(scene) for scene in scenes]))
        latents = vae.encode(pixels).latent_dist.mean
        vae.register_to_config(scaling_factor=float(1 / latents.std()))
        error = F.mse_loss(vae.decode(latents).sample, pixels)
    logger.info("PSNR %.1f dB, scaling factor %.3f", 10 * torch.log10(4 / error), vae.config.scaling_factor)
    vae.save_pretrained(arguments.work / "final")


if __name__ == "__main__":
    main()
