"""A batch job on the real mini, small: pictures in few steps, a job folder and its lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anygen import AnyGen
from anygen.batch import render
from anygen.batch.runner import Settings, Summary

QUICK = {"image": {"num_inference_steps": 2}, "audio": {"num_inference_steps": 2}}


@pytest.fixture(scope="session")
def mini() -> AnyGen:
    return AnyGen.from_pretrained("mini")


def text(id: str, words: str = "Hello.", **more: Any) -> dict[str, Any]:
    return {"id": id, "prompt": words, "modalities": ["text"], **more}


def picture(id: str, words: str = "Draw a red car.", **more: Any) -> dict[str, Any]:
    return {"id": id, "prompt": words, "require": ["image"], "options": QUICK, **more}


def sound(id: str, words: str = "How does a dog sound?", **more: Any) -> dict[str, Any]:
    return {"id": id, "prompt": words, "require": ["audio"], "options": QUICK, **more}


def write_lines(path: Path, lines: list[Any]) -> Path:
    """A JSONL manifest; a str among the lines is written as it is."""
    written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")
    return path


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def done(folder: Path) -> dict[str, dict[str, Any]]:
    """Id -> its line, of answers that are finished; an id that was finished twice fails the test."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows(folder):
        name = f"{row['id']}:{row.get('sample', 0)}"
        if row["state"] == "done":
            assert name not in found, f"{name} was finished twice"
            found[name] = row
        elif row["state"] == "requeued":
            del found[name]
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Every file below media/, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "media").rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def run(mini: AnyGen, tmp_path: Path) -> Callable[..., Summary]:
    """Call with lines (or a manifest) to render them into tmp_path/out; keywords are those of Settings and of render."""

    def call(lines: Any, out: str = "out", **how: Any) -> Summary:
        path = lines if isinstance(lines, Path) else write_lines(tmp_path / "manifest.jsonl", lines)
        names = set(Settings.__dataclass_fields__)
        settings = Settings(**{name: value for name, value in how.items() if name in names})
        rest = {name: value for name, value in how.items() if name not in names}
        return render(path, tmp_path / out, mini, settings=settings, **({"pages": False} | rest))

    return call
