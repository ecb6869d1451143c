from __future__ import annotations

import pytest

from anygen.core.errors import ConfigError
from anygen.projectors.input import INPUT_PROJECTORS, build


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
