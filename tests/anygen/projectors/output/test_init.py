from __future__ import annotations

from importlib import import_module

import pytest

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


def test_every_projector_of_the_table_can_be_imported():
    for path in OUTPUT_PROJECTORS.values():
        module, _, name = path.partition(":")
        assert hasattr(getattr(import_module(module), name), "Settings")
