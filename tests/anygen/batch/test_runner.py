"""The contract on real answers of mini: what a job gives, and what running it again does."""

from __future__ import annotations

import json
import threading
import time

import numpy as np
import pytest

from anygen import Image
from anygen.batch import verify
from anygen.batch.commit import Committer
from anygen.batch.items import slot_of
from anygen.batch.job import Job
from anygen.core.errors import PromptError
from anygen.evaluation import replay

from .conftest import done, files, picture, rows, sound, text, write_lines


def test_every_line_gets_what_it_asks_for(run, tmp_path):
    summary = run([text("a"), picture("b"), sound("c", n=2, seed=7), picture("d", meta={"split": "test"})])
    found = done(tmp_path / "out")

    assert (summary.done, summary.failed, summary.exit_code) == (5, 0, 0)
    assert [part["type"] for part in found["b:0"]["parts"]] == ["text", "image"]
    assert found["c:0"]["seed"] == 7 and found["c:1"]["seed"] == 8
    assert found["d:0"]["meta"] == {"split": "test"}
    for row in found.values():
        for each in row["files"]:
            assert (tmp_path / "out" / each["path"]).stat().st_size == each["bytes"]
    assert verify(tmp_path / "out").holds


def test_a_file_of_a_job_can_be_replayed(run, mini, tmp_path):
    run([picture("b"), sound("c")])
    for row in done(tmp_path / "out").values():
        again = replay.replay(mini, tmp_path / "out" / row["files"][0]["path"])
        assert again.same and not again.differences


def test_a_finished_job_makes_nothing_again(run, tmp_path):
    lines = [text("a"), picture("b"), text("bad", seed=-1), "{"]
    run(lines)
    before = (tmp_path / "out" / "results.jsonl").read_bytes(), files(tmp_path / "out")
    summary = run(lines)

    assert (summary.made, summary.new_failures, summary.done, summary.failed) == (0, 0, 2, 2)
    assert before == ((tmp_path / "out" / "results.jsonl").read_bytes(), files(tmp_path / "out"))


def test_bad_lines_are_error_rows_and_the_job_goes_on(run, tmp_path):
    lines = [text("a"), "{", text("a"), {"id": "k", "promt": "x"}, [1], picture("z")]
    lines += [text("far", options={"image": {"height": 17}}), '{"id": "t", "prompt": "' + "\\ud800" + '"}']
    lines += [{"id": "m", "prompt": [{"type": "image", "path": "none.png"}]}]
    summary = run(lines)
    kinds = {row["line"]: row.get("error", {}).get("type") for row in rows(tmp_path / "out")}

    assert kinds[2] == "ManifestError" and kinds[3] == "DuplicateIdError"
    assert kinds[4] == kinds[5] == kinds[8] == kinds[9] == "RequestError"
    assert kinds[1] is None and kinds[6] is None
    assert summary.exit_code == 1 and summary.done + summary.failed == len(lines)


def test_an_answer_that_fails_costs_its_neighbours_nothing(run, tmp_path):
    odd = {"image": {"num_inference_steps": 2, "height": 36, "width": 36}}
    long = "word " * 4000
    summary = run([picture("a"), picture("odd", options=odd), text("long", long), text("b"), picture("c")])

    assert set(done(tmp_path / "out")) == {"a:0", "b:0", "c:0"}
    assert summary.failed == 2
    errors = {row["id"]: row["error"] for row in rows(tmp_path / "out") if row["state"] == "failed"}
    assert errors["odd"]["type"] == "ConfigError" and errors["long"]["type"] == "PromptError"


def test_max_failures_stops_the_job(run):
    summary = run([text("a"), "{", "{", text("b")], max_failures=2)
    assert summary.exit_code == 4 and summary.stopped == "max_failures"


def test_failed_answers_are_tried_again_when_asked(run, tmp_path):
    media = tmp_path / "p.png"
    lines = [
        {"id": "a", "prompt": [{"type": "image", "path": "p.png"}, "What is it?"], "modalities": ["text"]}
    ]
    media.write_bytes(b"no picture")
    assert run(lines).failed == 1
    assert run(lines).new_failures == 0
    assert run(lines, retry_failed=True).new_failures == 1
    # Another content is another key, so that is no retry.
    Image(np.full((8, 8, 3), 200, np.uint8)).save(media)
    assert run(lines).made == 1


