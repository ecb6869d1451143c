"""from_pretrained and save_pretrained: a folder of config.yaml, trained.safetensors and manifest.json, read strictly.

config.yaml      the ModelConfig in force; frozen parts by path relative to the folder
trained.safetensors  what the stages trained: input_projectors.*, output_projectors.*, signal_tokens.*, lora.*; and
                 vocabulary.*, the base's own rows, where a checkpoint was trained on them (llm.trained_rows)
manifest.json    what the trained parts were trained against: the language model's fingerprint, its vocabulary size, the
                 signal tokens' ids, each decoder's conditioning, and the SHA-256 of every file the model is made of
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from anygen.core.atomic import write_files
from anygen.core.config import LoraConfig, ModelConfig, read_config, to_values
from anygen.core.errors import CheckpointError, ConfigError, nearest, shown
from anygen.core.modality import Modality
from anygen.core.saved_models import read_mapping
from anygen.decoders.lazy import LazyDecoders
from anygen.llm.lora import LoraSettings, add_lora, load_lora_state, lora_state, merge_lora, place_lora
from anygen.loading import hub, memory
from anygen.loading.build import SHARED, build, build_decoders
from anygen.loading.placement import as_dtype, check_placement, place
from anygen.model import AnyGen

CONFIG, TRAINED, MANIFEST = "config.yaml", "trained.safetensors", "manifest.json"
FORMAT = 1
PRESETS_DIR = Path(__file__).parent / "presets"


def presets() -> list[str]:
    """The names of the presets whose weights lie in the package."""
    return sorted(path.parent.name for path in PRESETS_DIR.glob(f"*/{CONFIG}"))


def plans() -> dict[str, Path]:
    """Name -> config of the presets whose weights are published elsewhere."""
    return {path.stem: path for path in sorted(PRESETS_DIR.glob("*.yaml"))}


def resolve(name: str | Path, local_files_only: bool = False) -> Path:
    """The folder a model's name stands for: a preset, a folder, or a repository on the hub, fetched or already in its cache.

    Raises CheckpointError where there is none."""
    if str(name) in presets():
        return PRESETS_DIR / str(name)
    try:
        folder = Path(name).expanduser()
    except RuntimeError as error:
        raise CheckpointError(f"model {str(name)!r}: {error}") from error
    if str(name) in plans() and not folder.is_dir():
        plan = read_config(plans()[str(name)])
        raise CheckpointError(
            f"{name}: its weights are no part of anygen; `anygen pull {name}` fetches the parts; make a folder of "
            f"them with `{plan.obtain}` and give that folder's path as the model "
            f"({_guide(plan)})"
        )
    if folder.is_dir():
        if not (folder / CONFIG).is_file():
            raise CheckpointError(
                f"{folder}: holds no {CONFIG}; a folder saved by save_pretrained is expected"
            )
        return folder
    if _is_hub_id(str(name)):
        return _from_hub(str(name), local_files_only)
    raise CheckpointError(
        f"model {str(name)!r} is neither a preset nor a folder; a folder saved by save_pretrained or a hub id such as "
        f"name/model is accepted too; {nearest(str(name), [*presets(), *plans()])}"
    )


def _guide(plan: ModelConfig) -> str:
    """The page that says how a preset's parts become a model."""
    if not plan.is_trained:
        return "docs/bridge.md"
    return "docs/nextgpt.md" if plan.llm.lora is not None or plan.llm.trained_rows else "docs/training.md"


def _is_hub_id(name: str) -> bool:
    """Whether a name can only mean a repository: a mistyped path must not lead to the network."""
    is_path = Path(name).parent.is_dir() or Path(name).suffix.lower() in FILE_SUFFIXES
    return re.fullmatch(r"[A-Za-z0-9][\w.-]*/[\w.-]+", name) is not None and not is_path


FILE_SUFFIXES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".gif",
    ".wav",
    ".flac",
    ".mp3",
    ".ogg",
    ".mp4",
    ".webm",
    ".json",
    ".yaml",
)


def _from_hub(name: str, local_files_only: bool = False) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(
            snapshot_download(
                name,
                allow_patterns=["*.yaml", "*.json", "*.safetensors", "*.txt", "*.model"],
                local_files_only=local_files_only,
            )
        )
    except Exception as error:
        # The hub's client raises its own kinds, whose texts are long: say which repository, and why in one line.
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CheckpointError(
            f"model {name!r} is no folder here and cannot be had from the hub: {reason[:200]}"
        ) from error


