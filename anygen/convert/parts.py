"""A model of published parts alone: a preset and a folder with its parts become one that `from_pretrained` reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from anygen import checkpoint
from anygen.build import build
from anygen.config import read_config
from anygen.errors import CheckpointError, nearest
from anygen.files.atomic import write_files


@dataclass(frozen=True)
class Assembled:
    """The folder, and where each part lies in it."""

    folder: Path
    parts: dict[str, str]


def assemble(preset: str | Path, folder: Path) -> Assembled:
    """Write config.yaml and manifest.json into `folder`, where the preset's parts lie under the preset's own paths.

    `preset` is a name or a YAML file. All but the decoders are loaded once, as their files say, so that what does not fit is
    said now. Raises CheckpointError for a part that is missing or does not fit, or a preset that needs trained ones."""
    plans = checkpoint.plans()
    source = plans.get(str(preset), Path(preset))
    if not source.is_file():
        raise CheckpointError(
            f"preset {str(preset)!r}: {nearest(str(preset), plans)}, and a YAML file is accepted"
        )
    config = read_config(source)
    if config.is_trained:
        raise CheckpointError(
            f"{config.name}: needs weights that anygen trained; its own command is `{config.obtain}`"
        )
    parts = checkpoint.part_paths(config)
    missing = [f"{part} ({path})" for part, path in parts.items() if not (folder / path).is_dir()]
    if missing:
        raise CheckpointError(
            f"{folder}: {len(missing)} of {len(parts)} parts are missing: {', '.join(missing)}; each is a folder as "
            f"published, from the repositories that {source.name} names"
        )
    model = build(config, folder, dtype=None)
    write_files([(folder / checkpoint.CONFIG, checkpoint.config_text(config).encode())])
    checkpoint.write_manifest(model, folder)
    return Assembled(folder, parts)
