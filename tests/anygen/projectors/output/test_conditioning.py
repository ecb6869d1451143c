"""One head for each tensor that a decoder declares."""

from __future__ import annotations

import pytest
import torch

from anygen.core.errors import ConfigError
from anygen.projectors.output import OUTPUT_PROJECTORS, build

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
def test_each_declared_tensor_is_made_in_its_shape(config):
    declared = {"sequence": (7, 12), "pooled": (5,), "mask": (7,)}
    projector = build(config, 10, 4, declared)
    made = projector(torch.randn(3, 4, 10), torch.randn(3, 4, 10))
    assert {name: tuple(value.shape) for name, value in made.items()} == {
        name: (3, *shape) for name, shape in declared.items()
    }
    assert made["mask"].dtype == torch.bool and made["mask"].all()
    if config.get("normalize"):
        assert torch.allclose(made["pooled"].norm(dim=-1), torch.ones(3), atol=1e-5)


@pytest.mark.parametrize("kind", OUTPUT_PROJECTORS)
@pytest.mark.parametrize(
    ("wrong", "made"), [({"num_queries": 4}, r"\(4, 12\)"), ({"out_dim": 64}, r"\(7, 64\)")]
)
def test_another_shape_than_the_decoders_is_refused_with_both_numbers(kind, wrong, made):
    with pytest.raises(ConfigError, match=rf"sequence: projector makes {made}, decoder takes \(7, 12\)"):
        build({"kind": kind, **wrong}, 10, 4, {"sequence": (7, 12)})
    with pytest.raises(ConfigError, match=r"decoder takes \(1, 5\)"):
        build({"kind": kind, "num_queries": 7}, 10, 4, {"pooled": (5,)})


def test_a_decoder_must_declare_something_to_project_to():
    with pytest.raises(ConfigError, match="no conditioning"):
        build({"kind": "linear"}, 10, 4, {"mask": (7,)})
    with pytest.raises(ConfigError, match=r"shape \(1, 2, 3\)"):
        build({"kind": "linear"}, 10, 4, {"sequence": (1, 2, 3)})
