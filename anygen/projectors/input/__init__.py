"""Step 2 of 5: encoder features to soft tokens of the language model.

Every projector is built as Class(settings, feature_dim, num_features, llm_dim), maps features_NFE to soft_NSD, and
says S in `num_soft_tokens`. Its settings are its own frozen dataclass, `Class.Settings`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from anygen.core.errors import ConfigError, nearest

if TYPE_CHECKING:
    from torch import nn

INPUT_PROJECTORS = {
    "linear": "anygen.projectors.input.linear:LinearInputProjector",
    "mlp": "anygen.projectors.input.mlp:MlpInputProjector",
    "group": "anygen.projectors.input.group:GroupInputProjector",
}


def build(config: Mapping[str, Any], feature_dim: int, num_features: int, llm_dim: int) -> nn.Module:
    """The projector that `config` names as `kind`; its other keys are that projector's settings.

    Raises ConfigError for an unknown kind or setting."""
    settings = dict(config)
    kind = settings.pop("kind", None)
    if kind not in INPUT_PROJECTORS:
        raise ConfigError(f"input_projectors.kind: {kind!r}; {nearest(str(kind), INPUT_PROJECTORS)}")
    module, _, name = INPUT_PROJECTORS[kind].partition(":")
    projector = getattr(import_module(module), name)
    known = [each.name for each in dataclasses.fields(projector.Settings)]
    for key in settings:
        if key not in known:
            raise ConfigError(f"input_projectors.{key}: unknown for {kind}; {nearest(key, known)}")
    return projector(projector.Settings(**settings), feature_dim, num_features, llm_dim)
