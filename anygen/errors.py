"""The errors a caller can act on. Each is a ValueError whose text is one sentence: what was found, what is accepted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MediaError(ValueError):
    """A picture, sound or clip cannot be read or made; names the file, what was found and what is accepted."""


class PromptError(ValueError):
    """A prompt cannot be answered as asked: its shape, its roles, its length, or a modality that does not exist."""


class ConfigError(ValueError):
    """A preset or an option is wrong; names the dotted path and, for an unknown key, the nearest known one."""


class CheckpointError(ValueError):
    """Weights do not fit the model; names what is missing and what is unexpected."""


def nearest(name: str, known: Iterable[str]) -> str:
    """End of a sentence about an unknown `name`: the nearest known one, or all of them where none is near."""
    names = sorted(str(each) for each in known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"known are {', '.join(names)}" if names else "none is known"
