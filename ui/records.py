"""What the store gives back: conversations, turns and their parts, media."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Conversation:
    """One conversation; times in seconds since 1970."""

    id: str
    title: str
    model: str
    created: float
    updated: float


@dataclass(frozen=True)
class Part:
    """A text, or a medium by its file; `note` says why there is no file any more."""

    type: str
    text: str = ""
    path: str | None = None
    caption: str = ""
    note: str = ""


@dataclass(frozen=True)
class Turn:
    """One turn; `state` is done, running, stopped or failed, `error` the sentence of a failed one."""

    id: str
    role: str
    parts: tuple[Part, ...]
    state: str
    seed: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Media:
    """One file of a visitor's: uploaded, or generated in a turn."""

    id: str
    modality: str
    path: str
    conversation: str | None
    turn: str | None
    created: float
    caption: str
    generated: bool
    bytes: int


@dataclass(frozen=True)
class Cleaned:
    """What a rule removed."""

    files: int = 0
    bytes: int = 0


def new_id() -> str:
    """A name that nobody can guess, safe in a file name."""
    return secrets.token_hex(16)
