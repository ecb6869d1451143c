"""What mini's three diffusion trainings share: the noise schedule, where in time to train, and the weighted loss.

Letters: B batch, C latent channels, then the latent's own axes.
"""

from __future__ import annotations

import numpy as np
import torch
from diffusers import DDIMScheduler
from torch import Tensor

NUM_TIMESTEPS = 1000


def noise_scheduler() -> DDIMScheduler:
    """v-prediction with zero terminal SNR (Lin et al., "Common diffusion noise schedules and sample steps are flawed",
    2023): flat backgrounds need a first step that sees pure noise."""
    return DDIMScheduler(
        num_train_timesteps=NUM_TIMESTEPS,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


def random_timesteps(count: int, rng: np.random.Generator) -> Tensor:
    """(B,) int64: more often noisy than clean, and 6 % exactly the last: what is drawn is decided there."""
    steps = (NUM_TIMESTEPS * rng.random(count) ** 0.65).astype(np.int64)
    steps[rng.random(count) < 0.06] = NUM_TIMESTEPS - 1
    return torch.from_numpy(np.minimum(steps, NUM_TIMESTEPS - 1))


def add_noise(
    scheduler: DDIMScheduler, clean: Tensor, steps_B: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The noised latents and the velocity to predict, both of `clean`'s shape."""
    noise = torch.randn(clean.shape, generator=generator)
    return scheduler.add_noise(clean, noise, steps_B), scheduler.get_velocity(clean, noise, steps_B)


def clean_estimate(scheduler: DDIMScheduler, noisy: Tensor, velocity: Tensor, steps_B: Tensor) -> Tensor:
    """The clean latents a velocity stands for."""
    alpha = scheduler.alphas_cumprod[steps_B].view(-1, *[1] * (noisy.ndim - 1))
    return alpha.sqrt() * noisy - (1 - alpha).sqrt() * velocity


def drop_and_jitter(
    states: Tensor, empty: Tensor, rng: np.random.Generator, generator: torch.Generator
) -> Tensor:
    """Conditioning for training: one in ten replaced by that of the empty caption (classifier-free guidance, Ho and
    Salimans 2022), the rest with up to 12 % noise, so that a learned projector need not be perfect."""
    scale = (
        states.std() * 0.12 * torch.from_numpy(rng.random((len(states), *[1] * (states.ndim - 1)))).float()
    )
    states = states + scale * torch.randn(states.shape, generator=generator)
    dropped = torch.from_numpy(rng.random(len(states)) < 0.1)
    return torch.where(dropped.view(-1, *[1] * (states.ndim - 1)), empty, states)
