"""Pretrain the sound autoencoder of mini: 128x64 log-mel <-> 32x16x8 latents, diffusers' AutoencoderKL.

python -m anygen_pipelines.mini.pretrain_audio_vae --work runs/audio_vae --recordings ESC10_FOLDER
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from anygen.decoders.griffin_lim import LogMel, MelConfig
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.diffusion import scale_latents, train_autoencoder
from anygen_pipelines.mini.pretraining import RECIPES, Run, begin, command

logger = logging.getLogger(__name__)

RECIPE = RECIPES["audio_vae"]
CROP = 32  # frames
WINDOWS_PER_THING = 160


class SoundBank:
    """Windows of every sounding thing: recordings where there are any, else stand-ins. Drawn evenly over the things."""

    def __init__(self, recordings: list[sounds.Recording]) -> None:
        self.by_thing: dict[str, list[sounds.Recording]] = {}
        for recording in recordings:
            self.by_thing.setdefault(recording.thing, []).append(recording)

    def draw(self, thing: str, rng: np.random.Generator) -> np.ndarray:
        """(40960,) float32, loudness evened out: what the decoder learns to make."""
        if thing in self.by_thing:
            choices = self.by_thing[thing]
            samples = sounds.window(choices[rng.integers(len(choices))].samples, rng)
        else:
            samples = sounds.synthesise(thing, rng)
        return sounds.normalise(np.roll(samples, int(rng.integers(-4000, 4000))), 0.7)


def load_bank(recordings_dir: Path | None) -> SoundBank:
    """The training sounds; without recordings it says so and uses stand-ins."""
    if recordings_dir is None:
        logger.warning("no --recordings given: the ten recorded kinds are synthesised stand-ins")
        return SoundBank([])
    return SoundBank(sounds.load_recordings(recordings_dir, folds=(1, 2, 3)))


def mel_bank(bank: SoundBank, per_thing: int, seed: int) -> Tensor:
    """Spectrograms of windows of every sounding thing: (16 * per_thing, 1, 128, 64), thing by thing."""
    rng, log_mel, rows = np.random.default_rng(seed), LogMel(MelConfig()), []
    for thing in world.SOUNDING:
        waves = np.stack([bank.draw(thing, rng) for _ in range(per_thing)])
        rows.append(log_mel(torch.from_numpy(waves)))
    return torch.cat(rows)[:, None]


def batch(mels: Tensor, rng: np.random.Generator, whole: bool) -> Tensor:
    """Four of the spectrograms (4, 1, 128, 64), or crops in time of 16 (16, 1, 32, 64)."""
    mel = mels[rng.integers(len(mels), size=4 if whole else 16)]
    if whole:
        return mel
    starts = rng.integers(0, mel.shape[2] - CROP + 1, len(mel))
    return torch.stack([one[:, start : start + CROP] for one, start in zip(mel, starts, strict=True)])


def loss(decoded: Tensor, mel: Tensor, whole: bool) -> tuple[Tensor, dict[str, float]]:
    """Squared and absolute error of spectrograms (N, 1, T, M)."""
    error = decoded - mel
    return (error**2).mean() + 0.5 * error.abs().mean(), {"l1": error.abs().mean().item()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save below --work."""
    options = begin(command(__doc__, "work", "recordings", "seed", steps=RECIPE["steps"]), arguments)
    bank = load_bank(options.recordings)
    mels = mel_bank(bank, WINDOWS_PER_THING, options.seed)
    vae = AutoencoderKL(**RECIPE["model"]).to(memory_format=torch.channels_last)
    run = Run.of(RECIPE, options, {"vae": vae})
    train_autoencoder(run, vae, partial(batch, mels), loss, RECIPE["divergence"])
    mel = mel_bank(bank, per_thing=6, seed=1)
    error = (scale_latents(vae, mel) - mel).abs().mean() * MelConfig().scale
    logger.info("log-mel L1 %.3f, scaling factor %.3f", error, vae.config.scaling_factor)
    vae.save_pretrained(options.work / "final")


if __name__ == "__main__":
    main()
