"""Pretrain the sound autoencoder of mini: 128x64 log-mel <-> 32x16x8 latents, diffusers' AutoencoderKL.

python -m anygen_pipelines.mini.pretrain_audio_vae --work runs/audio_vae --recordings ESC10_FOLDER
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from anygen.decoders.griffin_lim import LogMel, MelConfig
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.pretraining import Run, set_up_script

logger = logging.getLogger(__name__)

CROP = 32  # frames


def build() -> AutoencoderKL:
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        block_out_channels=(16, 32, 64),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1,
        latent_channels=8,
        norm_num_groups=8,
        mid_block_add_attention=False,
    )


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


def mel_bank(bank: SoundBank, per_thing: int, seed: int) -> torch.Tensor:
    """Spectrograms of windows of every sounding thing: (16 * per_thing, 1, 128, 64), thing by thing."""
    rng, log_mel, rows = np.random.default_rng(seed), LogMel(MelConfig()), []
    for thing in world.SOUNDING:
        waves = np.stack([bank.draw(thing, rng) for _ in range(per_thing)])
        rows.append(log_mel(torch.from_numpy(waves)))
    return torch.cat(rows)[:, None]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    set_up_script()
    torch.manual_seed(arguments.seed)
    bank = load_bank(arguments.recordings)
    mels = mel_bank(bank, per_thing=160, seed=arguments.seed)
    vae = build().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=1e-4)
    run = Run(arguments.work, arguments.steps, {"vae": vae}, optimizer, seed=arguments.seed)
    whole_from = int(arguments.steps * 0.85)
    for step in run.steps():
        rng, generator = run.generators()
        whole = step >= whole_from
        mel = mels[rng.integers(len(mels), size=4 if whole else 16)]
        if not whole:
            starts = rng.integers(0, mel.shape[2] - CROP + 1, len(mel))
            mel = torch.stack([one[:, start : start + CROP] for one, start in zip(mel, starts, strict=True)])
        with torch.autocast("cpu", torch.bfloat16):
            posterior = vae.encode(mel).latent_dist
            mean, logvar = posterior.mean.float(), posterior.logvar.float()
            latents = mean + (0.5 * logvar).exp() * torch.randn(mean.shape, generator=generator)
            decoded = vae.decode(latents).sample.float()
        error = decoded - mel
        divergence = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
        loss = (error**2).mean() + 0.5 * error.abs().mean() + 5e-4 * divergence
        run.update(loss, l1=error.abs().mean().item(), kl=divergence.item())
    vae.eval()
    with torch.no_grad():
        mel = mel_bank(bank, per_thing=6, seed=1)
        latents = vae.encode(mel).latent_dist.mean
        vae.register_to_config(scaling_factor=float(1 / latents.std()))
        error = (vae.decode(latents).sample - mel).abs().mean() * MelConfig().scale
    logger.info("log-mel L1 %.3f, scaling factor %.3f", error, vae.config.scaling_factor)
    vae.save_pretrained(arguments.work / "final")


if __name__ == "__main__":
    main()
