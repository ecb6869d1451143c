"""The smallest output projector, and the other at tiny sizes."""

from __future__ import annotations

import pytest
import torch

from anygen.projectors.output import build

SMALL = {
    "kind": "transformer",
    "hidden_dim": 16,
    "ffn_dim": 24,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "heads": 2,
}


OPTIONS = {"positions": True, "input_norm": True, "normalize": True}


EACH = [{"kind": "linear"}, {"kind": "linear", "normalize": True}, SMALL, {**SMALL, **OPTIONS}]


@pytest.mark.parametrize("config", EACH)
def test_a_batch_of_two_equals_two_of_one(config):
    projector = build(config, 10, 4, {"sequence": (7, 12)}).eval()
    hidden, embeddings = torch.randn(2, 4, 10), torch.randn(2, 4, 10)
    with torch.no_grad():
        together = projector(hidden, embeddings)["sequence"]
        apart = [projector(hidden[i : i + 1], embeddings[i : i + 1])["sequence"] for i in range(2)]
    assert torch.allclose(together, torch.cat(apart), atol=1e-5)