def load(
    name: str | Path,
    dtype: torch.dtype | str = torch.float32,
    merge: bool = True,
    device: str | torch.device | Mapping[str, Any] = "cpu",
    device_map: str | Mapping[str, Any] | None = None,
    quantization: Any = None,
    offload: str | Mapping[str, str] | None = None,
    memory_budget: float | str | None = None,
    check_memory: bool = True,
) -> AnyGen:
    """The model a name stands for. `merge` adds saved LoRA into the language model; without it the adapters stay apart, as
    they do where the language model is quantized or spread by a device_map.

    `device` is one for all parts ("cpu", "cuda", "cuda:1", "mps", "auto") or a mapping of parts (placement.py); `device_map`
    (accelerate's), `quantization` ("4bit", "8bit" or a config of transformers) are the language model's, `offload` ("model",
    "sequential", or a mapping of modalities) the decoders'. `memory_budget` is for decoders: GB, "one" at a time, "all", or
    None for as many as fit.
    Raises CheckpointError for what does not fit: another base model, missing or unexpected names; ConfigError for a
    placement that cannot be meant; MachineError, before anything is loaded, for what this machine lacks, its memory only
    where `check_memory` is not False."""
    folder = resolve(name)
    config = read_config(folder / CONFIG)
    manifest = _read_manifest(folder)
    dtype = as_dtype(dtype)
    placed = check_placement(config, device, device_map, quantization, offload, memory_budget)
    plan = memory.make_plan(config, folder, count=False)
    with_cards = any(each.type == "cuda" for each in placed.devices.values())
    has = memory.machine(with_cards) if check_memory else memory.Machine(0)
    budget, sizes = memory.check_fits(plan, placed, str(dtype).removeprefix("torch."), has)
    try:
        model = build(config, folder, dtype, placed)
    except ConfigError as error:
        if str(error).startswith(("encoders", "input_projectors", "llm", "output_projectors", "decoders")):
            raise ConfigError(f"{folder / CONFIG}: {error}") from error
        raise
    _check_base(folder, manifest, model)
    _load_trained(model, folder, merge and not placed.is_loaded_in_place)
    # Last, because the checks before it can say what is wrong, and this one only that something is.
    hashes = file_hashes(folder, config)
    _check_files(folder, manifest, hashes)
    place(model, placed)
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
    manifest = _read_manifest(folder)
    if modality not in config.decoders:
        raise ConfigError(f"{name}: has no decoder of {modality}; {', '.join(config.decoders)} are accepted")
    part = f"decoders.{modality}"
    placed = check_placement(config, {part: device}, offload=None if offload is None else {modality: offload})
    hashes = _hashes({part: folder / config.decoders[modality].path})
    listed = {each: value for each, value in manifest["files"].items() if each.startswith(f"{part}/")}
    _check_files(folder, {"files": listed}, hashes)
    dtype = as_dtype(dtype)
    decoders = build_decoders(
        {modality: config.decoders[modality]}, folder, dtype or torch.float32, placed.offload
    )
    if placed.of(part).type != "cpu":
        decoders.place(modality, placed.of(part), placed.offload.get(part))
    decoders[modality]
    return decoders, weights_hash(manifest["files"])


def _check_files(folder: Path, manifest: Mapping[str, Any], hashes: Mapping[str, str]) -> None:
    """Refuse files that are not those the manifest lists: parts of another model would load and answer nonsense.

    A file that it does not list (a README, say) changes nothing."""
    changed = sorted(name for name, value in manifest["files"].items() if hashes.get(name) != value)
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise CheckpointError(
            f"{folder}: {', '.join(changed[:3])}{more}: missing, or not what {MANIFEST} lists; "
            "the files it was saved with are accepted"
        )


def weights_hash(hashes: Mapping[str, str]) -> str:
    """SHA-256 (hex) over the names and hashes of all files the model is made of."""
    digest = hashlib.sha256()
    for name, value in sorted(hashes.items()):
        digest.update(f"{name} {value}\n".encode())
    return digest.hexdigest()


def file_hashes(folder: Path, config: ModelConfig) -> dict[str, str]:
    """File -> SHA-256, for the trained parts and every file of every frozen part, named by part."""
    hashes = {}
    if config.is_trained:
        if not (folder / TRAINED).is_file():
            raise CheckpointError(f"{folder / TRAINED}: no such file; {folder / CONFIG} names it")
        hashes[TRAINED] = _sha256(folder / TRAINED)
    return hashes | _hashes({part: folder / path for part, path in part_paths(config).items()})


