"""Two layers with a width between."""

from __future__ import annotations

from anygen.projectors.input import build


def test_the_hidden_width_of_the_mlp_can_be_chosen():
    projector = build({"kind": "mlp", "hidden_dim": 5}, 6, 1, 8)
    assert projector.layer[0].weight.shape == (5, 6)
