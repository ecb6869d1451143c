"""The transformer that reads signal tokens."""

from __future__ import annotations

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


def test_without_positions_the_order_of_the_signal_tokens_does_not_count_and_with_them_it_does():
    hidden, embeddings = torch.randn(1, 4, 10), torch.randn(1, 4, 10)
    for positions in (False, True):
        projector = build({**SMALL, "positions": positions}, 10, 4, {"sequence": (7, 12)}).eval()
        if positions:
            torch.nn.init.normal_(projector.heads["sequence"].positions)
        with torch.no_grad():
            plain = projector(hidden, embeddings)["sequence"]
            turned = projector(hidden.flip(1), embeddings.flip(1))["sequence"]
        assert torch.allclose(plain, turned, atol=1e-5) is not positions
