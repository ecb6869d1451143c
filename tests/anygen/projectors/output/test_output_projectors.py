from __future__ import annotations

from importlib import import_module

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


@pytest.mark.parametrize("config", EACH)
def test_a_batch_of_two_equals_two_of_one(config):
    projector = build(config, 10, 4, {"sequence": (7, 12)}).eval()
    hidden, embeddings = torch.randn(2, 4, 10), torch.randn(2, 4, 10)
    with torch.no_grad():
        together = projector(hidden, embeddings)["sequence"]
        apart = [projector(hidden[i : i + 1], embeddings[i : i + 1])["sequence"] for i in range(2)]
    assert torch.allclose(together, torch.cat(apart), atol=1e-5)


@pytest.mark.parametrize("kind", OUTPUT_PROJECTORS)
@pytest.mark.parametrize(
    ("wrong", "made"), [({"num_queries": 4}, r"\(4, 12\)"), ({"out_dim": 64}, r"\(7, 64\)")]
)
def test_another_shape_than_the_decoders_is_refused_with_both_numbers(kind, wrong, made):
    with pytest.raises(ConfigError, match=rf"sequence: projector makes {made}, decoder takes \(7, 12\)"):
        build({"kind": kind, **wrong}, 10, 4, {"sequence": (7, 12)})
    with pytest.raises(ConfigError, match=r"decoder takes \(1, 5\)"):
        build({"kind": kind, "num_queries": 7}, 10, 4, {"pooled": (5,)})


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"kind": "transformr"}, "did you mean transformer"),
        ({"kind": "transformer", "layers": 2}, "layers: unknown for transformer"),
        ({"kind": "transformer", "hidden_dim": 10, "heads": 4}, "4 do not divide hidden_dim 10"),
        ({"kind": "transformer", "encoder_layers": 0}, "number from 1 to"),
    ],
)
def test_what_does_not_exist_or_fit_is_refused(config, message):
    with pytest.raises(ConfigError, match=message):
        build(config, 10, 4, {"sequence": (7, 12)})


def test_a_decoder_must_declare_something_to_project_to():
    with pytest.raises(ConfigError, match="no conditioning"):
        build({"kind": "linear"}, 10, 4, {"mask": (7,)})
    with pytest.raises(ConfigError, match=r"shape \(1, 2, 3\)"):
        build({"kind": "linear"}, 10, 4, {"sequence": (1, 2, 3)})


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


def test_every_projector_of_the_table_can_be_imported():
    for path in OUTPUT_PROJECTORS.values():
        module, _, name = path.partition(":")
        assert hasattr(getattr(import_module(module), name), "Settings")
