"""Pretrain the sound diffusion model of mini: CLAP text embedding -> 32x16x8 latents of a log-mel, AudioLDM's layout.

    python -m anygen_pipelines.mini.pretrain_audio_unet --tokenizer pipelines/mini/tokenizer \
        --text-encoder runs/text_encoders/clap/final --vae runs/audio_vae/final \
        --recordings ESC10_FOLDER --work runs/audio_unet
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AudioLDMPipeline, AutoencoderKL, DPMSolverMultistepScheduler, UNet2DConditionModel
from torch import Tensor
from transformers import ClapTextModelWithProjection

from anygen.decoders.griffin_lim import GriffinLim, MelConfig
from anygen_pipelines.mini import world
from anygen_pipelines.mini.diffusion import add_noise, drop_and_jitter, noise_scheduler, random_timesteps
from anygen_pipelines.mini.pretrain_audio_vae import load_bank, mel_bank
from anygen_pipelines.mini.pretrain_text_encoders import WIDTH, encode_captions, load_tokenizer
from anygen_pipelines.mini.pretraining import Average, Run, set_up_script

logger = logging.getLogger(__name__)

WIDTHS = (64, 128)
WINDOWS_PER_THING = 160


def build(sample_size: int) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=sample_size,
        in_channels=8,
        out_channels=8,
        block_out_channels=WIDTHS,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        attention_head_dim=4,
        # AudioLDM's attention has no text to look at; the embedding enters with the time.
        cross_attention_dim=WIDTHS,
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=WIDTH,
        class_embeddings_concat=True,
        norm_num_groups=16,
    )


@torch.no_grad()
def text_embeddings(encoder: ClapTextModelWithProjection, tokenizer, captions: list[str]) -> Tensor:
    """L2-normalised pooled embeddings, (N, 128): what AudioLDMPipeline computes."""
    ids, mask = encode_captions(tokenizer, captions)
    return F.normalize(encoder(input_ids=ids, attention_mask=mask).text_embeds, dim=-1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--text-encoder", type=Path, required=True)
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    set_up_script()
    torch.manual_seed(arguments.seed)
    tokenizer = load_tokenizer(arguments.tokenizer)
    text_encoder = ClapTextModelWithProjection.from_pretrained(arguments.text_encoder).eval()
    vae = AutoencoderKL.from_pretrained(arguments.vae).eval()
    mels = mel_bank(load_bank(arguments.recordings), WINDOWS_PER_THING, arguments.seed + 1)
    with torch.no_grad():
        encoded = [vae.encode(mels[start : start + 64]).latent_dist.mean for start in range(0, len(mels), 64)]
    latents = torch.cat(encoded) * vae.config.scaling_factor
    embeddings = text_embeddings(
        text_encoder, tokenizer, [world.sound_caption(thing) for thing in world.SOUNDING]
    )
    empty = text_embeddings(text_encoder, tokenizer, [""])

    unet = build(latents.shape[2]).to(memory_format=torch.channels_last)
    logger.info(
        "%d windows, %.2f M parameters", len(latents), sum(p.numel() for p in unet.parameters()) / 1e6
    )
    optimizer = torch.optim.AdamW(unet.parameters(), lr=1.5e-3, betas=(0.9, 0.99), weight_decay=1e-3)
    average = Average(unet, 0.998)
    run = Run(
        arguments.work,
        arguments.steps,
        {"unet": unet},
        optimizer,
        {"unet": average},
        seed=arguments.seed,
        warmup=100,
    )
    scheduler = noise_scheduler()
    for _ in run.steps():
        rng, generator = run.generators()
        picked = rng.integers(len(latents), size=24)
        clean = latents[picked].to(memory_format=torch.channels_last)
        steps = random_timesteps(len(picked), rng)
        noisy, velocity = add_noise(scheduler, clean, steps, generator)
        context = drop_and_jitter(embeddings[picked // WINDOWS_PER_THING], empty, rng, generator)
        with torch.autocast("cpu", torch.bfloat16):
            predicted = unet(noisy, steps, encoder_hidden_states=None, class_labels=context).sample.float()
        run.update(F.mse_loss(predicted, velocity))
    unet.load_state_dict(average.state)
    pipe = AudioLDMPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet.eval(),
        scheduler=DPMSolverMultistepScheduler.from_config(scheduler.config),
        vocoder=GriffinLim(MelConfig()),
    )
    # The vocoder has no weights: whoever loads the pipeline gives it one.
    pipe.register_modules(vocoder=None)
    pipe.save_pretrained(arguments.work / "final")


if __name__ == "__main__":
    main()
