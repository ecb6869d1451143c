"""What mini's latent diffusion trainings share: the autoencoders' steps, the noise schedule, and the denoisers' steps.

Letters: B batch, C latent channels, then the latent's own axes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, DPMSolverMultistepScheduler
from torch import Tensor
from torch.nn import functional
from transformers import CLIPTextModel, PreTrainedTokenizerFast

from anygen_pipelines.mini.pretrain_text_encoders import encode_captions
from anygen_pipelines.mini.pretraining import Run

NUM_TIMESTEPS = 1000
WHOLE_FROM = 0.85
"""Autoencoders train on crops, then on whole pictures, which set the statistics of their normalisation layers."""


# ---------------------------------------------------------------------------------------------- autoencoders


def train_autoencoder(
    run: Run,
    vae: AutoencoderKL,
    draw: Callable[[np.random.Generator, bool], Tensor],
    loss: Callable[[Tensor, Tensor, bool], tuple[Tensor, dict[str, float]]],
    divergence_weight: float,
) -> None:
    """All steps of a run.

    draw: a batch (B, C, H, W), of crops or of whole pictures. loss: from what came back, what went in, and whether they are
    whole, to the loss and what to log.
    """
    whole_from = int(run.num_steps * WHOLE_FROM)
    for step in run.steps():
        rng, generator = run.generators()
        whole = step >= whole_from
        wanted = draw(rng, whole)
        with torch.autocast("cpu", torch.bfloat16):
            posterior = vae.encode(wanted).latent_dist
            mean, logvar = posterior.mean.float(), posterior.logvar.float()
            latents = mean + (0.5 * logvar).exp() * torch.randn(mean.shape, generator=generator)
            decoded = vae.decode(latents).sample.float()
        divergence = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
        error, numbers = loss(decoded, wanted, whole)
        run.update(error + divergence_weight * divergence, **numbers, kl=divergence.item())


@torch.no_grad()
def scale_latents(vae: AutoencoderKL, samples: Tensor) -> Tensor:
    """Set the scaling factor that brings latents to unit variance, by samples (N, C, H, W); returns them decoded."""
    latents = vae.eval().encode(samples).latent_dist.mean
    vae.register_to_config(scaling_factor=float(1 / latents.std()))
    return vae.decode(latents).sample


@torch.no_grad()
def latents_of(vae: AutoencoderKL, samples: Tensor) -> Tensor:
    """Samples (N, C, H, W) as latents, scaled to unit variance."""
    rows = [vae.encode(samples[i : i + 64]).latent_dist.mean for i in range(0, len(samples), 64)]
    return torch.cat(rows) * vae.config.scaling_factor


# ---------------------------------------------------------------------------------------------- noise


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


def sampling_scheduler() -> DPMSolverMultistepScheduler:
    """What a finished pipeline draws with: a faster solver on the same schedule."""
    return DPMSolverMultistepScheduler.from_config(noise_scheduler().config)


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


# ---------------------------------------------------------------------------------------------- denoisers


@torch.no_grad()
def text_states(
    text_encoder: CLIPTextModel, tokenizer: PreTrainedTokenizerFast, captions: list[str]
) -> Tensor:
    """The last hidden state a caption, (N, 16, 128): what StableDiffusionPipeline would compute (no mask, as there)."""
    rows = []
    for start in range(0, len(captions), 256):
        ids, _ = encode_captions(tokenizer, captions[start : start + 256])
        rows.append(text_encoder(input_ids=ids).last_hidden_state)
    return torch.cat(rows)


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


@dataclass(frozen=True)
class Examples:
    """What a denoiser learns from: latents (N, C, ...), the conditioning of each, that of the empty caption.

    masks: where the thing is (N, 1, ...), which counts four times; None = all counts alike.
    """

    latents: Tensor
    states: Tensor
    empty: Tensor
    masks: Tensor | None = None

    def loss(self, predicted: Tensor, velocity: Tensor, picked: np.ndarray) -> Tensor:
        """The mean squared error, weighted by the masks of what was picked."""
        if self.masks is None:
            return functional.mse_loss(predicted, velocity)
        return ((predicted - velocity) ** 2 * (1 + 3 * self.masks[picked])).mean()


def train_denoiser(
    run: Run,
    examples: Examples,
    pick: Callable[[np.random.Generator, int], np.ndarray],
    predict: Callable[[Tensor, Tensor, Tensor], Any],
    measure: Callable[[], dict[str, float]] | None = None,
    log_every: int = 50,
) -> None:
    """All steps of a run, which ends with the averaged weights.

    pick: the rows of a step's batch. predict: the denoiser on noisy latents, timesteps and conditioning. measure: what else
    to log every 250 steps.
    """
    scheduler = noise_scheduler()
    for step in run.steps(log_every):
        rng, generator = run.generators()
        picked = pick(rng, step)
        clean = examples.latents[picked].float()
        if clean.ndim == 4:
            clean = clean.to(memory_format=torch.channels_last)
        steps = random_timesteps(len(picked), rng)
        noisy, velocity = add_noise(scheduler, clean, steps, generator)
        context = drop_and_jitter(examples.states[picked], examples.empty, rng, generator)
        with torch.autocast("cpu", torch.bfloat16):
            predicted = predict(noisy, steps, context).sample.float()
        numbers = measure() if measure is not None and step % 250 == 249 else {}
        run.update(examples.loss(predicted, velocity, picked), **numbers)
    run.take_averages()
