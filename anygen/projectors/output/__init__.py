"""Step 4 of 5: the language model's states at signal tokens to the conditioning of a frozen decoder.

Every projector is built as Class(settings, name, shape, llm_dim, num_signal_tokens) for one conditioning tensor that the
decoder declares, and maps hidden_NTD and input_embeddings_NTD to that shape. `ConditioningProjector` holds one per
tensor. Settings are each projector's own frozen dataclass, `Class.Settings`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from anygen.core.errors import ConfigError, nearest

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

    settings = dict(config)
    kind = settings.pop("kind", None)
    if kind not in OUTPUT_PROJECTORS:
        raise ConfigError(f"output_projectors.kind: {kind!r}; {nearest(str(kind), OUTPUT_PROJECTORS)}")
    module, _, name = OUTPUT_PROJECTORS[kind].partition(":")
    projector = getattr(import_module(module), name)
    known = [each.name for each in dataclasses.fields(projector.Settings)]
    for key in settings:
        if key not in known:
            raise ConfigError(f"output_projectors.{key}: unknown for {kind}; {nearest(key, known)}")
    heads = {
        each: projector(projector.Settings(**settings), each, shape, llm_dim, num_signal_tokens)
        for each, shape in conditioning.items()
        if each != "mask"
    }
    return ConditioningProjector(heads, conditioning)
