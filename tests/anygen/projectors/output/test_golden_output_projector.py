"""NExT-GPT's TextFcLayer, reproduced from reference outputs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from anygen.projectors.output import build

OWN_GOLDEN_DIR = Path(__file__).parents[3] / "golden"
GOLDEN_DIR = Path(os.environ.get("ANYGEN_GOLDEN", OWN_GOLDEN_DIR))
NAME = "golden_output_projector_tiny"
CASES = json.loads((GOLDEN_DIR / f"{NAME}.json").read_text())
SIZES = ("hidden_dim", "ffn_dim", "encoder_layers", "decoder_layers", "heads")


@pytest.mark.parametrize("case", CASES)
def test_golden_output_projector(case):
    sizes = CASES[case]
    prefix = sizes["prefix"]
    with np.load(GOLDEN_DIR / f"{NAME}.npz") as file:
        golden = {name: torch.from_numpy(file[name]) for name in file.files}
    weights = f"{prefix}weights/"
    state = {name.removeprefix(weights): value for name, value in golden.items() if name.startswith(weights)}
    config = {"kind": "transformer", **{name: sizes[name] for name in SIZES}}
    shape = (sizes["queries"], sizes["out_dim"])
    projector = build(config, sizes["in_dim"], sizes["input_tokens"], {"sequence": shape}).heads["sequence"]
    projector.load_state_dict(state, strict=True)
    with torch.no_grad():
        made = projector.eval()(golden[f"{prefix}inputs/hidden"], golden[f"{prefix}inputs/input_embs"])
    expected = golden[f"{prefix}outputs/out"]
    assert made.shape == expected.shape
    assert (made - expected).abs().max() <= 1e-5


def test_golden_sizes_of_nextgpt_itself():
    """31.96 M parameters and 129 tensors for the image projector at its real size."""
    with torch.device("meta"):
        projector = build({"kind": "transformer"}, 4096, 4, {"sequence": (77, 768)}).heads["sequence"]
    state = projector.state_dict()
    assert len(state) == 129
    assert round(sum(value.numel() for value in state.values()) / 1e6, 2) == 31.96
