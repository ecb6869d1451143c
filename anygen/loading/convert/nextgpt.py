"""NExT-GPT's paper version, 7b_tiva_v0: one torch-saved file of what was trained, over a Vicuna the user names.

What is in it (647 tensors): `llama_proj`, one linear layer that image, audio and video share; the whole embedding and
output tables, because resizing them made them trainable; LoRA on q, k, v and o; three output projectors. All of it goes
into one trained.safetensors under our names; the base, the encoder and the decoders are named by path.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from anygen.core.atomic import staged_folder
from anygen.core.config import ModelConfig, read_config
from anygen.core.errors import CheckpointError, ConfigError
from anygen.core.state import check_state
from anygen.llm.lora import LoraSettings, add_lora
from anygen.loading import checkpoint, model_manifest, presets
from anygen.loading.build import SHARED, build
from anygen.loading.convert.coverage import Converted, check, shapes_of
from anygen.loading.convert.foreign import check_floating, check_sha256, read_tensors
from anygen.loading.convert.nextgpt_parts import (
    BaseShape,
    Parts,
    base_shape,
    check_parts,
    empty_projectors,
    feature_dim,
    read_json,
)
from anygen.loading.convert.writing import planned, write_safetensors
from anygen.loading.weights import trained_state
from anygen.model import AnyGen

PRESET = presets.PRESETS_DIR / "nextgpt-7b.yaml"
FILE = "pytorch_model.pt"
ADDED_TOKENS = "added_tokens.json"
LM = "llama_model.base_model.model."
EMBED, HEAD = f"{LM}model.embed_tokens.weight", f"{LM}lm_head.weight"
ALIAS = "input_embeddings.weight"
OUTPUTS = {
    "image": "gen_text_hidden_fcs",
    "video": "gen_text_hidden_fcs_video",
    "audio": "gen_text_hidden_fcs_audio",
}
OLD_IMAGE_TOKENS = 8
SIMILAR = 0.5
"""Cosine below which a trained row and the base's row have nothing in common. The tenth of the rows that moved least
should be near 1 on the base that was trained; rows of an unrelated model are near 0."""


@dataclass(frozen=True)
class Name:
    """A tensor of the published file: what it is called here, and its shape."""

    ours: str
    shape: tuple[int, ...]


def convert_nextgpt(
    source: Path, out: Path, parts: Parts, preset: Path = PRESET, sha256: str | None = None
) -> Converted:
    """Make the model folder `out` of the delta `source` (a file, or the folder it lies in) on `parts`.

    `preset` describes the model; its paths are replaced. Raises CheckpointError, with what was found and what is
    accepted, for another vocabulary, another base, and missing, unexpected or reshaped tensors."""
    source = source / FILE if source.is_dir() else source
    config = _read_preset(preset, parts)
    check_parts(parts, config)
    base, width = base_shape(parts.base), feature_dim(parts.encoder)
    hashed = check_sha256(source, sha256)
    found = read_tensors(source)
    check_floating(str(source), found)
    tensors, notes = canonical(str(source), found)
    has_lora = any(".lora_" in name for name in tensors)
    if not has_lora:
        if any(name.startswith(LM) for name in found):
            raise CheckpointError(
                f"{source}: holds no LoRA, though it has the names of the finished model; it is not whole"
            )
        config = dataclasses.replace(config, llm=dataclasses.replace(config.llm, lora=None))
        notes += ["it holds no LoRA, as files of stages 1 and 2 do; the finished model's has one"]
    trained_rows = _check_base(source, tensors, config, parts.base, base)
    if trained_rows:
        notes += [f"its {trained_rows} trained rows of the base's vocabulary take the place of the base's"]
    names = published_names(config, base, width, whole_tables=bool(trained_rows))
    coverage = check(str(source), shapes_of(tensors), {name: each.shape for name, each in names.items()})
    state = {names[name].ours: value for name, value in tensors.items()}
    state = _split_tables(state, trained_rows)
    with staged_folder(out) as folder:
        # Loaded by their own paths, which messages name; written as seen from `out`.
        model = build(_with_paths(config, parts, None, trained_rows), folder, torch.float16)
        config = _with_paths(config, parts, out, trained_rows)
        _check_ids(source, model, base.tokens)
        notes += _check_added(source.parent / ADDED_TOKENS, model)
        if trained_rows:
            _check_rows(source, parts.base, model, state["vocabulary.embed"])
        if config.llm.lora is not None:
            lora = config.llm.lora
            add_lora(model.backbone, LoraSettings(lora.rank, lora.alpha, lora.dropout, lora.targets))
        check_state(str(source), state, trained_state(model))
        plans = {name: planned(value) for name, value in state.items()}
        written = write_safetensors(folder / model_manifest.TRAINED, plans, source=str(source))
        (folder / model_manifest.CONFIG).write_text(checkpoint.config_text(config), encoding="utf-8")
        model_manifest.write_manifest(model, folder)
    return Converted(out, coverage, {source: hashed}, {out / model_manifest.TRAINED: written}, tuple(notes))


def canonical(source: str, tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors, of any shape, under the names the finished model's file has, and notes on what was left out.

    Files of stages 1 and 2 name the language model without peft's prefix; some versions of peft leave out `.default`;
    `input_embeddings.weight` is the embedding table once more. Raises CheckpointError where two names become one."""
    named: dict[str, Tensor] = {}
    notes = []
    for name, value in tensors.items():
        if name == ALIAS:
            notes.append(f"{ALIAS} is left out: it is the embedding table once more")
            continue
        full = re.sub(r"^llama_model\.(?!base_model\.)", LM, name)
        full = re.sub(r"\.(lora_[AB])\.weight$", r".\1.default.weight", full)
        if full in named:
            raise CheckpointError(f"{source}: holds {full} under two names; one is accepted")
        named[full] = value
    return named, notes