def test_a_changed_request_is_made_only_with_overwrite(run, tmp_path):
    run([picture("a", seed=1)])
    old = files(tmp_path / "out")
    left = run([picture("a", seed=2)])
    assert (left.changed, left.made, left.exit_code) == (1, 0, 1) and files(tmp_path / "out") == old
    again = run([picture("a", seed=2)], overwrite=True)
    assert (again.made, again.exit_code) == (1, 0) and files(tmp_path / "out") != old
    run([text("a")], overwrite=True)
    assert files(tmp_path / "out") == {}, "what the last version left is gone"
    assert run([text("a")], overwrite=True).made == 0


def test_without_a_seed_the_key_decides(run, tmp_path):
    run([picture("a"), picture("b")])
    found = done(tmp_path / "out")
    run([picture("b"), picture("a")], out="other")

    assert found["a:0"]["seed"] != found["b:0"]["seed"]
    assert {name: row["seed"] for name, row in found.items()} == {
        name: row["seed"] for name, row in done(tmp_path / "other").items()
    }


def test_shards_share_the_manifest_out(run, tmp_path):
    lines = [text(f"t{number}") for number in range(12)] + [text("t0"), "{"]
    made = [run(lines, shard=(index, 3)) for index in (1, 2, 3)]

    assert all(summary.made for summary in made)
    assert sum(summary.made for summary in made) == 12 == len(done(tmp_path / "out"))
    assert sum(summary.new_failures for summary in made) == 2


def test_limit_takes_the_first_lines(run, tmp_path):
    run([text("a"), text("b"), text("c")], limit=2)
    assert set(done(tmp_path / "out")) == {"a:0", "b:0"}


def test_a_full_disk_ends_the_job_and_loses_nothing(run, tmp_path, monkeypatch):
    lines = [picture("a"), picture("b"), picture("c")]
    commit = Committer.commit
    count = iter(range(100))

    def full(self, made):
        if next(count) == 1:
            from anygen.batch import ledger

            def no_room(path, data):
                path.write_bytes(data[:10])
                raise OSError(28, "No space left on device", str(path))

            with monkeypatch.context() as patch:
                patch.setattr(ledger, "write", no_room)
                return commit(self, made)
        return commit(self, made)

    monkeypatch.setattr(Committer, "commit", full)
    with pytest.raises(OSError, match="No space"):
        run(lines)
    assert len(done(tmp_path / "out")) == 1 and not list((tmp_path / "out").rglob("*.part"))
    assert verify(tmp_path / "out").holds
    with Job(tmp_path / "out") as job:
        assert job.index.starts(slot_of("b")) == 0, "it is no attempt of the answer"
    monkeypatch.undo()
    assert run(lines).made == 2


def test_work_that_kills_the_process_is_given_up_after_some_attempts(run, mini, tmp_path):
    lines = [text("a"), text("poison"), text("b")]
    run([text("first")])
    with Job(tmp_path / "out") as job:
        # What a killed process leaves: starts without an end.
        for _ in range(3):
            job.index.starting([slot_of("poison")])
    summary = run(lines, max_attempts=3)

    assert set(done(tmp_path / "out")) == {"first:0", "a:0", "b:0"} and summary.failed == 1
    assert rows(tmp_path / "out")[-3]["error"]["type"] == "AttemptsError"
    assert run(lines, max_attempts=3, retry_failed=True).made == 1


def test_stopping_keeps_what_is_finished(run, tmp_path):
    lines = [text("a"), *(picture(f"p{number}") for number in range(6))]
    seen: list[str] = []
    summary = run(lines, report=lambda event, row: seen.append(event), should_stop=lambda: len(seen) >= 1)

    assert summary.stopped == "signal" and set(done(tmp_path / "out")) == {"a:0"}
    assert run(lines).made == 6


def test_follow_waits_for_new_lines(run, tmp_path):
    path = write_lines(tmp_path / "m.jsonl", [text("a")])
    events: list[str] = []

    def add() -> None:
        while len(events) < 1:
            time.sleep(0.01)
        with path.open("a") as file:
            file.write(json.dumps(text("b"))[:9])
            file.flush()
            time.sleep(0.3)
            file.write(json.dumps(text("b"))[9:] + "\n")

    thread = threading.Thread(target=add)
    thread.start()
    run(
        path,
        follow=True,
        report=lambda event, row: events.append(row["id"]),
        should_stop=lambda: len(events) == 2,
    )
    thread.join()
    assert events == ["a", "b"]


def test_a_manifest_that_is_none_is_refused(run, tmp_path):
    with pytest.raises(PromptError, match="no such file"):
        run(tmp_path / "none.jsonl")
