"""The frozen parts of NExT-GPT: a Vicuna, ImageBind and diffusers pipelines, each judged before anything large is read."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from anygen.core.config import ModelConfig
from anygen.core.errors import CheckpointError, shown
from anygen.core.library_logging import quiet_libraries
from anygen.decoders import DECODERS
from anygen.decoders.diffusion import PipelineDecoder
from anygen.encoders.imagebind.config import ImageBindConfig
from anygen.encoders.imagebind.model import CONFIG_NAME, ImageBind
from anygen.loading.build import class_of
from anygen.projectors import input, output

INDEX = "model_index.json"
DTYPES = ("float32", "float16", "bfloat16")
LLAMA_TOKENS = 32000
LLAMA_IDS = {"<s>": [1], "\n###": [13, 2277, 29937], "###": [835]}
"""What LLaMA's tokenizer makes of the template's landmarks, by which a wrong one is told."""


@dataclass(frozen=True)
class Parts:
    """The frozen parts, each a folder the user has: the base, ImageBind, and modality -> decoder."""

    base: Path
    encoder: Path
    decoders: Mapping[str, Path]


@dataclass(frozen=True)
class BaseShape:
    """What names and shapes depend on in a base: its width, layers, width of keys and values, and its tokenizer's size."""

    dim: int
    layers: int
    key_dim: int
    tokens: int


def check_parts(parts: Parts, config: ModelConfig) -> None:
    """Raises CheckpointError for a folder that is not what the part is to be."""
    wanted = {
        parts.base: ("config.json", "a Vicuna saved by transformers as safetensors"),
        parts.encoder: (CONFIG_NAME, "what `anygen convert imagebind` writes"),
        **{path: (INDEX, f"a diffusers pipeline for {name}") for name, path in parts.decoders.items()},
    }
    for folder, (file, what) in wanted.items():
        if not (folder / file).is_file():
            raise CheckpointError(f"{folder}: holds no {file}; {what} is expected")
    for name, folder in parts.decoders.items():
        kind = class_of(DECODERS, config.decoders[name].kind, f"decoders.{name}.kind")
        if not issubclass(kind, PipelineDecoder):
            continue
        found = read_json(folder / INDEX).get("_class_name")
        if found != kind.pipeline_name:
            raise CheckpointError(
                f"{folder}: holds {shown(found)}; a {kind.pipeline_name} is expected for --{name}"
            )


def read_json(path: Path) -> dict[str, Any]:
    """Names and values of a JSON file. Raises CheckpointError for any other."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: cannot be read as JSON") from error
    if not isinstance(values, dict):
        raise CheckpointError(
            f"{path}: holds a {type(values).__name__}; names and values in braces are expected"
        )
    return values


_NO_ENCODER = "is not what `anygen convert imagebind` writes"


def feature_dim(encoder: Path) -> int:
    """How wide the features of a converted ImageBind are. Raises CheckpointError for another folder."""
    path = encoder / CONFIG_NAME
    try:
        config = ImageBindConfig.from_dict(read_json(path))
        # Its sizes are tried on each other, without a weight.
        with torch.device("meta"):
            ImageBind(config)
        if config.embed_dim <= 0 or not config.towers:
            raise CheckpointError(f"{path}: {_NO_ENCODER}: embed_dim and towers")
    except (ValueError, TypeError, ArithmeticError, RuntimeError, LookupError, AttributeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{path}: {_NO_ENCODER}: {textwrap.shorten(str(error), 120)}") from error
    return config.embed_dim


def _count(path: Path, values: Mapping[str, Any], name: str) -> int:
    """A number of something in a config. Raises CheckpointError for anything but a whole number above 0."""
    value = values.get(name)
    if name not in values:
        raise CheckpointError(f"{path}: lacks {name!r}")
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise CheckpointError(f"{path}: {name} is {shown(value)}; a whole number above 0 is accepted")
    return value


@quiet_libraries("transformers")
def base_shape(base: Path) -> BaseShape:
    """The sizes of a Vicuna, from its config and tokenizer. Raises CheckpointError for another model or tokenizer."""
    from transformers import AutoTokenizer, LlamaConfig

    path = base / "config.json"
    values = read_json(path)
    if values.get("model_type") != "llama":
        raise CheckpointError(
            f"{path}: is of type {shown(values.get('model_type'))}; a Vicuna is of type 'llama'"
        )
    dim, layers, heads = (
        _count(path, values, name) for name in ("hidden_size", "num_hidden_layers", "num_attention_heads")
    )
    shared_heads = heads
    if values.get("num_key_value_heads") is not None:
        shared_heads = _count(path, values, "num_key_value_heads")
    for name in ("dtype", "torch_dtype"):
        if values.get(name) not in (None, *DTYPES):
            raise CheckpointError(
                f"{path}: {name} is {shown(values[name])}; {', '.join(DTYPES)} are accepted"
            )
    if values.get("quantization_config") is not None:
        raise CheckpointError(
            f"{path}: quantization_config is {shown(values['quantization_config'])}; weights that were not quantized are "
            "expected"
        )
    try:
        LlamaConfig.from_pretrained(base, local_files_only=True)
    except Exception as error:
        # transformers and huggingface_hub each have their own errors for a value that a config may not have.
        raise CheckpointError(
            f"{path}: is no config of a Vicuna: {textwrap.shorten(str(error), 160)}"
        ) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False, local_files_only=True)
    except Exception as error:
        # The library that reads tokenizer.json raises plain Exceptions.
        reason = textwrap.shorten(str(error), 120)
        raise CheckpointError(
            f"{base}: its tokenizer cannot be loaded, a tokenizer.json is expected: {reason}"
        ) from error
    for text, expected in LLAMA_IDS.items() if len(tokenizer) == LLAMA_TOKENS else ():
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        if ids[-len(expected) :] != expected:
            raise CheckpointError(
                f"{base}: its tokenizer reads {text!r} as {ids}, LLaMA's as {expected}: not the tokenizer of a Vicuna"
            )
    return BaseShape(dim, layers, dim // heads * shared_heads, len(tokenizer))


def empty_projectors(
    config: ModelConfig, settings: Mapping[str, Any], feature_dim: int, llm_dim: int
) -> tuple[nn.Module, Iterator[tuple[str, str, str, tuple[int, ...]]]]:
    """An input projector of `settings`, and (modality, head, name, shape) of every tensor in the output projectors of a
    preset; on the meta device, so that no weight is made."""
    with torch.device("meta"):
        projector = input.build(settings, feature_dim, 1, llm_dim)
        families = {
            modality: output.build(
                config.output_projectors[modality],
                llm_dim,
                count,
                dict(config.decoders[modality].conditioning),
            )
            for modality, count in config.llm.signal_tokens.items()
        }
    return projector, (
        (modality, head, name, tuple(value.shape))
        for modality, family in families.items()
        for head, member in family.heads.items()
        for name, value in member.state_dict().items()
    )
