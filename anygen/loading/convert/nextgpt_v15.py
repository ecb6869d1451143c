"""Projectors trained with NExT-GPT's v1.5 code: its `mm_input_projector` and three `mm_output_*_projector`, under our names.

No v1.5 checkpoint was ever published, so this is for those who trained their own. Written are projectors.safetensors
and projectors.yaml, the lines that a model's config.yaml needs for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from torch import Tensor

from anygen.core.atomic import staged_folder
from anygen.core.config import ModelConfig, read_config
from anygen.core.errors import CheckpointError
from anygen.loading.build import SHARED
from anygen.loading.convert.coverage import Converted, check, shapes_of
from anygen.loading.convert.foreign import check_floating, check_sha256, read_tensors
from anygen.loading.convert.nextgpt_parts import empty_projectors
from anygen.loading.convert.writing import planned, write_safetensors
from anygen.loading.presets import PRESETS_DIR

PRESET = PRESETS_DIR / "nextgpt-15.yaml"
WEIGHTS, LINES = "projectors.safetensors", "projectors.yaml"
INPUT = "mm_input_projector"
OUTPUTS = {
    "image": "mm_output_img_projector",
    "video": "mm_output_vid_projector",
    "audio": "mm_output_aud_projector",
}
_TABLES = ("embed_tokens.weight", "lm_head.weight")
_RENAMED = {"fc.": "in_fc.", "model.": "out_fc."}


def convert_projectors(
    sources: Sequence[Path], out: Path, preset: Path = PRESET, feature_dim: int = 1024, llm_dim: int = 4096
) -> Converted:
    """Convert the projectors that the files hold between them: the input projector (group or mlp), any of the three output
    projectors, each whole.

    Raises CheckpointError for one that is there in part, and for names that belong to none."""
    hashes, tensors, notes = {}, {}, []
    for source in sources:
        hashes[source] = check_sha256(source, None)
        found = read_tensors(source)
        check_floating(str(source), found)
        for name, value in found.items():
            short = re.sub(r"^(base_model\.model\.)?(model\.)?", "", name)
            if short in _TABLES:
                notes.append(
                    f"{name} of {source.name} is left out: a whole model needs it, projectors do not"
                )
            elif short in tensors:
                raise CheckpointError(f"{source}: holds {name}, which another name or file already gave")
            else:
                tensors[short] = value
    where = ", ".join(str(each) for each in sources)
    found_families = {name.split(".")[0] for name in tensors}
    config = read_config(preset)
    kind = "group" if f"{INPUT}.in_fc.weight" in tensors else "mlp"
    names = published_names(config, kind, feature_dim, llm_dim)
    known = {name.split(".")[0] for name in names}
    expected = {
        name: shape for name, (_, shape) in names.items() if name.split(".")[0] in found_families & known
    }
    if not expected:
        raise CheckpointError(f"{where}: holds none of {', '.join(sorted(known))}")
    coverage = check(where, shapes_of(tensors), expected)
    state = {names[name][0]: value for name, value in tensors.items()}
    with staged_folder(out) as folder:
        written = write_safetensors(
            folder / WEIGHTS, {name: planned(value) for name, value in state.items()}, source=where
        )
        (folder / LINES).write_text(yaml.safe_dump(_lines(config, kind, state), sort_keys=False))
    return Converted(out, coverage, hashes, {out / WEIGHTS: written}, tuple(notes))


def published_names(
    config: ModelConfig, kind: str, feature_dim: int, llm_dim: int
) -> dict[str, tuple[str, tuple[int, ...]]]:
    """v1.5's name (without the leading `model.`) -> our name and the shape: 226 of a group projector, 3 x 129."""
    projector, heads = empty_projectors(config, _input_lines(config, kind), feature_dim, llm_dim)
    names = {
        f"{INPUT}.{name}": (f"input_projectors.image.{name}", tuple(value.shape))
        for name, value in projector.state_dict().items()
    }
    for modality, head, name, shape in heads:
        theirs = next((new + name[len(old) :] for old, new in _RENAMED.items() if name.startswith(old)), name)
        ours = f"output_projectors.{modality}.heads.{head}.{name}"
        names[f"{OUTPUTS[modality]}.{theirs}"] = (ours, shape)
    return names


def _input_lines(config: ModelConfig, kind: str) -> Mapping[str, Any]:
    """The preset's settings where they are of this kind; v1.5's mlp has none."""
    own = next(each for each in config.input_projectors.values() if each.get("kind") != SHARED)
    return own if own.get("kind") == kind else {"kind": kind}


def _lines(config: ModelConfig, kind: str, state: Mapping[str, Tensor]) -> dict[str, Any]:
    """The part of a config.yaml that these projectors need."""
    lines: dict[str, Any] = {}
    if any(name.startswith("input_projectors.") for name in state):
        shared = {
            name: {"kind": SHARED, "of": "image"} for name in config.input_projectors if name != "image"
        }
        lines["input_projectors"] = {"image": dict(_input_lines(config, kind)), **shared}
    made = {name.split(".")[1] for name in state if name.startswith("output_projectors.")}
    if made:
        lines["output_projectors"] = {
            name: dict(each) for name, each in config.output_projectors.items() if name in made
        }
    return lines
