"""Pretrain the sound diffusion model of mini: CLAP text embedding -> 32x16x8 latents of a log-mel, AudioLDM's layout.

    python -m anygen_pipelines.mini.pretrain_audio_unet --tokenizer pipelines/mini/tokenizer \
        --text-encoder runs/text_encoders/clap/final --vae runs/audio_vae/final \
        --recordings ESC10_FOLDER --work runs/audio_unet
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from diffusers import AudioLDMPipeline, AutoencoderKL, UNet2DConditionModel
from torch import Tensor
from transformers import ClapTextModelWithProjection, PreTrainedTokenizerFast

from anygen.decoders.griffin_lim import GriffinLim, MelConfig
from anygen_pipelines.mini import world
from anygen_pipelines.mini.diffusion import Examples, latents_of, sampling_scheduler, train_denoiser
from anygen_pipelines.mini.pretrain_audio_vae import WINDOWS_PER_THING, load_bank, mel_bank
from anygen_pipelines.mini.pretrain_text_encoders import encode_captions, load_tokenizer
from anygen_pipelines.mini.pretraining import RECIPES, Run, begin, command, num_weights

logger = logging.getLogger(__name__)

RECIPE = RECIPES["audio_unet"]


@torch.no_grad()
def text_embeddings(
    encoder: ClapTextModelWithProjection, tokenizer: PreTrainedTokenizerFast, captions: list[str]
) -> Tensor:
    """L2-normalised pooled embeddings, (N, 128): what AudioLDMPipeline computes."""
    ids, mask = encode_captions(tokenizer, captions)
    return F.normalize(encoder(input_ids=ids, attention_mask=mask).text_embeds, dim=-1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save a whole pipeline below --work."""
    names = ("tokenizer", "text-encoder", "vae", "recordings", "work", "seed")
    options = begin(command(__doc__, *names, steps=RECIPE["steps"]), arguments)
    tokenizer = load_tokenizer(options.tokenizer)
    text_encoder = ClapTextModelWithProjection.from_pretrained(options.text_encoder).eval()
    vae = AutoencoderKL.from_pretrained(options.vae).eval()
    mels = mel_bank(load_bank(options.recordings), WINDOWS_PER_THING, options.seed + 1)
    captions = [world.sound_caption(thing) for thing in world.SOUNDING]
    states = text_embeddings(text_encoder, tokenizer, captions).repeat_interleave(WINDOWS_PER_THING, 0)
    examples = Examples(latents_of(vae, mels), states, text_embeddings(text_encoder, tokenizer, [""]))

    unet = UNet2DConditionModel(sample_size=examples.latents.shape[2], **RECIPE["model"])
    unet = unet.to(memory_format=torch.channels_last)
    logger.info("%d windows, %.2f M parameters", len(mels), num_weights(unet) / 1e6)
    train_denoiser(
        Run.of(RECIPE, options, {"unet": unet}),
        examples,
        lambda rng, step: rng.integers(len(mels), size=RECIPE["batch"]),
        lambda noisy, steps, context: unet(noisy, steps, encoder_hidden_states=None, class_labels=context),
    )
    pipe = AudioLDMPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet.eval(),
        scheduler=sampling_scheduler(),
        vocoder=GriffinLim(MelConfig()),
    )
    # The vocoder has no weights: whoever loads the pipeline gives it one.
    pipe.register_modules(vocoder=None)
    pipe.save_pretrained(options.work / "final")


if __name__ == "__main__":
    main()
