"""The error of anygen's parts on the golden files: outputs of the reference classes with random weights at tiny size.

"Error" is the largest difference over the largest output.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch

from anygen.encoders.imagebind.config import (
    GridTowerConfig,
    ImageBindConfig,
    ImuTowerConfig,
    TextTowerConfig,
    VisionTowerConfig,
)
from anygen.encoders.imagebind.model import ImageBind
from anygen.projectors.input import build as build_input
from anygen.projectors.output import build as build_output

IMAGEBIND = {
    "upstream": {},
    "legacy": {"scale_audio": False},
    "v15": {"scale_audio": False, "output": "tokens"},
}
"""Variant of ImageBind in the golden file -> how our config says it: Meta's, and those of both versions of NExT-GPT."""


def _arrays(path: Path) -> dict[str, torch.Tensor]:
    with np.load(path) as file:
        return {name: torch.from_numpy(file[name]) for name in file.files}


def _relative(made: torch.Tensor, wanted: torch.Tensor) -> float:
    return ((made - wanted).abs().max() / wanted.abs().max()).item()


def _loaded(module: Any, arrays: dict[str, torch.Tensor], prefix: str) -> Any:
    state = {name.removeprefix(prefix): each for name, each in arrays.items() if name.startswith(prefix)}
    module.load_state_dict(state)
    return module.eval()


@torch.no_grad()
def golden_output(golden: Path) -> float:
    """The larger error of the two output projectors of the golden file."""
    arrays = _arrays(golden / "golden_output_projector_tiny.npz")
    errors = []
    for sizes in json.loads((golden / "golden_output_projector_tiny.json").read_text()).values():
        prefix = sizes["prefix"]
        names = ("hidden_dim", "ffn_dim", "encoder_layers", "decoder_layers", "heads")
        config = {"kind": "transformer", **{name: sizes[name] for name in names}}
        shape = {"sequence": (sizes["queries"], sizes["out_dim"])}
        family = build_output(config, sizes["in_dim"], sizes["input_tokens"], shape)
        head = _loaded(family.heads["sequence"], arrays, f"{prefix}weights/")
        made = head(arrays[f"{prefix}inputs/hidden"], arrays[f"{prefix}inputs/input_embs"])
        errors.append(_relative(made, arrays[f"{prefix}outputs/out"]))
    return max(errors)


@torch.no_grad()
def golden_input(golden: Path, kind: str) -> float:
    """The error of an input projector of the golden file: "group" or "mlp"."""
    arrays = _arrays(golden / "golden_input_projector_tiny.npz")
    sizes = json.loads((golden / "golden_input_projector_tiny.json").read_text())[kind]
    own = {name: value for name, value in sizes.items() if name not in ("in_dim", "out_dim")}
    tokens = arrays["inputs/tokens"]
    projector = build_input({"kind": kind, **own}, sizes["in_dim"], tokens.shape[1], sizes["out_dim"])
    prefix = "" if kind == "group" else "mlp_"
    return _relative(_loaded(projector, arrays, f"{prefix}weights/")(tokens), arrays[f"{prefix}outputs/out"])


@torch.no_grad()
def golden_imagebind(golden: Path, variant: str) -> float:
    """The largest error of a variant of IMAGEBIND over all inputs of the golden file."""
    arrays = _arrays(golden / "golden_imagebind_tiny.npz")
    model = ImageBind(_imagebind_config(golden, arrays, IMAGEBIND[variant]))
    prefix = "weights/"
    weights = {name.removeprefix(prefix): each for name, each in arrays.items() if name.startswith(prefix)}
    model.load_weights(weights, source="golden")
    model.eval()
    prefix, errors = "inputs/", []
    for name, given in arrays.items():
        if not name.startswith(prefix):
            continue
        name = name.removeprefix(prefix)
        tower = next(known for known in model.config.towers if name.startswith(known))
        made, wanted = model.embed(tower, given), arrays[f"outputs/{variant}/{name}"]
        errors.append(_relative(made.reshape(wanted.shape), wanted))
    return max(errors)


def _imagebind_config(golden: Path, arrays: dict[str, torch.Tensor], options: Any) -> ImageBindConfig:
    sizes = json.loads((golden / "golden_imagebind_tiny.json").read_text())

    def common(name: str) -> dict[str, Any]:
        return {key: sizes[name][key] for key in ("dim", "blocks", "heads")}

    def scale(name: str) -> float:
        return math.exp(arrays[f"weights/modality_postprocessors.{name}.1.log_logit_scale"].item())

    def grid(name: str) -> GridTowerConfig:
        own = sizes[name]
        height, width = own.get("mel_bins", own.get("size")), own.get("frames", own.get("size"))
        cut = {"kernel": own["kernel"], "stride": own["stride"]}
        return GridTowerConfig(**common(name), height=height, width=width, **cut, logit_scale=scale(name))

    text, imu = sizes["text"], sizes["imu"]
    return ImageBindConfig(
        embed_dim=sizes["out_dim"],
        vision=VisionTowerConfig(
            **common("vision"),
            image_size=sizes["image_size"],
            patch=tuple(sizes["patch"]),
            video_frames=sizes["video_frames"],
        ),
        text=TextTowerConfig(**common("text"), vocab_size=text["vocab"], context_length=text["context"]),
        audio=grid("audio"),
        depth=grid("depth"),
        thermal=grid("thermal"),
        imu=ImuTowerConfig(
            **common("imu"),
            **{key: imu[key] for key in ("channels", "length", "kernel")},
            logit_scale=scale("imu"),
        ),
        **options,
    )
