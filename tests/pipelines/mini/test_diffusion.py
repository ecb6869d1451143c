"""What the diffusion trainings share, on tiny tensors."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import nn

from anygen_pipelines.mini import diffusion
from anygen_pipelines.mini.pretraining import RECIPES, Run

TINY = RECIPES["image_vae"]["model"] | {
    "block_out_channels": [8, 8, 8], "norm_num_groups": 4, "latent_channels": 2
}  # fmt: skip
RECIPE = {"optimizer": {"lr": 0.01}, "average": {"net": 0.5}}


def test_the_velocity_gives_back_what_was_noised() -> None:
    scheduler, generator = diffusion.noise_scheduler(), torch.Generator().manual_seed(0)
    clean, steps = torch.randn(3, 2, 4, 4, generator=generator), torch.tensor([10, 500, 999])
    noisy, velocity = diffusion.add_noise(scheduler, clean, steps, generator)
    assert torch.allclose(diffusion.clean_estimate(scheduler, noisy, velocity, steps), clean, atol=1e-4)
    # Zero terminal SNR: nothing of the clean latents is left at the last step.
    assert not torch.allclose(noisy[2], clean[2], atol=0.1)
    assert scheduler.alphas_cumprod[-1].abs() < 1e-6


def test_timesteps_are_more_often_noisy_and_sometimes_the_last() -> None:
    steps = diffusion.random_timesteps(4000, np.random.default_rng(0))
    assert steps.min() >= 0 and steps.max() == diffusion.NUM_TIMESTEPS - 1
    assert steps.float().mean() > 550 and 0.04 < (steps == diffusion.NUM_TIMESTEPS - 1).float().mean() < 0.09


def test_one_in_ten_conditionings_is_the_empty_one() -> None:
    states, empty = torch.randn(2000, 2, 3), torch.full((1, 2, 3), 9.0)
    given = diffusion.drop_and_jitter(
        states, empty, np.random.default_rng(0), torch.Generator().manual_seed(0)
    )
    dropped = (given == 9).flatten(1).all(1)
    assert 0.07 < dropped.float().mean() < 0.13
    assert (given[~dropped] - states[~dropped]).abs().max() < 1


def test_an_autoencoder_trains_on_crops_then_on_whole_pictures(tmp_path: Path) -> None:
    torch.manual_seed(0)
    vae, drawn = AutoencoderKL(**TINY), []

    def draw(rng: np.random.Generator, whole: bool) -> torch.Tensor:
        drawn.append(whole)
        return torch.from_numpy(rng.random((1, 3, 16, 16), dtype=np.float32))

    options = argparse.Namespace(work=tmp_path, steps=8)
    run = Run.of({"optimizer": {"lr": 0.01}}, options, {"vae": vae})
    diffusion.train_autoencoder(
        run, vae, draw, lambda out, wanted, whole: ((out - wanted).square().mean(), {}), 0.1
    )
    assert drawn == [False] * 6 + [True] * 2
    samples = torch.rand(4, 3, 16, 16)
    assert diffusion.scale_latents(vae, samples).shape == samples.shape
    assert (
        diffusion.latents_of(vae, samples).std().item() == torch.ones(()).item()
        or abs(diffusion.latents_of(vae, samples).std().item() - 1) < 1e-3
    )


def test_a_denoiser_learns_and_ends_with_its_average(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = nn.Conv2d(2, 2, 1)
    examples = diffusion.Examples(
        torch.randn(6, 2, 4, 4), torch.randn(6, 3), torch.zeros(1, 3), torch.ones(6, 1, 4, 4)
    )
    run = Run.of(RECIPE, argparse.Namespace(work=tmp_path, steps=3), {"net": net})
    picks: list[int] = []

    def pick(rng: np.random.Generator, step: int) -> np.ndarray:
        picks.append(step)
        return rng.integers(6, size=2)

    before = net.weight.detach().clone()
    diffusion.train_denoiser(
        run, examples, pick, lambda noisy, steps, context: SimpleNamespace(sample=net(noisy))
    )
    assert picks == [0, 1, 2] and not torch.equal(net.weight, before)
    assert torch.equal(net.weight, run.average["net"].state["weight"])


def test_the_thing_counts_four_times() -> None:
    masks = torch.zeros(1, 1, 2, 2)
    masks[..., 0, 0] = 1
    examples = diffusion.Examples(torch.zeros(1), torch.zeros(1), torch.zeros(1), masks)
    loss = examples.loss(torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2), np.array([0]))
    assert loss == (4 + 1 + 1 + 1) / 4
