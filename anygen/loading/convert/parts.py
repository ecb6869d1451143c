"""A model of published parts: a preset and a folder with its parts become one that `from_pretrained` reads.

What joins the parts is words, or projectors that begin fresh and are to be trained (docs/training.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from anygen.core.atomic import write_files
from anygen.core.config import read_config
from anygen.core.errors import CheckpointError, nearest
from anygen.loading import checkpoint, model_manifest, presets
from anygen.loading.build import build
from anygen.loading.weights import trained_state


@dataclass(frozen=True)
class Assembled:
    """The folder, where each part lies in it, and how many values of it are fresh, still to be trained."""

    folder: Path
    parts: dict[str, str]
    untrained: int = 0


def assemble(preset: str | Path, folder: Path) -> Assembled:
    """Write config.yaml and manifest.json into `folder`, where the preset's parts lie under the preset's own paths; where it
    has projectors and signal tokens, fresh ones too, in trained.safetensors, drawn from one seed.

    `preset` is a name or a YAML file. All but the decoders are loaded once, as their files say, so that what does not fit is
    said now. Raises CheckpointError for a part that is missing or does not fit, or a preset whose adapters or rows of the
    base's own come from a checkpoint alone, and for a folder that holds trained projectors already."""
    plans = presets.plans()
    source = plans.get(str(preset), Path(preset))
    if not source.is_file():
        raise CheckpointError(
            f"preset {str(preset)!r}: no such file; a preset's name or a YAML file is accepted; "
            f"{nearest(str(preset), plans)}"
        )
    config = read_config(source)
    if config.llm.lora is not None or config.llm.trained_rows:
        raise CheckpointError(
            f"{config.name}: needs weights that were trained; its own command is `{config.obtain}`"
        )
    parts = model_manifest.part_paths(config)
    missing = [f"{part} ({path})" for part, path in parts.items() if not (folder / path).is_dir()]
    if missing:
        raise CheckpointError(
            f"{folder}: {len(missing)} of {len(parts)} parts are missing: {', '.join(missing)}; each is a folder as "
            f"published, from the repositories that {source.name} names (`anygen convert imagebind` makes ImageBind's)"
        )
    if config.is_trained and (folder / model_manifest.TRAINED).exists():
        raise CheckpointError(
            f"{folder / model_manifest.TRAINED}: is there already, and fresh projectors would take its place; remove it, or "
            "name another folder"
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = build(config, folder, dtype=None)
    if config.is_trained:
        model.folder = folder
        checkpoint.save(model, folder)
        fresh = trained_state(model)
        return Assembled(folder, parts, sum(value.numel() for value in fresh.values()))
    write_files([(folder / model_manifest.CONFIG, checkpoint.config_text(config).encode())])
    model_manifest.write_manifest(model, folder)
    return Assembled(folder, parts)
