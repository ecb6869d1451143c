"""Meta's imagebind_huge.pth -> a folder that encoders/imagebind reads: the same names, as safetensors, and our config."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch

from anygen.core.atomic import staged_folder
from anygen.encoders.imagebind.config import ImageBindConfig, imagebind_huge
from anygen.encoders.imagebind.model import CONFIG_NAME, WEIGHTS_NAME, ImageBind
from anygen.loading.convert.coverage import Converted, check, shapes_of
from anygen.loading.convert.foreign import check_floating, check_sha256, read_tensors
from anygen.loading.convert.writing import planned, write_safetensors

CAUSAL_MASK = "modality_preprocessors.text.mask"


def expected_shapes(config: ImageBindConfig) -> dict[str, tuple[int, ...]]:
    """The 1311 names of imagebind_huge, or those of another config, without making a weight."""
    with torch.device("meta"):
        return shapes_of(ImageBind(config).state_dict())


def convert_imagebind(
    source: Path, out: Path, config: ImageBindConfig | None = None, sha256: str | None = None
) -> Converted:
    """Convert the weights in `source`. `config` is Meta's imagebind_huge unless given; `sha256` what the file must be.

    Raises CheckpointError for a file that holds anything else than these weights, all of them."""
    config = config or imagebind_huge()
    hashed = check_sha256(source, sha256)
    tensors = read_tensors(source)
    check_floating(str(source), tensors)
    coverage = check(str(source), shapes_of(tensors), expected_shapes(config))
    with staged_folder(out) as folder:
        plans = {name: planned(value) for name, value in tensors.items()}
        written = write_safetensors(
            folder / WEIGHTS_NAME, plans, not_finite=(CAUSAL_MASK,), source=str(source)
        )
        (folder / CONFIG_NAME).write_text(_json(config.to_dict()))
    return Converted(out, coverage, {source: hashed}, {out / WEIGHTS_NAME: written})


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, indent=1) + "\n"
