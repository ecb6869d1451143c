"""A whole model of the real classes at tiny size, with random weights, in a folder as save_pretrained writes it."""

from __future__ import annotations

from pathlib import Path

import torch

TOKENIZER = Path(__file__).parents[2] / "pipelines" / "mini" / "tokenizer"
LENGTH, WIDTH, POOLED = 12, 16, 16  # conditioning of the tiny decoders


def write_encoder(folder: Path, with_measurements: bool = False) -> None:
    from anygen.encoders.imagebind.config import (
        AudioPreparation,
        GridTowerConfig,
        ImageBindConfig,
        ImagePreparation,
        ImuTowerConfig,
        VideoPreparation,
        VisionTowerConfig,
    )
    from anygen.encoders.imagebind.model import ImageBind

    measured = (
        {}
        if not with_measurements
        else {
            "depth": GridTowerConfig(dim=16, blocks=1, heads=2, height=32, width=32, logit_scale=5.0),
            "thermal": GridTowerConfig(dim=16, blocks=1, heads=2, height=32, width=32, logit_scale=10.0),
            "imu": ImuTowerConfig(dim=16, blocks=1, heads=2, length=80),
        }
    )
    config = ImageBindConfig(
        embed_dim=20,
        vision=VisionTowerConfig(dim=16, blocks=1, heads=2, image_size=28),
        audio=GridTowerConfig(dim=16, blocks=1, heads=2, height=32, width=56),
        image=ImagePreparation(size=28),
        video=VideoPreparation(clips=2, crops=1),
        sound=AudioPreparation(clips=2, clip_seconds=0.5, mel_bins=32, frames=56),
        scale_audio=False,
        **measured,
    )
    ImageBind(config).save_pretrained(folder)


def write_llm(folder: Path) -> None:
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=192,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _clip(tokenizer):
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=LENGTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def _vae(channels: int = 3):
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        in_channels=channels,
        out_channels=channels,
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=16,
    )


def _scheduler():
    from diffusers import DPMSolverMultistepScheduler

    return DPMSolverMultistepScheduler(prediction_type="v_prediction", steps_offset=1)


def write_image_pipeline(folder: Path) -> None:
    from diffusers import StableDiffusionPipeline, UNet2DConditionModel
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    unet = UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(8, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        attention_head_dim=2,
        cross_attention_dim=WIDTH,
        norm_num_groups=4,
    )
    StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=_clip(tokenizer),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)


def write_video_pipeline(folder: Path) -> None:
    from diffusers import TextToVideoSDPipeline
    from diffusers.models import UNet3DConditionModel
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    unet = UNet3DConditionModel(
        sample_size=8,
        block_out_channels=(8, 16),
        down_block_types=("DownBlock3D", "CrossAttnDownBlock3D"),
        up_block_types=("CrossAttnUpBlock3D", "UpBlock3D"),
        layers_per_block=1,
        attention_head_dim=8,
        cross_attention_dim=WIDTH,
        norm_num_groups=4,
    )
    TextToVideoSDPipeline(
        vae=_vae(), text_encoder=_clip(tokenizer), tokenizer=tokenizer, unet=unet, scheduler=_scheduler()
    ).save_pretrained(folder)


def write_audio_pipeline(folder: Path) -> None:
    from diffusers import AudioLDMPipeline, UNet2DConditionModel
    from transformers import AutoTokenizer, ClapTextConfig, ClapTextModelWithProjection

    from anygen.decoders.griffin_lim import GriffinLim, MelConfig

    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    text_encoder = ClapTextModelWithProjection(
        ClapTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=LENGTH + 2,
            pad_token_id=tokenizer.pad_token_id,
            projection_dim=POOLED,
        )
    )
    unet = UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(8, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        attention_head_dim=2,
        cross_attention_dim=(8, 16),
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=POOLED,
        class_embeddings_concat=True,
        norm_num_groups=4,
    )
    pipe = AudioLDMPipeline(
        vae=_vae(1),
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=_scheduler(),
        vocoder=GriffinLim(MelConfig()),
    )
    pipe.register_modules(vocoder=None)
    pipe.save_pretrained(folder)


def config_values(read: tuple[str, ...] = ("image", "audio", "video")) -> dict:
    """The configuration of the tiny model as YAML would hold it."""
    projector = {
        "kind": "transformer",
        "hidden_dim": 16,
        "ffn_dim": 16,
        "encoder_layers": 1,
        "decoder_layers": 1,
    }
    sizes = {"num_inference_steps": 2, "guidance_scale": 2.0, "height": 16, "width": 16}
    return {
        "name": "tiny",
        "description": "random weights, for tests",
        "licence": "none",
        "encoders": {
            "imagebind": {"kind": "imagebind", "path": "encoder", "modalities": list(map(str, read))}
        },
        "input_projectors": {name: {"kind": "linear", "tokens_per_feature": 2} for name in map(str, read)},
        "llm": {
            "path": "llm",
            "signal_tokens": {"image": 3, "video": 3, "audio": 2},
            "template": {
                "user": "<user>",
                "user_end": "",
                "assistant": "<assistant>",
                "lead_ins": {"image": "a picture: ", "audio": "a sound: ", "video": "a clip: "},
            },
        },
        "output_projectors": {
            "image": projector,
            "video": projector,
            "audio": {**projector, "normalize": True},
        },
        "decoders": {
            "image": {
                "kind": "stable_diffusion",
                "path": "decoders/image",
                "conditioning": {"sequence": [LENGTH, WIDTH]},
                "defaults": sizes,
            },
            "video": {
                "kind": "text_to_video_sd",
                "path": "decoders/video",
                "conditioning": {"sequence": [LENGTH, WIDTH]},
                "defaults": {**sizes, "num_frames": 2, "fps": 4},
            },
            "audio": {
                "kind": "audioldm",
                "path": "decoders/audio",
                "conditioning": {"pooled": [POOLED]},
                "defaults": {"num_inference_steps": 2, "guidance_scale": 2.0, "seconds": 0.64},
            },
        },
        "sampling": {"max_new_tokens": 12, "temperature": 1.0, "top_p": 0.95},
    }


def write_tiny(folder: Path, with_measurements: bool = False) -> Path:
    """Make the tiny model in `folder`: deterministic. With measurements it reads all that ImageBind does."""
    from anygen.core.config import ModelConfig, from_values
    from anygen.core.modality import INPUTS, MEDIA
    from anygen.loading import checkpoint
    from anygen.loading.build import build

    read = INPUTS if with_measurements else MEDIA
    with torch.random.fork_rng():
        torch.manual_seed(0)
        write_encoder(folder / "encoder", with_measurements)
        write_llm(folder / "llm")
        write_image_pipeline(folder / "decoders" / "image")
        write_video_pipeline(folder / "decoders" / "video")
        write_audio_pipeline(folder / "decoders" / "audio")
        model = build(from_values(ModelConfig, config_values(read)), folder)
    model.folder = folder
    return checkpoint.save(model, folder)
