"""One layer a feature, and two (mlp.py): each feature becomes its own soft tokens."""

from __future__ import annotations

import pytest
import torch

from anygen.projectors.input import build


@pytest.mark.parametrize("kind", ["linear", "mlp"])
@pytest.mark.parametrize(("features", "per_feature"), [(1, 4), (5, 1), (3, 2)])
def test_every_feature_becomes_its_soft_tokens(kind, features, per_feature):
    projector = build({"kind": kind, "tokens_per_feature": per_feature}, 6, features, 8)
    features_NFE = torch.randn(2, features, 6)
    soft_NSD = projector(features_NFE)
    assert soft_NSD.shape == (2, projector.num_soft_tokens, 8) == (2, features * per_feature, 8)
    alone = build({"kind": kind, "tokens_per_feature": per_feature}, 6, 1, 8)
    alone.load_state_dict(projector.state_dict())
    last = alone(features_NFE[:, -1:])
    assert torch.allclose(soft_NSD[:, -per_feature:], last, atol=1e-6)


def test_a_batch_of_two_equals_two_of_one():
    for kind in ("linear", "mlp"):
        projector = build({"kind": kind}, 6, 3, 8)
        features_NFE = torch.randn(2, 3, 6)
        apart = torch.cat([projector(features_NFE[:1]), projector(features_NFE[1:])])
        assert torch.allclose(projector(features_NFE), apart, atol=1e-6)
