"""Every pipeline a decoder holds, of the real classes at tiny size with random weights, as save_pretrained writes it.

Each `write_*` fills a folder. T5 stands for every tokenizer that is not CLIP's or RoBERTa's.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

WIDTH = 16  # of every text encoder, except where a pipeline asks for more
LETTERS = string.ascii_lowercase + string.digits


def t5_tokenizer(length: int) -> Any:
    from transformers import T5Tokenizer

    specials = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces = [*specials, *((letter, -3.0) for letter in LETTERS)]
    return T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=length)


def clip_tokenizer(length: int) -> Any:
    from transformers import CLIPTokenizer

    pieces = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={piece: index for index, piece in enumerate(pieces)}, merges=[], model_max_length=length
    )


def roberta_tokenizer(length: int) -> Any:
    from transformers import RobertaTokenizer

    pieces = ["<pad>", "<unk>", "<s>", "</s>", "<mask>", "Ġ", *LETTERS]
    return RobertaTokenizer(
        vocab={piece: index for index, piece in enumerate(pieces)}, merges=[], model_max_length=length
    )


def t5(width: int = WIDTH) -> Any:
    from transformers import T5Config, T5EncoderModel

    return T5EncoderModel(
        T5Config(
            vocab_size=64, d_model=width, d_kv=8, d_ff=16, num_layers=1, num_heads=2,
            relative_attention_num_buckets=8,
        )
    )  # fmt: skip


def clip(tokenizer: Any, projected: bool) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=16, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=tokenizer.model_max_length, projection_dim=WIDTH,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config)


def vae(channels: int = 3) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        in_channels=channels, out_channels=channels, block_out_channels=(8, 8), layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=4, sample_size=16, shift_factor=0.06, scaling_factor=1.5,
    )  # fmt: skip


def flow() -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(shift=3.0)


def ddim() -> Any:
    from diffusers import DDIMScheduler

    return DDIMScheduler(beta_schedule="scaled_linear", clip_sample=False, steps_offset=1)


def write_stable_diffusion_xl(folder: Path) -> None:
    from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel

    tokenizer, tokenizer_2 = clip_tokenizer(12), clip_tokenizer(12)
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=2, cross_attention_dim=2 * WIDTH, use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + WIDTH,
    )  # fmt: skip
    StableDiffusionXLPipeline(
        vae=vae(), text_encoder=clip(tokenizer, False), text_encoder_2=clip(tokenizer_2, True),
        tokenizer=tokenizer, tokenizer_2=tokenizer_2, unet=unet, scheduler=ddim(),
        force_zeros_for_empty_prompt=True, add_watermarker=False,
    ).save_pretrained(folder)  # fmt: skip


def write_stable_diffusion_3(folder: Path) -> None:
    from diffusers import SD3Transformer2DModel, StableDiffusion3Pipeline

    tokenizer, tokenizer_2 = clip_tokenizer(12), clip_tokenizer(12)
    transformer = SD3Transformer2DModel(
        sample_size=8, patch_size=2, in_channels=4, out_channels=4, num_layers=1, attention_head_dim=8,
        num_attention_heads=2, caption_projection_dim=16, joint_attention_dim=2 * WIDTH,
        pooled_projection_dim=2 * WIDTH, pos_embed_max_size=16,
    )  # fmt: skip
    StableDiffusion3Pipeline(
        transformer=transformer, scheduler=flow(), vae=vae(),
        text_encoder=clip(tokenizer, True), tokenizer=tokenizer,
        text_encoder_2=clip(tokenizer_2, True), tokenizer_2=tokenizer_2,
        text_encoder_3=t5(2 * WIDTH), tokenizer_3=t5_tokenizer(10),
    ).save_pretrained(folder)  # fmt: skip


def write_flux(folder: Path) -> None:
    from diffusers import FluxPipeline, FluxTransformer2DModel

    tokenizer = clip_tokenizer(12)
    transformer = FluxTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16,
        num_attention_heads=2, joint_attention_dim=WIDTH, pooled_projection_dim=WIDTH,
        axes_dims_rope=(4, 4, 8), guidance_embeds=True,
    )  # fmt: skip
    FluxPipeline(
        scheduler=flow(), vae=vae(), text_encoder=clip(tokenizer, False), tokenizer=tokenizer,
        text_encoder_2=t5(), tokenizer_2=t5_tokenizer(10), transformer=transformer,
    ).save_pretrained(folder)  # fmt: skip


def write_sana(folder: Path) -> None:
    from diffusers import AutoencoderDC, SanaPipeline, SanaTransformer2DModel
    from transformers import Gemma2Config, Gemma2Model

    text_encoder = Gemma2Model(
        Gemma2Config(
            vocab_size=64, hidden_size=WIDTH, intermediate_size=16, num_hidden_layers=1, head_dim=8,
            num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=4096,
        )
    )  # fmt: skip
    transformer = SanaTransformer2DModel(
        patch_size=1, in_channels=4, out_channels=4, num_layers=1, num_attention_heads=2,
        attention_head_dim=4, num_cross_attention_heads=2, cross_attention_head_dim=4,
        cross_attention_dim=8, caption_channels=WIDTH, sample_size=32,
    )  # fmt: skip
    autoencoder = AutoencoderDC(
        in_channels=3, latent_channels=4, attention_head_dim=2,
        encoder_block_types=("ResBlock", "EfficientViTBlock"),
        decoder_block_types=("ResBlock", "EfficientViTBlock"),
        encoder_block_out_channels=(8, 8), decoder_block_out_channels=(8, 8),
        encoder_qkv_multiscales=((), (5,)), decoder_qkv_multiscales=((), (5,)),
        encoder_layers_per_block=(1, 1), decoder_layers_per_block=(1, 1),
        downsample_block_type="conv", upsample_block_type="interpolate",
    )  # fmt: skip
    SanaPipeline(
        tokenizer=t5_tokenizer(4096), text_encoder=text_encoder, vae=autoencoder, transformer=transformer,
        scheduler=flow(),
    ).save_pretrained(folder)  # fmt: skip


def write_audioldm2(folder: Path) -> None:
    from diffusers import AudioLDM2Pipeline, AudioLDM2ProjectionModel, AudioLDM2UNet2DConditionModel
    from transformers import (
        ClapAudioConfig,
        ClapConfig,
        ClapFeatureExtractor,
        ClapModel,
        ClapTextConfig,
        GPT2Config,
        GPT2LMHeadModel,
        SpeechT5HifiGan,
        SpeechT5HifiGanConfig,
    )

    tokenizer = roberta_tokenizer(12)
    text = ClapTextConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=14, pad_token_id=tokenizer.pad_token_id,
        projection_dim=WIDTH,
    )  # fmt: skip
    hearing = ClapAudioConfig(
        spec_size=8, window_size=4, num_mel_bins=8, depths=[1, 1], num_attention_heads=[1, 1],
        num_hidden_layers=2, hidden_size=16, patch_size=2, patch_stride=2, patch_embed_input_channels=4,
        patch_embeds_hidden_size=8, projection_dim=WIDTH,
    )  # fmt: skip
    clap = ClapModel(
        ClapConfig(text_config=text.to_dict(), audio_config=hearing.to_dict(), projection_dim=WIDTH)
    )
    language_model = GPT2LMHeadModel(GPT2Config(vocab_size=8, n_embd=8, n_head=2, n_layer=1, n_positions=64))
    unet = AudioLDM2UNet2DConditionModel(
        block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4, sample_size=8, in_channels=4,
        out_channels=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=((None, 8, WIDTH), (None, 8, WIDTH)), attention_head_dim=2,
    )  # fmt: skip
    vocoder = SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=8, sampling_rate=1600, upsample_initial_channel=8, upsample_rates=[2, 2],
            upsample_kernel_sizes=[4, 4], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]],
            normalize_before=False,
        )
    )  # fmt: skip
    AudioLDM2Pipeline(
        vae=vae(1), text_encoder=clap, text_encoder_2=t5(), language_model=language_model, unet=unet,
        projection_model=AudioLDM2ProjectionModel(WIDTH, WIDTH, 8), scheduler=ddim(), vocoder=vocoder,
        tokenizer=tokenizer, tokenizer_2=t5_tokenizer(10), feature_extractor=ClapFeatureExtractor(),
    ).save_pretrained(folder)  # fmt: skip


def write_stable_audio(folder: Path) -> None:
    from diffusers import (
        AutoencoderOobleck,
        EDMDPMSolverMultistepScheduler,
        StableAudioDiTModel,
        StableAudioPipeline,
        StableAudioProjectionModel,
    )

    transformer = StableAudioDiTModel(
        sample_size=32, in_channels=3, out_channels=3, num_layers=1, attention_head_dim=4,
        num_attention_heads=2, num_key_value_attention_heads=2, cross_attention_dim=4, time_proj_dim=8,
        global_states_input_dim=8, cross_attention_input_dim=4,
    )  # fmt: skip
    autoencoder = AutoencoderOobleck(
        encoder_hidden_size=6, downsampling_ratios=[1, 2], decoder_channels=3, decoder_input_channels=3,
        audio_channels=2, channel_multiples=[2, 4], sampling_rate=64,
    )  # fmt: skip
    StableAudioPipeline(
        vae=autoencoder, text_encoder=t5(), tokenizer=t5_tokenizer(10), transformer=transformer,
        projection_model=StableAudioProjectionModel(WIDTH, 4, 0, 32),
        scheduler=EDMDPMSolverMultistepScheduler(solver_order=2),
    ).save_pretrained(folder)  # fmt: skip


def write_musicgen(folder: Path, channels: int = 1, **codec: Any) -> None:
    from transformers import (
        EncodecConfig,
        EncodecModel,
        MusicgenDecoderConfig,
        MusicgenForCausalLM,
        MusicgenForConditionalGeneration,
    )

    codec_model = EncodecModel(
        EncodecConfig(
            sampling_rate=400, audio_channels=1, upsampling_ratios=[4, 2], num_filters=4, hidden_size=8,
            codebook_size=16, codebook_dim=8, target_bandwidths=[2.0], num_lstm_layers=1,
            num_residual_layers=1, **codec,
        )
    )  # fmt: skip
    for layer in codec_model.quantizer.layers:
        layer.codebook.embed.normal_()  # fresh ones are zeros, which sound alike
    decoder = MusicgenForCausalLM(
        MusicgenDecoderConfig(
            vocab_size=16, hidden_size=24, num_hidden_layers=1, ffn_dim=16, num_attention_heads=2,
            num_codebooks=4 * channels, audio_channels=channels, max_position_embeddings=64,
            pad_token_id=16, bos_token_id=16,
            initializer_factor=0.5,  # so that codes depend on what is heard
        )
    )  # fmt: skip
    model = MusicgenForConditionalGeneration(text_encoder=t5(), audio_encoder=codec_model, decoder=decoder)
    for name in ("pad_token_id", "bos_token_id", "decoder_start_token_id"):
        setattr(model.generation_config, name, 16)
    model.generation_config.update(do_sample=True, guidance_scale=3.0, max_length=60, top_k=250)
    model.save_pretrained(folder)
    t5_tokenizer(10).save_pretrained(folder)


def write_audiogen(folder: Path) -> None:
    write_musicgen(folder, use_causal_conv=False, use_conv_shortcut=False)


def write_wan(folder: Path) -> None:
    from diffusers import AutoencoderKLWan, WanPipeline, WanTransformer3DModel
    from transformers import UMT5Config, UMT5EncoderModel

    text_encoder = UMT5EncoderModel(
        UMT5Config(vocab_size=64, d_model=WIDTH, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    )
    autoencoder = AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )  # fmt: skip
    transformer = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=16,
        out_channels=16, text_dim=WIDTH, freq_dim=16, ffn_dim=16, num_layers=1, rope_max_seq_len=32,
    )  # fmt: skip
    WanPipeline(
        tokenizer=t5_tokenizer(10), text_encoder=text_encoder, vae=autoencoder, scheduler=flow(),
        transformer=transformer, transformer_2=None,
    ).save_pretrained(folder)  # fmt: skip


def write_ltx(folder: Path) -> None:
    from diffusers import AutoencoderKLLTXVideo, LTXPipeline, LTXVideoTransformer3DModel

    scaling = (True, True, False, False)
    autoencoder = AutoencoderKLLTXVideo(
        latent_channels=8, block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4,
        layers_per_block=(1,) * 5, decoder_layers_per_block=(1,) * 5, spatio_temporal_scaling=scaling,
        decoder_spatio_temporal_scaling=scaling, decoder_inject_noise=(False,) * 5,
        upsample_residual=(False,) * 4, upsample_factor=(1,) * 4, timestep_conditioning=False,
        patch_size=1, patch_size_t=1, encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    transformer = LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, patch_size=1, patch_size_t=1, num_attention_heads=2,
        attention_head_dim=8, cross_attention_dim=16, num_layers=1, caption_channels=WIDTH,
    )  # fmt: skip
    LTXPipeline(
        scheduler=flow(), vae=autoencoder, text_encoder=t5(), tokenizer=t5_tokenizer(10),
        transformer=transformer,
    ).save_pretrained(folder)  # fmt: skip
