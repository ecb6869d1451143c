"""The sizes of published models, as their own config files state them, written down from their papers, cards and code.

No file of theirs was at hand: `tests/pipelines/published` compares the numbers of parameters with the published ones. Each
component has a `small` twin of the same class, whose conditioning keeps its full widths, so that one preset serves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Component:
    """One module: the library it is of, its class, the values of its config.json, and those that a small twin replaces."""

    library: str
    kind: str
    values: Values = field(default_factory=dict)
    small: Values = field(default_factory=dict)

    def config(self, small: bool) -> dict[str, Any]:
        return {**self.values, **(self.small if small else {})}


def _transformers(kind: str, values: Values, small: Values) -> Component:
    return Component("transformers", kind, values, small)


def _diffusers(kind: str, values: Values | None = None, small: Values | None = None) -> Component:
    return Component("diffusers", kind, values or {}, small or {})


# Language models

_FEW = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 32, "intermediate_size": 48}
_LLAMA_7B = {
    "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
    "num_attention_heads": 32, "max_position_embeddings": 2048, "tie_word_embeddings": False,
}  # fmt: skip
VICUNA_7B = _transformers("LlamaForCausalLM", _LLAMA_7B, _FEW)
VICUNA_7B_15 = _transformers("LlamaForCausalLM", {**_LLAMA_7B, "max_position_embeddings": 4096}, _FEW)
QWEN3_4B = _transformers(
    "Qwen3ForCausalLM",
    {
        "vocab_size": 151936, "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36,
        "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
        "max_position_embeddings": 262144, "tie_word_embeddings": True,
    },
    {**_FEW, "num_key_value_heads": 1, "head_dim": 16},
)  # fmt: skip

# Text encoders

_CLIP_SMALL = {"num_hidden_layers": 1, "intermediate_size": 16}


def _clip(kind: str, width: int, layers: int, heads: int, projection: int) -> Component:
    values = {
        "vocab_size": 49408, "hidden_size": width, "intermediate_size": 4 * width, "num_hidden_layers": layers,
        "num_attention_heads": heads, "max_position_embeddings": 77, "projection_dim": projection,
    }  # fmt: skip
    return _transformers(kind, values, _CLIP_SMALL)


CLIP_L = _clip("CLIPTextModel", 768, 12, 12, 768)
CLIP_L_PROJECTED = _clip("CLIPTextModelWithProjection", 768, 12, 12, 768)
CLIP_H = _clip("CLIPTextModel", 1024, 23, 16, 512)
CLIP_BIG_G = _clip("CLIPTextModelWithProjection", 1280, 32, 20, 1280)
_T5_SMALL = {"num_layers": 1, "num_heads": 1, "d_kv": 8, "d_ff": 16, "vocab_size": 64}
_XXL = {"d_model": 4096, "d_kv": 64, "d_ff": 10240, "num_layers": 24, "num_heads": 64}
T5_XXL = _transformers(
    "T5EncoderModel", {**_XXL, "vocab_size": 32128, "feed_forward_proj": "gated-gelu"}, _T5_SMALL
)
UMT5_XXL = _transformers(
    "UMT5EncoderModel", {**_XXL, "vocab_size": 256384, "feed_forward_proj": "gated-gelu"}, _T5_SMALL
)
T5_BASE = _transformers(
    "T5EncoderModel",
    {"d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12, "num_heads": 12, "vocab_size": 32128},
    _T5_SMALL,
)
CLAP_TEXT = _transformers(
    "ClapTextModelWithProjection", {"projection_dim": 512}, {"num_hidden_layers": 1, "intermediate_size": 16}
)

# Autoencoders and vocoders

_VAE = {
    "in_channels": 3, "out_channels": 3, "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2,
    "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
    "latent_channels": 4, "sample_size": 512,
}  # fmt: skip
_VAE_SMALL = {"block_out_channels": (8, 8, 8, 8), "layers_per_block": 1, "norm_num_groups": 4}
VAE = _diffusers("AutoencoderKL", _VAE, _VAE_SMALL)
VAE_XL = _diffusers("AutoencoderKL", {**_VAE, "sample_size": 1024, "scaling_factor": 0.13025}, _VAE_SMALL)
VAE_3 = _diffusers(
    "AutoencoderKL",
    {
        **_VAE, "latent_channels": 16, "sample_size": 1024, "scaling_factor": 1.5305, "shift_factor": 0.0609,
        "use_quant_conv": False, "use_post_quant_conv": False,
    },
    _VAE_SMALL,
)  # fmt: skip
VAE_AUDIOLDM = _diffusers(
    "AutoencoderKL",
    {
        **_VAE, "in_channels": 1, "out_channels": 1, "block_out_channels": (128, 256, 512),
        "down_block_types": ("DownEncoderBlock2D",) * 3, "up_block_types": ("UpDecoderBlock2D",) * 3,
        "latent_channels": 8,
    },
    {**_VAE_SMALL, "block_out_channels": (8, 8, 8)},
)  # fmt: skip
HIFIGAN = _transformers(
    "SpeechT5HifiGan",
    {
        "model_in_dim": 64, "sampling_rate": 16000, "upsample_initial_channel": 1024,
        "upsample_rates": [5, 4, 2, 2, 2], "upsample_kernel_sizes": [16, 16, 8, 4, 4],
        "resblock_kernel_sizes": [3, 7, 11], "resblock_dilation_sizes": [[1, 3, 5]] * 3,
        "normalize_before": False,
    },
    {"upsample_initial_channel": 32, "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1, 3]]},
)  # fmt: skip
OOBLECK = _diffusers(
    "AutoencoderOobleck",
    {
        "encoder_hidden_size": 128, "downsampling_ratios": [2, 4, 4, 8, 8],
        "channel_multiples": [1, 2, 4, 8, 16], "decoder_channels": 128, "decoder_input_channels": 64,
        "audio_channels": 2, "sampling_rate": 44100,
    },
    {"encoder_hidden_size": 4, "decoder_channels": 4, "sampling_rate": 2048},
)  # fmt: skip

# Denoisers

_UNET_SMALL = {"block_out_channels": (8, 8, 16, 16), "layers_per_block": 1, "norm_num_groups": 4}
UNET_15 = _diffusers(
    "UNet2DConditionModel",
    {"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8},
    {**_UNET_SMALL, "attention_head_dim": 2},
)
UNET_2 = _diffusers(
    "UNet2DConditionModel",
    {
        "sample_size": 96, "cross_attention_dim": 1024, "attention_head_dim": (5, 10, 20, 20),
        "use_linear_projection": True,
    },
    {**_UNET_SMALL, "attention_head_dim": 2},
)  # fmt: skip
UNET_XL = _diffusers(
    "UNet2DConditionModel",
    {
        "sample_size": 128, "cross_attention_dim": 2048, "attention_head_dim": (5, 10, 20),
        "block_out_channels": (320, 640, 1280), "transformer_layers_per_block": (1, 2, 10),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "use_linear_projection": True, "addition_embed_type": "text_time", "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    },
    {
        **_UNET_SMALL, "block_out_channels": (8, 8, 16), "attention_head_dim": 2,
        "transformer_layers_per_block": 1,
    },
)  # fmt: skip
UNET_3D = _diffusers(
    "UNet3DConditionModel",
    {"sample_size": 32, "cross_attention_dim": 1024, "attention_head_dim": 64},
    {**_UNET_SMALL, "attention_head_dim": 8},
)


def _audioldm(channels: tuple[int, ...]) -> Component:
    values = {
        "sample_size": 128, "in_channels": 8, "out_channels": 8, "block_out_channels": channels,
        "cross_attention_dim": channels, "attention_head_dim": 8, "class_embed_type": "simple_projection",
        "projection_class_embeddings_input_dim": 512, "class_embeddings_concat": True,
        "down_block_types": ("DownBlock2D", *("CrossAttnDownBlock2D",) * 3),
        "up_block_types": (*("CrossAttnUpBlock2D",) * 3, "UpBlock2D"),
    }  # fmt: skip
    small = {**_UNET_SMALL, "cross_attention_dim": (8, 8, 16, 16), "attention_head_dim": 2}
    return _diffusers("UNet2DConditionModel", values, small)


SD_35_MEDIUM = _diffusers(
    "SD3Transformer2DModel",
    {
        "sample_size": 128, "patch_size": 2, "in_channels": 16, "out_channels": 16, "num_layers": 24,
        "attention_head_dim": 64, "num_attention_heads": 24, "joint_attention_dim": 4096,
        "caption_projection_dim": 1536, "pooled_projection_dim": 2048, "pos_embed_max_size": 384,
        "dual_attention_layers": tuple(range(13)), "qk_norm": "rms_norm",
    },
    {
        "sample_size": 8, "num_layers": 2, "attention_head_dim": 8, "num_attention_heads": 2,
        "caption_projection_dim": 16, "pos_embed_max_size": 16, "dual_attention_layers": (0,),
    },
)  # fmt: skip
STABLE_AUDIO = _diffusers(
    "StableAudioDiTModel",
    {
        "sample_size": 1024, "in_channels": 64, "out_channels": 64, "num_layers": 24, "attention_head_dim": 64,
        "num_attention_heads": 24, "num_key_value_attention_heads": 12, "cross_attention_dim": 768,
        "time_proj_dim": 256, "global_states_input_dim": 1536, "cross_attention_input_dim": 768,
    },
    {
        "sample_size": 64, "num_layers": 1, "attention_head_dim": 8, "num_attention_heads": 2,
        "num_key_value_attention_heads": 2, "cross_attention_dim": 16,
    },
)  # fmt: skip
WAN_13 = _diffusers(
    "WanTransformer3DModel",
    {
        "patch_size": (1, 2, 2), "num_attention_heads": 12, "attention_head_dim": 128, "in_channels": 16,
        "out_channels": 16, "text_dim": 4096, "freq_dim": 256, "ffn_dim": 8960, "num_layers": 30,
        "cross_attn_norm": True, "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 1024,
    },
    {"num_attention_heads": 2, "attention_head_dim": 12, "ffn_dim": 16, "num_layers": 1, "freq_dim": 16},
)  # fmt: skip

_FLOW = _diffusers("FlowMatchEulerDiscreteScheduler", {"shift": 3.0})
_DDIM = _diffusers(
    "DDIMScheduler",
    {
        "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": False,
        "steps_offset": 1,
    },
)  # fmt: skip

PIPELINES: dict[str, tuple[str, dict[str, Component]]] = {
    "stable-diffusion-v1-5/stable-diffusion-v1-5": (
        "StableDiffusionPipeline",
        {"unet": UNET_15, "vae": VAE, "scheduler": _DDIM, "text_encoder": CLIP_L},
    ),
    "stabilityai/stable-diffusion-2": (
        "StableDiffusionPipeline",
        {"unet": UNET_2, "vae": VAE, "scheduler": _DDIM, "text_encoder": CLIP_H},
    ),
    "stabilityai/stable-diffusion-xl-base-1.0": (
        "StableDiffusionXLPipeline",
        {
            "unet": UNET_XL, "vae": VAE_XL, "scheduler": _DDIM, "text_encoder": CLIP_L,
            "text_encoder_2": CLIP_BIG_G,
        },
    ),
    "stabilityai/stable-diffusion-3.5-medium": (
        "StableDiffusion3Pipeline",
        {
            "transformer": SD_35_MEDIUM, "vae": VAE_3, "scheduler": _FLOW, "text_encoder": CLIP_L_PROJECTED,
            "text_encoder_2": CLIP_BIG_G, "text_encoder_3": T5_XXL,
        },
    ),
    "cvssp/audioldm-l-full": (
        "AudioLDMPipeline",
        {
            "unet": _audioldm((256, 512, 768, 1280)), "vae": VAE_AUDIOLDM, "vocoder": HIFIGAN,
            "scheduler": _DDIM, "text_encoder": CLAP_TEXT,
        },
    ),
    "cvssp/audioldm": (
        "AudioLDMPipeline",
        {
            "unet": _audioldm((128, 256, 384, 640)), "vae": VAE_AUDIOLDM, "vocoder": HIFIGAN,
            "scheduler": _DDIM, "text_encoder": CLAP_TEXT,
        },
    ),
    "stabilityai/stable-audio-open-1.0": (
        "StableAudioPipeline",
        {
            "transformer": STABLE_AUDIO, "vae": OOBLECK, "text_encoder": T5_BASE,
            "projection_model": _diffusers(
                "StableAudioProjectionModel",
                {"text_encoder_dim": 768, "conditioning_dim": 768, "min_value": 0, "max_value": 512},
            ),
            # Its own, CosineDPMSolverMultistepScheduler, needs torchsde and costs the same.
            "scheduler": _diffusers("EDMDPMSolverMultistepScheduler", {"sigma_min": 0.3, "sigma_max": 500.0}),
        },
    ),
    "Wan-AI/Wan2.1-T2V-1.3B-Diffusers": (
        "WanPipeline",
        {
            "transformer": WAN_13, "scheduler": _FLOW, "text_encoder": UMT5_XXL,
            "vae": _diffusers("AutoencoderKLWan", {}, {"base_dim": 4, "num_res_blocks": 1}),
        },
    ),
}  # fmt: skip
for _name in ("cerspense/zeroscope_v2_576w", "cerspense/zeroscope_v2_XL"):
    PIPELINES[_name] = (
        "TextToVideoSDPipeline",
        {"unet": UNET_3D, "vae": VAE, "scheduler": _DDIM, "text_encoder": CLIP_H},
    )
"""Repository -> its pipeline's class, and its components."""

MODELS: dict[str, Component] = {
    "lmsys/vicuna-7b-delta-v0": VICUNA_7B,
    "lmsys/vicuna-7b-v1.5": VICUNA_7B_15,
    "Qwen/Qwen3-4B-Instruct-2507": QWEN3_4B,
}
"""Repository -> the language model in it."""
