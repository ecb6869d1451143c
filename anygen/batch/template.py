"""Manifests made from a folder of media, or from a list of prompts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from anygen.core.atomic import write_files
from anygen.core.errors import PromptError
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality

MODALITY_OF = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif"), IMAGE),
    **dict.fromkeys((".wav", ".flac", ".mp3", ".ogg"), AUDIO),
    **dict.fromkeys((".mp4", ".webm"), VIDEO),
}
"""By suffix, because nothing is opened here; `--dry-run` says what a file really is."""


def write_manifest(
    path: str | Path,
    source: str | Path,
    prompt: str = "",
    modalities: Sequence[str] | None = None,
    require: Sequence[str] = (),
) -> int:
    """Write a JSONL manifest at `path` with a line for each medium of the folder `source`, `prompt` after it, or for each
    line of the text file `source`, after `prompt`; how many.

    Raises PromptError for a source that holds nothing, or a file that is there already."""
    path, source = Path(path), Path(source)
    if path.suffix.lower() != ".jsonl":
        raise PromptError(
            f"{path}: a manifest made from a template is JSONL; a name ending in .jsonl is accepted"
        )
    if path.exists():
        raise PromptError(f"{path}: is there already; name a file that is not")
    asked: dict[str, Any] = {} if modalities is None else {"modalities": list(modalities)}
    asked |= {"require": list(require)} if require else {}
    requests = list(_of_folder(source, path, prompt) if source.is_dir() else _of_prompts(source, prompt))
    if not requests:
        raise PromptError(f"{source}: holds no {'media' if source.is_dir() else 'prompts'}")
    lines = (json.dumps({**request, **asked}, ensure_ascii=False) + "\n" for request in requests)
    write_files([(path, "".join(lines).encode())])
    return len(requests)


def _of_folder(folder: Path, manifest: Path, prompt: str) -> Iterator[dict[str, Any]]:
    beside = manifest.resolve().parent
    for file in sorted(folder.rglob("*")):
        modality: Modality | None = MODALITY_OF.get(file.suffix.lower())
        if modality is None or not file.is_file():
            continue
        part = {"type": str(modality), "path": os.path.relpath(file.resolve(), beside)}
        yield {"id": file.relative_to(folder).as_posix(), "prompt": [part, prompt] if prompt else [part]}


def _of_prompts(file: Path, before: str) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{file}: cannot be read as text ({error}); a list of prompts is needed") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield {"id": f"{number:06d}", "prompt": f"{before} {line.strip()}".strip()}
