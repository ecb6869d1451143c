"""kill -9 at every labelled place, two runners on one folder, signals: nothing lost, nothing twice, nothing torn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anygen.batch import failpoints, verify

from .conftest import done, files, picture, rows, sound, text, write_lines

# Loads mini once, then forks a child for every fault: each is a process that dies of its own kill -9.
KILLER = """
import json, os, sys
import torch
torch.set_num_threads(1)
from anygen import AnyGen
from anygen.batch import Settings, render
from anygen.batch import failpoints
manifest, folder, labels = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
mini = AnyGen.from_pretrained("mini")
codes = {}
for label, count in labels:
    child = os.fork()
    if child == 0:
        failpoints._faults = {label: (count, "kill")}
        render(manifest, os.path.join(folder, f"{label}-{count}"), mini, pages=False, exact=True)
        os._exit(0)
    codes[f"{label}-{count}"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps(codes))
"""
LINES = [text("a"), picture("b"), picture("c"), sound("d"), text("e")]


def command(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "anygen", "render", *map(str, arguments)],
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


EACH = [(label, 1) for label in failpoints.LABELS if "video" not in label]
EACH += [("before-rename", 2), ("mid-ledger", 4), ("after-ledger-fsync", 5), ("after-write", 3)]
SOME = [
    ("after-respond", 1),
    ("after-write", 2),
    ("before-rename", 2),
    ("mid-ledger", 3),
    ("after-ledger", 2),
]


@pytest.mark.parametrize("labels", [SOME, pytest.param(EACH, marks=pytest.mark.slow)], ids=["some", "each"])
def test_a_kill_loses_nothing(run, tmp_path, labels):
    manifest = write_lines(tmp_path / "m.jsonl", LINES)
    run(manifest, out="straight", exact=True)
    said = subprocess.run(
        [sys.executable, "-c", KILLER, str(manifest), str(tmp_path), json.dumps(labels)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    codes = json.loads(said.splitlines()[-1])

    assert set(codes.values()) == {-signal.SIGKILL}, "every fault was reached"
    for name in codes:
        found = verify(tmp_path / name)
        assert found.holds, (name, found.problems)
        summary = run(manifest, out=name, exact=True)
        assert summary.done == len(LINES) == len(done(tmp_path / name)), name
        assert files(tmp_path / name) == files(tmp_path / "straight"), name
        assert verify(tmp_path / name).holds and verify(tmp_path / name).leftovers == 0


def test_two_runners_never_make_the_same(tmp_path):
    lines = [text(f"t{number}") for number in range(16)] + [picture(f"p{number}") for number in range(4)]
    manifest = write_lines(tmp_path / "m.jsonl", [*lines, "{", text("t0")])
    both = [command(manifest, "--out", tmp_path / "out", "--window", 4, "--json") for _ in range(2)]
    summaries = [json.loads(each.communicate(timeout=240)[0]) for each in both]

    assert sum(each["made"] for each in summaries) == len(lines) == len(done(tmp_path / "out"))
    assert all(each["done"] == len(lines) and each["failed"] == 2 for each in summaries)
    assert sum(each["new_failures"] for each in summaries) == 2
    assert verify(tmp_path / "out").holds


def processor_seconds(process: int) -> float:
    """What a process has used of the processor (Linux); 0 once it is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_rows(path: Path, count: int) -> None:
    for _ in range(3000):
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"no {count} lines in {path}")


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_keeps_what_is_finished(run, tmp_path, number, code):
    slow = {"image": {"num_inference_steps": 200}}
    lines = [text("a"), *(picture(f"p{number}") for number in range(2)), picture("slow", options=slow, n=8)]
    manifest = write_lines(tmp_path / "m.jsonl", lines)
    process = command(manifest, "--out", tmp_path / "out")
    wait_for_rows(tmp_path / "out" / "results.jsonl", 3)
    before = processor_seconds(process.pid)
    process.send_signal(number)
    last = before
    while process.poll() is None:
        last = processor_seconds(process.pid) or last
        time.sleep(0.02)
    said, used = process.communicate()[0], last - before

    assert process.returncode == code and "the same command goes on" in said
    assert used < 2, "seconds of the process itself: what else runs on the machine does not count"
    assert {"a:0", "p0:0", "p1:0"} <= set(done(tmp_path / "out")) and verify(tmp_path / "out").holds


def test_a_fault_in_the_environment_ends_the_job(tmp_path):
    manifest = write_lines(tmp_path / "m.jsonl", LINES)
    process = command(manifest, "--out", tmp_path / "out", ANYGEN_FAULT="before-rename:3:full")
    errors = process.communicate(timeout=200)[1]

    assert process.returncode == 3 and "No space left on device" in errors
    assert verify(tmp_path / "out").holds and not list((tmp_path / "out").rglob("*.part"))


def test_the_exit_codes(tmp_path):
    good = write_lines(tmp_path / "good.jsonl", [text("a")])
    bad = write_lines(tmp_path / "bad.jsonl", [text("a"), "{", "{"])
    wanted = {
        ("--out", str(tmp_path / "1"), str(good)): 0,
        ("--out", str(tmp_path / "2"), str(bad)): 1,
        ("--out", str(tmp_path / "3"), str(tmp_path / "none.jsonl")): 2,
        ("--out", str(good / "4"), str(good)): 3,
        ("--out", str(tmp_path / "5"), str(bad), "--max-failures", "1"): 4,
    }
    from anygen.cli import main

    assert {arguments: main(["render", *arguments]) for arguments in wanted} == wanted
    assert len(rows(tmp_path / "2")) == 3
