"""The ledger's cost, measured at a size of a few."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen import AnyGen
from anygen.batch import verify
from anygen_pipelines.benchmarks import batch_resume as resume


@pytest.fixture(scope="module")
def model() -> AnyGen:
    return AnyGen.from_pretrained("mini")


def test_a_written_ledger_is_a_finished_job(model: AnyGen, tmp_path: Path) -> None:
    manifest = resume.finished_job(tmp_path, model, 50)
    found = resume.measure(manifest)
    assert (found["done"], found["made"]) == (50, 0)
    assert verify(manifest.parent / "out").holds


def test_commits_are_timed(model: AnyGen, tmp_path: Path) -> None:
    took = resume.commit_seconds(tmp_path, model, 3)
    assert all(seconds > 0 for seconds in took.values())
    assert verify(tmp_path / "out").done == 6


def test_a_job_that_is_not_finished_ends_the_measurement(model: AnyGen, tmp_path: Path) -> None:
    manifest = resume.finished_job(tmp_path, model, 3)
    with pytest.raises(SystemExit, match="4 answers were done and the job says"):
        resume.resumed(manifest, 4)
    cells = resume.resumed(manifest, 3)
    assert len(cells) == len(resume.HEADER) and cells[0] == "3"
