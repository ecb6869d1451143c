"""The errors a caller can act on. Each is a ValueError whose text is one sentence: what was found, what is accepted."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable
from typing import Any


class MediaError(ValueError):
    """A picture, sound or clip cannot be read or made; names the file, what was found and what is accepted."""


class PromptError(ValueError):
    """A prompt cannot be answered as asked: its shape, its roles, its length, or a modality that does not exist."""


class ConfigError(ValueError):
    """A preset or an option is wrong; names the dotted path and, for an unknown key, the nearest known one."""


class CheckpointError(ValueError):
    """Weights do not fit the model; names what is missing and what is unexpected."""


class MachineError(ValueError):
    """This machine lacks what is asked for: memory, a device, a package, disk, network, permission; says what would do."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, the accelerator's or the machine's: torch says the latter in a RuntimeError's words."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def shown(value: Any) -> str:
    """A value as a sentence may show it: its repr, cut where it is long or deep."""
    try:
        return _SHORT.repr(value)
    except ValueError:
        # Python writes no whole number of more than 4300 digits.
        return "a number of thousands of digits"


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80
_SHORT.maxlevel = 2


def printable(text: str) -> str:
    """`text` on one line, every control character spelled out: what somebody sent must not drive a terminal."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in " ".join(text.split()))


def nearest(name: str, known: Iterable[str]) -> str:
    """End of a sentence about an unknown `name`: the nearest known one, or all of them where none is near."""
    names = sorted(str(each) for each in known)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.6)
    # A part of a long name is near to it, however short it is beside it.
    near = near or [each for each in names if len(str(name)) > 3 and str(name) in each]
    if near:
        return f"did you mean {near[0]}?"
    return f"known are {', '.join(names)}" if names else "none is known"
