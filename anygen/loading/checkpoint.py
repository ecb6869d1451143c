"""from_pretrained and save_pretrained: a folder of config.yaml, trained.safetensors and manifest.json, read strictly.

config.yaml is the ModelConfig in force, its frozen parts by path relative to the folder; what the other two hold,
weights.py and model_manifest.py say.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import torch

from anygen.core.atomic import write_files
from anygen.core.config import ModelConfig, read_config, to_values
from anygen.core.errors import CheckpointError, ConfigError
from anygen.core.modality import Modality
from anygen.decoders.lazy import LazyDecoders
from anygen.loading import memory
from anygen.loading.build import build, build_decoders
from anygen.loading.card import CARD, card, may_write
from anygen.loading.model_manifest import (
    CONFIG,
    MANIFEST,
    TRAINED,
    check_facts,
    check_files,
    file_hashes,
    part_hashes,
    read_manifest,
    weights_hash,
    write_manifest,
)
from anygen.loading.part_sizes import make_plan
from anygen.loading.placement import Placed, as_dtype, check_placement, place
from anygen.loading.presets import resolve
from anygen.loading.weights import load_trained, lora_config, trained_state
from anygen.model import AnyGen


def load(
    name: str | Path,
    dtype: torch.dtype | str = torch.float32,
    merge: bool = True,
    check_memory: bool = True,
    **placed: Unpack[Placed],
) -> AnyGen:
    """The model a name stands for. `merge` adds saved LoRA into the language model; without it the adapters stay apart, as
    they do where the language model is quantized or spread by a device_map.

    What of `placed` is given (placement.Placed) says where its parts run.
    Raises CheckpointError for what does not fit: another base model, missing or unexpected names; ConfigError for a
    placement that cannot be meant; MachineError, before anything is loaded, for what this machine lacks, its memory only
    where `check_memory` is not False."""
    folder = resolve(name)
    config = read_config(folder / CONFIG)
    manifest = read_manifest(folder)
    dtype = as_dtype(dtype)
    placement = check_placement(config, **placed)
    plan = make_plan(config, folder, count=False)
    with_cards = any(each.type == "cuda" for each in placement.devices.values())
    has = memory.machine(with_cards) if check_memory else memory.Machine(0)
    budget, sizes = memory.check_fits(plan, placement, str(dtype).removeprefix("torch."), has)
    try:
        model = build(config, folder, dtype, placement)
    except ConfigError as error:
        if str(error).startswith(("encoders", "input_projectors", "llm", "output_projectors", "decoders")):
            raise ConfigError(f"{folder / CONFIG}: {error}") from error
        raise
    check_facts(folder, manifest, model)
    load_trained(model, folder, merge and not placement.is_loaded_in_place)
    # Last, because the checks before it can say what is wrong, and this one only that something is.
    hashes = file_hashes(folder, config)
    check_files(folder, manifest["files"], hashes)
    place(model, placement)
    model.decoders.budget = budget
    model.decoders.sizes = {modality: sizes.get(f"decoders.{modality}", 0) for modality in model.decoders}
    model.name = str(name)
    model.folder = folder
    model.weights_hash = weights_hash({each: hashes[each] for each in manifest["files"]})
    return model


def load_decoder(
    name: str | Path,
    modality: Modality,
    dtype: torch.dtype | str = torch.float32,
    device: str | torch.device = "cpu",
    offload: str | None = None,
) -> tuple[LazyDecoders, str]:
    """The decoder of one modality alone, loaded, as a family of one; and the weights hash of the whole model. Of its files
    only the decoder's are read, checked against the manifest; the others need not be there.

    Raises CheckpointError, ConfigError, MachineError as `load` does."""
    folder = resolve(name)
    config = read_config(folder / CONFIG)
    manifest = read_manifest(folder)
    if modality not in config.decoders:
        raise ConfigError(f"{name}: has no decoder of {modality}; {', '.join(config.decoders)} are accepted")
    part = f"decoders.{modality}"
    placed = check_placement(config, {part: device}, offload=None if offload is None else {modality: offload})
    listed = {each: value for each, value in manifest["files"].items() if each.startswith(f"{part}/")}
    check_files(folder, listed, part_hashes({part: folder / config.decoders[modality].path}))
    decoders = build_decoders({modality: config.decoders[modality]}, folder, as_dtype(dtype), placed.offload)
    if placed.of(part).type != "cpu":
        decoders.place(modality, placed.of(part), placed.offload.get(part))
    decoders[modality]
    return decoders, weights_hash(manifest["files"])


def save(
    model: AnyGen,
    folder: str | Path,
    copy_parts: bool = False,
    dtype: torch.dtype = torch.float32,
    name: str | None = None,
) -> Path:
    """Write the trained parts and the config; frozen parts stay where they are and are named by relative path.

    `copy_parts` copies them into the folder, which then stands alone. The manifest is written last but the card: a folder
    without one is not a checkpoint. Raises OSError."""
    from safetensors.torch import save as to_bytes

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    config = _moved(model, folder, copy_parts)
    config = replace(config, name=name or config.name, llm=replace(config.llm, lora=lora_config(model)))
    state = {key: value.detach().to("cpu", dtype).contiguous() for key, value in trained_state(model).items()}
    trained = [(folder / TRAINED, to_bytes(state))] if config.is_trained else []
    write_files([*trained, (folder / CONFIG, config_text(config).encode())])
    write_manifest(model, folder)
    if may_write(folder / CARD):
        text = card(config, read_manifest(folder)["files"], state)
        write_files([(folder / CARD, text.encode())])
    return folder


def config_text(config: ModelConfig) -> str:
    """A config as YAML."""
    import yaml

    return str(yaml.safe_dump(to_values(config), sort_keys=False, allow_unicode=True, width=110))


def _moved(model: AnyGen, folder: Path, copy_parts: bool) -> ModelConfig:
    """The config with every path as seen from `folder`; with `copy_parts`, the parts are copied there."""
    if model.folder is None:
        raise CheckpointError(
            "this model was not loaded from a folder, so its frozen parts have no place to be named by"
        )

    def move(part: str, each: Any) -> Any:
        source = (model.folder / each.path).resolve()
        if not copy_parts:
            return replace(each, path=Path(os.path.relpath(source, folder.resolve())).as_posix())
        path = part.replace(".", "/")
        if (folder / path).resolve() != source:
            shutil.rmtree(folder / path, ignore_errors=True)
            shutil.copytree(source, folder / path)
        return replace(each, path=path)

    config = model.config
    families = ("encoders", "captioners", "decoders")
    moved: dict[str, Any] = {
        family: {name: move(f"{family}.{name}", each) for name, each in getattr(config, family).items()}
        for family in families
    }
    return replace(config, llm=move("llm", config.llm), **moved)