def _hashes(roots: Mapping[str, Path]) -> dict[str, str]:
    """Part/file -> SHA-256, for every file of every part."""
    return {
        f"{part}/{file.relative_to(root).as_posix()}": _sha256(file)
        for part, root in roots.items()
        for file in root.rglob("*")
        if file.is_file()
    }


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def part_paths(config: ModelConfig) -> dict[str, str]:
    """Frozen part -> its path as the config gives it."""
    paths = {f"encoders.{name}": each.path for name, each in config.encoders.items()}
    paths |= {f"captioners.{name}": each.path for name, each in config.captioners.items()}
    paths["llm"] = config.llm.path
    return paths | {f"decoders.{name}": each.path for name, each in config.decoders.items()}


def changed_files(folder: Path) -> list[str]:
    """The files that are missing or not what the manifest says: for `anygen doctor`, which looks at every byte."""
    config, listed = read_config(folder / CONFIG), _read_manifest(folder)["files"]
    try:
        found = file_hashes(folder, config)
    except CheckpointError as error:
        return [str(error)]
    return sorted(name for name in {*listed, *found} if listed.get(name) != found.get(name))


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    manifest = read_mapping(path, "what save_pretrained wrote")
    if manifest.get("format") != FORMAT:
        raise CheckpointError(f"{path}: format {shown(manifest.get('format'))}; format {FORMAT} is accepted")
    if not isinstance(manifest.get("files"), dict):
        raise CheckpointError(f"{path}: lists no files; a folder saved by save_pretrained has them")
    return manifest


def _facts(model: AnyGen) -> dict[str, Any]:
    """What trained parts depend on, in JSON's own types."""
    backbone = model.backbone
    return {
        "llm_fingerprint": backbone.fingerprint(),
        "vocabulary_size": backbone.num_ids,
        "signal_ids": {str(m): list(backbone.signal_ids.of(m)) for m in backbone.signal_ids.modalities},
        "conditioning": {
            str(m): {name: list(shape) for name, shape in declared.items()}
            for m, declared in model.decoders.conditioning.items()
        },
    }


def _check_base(folder: Path, manifest: Mapping[str, Any], model: AnyGen) -> None:
    for fact, found in _facts(model).items():
        wanted = manifest.get(fact)
        if found != wanted:
            shown = [str(value)[:60] for value in (found, wanted)]
            if not model.config.is_trained:
                raise CheckpointError(
                    f"{folder / CONFIG}: {fact.replace('_', ' ')} is {shown[0]}, but {MANIFEST} was written for {shown[1]}; "
                    "give the parts it was made of, or make it again with `anygen convert parts`"
                )
            raise CheckpointError(
                f"{folder / CONFIG}: {fact.replace('_', ' ')} is {shown[0]}, but {TRAINED} was trained with {shown[1]}; "
                "give the language model and the decoders it was trained with"
            )


def trained_state(model: AnyGen) -> dict[str, Tensor]:
    """Everything the stages train, by the names it is saved under."""
    state = {f"input_projectors.{name}": value for name, value in _once(model.input_projectors).items()}
    state |= {
        f"output_projectors.{name}": value for name, value in model.output_projectors.state_dict().items()
    }
    state |= model.backbone.signal_state() | model.backbone.vocabulary_state()
    # Adapters that were merged at load are kept apart, so that saving again does not lose them.
    return state | (lora_state(model.backbone) or model.merged_lora)


def _once(family: nn.ModuleDict) -> dict[str, Tensor]:
    """The state of a family, a shared member's under its first name only."""
    first: dict[nn.Module, str] = {}
    for name, member in family.items():
        first.setdefault(member, name)
    return {
        f"{name}.{key}": value for member, name in first.items() for key, value in member.state_dict().items()
    }


