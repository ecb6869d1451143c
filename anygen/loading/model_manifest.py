"""manifest.json, beside config.yaml and trained.safetensors: what a saved model was made against.

The language model's fingerprint, its vocabulary size, the signal tokens' ids, each decoder's conditioning, and the SHA-256
of every file the model is made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anygen.core.atomic import write_files
from anygen.core.config import ModelConfig, read_config
from anygen.core.errors import CheckpointError, shown
from anygen.core.hashing import file_sha256
from anygen.core.saved_models import read_mapping

if TYPE_CHECKING:
    from anygen.model import AnyGen

CONFIG, TRAINED, MANIFEST = "config.yaml", "trained.safetensors", "manifest.json"
FORMAT = 1


def part_paths(config: ModelConfig) -> dict[str, str]:
    """Frozen part -> its path as the config gives it."""
    paths = {f"encoders.{name}": each.path for name, each in config.encoders.items()}
    paths |= {f"captioners.{name}": each.path for name, each in config.captioners.items()}
    paths["llm"] = config.llm.path
    return paths | {f"decoders.{name}": each.path for name, each in config.decoders.items()}


def file_hashes(folder: Path, config: ModelConfig) -> dict[str, str]:
    """File -> SHA-256, for the trained parts and every file of every frozen part, named by part.

    Raises CheckpointError where the trained parts are not there."""
    hashes = {}
    if config.is_trained:
        if not (folder / TRAINED).is_file():
            raise CheckpointError(f"{folder / TRAINED}: no such file; {folder / CONFIG} names it")
        hashes[TRAINED] = file_sha256(folder / TRAINED)
    return hashes | part_hashes({part: folder / path for part, path in part_paths(config).items()})


def part_hashes(roots: Mapping[str, Path]) -> dict[str, str]:
    """Part/file -> SHA-256, for every file of every part."""
    return {
        f"{part}/{file.relative_to(root).as_posix()}": file_sha256(file)
        for part, root in roots.items()
        for file in root.rglob("*")
        if file.is_file()
    }


def weights_hash(hashes: Mapping[str, str]) -> str:
    """SHA-256 (hex) over the names and hashes of all files the model is made of."""
    return hashlib.sha256("".join(f"{n} {v}\n" for n, v in sorted(hashes.items())).encode()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a folder says. Raises CheckpointError."""
    path = folder / MANIFEST
    manifest = read_mapping(path, "what save_pretrained wrote")
    if manifest.get("format") != FORMAT:
        raise CheckpointError(f"{path}: format {shown(manifest.get('format'))}; format {FORMAT} is accepted")
    if not isinstance(manifest.get("files"), dict):
        raise CheckpointError(f"{path}: lists no files; a folder saved by save_pretrained has them")
    return manifest


def write_manifest(model: AnyGen, folder: Path) -> Path:
    """The manifest of what lies in `folder`, for the language model and the decoders of `model`."""
    files = file_hashes(folder, read_config(folder / CONFIG))
    manifest = {"format": FORMAT, **_facts(model), "files": files}
    write_files([(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())])
    return folder / MANIFEST


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


def check_facts(folder: Path, manifest: Mapping[str, Any], model: AnyGen) -> None:
    """Raises CheckpointError where a model's parts are not those that its manifest was written for."""
    if model.config.is_trained:
        written = f"{TRAINED} was trained with"
        advice = "give the language model and the decoders it was trained with"
    else:
        written = f"{MANIFEST} was written for"
        advice = "give the parts it was made of, or make it again with `anygen convert parts`"
    for fact, found in _facts(model).items():
        wanted = manifest.get(fact)
        if found != wanted:
            raise CheckpointError(
                f"{folder / CONFIG}: {fact.replace('_', ' ')} is {str(found)[:60]}, but {written} "
                f"{str(wanted)[:60]}; {advice}"
            )


def check_files(folder: Path, listed: Mapping[str, str], hashes: Mapping[str, str]) -> None:
    """Refuse files that are not those the manifest lists: parts of another model would load and answer nonsense.

    A file that it does not list (a README, say) changes nothing. Raises CheckpointError."""
    changed = sorted(name for name, value in listed.items() if hashes.get(name) != value)
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise CheckpointError(
            f"{folder}: {', '.join(changed[:3])}{more}: missing, or not what {MANIFEST} lists; "
            "the files it was saved with are accepted"
        )


def changed_files(folder: Path) -> list[str]:
    """The files that are missing or not what the manifest says: for `anygen doctor`, which looks at every byte."""
    config, listed = read_config(folder / CONFIG), read_manifest(folder)["files"]
    try:
        found = file_hashes(folder, config)
    except CheckpointError as error:
        return [str(error)]
    return sorted(name for name in {*listed, *found} if listed.get(name) != found.get(name))
