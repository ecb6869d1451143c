"""Inputs kept beside the answers, through replay; and inputs that are measured."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from anygen import Audio, Image
from anygen.batch import render, verify
from anygen.batch.runner import Settings
from anygen.cli import main
from anygen.core.errors import MediaError
from anygen.evaluation import replay
from anygen.media.measurements import Depth, Imu, Thermal

from .conftest import QUICK, done, files, picture, rows, text, write_lines


@pytest.fixture
def lines(tmp_path):
    random = np.random.default_rng(0)
    Image(random.integers(0, 256, (40, 48, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    Audio(random.normal(0, 0.1, 16_000).astype(np.float32), 16_000).save(tmp_path / "b.wav")
    seen = {"type": "image", "path": "a.png"}
    heard = {"type": "audio", "path": "b.wav"}
    return [
        {
            "id": "both",
            "prompt": [seen, heard, "Draw a dog."],
            "require": ["image"],
            "options": QUICK,
            "n": 2,
        },
        {"id": "said", "prompt": [seen, "What is it?"], "modalities": ["text"]},
    ]


def test_what_kept_its_inputs_is_replayed_without_them(run, mini, tmp_path, lines, capsys):
    run(lines, out="bare", exact=True)
    summary = run(lines, exact=True, keep_inputs=True)
    found = done(tmp_path / "out")
    for name in ("a.png", "b.wav"):
        (tmp_path / name).unlink()

    assert summary.done == 3 and verify(tmp_path / "out").holds
    assert [len(found[each]["inputs"]) for each in ("both:0", "both:1", "said:0")] == [2, 2, 1]
    for sample in ("both:0", "both:1"):
        path = tmp_path / "out" / found[sample]["files"][0]["path"]
        again = replay.replay(mini, path)
        assert again.same and not again.differences
    assert main(["replay", str(path)]) == 0 and "the same" in capsys.readouterr().out
    path = tmp_path / "bare" / found["both:0"]["files"][0]["path"]
    with pytest.raises(MediaError, match="give the file it was with --input"):
        replay.replay(mini, path)


def test_kept_inputs_are_part_of_what_is_done(run, tmp_path, lines):
    run(lines, keep_inputs=True)
    before = files(tmp_path / "out")
    assert run(lines, keep_inputs=True).made == 0 and files(tmp_path / "out") == before
    row = done(tmp_path / "out")["said:0"]
    kept = tmp_path / "out" / row["inputs"][0]["path"]
    whole = kept.read_bytes()

    for damage in (b"", whole[:-1] + b"?"):
        kept.write_bytes(damage)
        found = verify(tmp_path / "out")
        assert not found.holds and found.problems[0].startswith("'said': media/")
        assert run(lines, keep_inputs=True).made == 1
        assert kept.read_bytes() == whole and verify(tmp_path / "out").holds
    row["inputs"][0]["path"] = "media/../../a.png"
    with (tmp_path / "out" / "results.jsonl").open("a") as ledger:
        ledger.write(json.dumps(row) + "\n")
    assert any("not its own" in problem for problem in verify(tmp_path / "out").problems)


def test_an_input_that_changed_since_is_an_error_row(run, mini, tmp_path, lines, monkeypatch):
    respond = type(mini).respond

    def changing(self, *arguments, **how):
        answered = respond(self, *arguments, **how)
        shutil.copy(tmp_path / "b.wav", tmp_path / "a.png")
        return answered

    monkeypatch.setattr(type(mini), "respond", changing)
    assert run(lines[1:], keep_inputs=True).failed == 1
    assert "was changed while the job ran" in rows(tmp_path / "out")[0]["error"]["message"]


def test_the_flags(tmp_path, lines, capsys):
    path = write_lines(tmp_path / "m.jsonl", lines)
    out = tmp_path / "out"
    assert main(["render", str(path), "--out", str(out), "--keep-inputs", "--max-attempts", "2"]) == 0
    assert all(row["inputs"] for row in rows(out))
    for wrong in ("0", "-1", "many"):
        assert main(["render", str(path), "--out", str(out), "--max-attempts", wrong]) == 2
        assert "no whole number from 1" in capsys.readouterr().err


@pytest.fixture
def measured(tmp_path):
    random = np.random.default_rng(0)
    Depth(random.random((20, 24)).astype(np.float32)).save(tmp_path / "depth.png")
    Thermal(random.integers(0, 256, (20, 24), dtype=np.uint8)).save(tmp_path / "thermal.png")
    Imu(random.normal(0, 1, (6, 400)).astype(np.float32), 200.0).save(tmp_path / "imu.csv")
    names = {"depth": "depth.png", "thermal": "thermal.png", "imu": "imu.csv"}
    return [
        text(kind, [{"type": kind, "path": name}, "What is it?"], options={"max_new_tokens": 4})
        for kind, name in names.items()
    ]


def test_measured_inputs_are_read_where_the_model_reads_them(tmp_path, measured, tiny_senses):
    # One file as a picture and as depth: they are not the same medium.
    both = [{"type": "image", "path": "depth.png"}, {"type": "depth", "path": "depth.png"}]
    lines = [*measured, text("both", both, options={"max_new_tokens": 4})]
    path = write_lines(tmp_path / "m.jsonl", lines)
    summary = render(path, tmp_path / "out", tiny_senses, settings=Settings(), keep_inputs=True, pages=False)
    found = done(tmp_path / "out")

    assert summary.done == 4, rows(tmp_path / "out")
    assert len(found["both:0"]["inputs"]) == 2 and verify(tmp_path / "out").holds
    alone = tiny_senses.generate(
        [Depth.open(tmp_path / "depth.png"), "What is it?"],
        seed=found["depth:0"]["seed"],
        modalities=["text"],
        options={"max_new_tokens": 4},
    )
    assert "".join(part["text"] for part in found["depth:0"]["parts"]) == alone.text


def test_measured_inputs_are_error_rows_where_it_does_not(run, tmp_path, measured):
    summary = run([*measured, picture("p")])
    assert (summary.done, summary.failed) == (1, 3)
    for row in rows(tmp_path / "out"):
        if row["state"] == "failed":
            message = row["error"]["message"]
            assert message == f"prompt[0] is {row['id']}; this model reads text, image, audio, video", message


def test_kept_inputs_are_copied_to_a_store_too(run, tmp_path, lines):
    store = tmp_path / "store"
    run(lines[1:], keep_inputs=True)
    run(lines, keep_inputs=True, copy_to=store.as_uri())
    for row in done(tmp_path / "out").values():
        for each in row["inputs"]:
            assert (store / each["path"]).read_bytes() == (tmp_path / "out" / each["path"]).read_bytes()
