"""One conversation as a zip, and as a manifest for batch rendering; what the document in it must look like.

conversation.json   title, model, turns; media by their names below
manifest.jsonl      an answer a line, for `anygen render`; paths relative to it
media/              every file, its record beside it, side by side, so that `anygen replay media/FILE` finds its inputs
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anygen.core.errors import PromptError
from anygen.media.provenance import sidecar
from anygen_ui.store import Store
from anygen_ui.tables import Part, Turn

DOCUMENT, MANIFEST, MEDIA_PREFIX = "conversation.json", "manifest.jsonl", "media/"
FORMAT, SCHEMA = "anygen conversation", 1
NOT_OURS = f"the zip's {DOCUMENT} is not as this app writes it: "
ROLES = ("system", "user", "assistant")
STATES = ("done", "stopped", "failed")
MEDIA = ("image", "audio", "video")
LONGEST_LINE = 4_000
"""Characters of a title, a caption, an error."""
MODEL = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")
"""A preset's name: what somebody sent must not name a folder of this machine or a place on the network."""


def export_zip(store: Store, visitor: str, conversation: str) -> bytes:
    """One conversation with its media, and a manifest to render it again. Raises PromptError where the files are more than
    an import takes."""
    turns = store.turns(visitor, conversation)
    files = sorted({Path(part.path) for turn in turns for part in turn.parts if part.path})
    files += [sidecar(path) for path in files if sidecar(path).is_file()]
    size = sum(path.stat().st_size for path in files)
    if size > store.limits.unpacked_bytes:
        raise PromptError(
            f"the files of this conversation are {size / 1e6:.0f} MB; at most "
            f"{store.limits.unpacked_bytes / 1e6:.0f} MB go into one zip, so remove some of them first"
        )
    generated = {media.path for media in store.media(visitor, conversation=conversation) if media.generated}
    about = store.conversation(visitor, conversation)
    document = {
        "format": FORMAT,
        "schema": SCHEMA,
        "title": about.title,
        "model": about.model,
        "turns": [_turn_out(turn, generated) for turn in turns],
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DOCUMENT, json.dumps(document, indent=1))
        archive.writestr(MANIFEST, manifest(store, visitor, conversation))
        for path in files:
            # Media are compressed as they are.
            kind = zipfile.ZIP_DEFLATED if path.suffix == ".json" else zipfile.ZIP_STORED
            archive.write(path, MEDIA_PREFIX + path.name, kind)
    return made.getvalue()


def _turn_out(turn: Turn, generated: set[str]) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for part in turn.parts:
        if part.path:
            about = {"caption": part.caption, "generated": part.path in generated}
            parts.append(_relative(part) | about)
        else:
            is_text = part.type == "text"
            parts.append(_relative(part) if is_text else {"type": part.type, "caption": part.caption})
    return {
        "role": turn.role,
        "parts": parts,
        "state": "stopped" if turn.state == "running" else turn.state,
        "seed": turn.seed,
        "settings": dict(turn.settings),
        "error": turn.error,
        "timings": dict(turn.timings),
    }


def manifest(store: Store, visitor: str, conversation: str) -> str:
    """Every answer as a line of JSONL for `anygen render`: what was asked, with which options and seed; paths as in the
    zip."""
    lines = []
    messages: list[dict[str, Any]] = []
    for number, turn in enumerate(store.turns(visitor, conversation)):
        if turn.role == "assistant" and messages:
            given = {name: turn.settings.get(name) for name in ("modalities", "require", "options")}
            asked = {"id": f"{conversation[:8]}-{number:04d}", "messages": list(messages)}
            line = asked | {name: value for name, value in given.items() if value}
            lines.append(json.dumps(line | ({} if turn.seed is None else {"seed": turn.seed})))
        content = [_relative(part) for part in turn.parts if part.text or part.path]
        if content and turn.state in ("done", "stopped"):
            messages.append({"role": turn.role, "content": content})
    return "".join(line + "\n" for line in lines)


def _relative(part: Part) -> dict[str, Any]:
    if part.type == "text":
        return {"type": "text", "text": part.text}
    return {"type": part.type, "path": MEDIA_PREFIX + Path(part.path or "").name}


# The document, which anybody may have written


def read_document(data: bytes) -> dict[str, Any]:
    """The document, every value of the type that export gives it. Raises PromptError naming the first that is not."""
    try:
        document = json.loads(data, parse_constant=_no_constant)
        # Half of a surrogate pair is no character.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise PromptError(f"{NOT_OURS}it is no JSON") from None
    _need(isinstance(document, dict) and document.get("format") == FORMAT, f"its format is not {FORMAT!r}")
    _need(document.get("schema") == SCHEMA, f"its schema is not {SCHEMA}, which this program reads")
    turns = document.get("turns")
    _need(isinstance(turns, list), "turns is no list")
    return {
        "title": _line(document, "title", ""),
        "model": document.get("model") if _is_preset(document.get("model")) else "mini",
        "turns": [_turn(turn, f"turn {number}") for number, turn in enumerate(turns)],
    }


def _turn(turn: Any, where: str) -> dict[str, Any]:
    _need(isinstance(turn, dict), f"{where} is no mapping")
    role, state, seed = turn.get("role"), turn.get("state"), turn.get("seed")
    _need(role in ROLES, f"{where}: its role is none of {', '.join(ROLES)}")
    _need(state in STATES, f"{where}: its state is none of {', '.join(STATES)}")
    is_whole = type(seed) is int and 0 <= seed < 2**63
    _need(seed is None or is_whole, f"{where}: its seed is no whole number from 0 to 2**63 - 1")
    timings, settings, parts = turn.get("timings"), turn.get("settings"), turn.get("parts")
    is_timed = isinstance(timings, dict) and all(type(each) in (int, float) for each in timings.values())
    _need(is_timed, f"{where}: its timings are no numbers")
    _need(isinstance(settings, dict), f"{where}: its settings are no mapping")
    _need(isinstance(parts, list), f"{where}: its parts are no list")
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
    _need(isinstance(part, dict), f"{where} is no mapping")
    kind = part.get("type")
    if kind == "text":
        _need(isinstance(part.get("text"), str), f"{where}: its text is no text")
        return {"type": "text", "text": part["text"]}
    _need(kind in MEDIA, f"{where}: its type is none of text, {', '.join(MEDIA)}")
    kept = {"type": kind, "caption": _line(part, "caption", f"{where}: ")}
    if "path" not in part:
        return kept
    is_file = isinstance(part["path"], str) and isinstance(part.get("generated"), bool)
    _need(is_file, f"{where}: its path is no text, or generated is neither true nor false")
    return kept | {"path": part["path"], "generated": part["generated"]}


def _line(values: Mapping[str, Any], name: str, where: str) -> str:
    value = values.get(name)
    is_line = isinstance(value, str) and len(value) <= LONGEST_LINE
    _need(is_line, f"{where}{name} is no text of at most {LONGEST_LINE} characters")
    return str(value)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _need(is_so: bool, what: str) -> None:
    if not is_so:
        raise PromptError(NOT_OURS + what)
