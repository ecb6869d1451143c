"""Step 4 of 5: the language model's states at signal tokens to the conditioning of a frozen decoder.

Every projector is built as Class(settings, name, shape, llm_dim, num_signal_tokens) for one conditioning tensor that the
decoder declares, and maps hidden_NTD and input_embeddings_NTD to that shape. `ConditioningProjector` holds one per
tensor. Settings are each projector's own frozen dataclass, `Class.Settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from anygen.projectors import projector_class

if TYPE_CHECKING:
    from anygen.projectors.output.conditioning import ConditioningProjector

OUTPUT_PROJECTORS = {
    "linear": "anygen.projectors.output.linear:LinearOutputProjector",
    "transformer": "anygen.projectors.output.transformer:TransformerOutputProjector",
}


def build(
    config: Mapping[str, Any],
    llm_dim: int,
    num_signal_tokens: int,
    conditioning: Mapping[str, tuple[int, ...]],
) -> ConditioningProjector:
    """The projector that `config` names as `kind` for what a decoder declares; other keys are its settings.

    Raises ConfigError for an unknown kind or setting, and where the settings name a shape the decoder does not take."""
    from anygen.projectors.output.conditioning import ConditioningProjector

    projector, settings = projector_class("output_projectors", OUTPUT_PROJECTORS, config)
    heads = {
        each: projector(settings, each, shape, llm_dim, num_signal_tokens)
        for each, shape in conditioning.items()
        if each != "mask"
    }
    return ConditioningProjector(heads, conditioning)
