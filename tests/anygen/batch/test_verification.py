"""A job's folder checked, and what does not hold taken back."""

from __future__ import annotations

import pytest

from anygen.batch import verify
from anygen.core.errors import PromptError

from .conftest import done, files, picture, rows, text


def test_damage_is_made_good(run, tmp_path):
    lines = [picture("a"), picture("b"), picture("c")]
    run(lines)
    folder, before = tmp_path / "out", files(tmp_path / "out")
    one, two, _ = (folder / row["files"][0]["path"] for row in done(folder).values())
    one.unlink()
    damaged = bytearray(two.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    two.write_bytes(damaged)

    assert run(lines).made == 2
    assert verify(folder).holds and set(done(folder)) == {"a:0", "b:0", "c:0"}
    assert files(folder).keys() == before.keys()


def test_repair_takes_back_what_does_not_hold(run, tmp_path):
    lines, folder = [picture("a"), picture("b")], tmp_path / "out"
    run(lines)
    (folder / done(folder)["a:0"]["files"][0]["path"]).unlink()
    row = done(folder)["b:0"]
    left_over = folder / "media" / row["slot"][:2] / f"{row['slot']}-7.png"
    left_over.write_bytes(b"of a job that was killed")
    found = verify(folder)
    assert not found.holds and "is missing" in found.problems[0] and found.leftovers == 1
    assert left_over.exists() and rows(folder)[-1]["state"] == "done", "a check alone changes nothing"

    assert verify(folder, repair=True).repaired == 1 and not left_over.exists()
    assert set(done(folder)) == {"b:0"} and verify(folder).requeued == 1
    assert run(lines).made == 1 and verify(folder).holds


def test_a_damaged_line_is_told_and_blanked(run, tmp_path):
    lines = [text("a"), text("b")]
    run(lines)
    ledger = tmp_path / "out" / "results.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(b"x" * 10 + whole[10:])
    assert verify(tmp_path / "out").problems[0] == "results.jsonl: the line at byte 0 is damaged"
    assert verify(tmp_path / "out", repair=True).repaired == 1
    assert ledger.read_bytes().startswith(b"   ") and len(ledger.read_bytes()) == len(whole)
    assert run(lines).made == 1 and verify(tmp_path / "out").holds


def test_a_folder_without_a_job_is_refused(tmp_path):
    with pytest.raises(PromptError, match=r"holds no results\.jsonl"):
        verify(tmp_path)
    assert files(tmp_path) == {}
