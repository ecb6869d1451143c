"""The plan of `make train-mini`, without doing it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from anygen_pipelines.mini import train


def test_every_step_is_a_job_that_there_is_and_needs_only_those_before_it() -> None:
    steps = train.plan(Path("runs"), Path("esc10"), Path("out/mini"))
    assert steps[0].name == "text encoders" and steps[-1].name == "the preset"
    made: list[str] = []
    for step in steps:
        assert importlib.util.find_spec(step.module), step
        work = Path(step.done).parts[1]
        for word in step.arguments:
            if word.startswith("runs/") and Path(word).parts[1] != work:
                assert Path(word).parts[1] in made, (step.name, word)
        made.append(work)
    assert sum("--recordings" in step.arguments for step in steps) == 5


def test_another_folder_of_runs_moves_the_stages_too() -> None:
    steps = train.plan(Path("/else where"), None, Path("out"))
    (first,) = (step for step in steps if step.name == "stage 1")
    assert any(word.startswith("--set") for word in first.arguments)
    assert not any("runs/" in word for step in steps for word in step.arguments)
    # A folder with a space stays one word.
    assert "/else where/text_encoders" in steps[0].arguments


def test_what_is_done_is_not_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = train.plan(tmp_path, None, tmp_path / "out")
    Path(steps[0].done).parent.mkdir(parents=True)
    Path(steps[0].done).touch()
    train.main(["--runs", str(tmp_path), "--plan"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["text", "encoders", "done"]
    assert f"{sum(step.cpu_seconds for step in steps[1:])} s" in lines[-1]


def test_a_job_that_fails_stops_the_plan(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="goes on from there"):
        train.run(train.Step("broken", "no.such.module", (), str(tmp_path / "done"), 1))
    train.run(train.Step("the preset", "this", (), str(tmp_path / "shipped"), 1))
    assert (tmp_path / "shipped").exists()


def test_recordings_that_are_not_there_are_named() -> None:
    with pytest.raises(SystemExit, match="/nowhere: no such folder"):
        train.main(["--recordings", "/nowhere", "--plan"])