def published_names(
    config: ModelConfig, base: BaseShape, width: int, whole_tables: bool = True
) -> dict[str, Name]:
    """Every name the published file has for this model, whose encoder's features are `width` wide, without making a weight:
    647 for NExT-GPT's own sizes."""
    added = _num_added(config)
    rows = added + (base.tokens if whole_tables else 0)
    names = {
        EMBED: Name("tables.embed", (rows, base.dim)),
        HEAD: Name("tables.head", (rows, base.dim)),
    }
    owner = next(name for name, each in config.input_projectors.items() if each.get("kind") != SHARED)
    projector, heads = empty_projectors(config, config.input_projectors[owner], width, base.dim)
    for name, value in projector.state_dict().items():
        theirs = name.replace("layer.", "llama_proj.", 1)
        names[theirs] = Name(f"input_projectors.{owner}.{name}", tuple(value.shape))
    for modality, head, name, shape in heads:
        ours = f"output_projectors.{modality}.heads.{head}.{name}"
        names[f"{OUTPUTS[modality]}.0.{name}"] = Name(ours, shape)
    lora = config.llm.lora
    for layer in range(base.layers if lora else 0):
        assert lora is not None
        for target in lora.targets:
            out = base.key_dim if target in ("k_proj", "v_proj") else base.dim
            module = f"model.layers.{layer}.self_attn.{target}"
            names[f"{LM}{module}.lora_A.default.weight"] = Name(f"lora.{module}.A", (lora.rank, base.dim))
            names[f"{LM}{module}.lora_B.default.weight"] = Name(f"lora.{module}.B", (out, lora.rank))
    return names


def _num_added(config: ModelConfig) -> int:
    return len(config.llm.wrappers) + sum(config.llm.signal_tokens.values())


def _read_preset(preset: Path, parts: Parts) -> ModelConfig:
    """The model to make. Raises ConfigError for a preset that is missing, or whose media are not those of `parts`."""
    if not preset.is_file():
        raise ConfigError(f"{preset}: no such file; a YAML of a preset is expected")
    config = read_config(preset)
    for what, found in (
        ("decoders", config.decoders),
        ("output_projectors", config.output_projectors),
        ("llm.signal_tokens", config.llm.signal_tokens),
    ):
        if set(found) != set(parts.decoders):
            raise ConfigError(
                f"{preset}: {what} are of {', '.join(found) or 'nothing'}; a preset of NExT-GPT has one for each of "
                f"{', '.join(parts.decoders)}"
            )
    if not config.input_projectors or not config.encoders:
        raise ConfigError(f"{preset}: names no encoder and input projector; a preset of NExT-GPT does")
    return config


