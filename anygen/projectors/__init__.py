"""The two families that train: input projectors, features to soft tokens; output projectors, states to conditioning."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from anygen.core.errors import ConfigError, nearest


def projector_class(family: str, table: Mapping[str, str], config: Mapping[str, Any]) -> tuple[Any, Any]:
    """The class that `config` names as `kind`, of kind -> "module:class", and its Settings of the other keys.

    Raises ConfigError for an unknown kind or setting, named as one of `family`."""
    settings = dict(config)
    kind = settings.pop("kind", None)
    if kind not in table:
        raise ConfigError(f"{family}.kind: {kind!r}; {nearest(str(kind), table)}")
    module, _, name = table[kind].partition(":")
    projector = getattr(import_module(module), name)
    known = [each.name for each in dataclasses.fields(projector.Settings)]
    for key in settings:
        if key not in known:
            raise ConfigError(f"{family}.{key}: unknown for {kind}; {nearest(key, known)}")
    return projector, projector.Settings(**settings)
