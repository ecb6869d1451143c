"""NExT-GPT v1.5's input projectors, reproduced from reference outputs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from anygen.projectors.input import build

OWN_GOLDEN_DIR = Path(__file__).parents[3] / "golden"
GOLDEN_DIR = Path(os.environ.get("ANYGEN_GOLDEN", OWN_GOLDEN_DIR))
NAME = "golden_input_projector_tiny"


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN_DIR / f"{NAME}.npz") as file:
        return {name: torch.from_numpy(file[name]) for name in file.files}


@pytest.fixture(scope="module")
def sizes():
    return json.loads((GOLDEN_DIR / f"{NAME}.json").read_text())


def check(projector, golden, weights, output):
    state = {name.removeprefix(weights): value for name, value in golden.items() if name.startswith(weights)}
    projector.load_state_dict(state, strict=True)
    with torch.no_grad():
        made = projector.eval()(golden["inputs/tokens"])
    assert made.shape == golden[output].shape
    assert (made - golden[output]).abs().max() <= 1e-5 * max(1, golden[output].abs().max())
    assert made.shape[1] == projector.num_soft_tokens


def test_golden_mlp(golden, sizes):
    num_features = golden["inputs/tokens"].shape[1]
    projector = build({"kind": "mlp"}, sizes["mlp"]["in_dim"], num_features, sizes["mlp"]["out_dim"])
    check(projector, golden, "mlp_weights/", "mlp_outputs/out")


def test_golden_group(golden, sizes):
    group = sizes["group"]
    config = {
        "kind": "group",
        **{name: group[name] for name in ("hidden_dim", "heads")},
        **{name: tuple(group[name]) for name in ("depths", "group_tokens", "output_groups")},
    }
    projector = build(config, group["in_dim"], golden["inputs/tokens"].shape[1], group["out_dim"])
    check(projector, golden, "weights/", "outputs/out")