def check_state(source: str, found: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    """Raises CheckpointError unless `found` has the names and shapes of `wanted`; `source` is the file it is about."""
    missing, unexpected = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    if missing or unexpected:
        raise CheckpointError(
            f"{source}: {len(missing)} missing ({', '.join(missing[:3])}), "
            f"{len(unexpected)} unexpected ({', '.join(unexpected[:3])})"
        )
    for name, value in wanted.items():
        if found[name].shape != value.shape:
            raise CheckpointError(
                f"{source}: {name} is {tuple(found[name].shape)}, the config makes {tuple(value.shape)}"
            )


def _load_trained(model: AnyGen, folder: Path, merge: bool) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = folder / TRAINED
    if not model.config.is_trained:
        return
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file; a folder saved by save_pretrained has one")
    try:
        found = {name: value.float() for name, value in load_file(path).items()}
    except SafetensorError as error:
        raise CheckpointError(f"{path}: cannot be read as safetensors: {error}") from error
    lora = model.config.llm.lora
    if lora is not None:
        add_lora(model.backbone, LoraSettings(lora.rank, lora.alpha, lora.dropout, lora.targets))
        if model.backbone.is_dispatched:
            place_lora(model.backbone)
    check_state(str(path), found, trained_state(model))

    def part(prefix: str) -> dict[str, Tensor]:
        return {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}

    shared = {name for name, each in model.config.input_projectors.items() if each.get("kind") == SHARED}
    for name, projector in model.input_projectors.items():
        if name not in shared:
            projector.load_state_dict(part(f"input_projectors.{name}."))
    model.output_projectors.load_state_dict(part("output_projectors."))
    for prefix, put in (
        ("signal_tokens.", model.backbone.load_signal_state),
        ("vocabulary.", model.backbone.load_vocabulary_state),
    ):
        put({name: value for name, value in found.items() if name.startswith(prefix)})
    if lora is not None:
        adapters = {name: value for name, value in found.items() if name.startswith("lora.")}
        load_lora_state(model.backbone, adapters)
        if merge:
            merge_lora(model.backbone)
            model.merged_lora = adapters


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
    lora = lora_settings(model)
    config = dataclasses.replace(
        config, name=name or config.name, llm=dataclasses.replace(config.llm, lora=lora)
    )
    state = {key: value.detach().to("cpu", dtype).contiguous() for key, value in trained_state(model).items()}
    trained = [(folder / TRAINED, to_bytes(state))] if config.is_trained else []
    write_files([*trained, (folder / CONFIG, config_text(config).encode())])
    write_manifest(model, folder)
    if hub.may_write(folder / hub.CARD):
        text = hub.card(config, _read_manifest(folder)["files"], state)
        write_files([(folder / hub.CARD, text.encode())])
    return folder


def config_text(config: ModelConfig) -> str:
    """A config as YAML."""
    import yaml

    return str(yaml.safe_dump(to_values(config), sort_keys=False, allow_unicode=True, width=110))


def write_manifest(model: AnyGen, folder: Path) -> Path:
    """The manifest of what lies in `folder`, for the language model and the decoders of `model`."""
    files = file_hashes(folder, read_config(folder / CONFIG))
    manifest = {"format": FORMAT, **_facts(model), "files": files}
    write_files([(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())])
    return folder / MANIFEST


def lora_settings(model: AnyGen) -> LoraConfig | None:
    """The adapters in the model, as the config names them; None without any."""
    from peft.tuners.lora import LoraLayer

    layers = [(n, m) for n, m in model.backbone.lm.named_modules() if isinstance(m, LoraLayer)]
    if not layers:
        return model.config.llm.lora if model.merged_lora else None
    layer = layers[0][1]
    adapter = next(iter(layer.r))
    targets = tuple(sorted({name.rpartition(".")[2] for name, _ in layers}))
    return LoraConfig(int(layer.r[adapter]), float(layer.lora_alpha[adapter]), targets)


def _moved(model: AnyGen, folder: Path, copy_parts: bool) -> ModelConfig:
    """The config with every path as seen from `folder`; with `copy_parts`, the parts are copied there."""
    if model.folder is None:
        raise CheckpointError(
            "this model was not loaded from a folder, so its frozen parts have no place to be named by"
        )

    def move(part: str, path: str) -> str:
        source = (model.folder / path).resolve()
        if not copy_parts:
            return Path(os.path.relpath(source, folder.resolve())).as_posix()
        target = folder / part.replace(".", "/")
        if target.resolve() != source:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)
        return part.replace(".", "/")

    config = model.config
    return dataclasses.replace(
        config,
        encoders={
            n: dataclasses.replace(e, path=move(f"encoders.{n}", e.path)) for n, e in config.encoders.items()
        },
        captioners={
            n: dataclasses.replace(d, path=move(f"captioners.{n}", d.path))
            for n, d in config.captioners.items()
        },
        llm=dataclasses.replace(config.llm, path=move("llm", config.llm.path)),
        decoders={
            n: dataclasses.replace(d, path=move(f"decoders.{n}", d.path)) for n, d in config.decoders.items()
        },
    )
