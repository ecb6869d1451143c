"""trainable-4b in miniature: the shipped preset over tiny parts of its own classes, laid out as its owner would."""

from __future__ import annotations

from pathlib import Path

import torch
import yaml

PRESET = Path(__file__).parents[2] / "anygen" / "loading" / "presets" / "trainable-4b.yaml"
SIZES = {
    "image": {"height": 32, "width": 32},
    "audio": {"seconds": 0.5},
    "video": {"height": 32, "width": 32, "num_frames": 5, "fps": 4},
}
CONDITIONING = {
    "image": {"sequence": [22, 32], "pooled": [32]},
    "audio": {"sequence": [10, 16], "mask": [10]},
    "video": {"sequence": [10, 16]},
}


def write_preset(folder: Path) -> Path:
    """The shipped preset with the widths of the tiny parts."""
    values = yaml.safe_load(PRESET.read_text(encoding="utf-8"))
    for modality, decoder in values["decoders"].items():
        decoder["conditioning"] = CONDITIONING[modality]
        decoder["defaults"] |= {"num_inference_steps": 2, **SIZES[modality]}
    for projector in values["output_projectors"].values():
        projector |= {"hidden_dim": 16, "ffn_dim": 16, "encoder_layers": 1, "decoder_layers": 1}
    for projector in values["input_projectors"].values():
        projector["tokens_per_feature"] = 2
    values["sampling"] = {"max_new_tokens": 24, "temperature": 1.0, "top_p": 0.95}
    path = folder / "trainable.yaml"
    path.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    return path


def write_parts(folder: Path) -> None:
    """Every part where the preset says it lies, deterministic."""
    import tiny
    import tiny_bridge
    import tiny_pipelines

    with torch.random.fork_rng():
        torch.manual_seed(0)
        tiny.write_encoder(folder / "imagebind")
        tiny_bridge.write_llm(folder / "llm", "qwen3")
        tiny_pipelines.write_stable_diffusion_3(folder / "decoders" / "image")
        tiny_pipelines.write_stable_audio(folder / "decoders" / "audio")
        tiny_pipelines.write_wan(folder / "decoders" / "video")


def write_trainable(folder: Path) -> Path:
    """A model folder whose projectors are fresh, by the command's own way."""
    from anygen.loading.convert.parts import assemble

    write_parts(folder / "model")
    assemble(write_preset(folder), folder / "model")
    return folder / "model"
