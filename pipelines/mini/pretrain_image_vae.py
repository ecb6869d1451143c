"""Pretrain the picture autoencoder of mini: 64x64 pixels <-> 16x16x4 latents, diffusers' AutoencoderKL.

It trains on 32x32 crops around the thing (nine tenths of a picture is plain colour), then on whole pictures. Pictures of
held-out pairs are never seen.

    python -m anygen_pipelines.mini.pretrain_image_vae --work runs/image_vae
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor

from anygen_pipelines.mini import world
from anygen_pipelines.mini.diffusion import scale_latents, train_autoencoder
from anygen_pipelines.mini.pretraining import RECIPES, Run, begin, command

logger = logging.getLogger(__name__)

RECIPE = RECIPES["image_vae"]
CROP = 32  # pixels


def to_tensor(pixels: np.ndarray) -> Tensor:
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


def batch(rng: np.random.Generator, whole: bool) -> Tensor:
    """Eight whole pictures (8, 3, 64, 64), or 16 crops (16, 3, 32, 32), in [-1, 1]."""
    pictures = []
    for _ in range(8 if whole else 16):
        pixels, x, y = random_picture(rng)
        if not whole:
            left = int(np.clip(x - CROP // 2 + rng.integers(-14, 15), 0, world.CANVAS - CROP))
            top = int(np.clip(y - CROP // 2 + rng.integers(-14, 15), 0, world.CANVAS - CROP))
            pixels = pixels[top : top + CROP, left : left + CROP]
        pictures.append(pixels)
    return to_tensor(np.stack(pictures)).to(memory_format=torch.channels_last)


def loss(decoded: Tensor, pixels: Tensor, whole: bool) -> tuple[Tensor, dict[str, float]]:
    """Squared and absolute error of pixels (N, 3, H, W), and the PSNR.

    In whole pictures, what differs from the plain colour of the corner counts three times."""
    error = decoded - pixels
    is_thing = (pixels - pixels[:, :, :1, :1]).abs().sum(1, keepdim=True) > 0.1
    weight = 1 + 2 * is_thing.float() * whole
    squared, absolute = (weight * error**2).mean(), (weight * error.abs()).mean()
    return squared + 0.3 * absolute, {"psnr": (10 * torch.log10(4 / (error**2).mean())).item()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save below --work."""
    options = begin(command(__doc__, "work", "seed", steps=RECIPE["steps"]), arguments)
    vae = AutoencoderKL(**RECIPE["model"]).to(memory_format=torch.channels_last)
    run = Run.of(RECIPE, options, {"vae": vae})
    train_autoencoder(run, vae, batch, loss, RECIPE["divergence"])
    rng = np.random.default_rng(1)
    scenes = [world.random_scene(rng, held_out=index % 2 == 0) for index in range(256)]
    pixels = to_tensor(np.stack([world.draw(scene) for scene in scenes]))
    error = F.mse_loss(scale_latents(vae, pixels), pixels)
    logger.info("PSNR %.1f dB, scaling factor %.3f", 10 * torch.log10(4 / error), vae.config.scaling_factor)
    vae.save_pretrained(options.work / "final")


if __name__ == "__main__":
    main()
