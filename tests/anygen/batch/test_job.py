"""The folder of a job: its index, which can be lost, and run.json, which is written again."""

from __future__ import annotations

import json

import pytest

from anygen.batch.job import Job
from anygen.core.errors import ConfigError, MachineError, PromptError

from .conftest import picture, text


def test_the_index_can_be_lost(run, tmp_path):
    lines = [text("a"), picture("b")]
    run(lines)
    for path in (tmp_path / "out").glob("index.sqlite*"):
        path.unlink()
    assert run(lines).made == 0
    (tmp_path / "out" / "index.sqlite").write_bytes(b"no database at all" * 100)
    assert run(lines).made == 0


def test_other_weights_are_refused(run, mini, tmp_path, monkeypatch):
    run([text("a")])
    monkeypatch.setattr(mini, "weights_hash", "0" * 64)
    with pytest.raises(ConfigError, match="was begun with the weights"):
        run([text("a")])
    assert run([text("a")], overwrite=True).made == 1


def test_one_process_has_a_folder_open_once(run, tmp_path):
    with Job(tmp_path / "out"), pytest.raises(MachineError, match="already at work"):
        run([text("a")])


@pytest.mark.parametrize("damage", ['{"model": [1], "runs": []}', '{"runs": 3}', "[]", "x"])
def test_a_damaged_run_json_is_written_again(run, tmp_path, damage):
    run([text("a")])
    (tmp_path / "out" / "run.json").write_text(damage)
    assert run([text("a")]).done == 1
    assert len(json.loads((tmp_path / "out" / "run.json").read_text())["runs"]) == 1


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").write_text("notes")
    with pytest.raises(PromptError, match="out: is a file; a folder is accepted"):
        Job(tmp_path / "out")


def test_the_hash_of_a_file_is_read_again_once_it_changes(tmp_path):
    path = tmp_path / "a"
    with Job(tmp_path / "out") as job:
        path.write_bytes(b"one")
        first = job.index.hash_file(path)
        assert job.index.hash_file(path) == first
        path.write_bytes(b"two, longer")
        assert job.index.hash_file(path) != first
