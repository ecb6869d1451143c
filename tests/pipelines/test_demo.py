"""The conversation of `make demo`, on a tiny model."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines import demo


def test_every_turn_is_answered_and_its_media_are_written(
    tmp_path: Path, tiny_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.main(["--model", str(tiny_dir), "--out", str(tmp_path)])
    said = capsys.readouterr().out
    turns = sum(map(len, demo.CONVERSATIONS))
    assert said.count("\nyou   ") == said.count("\nmini  ") == turns
    written = {Path(line.split("-> ")[1]) for line in said.splitlines() if "-> " in line}
    assert all(path.is_file() and path.parent == tmp_path for path in written)
    assert "<examples/frog.wav> Draw what you hear" in said


def test_every_example_that_it_names_is_there() -> None:
    named = {
        part for turns in demo.CONVERSATIONS for turn in turns for part in turn if isinstance(part, Path)
    }
    assert len(named) == 3 and all((demo.EXAMPLES / each).is_file() for each in named)
