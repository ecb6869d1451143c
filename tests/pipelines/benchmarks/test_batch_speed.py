"""The measurements of batch rendering, at a size of a few."""

from __future__ import annotations

import pytest

from anygen import AnyGen
from anygen.batch import verify
from anygen_pipelines.benchmarks import batch_resume as resume
from anygen_pipelines.benchmarks.batch_speed import ways


@pytest.fixture(scope="module")
def model():
    return AnyGen.from_pretrained("mini")


def test_a_written_ledger_is_a_finished_job(model, tmp_path):
    manifest = resume.finished_job(tmp_path, model, 50)
    found = resume.measure(manifest)
    assert (found["done"], found["made"]) == (50, 0)
    assert verify(manifest.parent / "out").holds


def test_commits_are_timed(model, tmp_path):
    took = resume.commit_seconds(tmp_path, model, 3)
    assert all(seconds > 0 for seconds in took.values())
    assert verify(tmp_path / "out").done == 6


def test_every_way_makes_its_items(model, tmp_path):
    compared = ways(model, "text", 2, tmp_path)
    for run in compared.values():
        run()
    assert len(compared) == 5
