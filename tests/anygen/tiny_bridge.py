"""A bridge of the real classes at tiny size: an instruct model with its chat template, captioners, the tiny decoders."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA3 = (
    "<|begin|>{% for message in messages %}<|head|>{{ message['role'] }}<|/head|>\n\n{{ message['content'] | trim }}"
    "<|im_end|>{% endfor %}{% if add_generation_prompt %}<|head|>assistant<|/head|>\n\n{% endif %}"
)
SPECIAL = ["<pad>", "<|begin|>", "<|im_end|>", "<|im_start|>", "<|head|>", "<|/head|>", "<|mark|>"]
CORPUS = (
    "a small dog on a red roof. <image>a big cat</image> here you are: <audio>rain</audio> <video>a car</video> > <b>\n"
    "To send image, write <image>what it is</image>. user assistant system grün 犬 be brief asked said"
)
FAMILIES = ("llama", "qwen2", "qwen3")


MARKS = ("<|vision|>", "<|/vision|>", "<|picture|>", "<|clip|>", "<|sound|>", "<|/sound|>", "<|heard|>")
"""What an omni model puts around and in place of what it reads."""


def tokenizer(template: str = CHATML, marks: tuple[str, ...] = ()) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=340,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([CORPUS] * 4, trainer)
    found = PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<|begin|>",
        eos_token="<|im_end|>",
        pad_token="<pad>",
        extra_special_tokens=[*SPECIAL[3:], *marks],
    )
    found.chat_template = template
    return found


def lm(family: str = "qwen2", seed: int = 0, length: int = 1024) -> Any:
    import transformers

    name = {"llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3"}[family]
    head = {"head_dim": 8} if family == "qwen3" else {}
    config = getattr(transformers, f"{name}Config")(
        vocab_size=352,  # rounded up, as published ones are: the last rows have no spelling
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=length,
        tie_word_embeddings=True,
        initializer_range=0.3,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        **head,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return getattr(transformers, f"{name}ForCausalLM")(config).eval()


def write_llm(folder: Path, family: str = "qwen2", template: str = CHATML, length: int = 1024) -> None:
    lm(family, length=length).save_pretrained(folder)
    tokenizer(template).save_pretrained(folder)


def write_blip(folder: Path) -> None:
    from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessor

    words = tokenizer()
    text = {
        "vocab_size": len(words), "hidden_size": 16, "encoder_hidden_size": 16, "intermediate_size": 16,
        "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 32, "projection_dim": 8,
        "bos_token_id": 1, "eos_token_id": 2, "sep_token_id": 2, "pad_token_id": 0, "initializer_range": 0.5,
    }  # fmt: skip
    vision = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        "image_size": 16, "patch_size": 8, "initializer_range": 0.5,
    }  # fmt: skip
    config = BlipConfig(text_config=text, vision_config=vision, projection_dim=8, image_text_hidden_size=8)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        BlipForConditionalGeneration(config).save_pretrained(folder)
    BlipImageProcessor(size={"height": 16, "width": 16}).save_pretrained(folder)
    words.save_pretrained(folder)


def write_vit_gpt2(folder: Path) -> None:
    from transformers import (
        GPT2Config,
        GPT2LMHeadModel,
        VisionEncoderDecoderModel,
        ViTImageProcessor,
        ViTModel,
    )
    from transformers import ViTConfig as Config

    words = tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(2)
        vision = ViTModel(
            Config(
                hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
                image_size=16, patch_size=8, initializer_range=0.5,
            )
        )  # fmt: skip
        text = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=len(words), n_embd=16, n_layer=1, n_head=2, n_positions=64, add_cross_attention=True,
                is_decoder=True, bos_token_id=1, eos_token_id=2, initializer_range=0.5,
            )
        )  # fmt: skip
        model = VisionEncoderDecoderModel(encoder=vision, decoder=text)
    for config in (model.config, model.generation_config):
        config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 1, 0, 2
    model.save_pretrained(folder)
    ViTImageProcessor(size={"height": 16, "width": 16}).save_pretrained(folder)
    words.save_pretrained(folder)


def write_ast(folder: Path) -> None:
    from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

    labels = {0: "Dog", 1: "Rain", 2: "Speech", 3: "Train horn"}
    config = ASTConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, patch_size=8,
        frequency_stride=8, time_stride=8, max_length=32, num_mel_bins=16, id2label=labels,
        label2id={name: index for index, name in labels.items()}, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(3)
        ASTForAudioClassification(config).save_pretrained(folder)
    ASTFeatureExtractor(num_mel_bins=16, max_length=32, sampling_rate=16_000).save_pretrained(folder)


def write_whisper(folder: Path) -> None:
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

    words = tokenizer()
    config = WhisperConfig(
        vocab_size=len(words), num_mel_bins=80, encoder_layers=1, decoder_layers=1, d_model=16,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16,
        max_source_positions=50, max_target_positions=64, decoder_start_token_id=1, bos_token_id=1,
        eos_token_id=2, pad_token_id=0, init_std=0.5,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(4)
        WhisperForConditionalGeneration(config).save_pretrained(folder)
    WhisperFeatureExtractor(chunk_length=1, sampling_rate=16_000).save_pretrained(folder)
    words.save_pretrained(folder)


def write_omni(folder: Path, length: int = 1024) -> None:
    """The thinker of Qwen2.5-Omni, and its processors."""
    from transformers import (
        Qwen2_5OmniThinkerConfig,
        Qwen2_5OmniThinkerForConditionalGeneration,
        Qwen2VLImageProcessor,
        WhisperFeatureExtractor,
    )

    words = tokenizer(marks=MARKS)
    begin, end, picture, clip, opens, closes, heard = words.convert_tokens_to_ids(list(MARKS))
    text = {
        "vocab_size": 368, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": length,
        "initializer_range": 0.3, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [1, 1, 2]},
    }  # fmt: skip
    vision = {
        "depth": 2, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "patch_size": 14,
        "out_hidden_size": 32, "fullatt_block_indexes": [1], "initializer_range": 0.3,
    }  # fmt: skip
    audio = {
        "num_mel_bins": 16, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 16,
        "d_model": 16, "max_source_positions": 100, "n_window": 50, "output_dim": 32, "initializer_range": 0.3,
    }  # fmt: skip
    config = Qwen2_5OmniThinkerConfig(
        text_config=text, vision_config=vision, audio_config=audio, initializer_range=0.3,
        vision_start_token_id=begin, vision_end_token_id=end, image_token_index=picture, video_token_index=clip,
        audio_start_token_id=opens, audio_end_token_id=closes, audio_token_index=heard, bos_token_id=1,
        eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(5)
        Qwen2_5OmniThinkerForConditionalGeneration(config).save_pretrained(folder)
    words.save_pretrained(folder)
    Qwen2VLImageProcessor(min_pixels=28 * 28, max_pixels=56 * 56).save_pretrained(folder / "images")
    WhisperFeatureExtractor(feature_size=16, chunk_length=4, sampling_rate=16_000).save_pretrained(
        folder / "sounds"
    )
    import json

    # Published ones lie in one file.
    both = {}
    for name in ("images", "sounds"):
        both |= json.loads((folder / name / "preprocessor_config.json").read_text())
        shutil.rmtree(folder / name)
    (folder / "preprocessor_config.json").write_text(json.dumps(both))


def omni_values() -> dict[str, Any]:
    """The omni bridge as YAML would hold it: no captioners."""
    values = config_values()
    del values["captioners"]
    settings = {"image_pixels": 3136, "frame_pixels": 1568, "num_frames": 4}
    values["llm"]["native_encoders"] = {
        "kind": "qwen2_5_omni",
        "modalities": ["image", "video", "audio"],
        "settings": settings,
    }
    return values | {"name": "tiny-omni"}


def config_values() -> dict[str, Any]:
    """The bridge as YAML would hold it."""
    import tiny

    values = tiny.config_values()
    return {
        "name": "tiny-bridge",
        "description": "random weights, for tests",
        "licence": "none",
        "captioners": {
            "blip": {
                "kind": "captioner", "path": "captioners/blip", "modalities": ["image", "video"],
                "settings": {"max_new_tokens": 6, "num_frames": 2},
            },
            "ast": {"kind": "sound_classifier", "path": "captioners/ast", "modalities": ["audio"]},
            "whisper": {
                "kind": "transcriber", "path": "captioners/whisper", "modalities": ["audio"],
                "settings": {"max_new_tokens": 5},
            },
        },
        "llm": {"path": "llm", "chat_template": True, "captions": {"max_caption_tokens": 12}},
        "decoders": values["decoders"],
        "sampling": {"max_new_tokens": 20, "temperature": 1.0, "top_p": 0.95},
    }  # fmt: skip


def write_bridge(folder: Path, decoders: Path, family: str = "qwen2") -> Path:
    """Make the tiny bridge in `folder`, with the decoders of the tiny model: deterministic."""
    from anygen.core.config import ModelConfig, from_values
    from anygen.loading import checkpoint
    from anygen.loading.build import build

    shutil.copytree(decoders, folder / "decoders")
    write_llm(folder / "llm", family)
    write_blip(folder / "captioners" / "blip")
    write_ast(folder / "captioners" / "ast")
    write_whisper(folder / "captioners" / "whisper")
    model = build(from_values(ModelConfig, config_values()), folder)
    model.folder = folder
    return checkpoint.save(model, folder)
