"""Labelled places of a batch job where a test may make it fail. Without ANYGEN_FAULT they do nothing.

ANYGEN_FAULT=label:count[:action], several with commas: the `count`-th time the label is reached, the process is killed
(SIGKILL), or what `action` says happens. `*` is any label.
"""

from __future__ import annotations

import errno
import os
import signal

from anygen.core.modality import AUDIO, IMAGE, VIDEO

VARIABLE = "ANYGEN_FAULT"
_STEPS = (
    "respond",
    *(f"decode-{modality}" for modality in (IMAGE, AUDIO, VIDEO)),
    *("write", "fsync", "rename", "folder-fsync"),
)
LABELS = (
    "after-claim",
    *(f"{when}-{step}" for step in _STEPS for when in ("before", "after")),
    *("before-ledger", "mid-ledger", "after-ledger", "after-ledger-fsync", "after-index"),
)
"""In the order a job passes them; a modality of another name has its own two."""

_SIGNALS = {"kill": signal.SIGKILL, "terminate": signal.SIGTERM, "interrupt": signal.SIGINT}


def _read(text: str) -> dict[str, tuple[int, str]]:
    """Label -> (count, action). Raises ValueError."""
    found = {}
    for each in filter(None, text.split(",")):
        label, count, action = (*each.split(":"), "kill")[:3]
        if action not in (*_SIGNALS, "full", "memory", "lost"):
            raise ValueError(
                f"{VARIABLE}: the action {action!r}; kill, terminate, interrupt, full, memory and lost are accepted"
            )
        found[label] = int(count), action
    return found


_faults = _read(os.environ.get(VARIABLE, ""))
_reached: dict[str, int] = {}


def reached(label: str) -> None:
    """Say that a place is reached; what is to fail there fails."""
    if _faults:
        _fail(label)


def is_armed(label: str) -> bool:
    """Whether something is to fail at this place sooner or later."""
    return bool(_faults) and (label in _faults or "*" in _faults)


def _fail(label: str) -> None:
    for name in (label, "*"):
        if name not in _faults:
            continue
        _reached[name] = _reached.get(name, 0) + 1
        count, action = _faults[name]
        if _reached[name] != count:
            continue
        if action == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), label)
        if action == "memory":
            raise MemoryError(f"at {label}")
        if action == "lost":
            raise RuntimeError(f"CUDA error: the device was lost at {label}")
        os.kill(os.getpid(), _SIGNALS[action])
