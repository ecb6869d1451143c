"""Which projector a config names."""

from __future__ import annotations

import pytest

from anygen.core.errors import ConfigError
from anygen.projectors import projector_class
from anygen.projectors.input import INPUT_PROJECTORS
from anygen.projectors.input.mlp import MlpInputProjector


def test_kind_names_the_class_and_the_rest_are_its_settings() -> None:
    kind, settings = projector_class("family", INPUT_PROJECTORS, {"kind": "mlp", "hidden_dim": 7})
    assert kind is MlpInputProjector and settings == kind.Settings(hidden_dim=7)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({}, "family.kind: None; accepted"),
        ({"kind": "mpl"}, "family.kind: 'mpl'; did you mean mlp"),
        ({"kind": "mlp", "hiden_dim": 7}, "family.hiden_dim: unknown for mlp; did you mean hidden_dim"),
    ],
)
def test_what_does_not_exist_is_named(config: dict, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence.split("; accepted")[0]):
        projector_class("family", INPUT_PROJECTORS, config)
