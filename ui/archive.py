"""One conversation as a zip, and as a manifest for batch rendering.

conversation.json   title, model, turns; media by their names below
manifest.jsonl      an answer a line, for `anygen render`; paths relative to it
media/              every file, its record beside it, side by side, so that `anygen replay media/FILE` finds its inputs
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anygen.core.errors import PromptError
from anygen.media.provenance import sidecar
from anygen_ui.documents import DOCUMENT, FORMAT, MANIFEST, MEDIA_PREFIX, SCHEMA
from anygen_ui.records import Part, Turn

if TYPE_CHECKING:
    from anygen_ui.store import Store


def export_zip(store: Store, visitor: str, conversation: str) -> bytes:
    """See Store.export_zip. Raises PromptError where the files are more than an import takes."""
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
        if part.type == "text":
            parts.append({"type": "text", "text": part.text})
        elif part.path:
            name = MEDIA_PREFIX + Path(part.path).name
            made = part.path in generated
            parts.append({"type": part.type, "path": name, "caption": part.caption, "generated": made})
        else:
            parts.append({"type": part.type, "caption": part.caption})
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
    """See Store.manifest: what was asked for every answer, and with which options and seed."""
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