def _check_base(
    source: Path, tensors: Mapping[str, Tensor], config: ModelConfig, folder: Path, base: BaseShape
) -> int:
    """How many of the base's own rows the delta holds. Raises CheckpointError for another vocabulary, width or depth."""
    if EMBED not in tensors:
        raise CheckpointError(f"{source}: lacks {EMBED}; a NExT-GPT delta of 7b_tiva_v0 holds it")
    if tensors[EMBED].ndim != 2:
        raise CheckpointError(
            f"{source}: {EMBED} has the shape {tuple(tensors[EMBED].shape)}; (rows, {base.dim}) is accepted"
        )
    rows, dim = tensors[EMBED].shape
    if dim != base.dim:
        raise CheckpointError(
            f"{source}: was trained on a language model {dim} wide, {folder} is {base.dim} wide: another base"
        )
    depth = 1 + max([int(found[1]) for found in map(_LAYER.match, tensors) if found], default=base.layers - 1)
    if depth != base.layers:
        raise CheckpointError(
            f"{source}: has LoRA for {depth} layers, {folder} has {base.layers}: another base"
        )
    added = _num_added(config)
    if rows == added:
        return 0
    if rows == base.tokens + added:
        return base.tokens
    counts = ", ".join(f"{count} {modality}" for modality, count in config.llm.signal_tokens.items())
    accepted = (
        f"{base.tokens + added} are accepted: {base.tokens} of {folder}, {len(config.llm.wrappers)} wrappers and "
        f"{counts} signal tokens"
    )
    older = OLD_IMAGE_TOKENS - config.llm.signal_tokens.get("image", 0)
    why = ""
    if rows == base.tokens + added + older:
        why = f"; it comes from an older configuration of NExT-GPT, with {OLD_IMAGE_TOKENS} image tokens"
    elif rows < base.tokens + added:
        why = f"; if the tokenizer of {folder} was given tokens such as [PAD], take them out again"
    raise CheckpointError(f"{source}: its vocabulary has {rows} rows; {accepted}{why}")


_LAYER = re.compile(re.escape(LM) + r"model\.layers\.(\d+)\.")


def _split_tables(state: dict[str, Tensor], trained_rows: int) -> dict[str, Tensor]:
    """The two tables as the base's own rows and those that NExT-GPT added."""
    split = dict(state)
    for name in ("embed", "head"):
        table = split.pop(f"tables.{name}")
        if trained_rows:
            split[f"vocabulary.{name}"] = table[:trained_rows]
        split[f"signal_tokens.{name}"] = table[trained_rows:]
    return split


def _check_ids(source: Path, model: AnyGen, first: int) -> None:
    ids = model.backbone.signal_ids.all
    if ids != tuple(range(first, first + len(ids))):
        raise CheckpointError(
            f"{source}: its own tokens have the ids from {first} on, but this tokenizer gives them {ids[0]} to {ids[-1]}; "
            "take out of it what was added to it"
        )


def _check_added(path: Path, model: AnyGen) -> list[str]:
    """Compare the ids with those the delta's own tokenizer lists, where it lies beside the delta; notes on what is not.

    Raises CheckpointError for a token with another id."""
    if not path.is_file():
        return []
    listed, ours = read_json(path), model.backbone.tokenizer.get_vocab()
    names = model.backbone.signal_tokens.all_names
    for name in names:
        if name in listed and listed[name] != ours[name]:
            raise CheckpointError(
                f"{path}: {name} has the id {listed[name]} there, {ours[name]} on this base: another base"
            )
    absent = [name for name in names if name not in listed]
    return [f"{path.name} does not list {len(absent)} tokens, the first {absent[0]}"] if absent else []


def _check_rows(source: Path, folder: Path, model: AnyGen, trained: Tensor) -> None:
    """Raises CheckpointError where the trained rows did not start from those of the base."""
    own = model.backbone.lm.get_input_embeddings().weight[: len(trained)].float()
    near = nn.functional.cosine_similarity(own, trained.float(), dim=-1)
    # Rows of zeros, such as a padding token's, say nothing.
    near = near[(own.abs().sum(-1) > 0) & (trained.abs().sum(-1) > 0)]
    least_moved = near.quantile(0.9).item() if len(near) else 0.0
    if least_moved < SIMILAR:
        raise CheckpointError(
            f"{source}: its embeddings have nothing in common with those of {folder} (cosine {least_moved:.2f} where "
            "they moved least, near 1 is expected): another base; NExT-GPT's paper version was trained on Vicuna-7b-v0"
        )


def _with_paths(config: ModelConfig, parts: Parts, out: Path | None, trained_rows: int) -> ModelConfig:
    """The preset with the parts' paths as seen from `out`, or whole where it is None."""

    def seen(path: Path) -> str:
        if out is None:
            return path.absolute().as_posix()
        here = out.absolute().parent.resolve() / out.name
        return Path(os.path.relpath(path.resolve(), here)).as_posix()

    return dataclasses.replace(
        config,
        encoders={
            name: dataclasses.replace(each, path=seen(parts.encoder))
            for name, each in config.encoders.items()
        },
        llm=dataclasses.replace(config.llm, path=seen(parts.base), trained_rows=trained_rows),
        decoders={
            name: dataclasses.replace(each, path=seen(parts.decoders[name]))
            for name, each in config.decoders.items()
        },
        sources={},
        obtain=None,
    )
