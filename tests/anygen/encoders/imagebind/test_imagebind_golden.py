"""Our ImageBind against numbers and names of the published one (tests/golden/README.md)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from anygen.encoders.imagebind.config import (
    GridTowerConfig,
    ImageBindConfig,
    ImuTowerConfig,
    TextTowerConfig,
    VisionTowerConfig,
    imagebind_huge,
)
from anygen.encoders.imagebind.model import ImageBind

OWN_GOLDEN_DIR = Path(__file__).parents[3] / "golden"
GOLDEN_DIR = Path(os.environ.get("ANYGEN_GOLDEN", OWN_GOLDEN_DIR))
TOLERANCE = 1e-5
OPTIONS = {
    "upstream": {},
    "legacy": {"scale_audio": False},
    "v15": {"scale_audio": False, "output": "tokens"},
}
SHRUNK = ("modality_preprocessors.", ".attn.out_proj.", ".mlp.fc2.")


def read_config(**options) -> ImageBindConfig:
    sizes = json.loads((GOLDEN_DIR / "golden_imagebind_tiny.json").read_text())

    def common(name: str) -> dict:
        return {key: sizes[name][key] for key in ("dim", "blocks", "heads")}

    def scale(name: str) -> float:
        return float(np.exp(golden()[f"weights/modality_postprocessors.{name}.1.log_logit_scale"]))

    def grid(name: str) -> GridTowerConfig:
        own = sizes[name]
        return GridTowerConfig(
            **common(name),
            height=own.get("mel_bins", own.get("size")),
            width=own.get("frames", own.get("size")),
            kernel=own["kernel"],
            stride=own["stride"],
            logit_scale=scale(name),
        )

    return ImageBindConfig(
        embed_dim=sizes["out_dim"],
        vision=VisionTowerConfig(
            **common("vision"),
            image_size=sizes["image_size"],
            patch=tuple(sizes["patch"]),
            video_frames=sizes["video_frames"],
        ),
        text=TextTowerConfig(
            **common("text"), vocab_size=sizes["text"]["vocab"], context_length=sizes["text"]["context"]
        ),
        audio=grid("audio"),
        depth=grid("depth"),
        thermal=grid("thermal"),
        imu=ImuTowerConfig(
            **common("imu"),
            channels=sizes["imu"]["channels"],
            length=sizes["imu"]["length"],
            kernel=sizes["imu"]["kernel"],
            logit_scale=scale("imu"),
        ),
        **options,
    )


def golden() -> dict[str, np.ndarray]:
    with np.load(GOLDEN_DIR / "golden_imagebind_tiny.npz") as file:
        return {key: file[key] for key in file}


def part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, torch.Tensor]:
    return {
        key[len(prefix) :]: torch.from_numpy(value) for key, value in arrays.items() if key.startswith(prefix)
    }


def build(weights: dict[str, torch.Tensor], **options) -> ImageBind:
    model = ImageBind(read_config(**options))
    model.load_weights(weights, source="golden")
    return model.eval()


def input_names() -> list[str]:
    return sorted(part(golden(), "inputs/"))


def check(model: ImageBind, arrays: dict[str, np.ndarray], name: str, wanted_key: str, tokens: bool) -> None:
    tower = next(known for known in model.config.towers if name.startswith(known))
    with torch.no_grad():
        features_NFE = model.embed(tower, torch.from_numpy(arrays[f"inputs/{name}"]))
    found = features_NFE if tokens else features_NFE.squeeze(1)
    wanted = torch.from_numpy(arrays[wanted_key])
    assert found.shape == wanted.shape
    assert (found - wanted).abs().max() <= TOLERANCE * max(1.0, wanted.abs().max().item())


@pytest.mark.parametrize("name", input_names())
@pytest.mark.parametrize("variant", OPTIONS)
def test_golden_outputs_are_reproduced(variant: str, name: str) -> None:
    arrays = golden()
    model = build(part(arrays, "weights/"), **OPTIONS[variant])
    check(model, arrays, name, f"outputs/{variant}/{name}", tokens=variant == "v15")


@pytest.mark.parametrize("name", input_names())
def test_golden_outputs_show_every_layer_norm_eps(name: str) -> None:
    arrays = golden()
    weights = part(arrays, "weights/")
    for key in weights:
        shrinks = key.startswith(SHRUNK[0]) and not key.endswith("text.mask")
        if shrinks or any(piece in key for piece in SHRUNK[1:]):
            weights[key] = weights[key] * 0.01
    check(build(weights), arrays, name, f"outputs_eps/upstream/{name}", tokens=False)


@pytest.mark.parametrize("name", input_names())
def test_golden_outputs_at_bfloat16_are_near(name: str) -> None:
    arrays = golden()
    model = build(part(arrays, "weights/")).at_precision(torch.bfloat16)
    tower = next(known for known in model.config.towers if name.startswith(known))
    with torch.no_grad():
        found = model.embed(tower, torch.from_numpy(arrays[f"inputs/{name}"])).squeeze(1)
    wanted = torch.from_numpy(arrays[f"outputs/upstream/{name}"])
    assert found.dtype is torch.float32
    assert torch.nn.functional.cosine_similarity(found, wanted, dim=-1).min() > 0.999


@pytest.mark.parametrize("stage", ["preproc", "trunk"])
def test_golden_tokens_before_and_after_the_trunk(stage: str) -> None:
    arrays = golden()
    model = build(part(arrays, "weights/"))
    for name, wanted in part(arrays, f"debug/{stage}/").items():
        tower = name.removesuffix("_image").removesuffix("4d")
        inputs = torch.from_numpy(arrays[f"inputs/{name}"])
        with torch.no_grad():
            found = (
                model.modality_preprocessors[tower](inputs)
                if stage == "preproc"
                else model.tokens(tower, inputs)
            )
        assert (found - wanted).abs().max() <= TOLERANCE * max(1.0, wanted.abs().max().item()), name


def test_golden_names_and_shapes_of_imagebind_huge() -> None:
    path = GOLDEN_DIR / "keys_imagebind_huge.txt"
    lines = (path if path.is_file() else OWN_GOLDEN_DIR / path.name).read_text().splitlines()
    wanted = {tuple(line.split("\t")) for line in lines}
    with torch.device("meta"):
        model = ImageBind(imagebind_huge())
    parameters = {name for name, _ in model.named_parameters()}
    found = {
        (name, str(tuple(value.shape)), "param" if name in parameters else "buffer")
        for name, value in model.state_dict().items()
    }
    assert found == wanted


def test_golden_only_the_towers_asked_for_are_built() -> None:
    with torch.device("meta"):
        model = ImageBind(imagebind_huge(towers=("vision", "audio")))
    assert {name.split(".")[1] for name in model.state_dict()} == {"vision", "audio"}
