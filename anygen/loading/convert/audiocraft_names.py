"""How AudioCraft's files call the tensors of transformers' MusicgenForConditionalGeneration.

Source: audiocraft 1.3.0 (models/lm.py, modules/transformer.py, modules/seanet.py, quantization/core_vq.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

LM, CODEC, TEXT_ENCODER = "language model", "codec", "text encoder"

_PROJECTIONS = "qkv"
_LAYER = {
    "self_attn_layer_norm": "norm1",
    "encoder_attn_layer_norm": "norm_cross",
    "final_layer_norm": "norm2",
    "self_attn": "self_attn",
    "encoder_attn": "cross_attention",
    "fc1": "linear1",
    "fc2": "linear2",
}


@dataclass(frozen=True)
class Origin:
    """Where a tensor comes from: which file, its name there, and the third of it, where it is one of q, k and v."""

    file: str
    name: str
    third: int | None = None


def origins(model: nn.Module) -> dict[str, Origin]:
    """Our name -> where it comes from, of every tensor of a MusicgenForConditionalGeneration.

    The text encoder's keep their names; its second name of the one table is left out."""
    transposed = {name for name, each in model.named_modules() if isinstance(each, nn.ConvTranspose1d)}
    return {
        name: _origin(name, transposed)
        for name in model.state_dict()
        if name != "text_encoder.encoder.embed_tokens.weight"
    }


def published_shapes(model: nn.Module) -> dict[str, dict[str, tuple[int, ...]]]:
    """File -> name -> shape of what AudioCraft's files and T5's hold of this model."""
    state = model.state_dict()
    files: dict[str, dict[str, tuple[int, ...]]] = {LM: {}, CODEC: {}, TEXT_ENCODER: {}}
    for name, origin in origins(model).items():
        rows, *rest = tuple(state[name].shape) or (0,)
        shape = (3 * rows, *rest) if origin.third is not None else tuple(state[name].shape)
        files[origin.file][origin.name] = shape
    return files


def empty_model(text: Any, codec: Any, decoder: Any) -> nn.Module:
    """MusicgenForConditionalGeneration of the three configs, on the meta device: names and shapes, no weights.

    Raises ValueError where the configs contradict themselves."""
    from transformers import MusicgenConfig, MusicgenForConditionalGeneration

    config = MusicgenConfig(
        text_encoder=text.to_dict(), audio_encoder=codec.to_dict(), decoder=decoder.to_dict()
    )
    with torch.device("meta"):
        return MusicgenForConditionalGeneration(config)


def _origin(name: str, transposed: set[str]) -> Origin:
    part, rest = name.split(".", 1)
    if part == "text_encoder":
        return Origin(TEXT_ENCODER, rest)
    if part == "enc_to_dec_proj":
        return Origin(LM, f"condition_provider.conditioners.description.output_proj.{rest}")
    if part == "audio_encoder":
        return Origin(CODEC, _codec_name(rest, name, transposed))
    return _lm_origin(rest.removeprefix("model.decoder."))


def _lm_origin(name: str) -> Origin:
    layer = re.fullmatch(r"layers\.(\d+)\.(\w+)\.(.+)", name)
    if layer is None:
        for ours, theirs in (
            ("embed_tokens.", "emb."),
            ("layer_norm.", "out_norm."),
            ("lm_heads.", "linears."),
        ):
            if name.startswith(ours):
                return Origin(LM, theirs + name.removeprefix(ours))
        raise KeyError(name)
    number, module, rest = layer.groups()
    theirs = f"transformer.layers.{number}.{_LAYER[module]}"
    projection = re.fullmatch(r"([qkv])_proj\.weight", rest)
    if projection is not None:
        return Origin(LM, f"{theirs}.in_proj_weight", _PROJECTIONS.index(projection[1]))
    return Origin(LM, f"{theirs}.{rest}")


def _codec_name(name: str, full: str, transposed: set[str]) -> str:
    if name.startswith("quantizer."):
        return name.replace("quantizer.layers.", "quantizer.vq.layers.").replace(".codebook.", "._codebook.")
    name = name.replace(".layers.", ".model.", 1)
    name = name.replace(".parametrizations.weight.original0", ".weight_g")
    name = name.replace(".parametrizations.weight.original1", ".weight_v")
    kind = "convtr" if full.split(".conv.")[0] + ".conv" in transposed else "conv"
    return name.replace(".conv.", f".{kind}.{kind}.")
