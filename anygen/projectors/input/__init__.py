"""Step 2 of 5: encoder features to soft tokens of the language model.

Every projector is built as Class(settings, feature_dim, num_features, llm_dim), maps features_NFE to soft_NSD, and
says S in `num_soft_tokens`. Its settings are its own frozen dataclass, `Class.Settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from anygen.projectors import projector_class

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
    projector, settings = projector_class("input_projectors", INPUT_PROJECTORS, config)
    built: nn.Module = projector(settings, feature_dim, num_features, llm_dim)
    return built
