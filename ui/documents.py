"""The document of an exported conversation: what it must look like, since anybody may have written it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from anygen.core.errors import PromptError

DOCUMENT, MANIFEST, MEDIA_PREFIX = "conversation.json", "manifest.jsonl", "media/"
FORMAT, SCHEMA = "anygen conversation", 1
ROLES = ("system", "user", "assistant")
STATES = ("done", "stopped", "failed")
MEDIA = ("image", "audio", "video")
LONGEST_LINE = 4_000
"""Characters of a title, a caption, an error."""
MODEL = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")
"""A preset's name: what somebody sent must not name a folder of this machine or a place on the network."""


def read_document(data: bytes) -> dict[str, Any]:
    """The document, every value of the type that export gives it. Raises PromptError naming the first that is not."""
    try:
        document = json.loads(data, parse_constant=_no_constant)
        # Half of a surrogate pair is no character.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _wrong("it is no JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _wrong(f"its format is not {FORMAT!r}")
    if document.get("schema") != SCHEMA:
        raise _wrong(f"its schema is not {SCHEMA}, which this program reads")
    turns = document.get("turns")
    if not isinstance(turns, list):
        raise _wrong("turns is no list")
    return {
        "title": _line(document, "title", ""),
        "model": document.get("model") if _is_preset(document.get("model")) else "mini",
        "turns": [_turn(turn, f"turn {number}") for number, turn in enumerate(turns)],
    }


def _turn(turn: Any, where: str) -> dict[str, Any]:
    if not isinstance(turn, dict):
        raise _wrong(f"{where} is no mapping")
    role, state, seed = turn.get("role"), turn.get("state"), turn.get("seed")
    if role not in ROLES:
        raise _wrong(f"{where}: its role is none of {', '.join(ROLES)}")
    if state not in STATES:
        raise _wrong(f"{where}: its state is none of {', '.join(STATES)}")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63):
        raise _wrong(f"{where}: its seed is no whole number from 0 to 2**63 - 1")
    timings, settings, parts = turn.get("timings"), turn.get("settings"), turn.get("parts")
    if not isinstance(timings, dict) or not all(type(each) in (int, float) for each in timings.values()):
        raise _wrong(f"{where}: its timings are no numbers")
    if not isinstance(settings, dict):
        raise _wrong(f"{where}: its settings are no mapping")
    if not isinstance(parts, list):
        raise _wrong(f"{where}: its parts are no list")
    return {
        "role": role,
        "state": state,
        "seed": seed,
        "settings": {name: each for name, each in settings.items() if name != "model" or _is_preset(each)},
        "error": _line(turn, "error", f"{where}: "),
        "timings": timings,
        "parts": [_part(part, f"{where}, part {number}") for number, part in enumerate(parts)],
    }


def _is_preset(model: Any) -> bool:
    return isinstance(model, str) and MODEL.fullmatch(model) is not None


def _part(part: Any, where: str) -> dict[str, Any]:
    if not isinstance(part, dict):
        raise _wrong(f"{where} is no mapping")
    kind = part.get("type")
    if kind == "text":
        if not isinstance(part.get("text"), str):
            raise _wrong(f"{where}: its text is no text")
        return {"type": "text", "text": part["text"]}
    if kind not in MEDIA:
        raise _wrong(f"{where}: its type is none of text, {', '.join(MEDIA)}")
    kept = {"type": kind, "caption": _line(part, "caption", f"{where}: ")}
    if "path" not in part:
        return kept
    if not isinstance(part["path"], str) or not isinstance(part.get("generated"), bool):
        raise _wrong(f"{where}: its path is no text, or generated is neither true nor false")
    return kept | {"path": part["path"], "generated": part["generated"]}


def _line(values: Mapping[str, Any], name: str, where: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_LINE:
        raise _wrong(f"{where}{name} is no text of at most {LONGEST_LINE} characters")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _wrong(what: str) -> PromptError:
    return PromptError(f"the zip's {DOCUMENT} is not as this app writes it: {what}")
