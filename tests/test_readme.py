"""What README tells people to type works: its commands and its Python, on mini, from a fresh folder."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def blocks(language: str) -> list[str]:
    return re.findall(
        rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )


def commands() -> list[list[str]]:
    """The lines of README that begin with `anygen`, as words without their comments, in order."""
    lines = [line for block in blocks("bash") for line in block.splitlines() if line.startswith("anygen ")]
    return [shlex.split(line, comments=True) for line in lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with examples/ in it, where the commands are typed in order."""
    made = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", made / "examples")
    return made


def test_there_are_commands() -> None:
    assert len(commands()) >= 6


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_of_the_readme(folder: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        input="/quit\n",
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_the_python_of_the_readme(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), {})
    assert list((folder / "out").glob("reply-*"))
