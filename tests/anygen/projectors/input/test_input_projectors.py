from __future__ import annotations

import pytest
import torch

from anygen.core.errors import ConfigError
from anygen.projectors.input import INPUT_PROJECTORS, build


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


def test_the_hidden_width_of_the_mlp_can_be_chosen():
    projector = build({"kind": "mlp", "hidden_dim": 5}, 6, 1, 8)
    assert projector.layer[0].weight.shape == (5, 6)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"kind": "liner"}, "did you mean linear"),
        ({}, "kind"),
        ({"kind": "linear", "tokens": 4}, "tokens: unknown for linear; did you mean tokens_per_feature"),
        ({"kind": "linear", "tokens_per_feature": 0}, "number from 1 to"),
        ({"kind": "mlp", "hidden_dim": 0}, "number from 1 to"),
    ],
)
def test_what_does_not_exist_or_fit_is_refused(config, message):
    with pytest.raises(ConfigError, match=message):
        build(config, 6, 1, 8)


def test_every_projector_of_the_table_can_be_imported():
    from importlib import import_module

    for path in INPUT_PROJECTORS.values():
        module, _, name = path.partition(":")
        assert hasattr(getattr(import_module(module), name), "Settings")
