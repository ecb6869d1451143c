"""Forked processes: their codes, their output, and that one which does not end is killed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from anygen_pipelines.benchmarks.batch_faults import processes


def test_a_copy_ends_with_its_code_and_writes_into_its_log(tmp_path: Path) -> None:
    def run() -> int:
        os.write(1, b"said")
        os.write(2, b" twice")
        return 7

    assert processes.wait(processes.fork(run, tmp_path / "log.txt")) == 7
    assert processes.wait(processes.fork(lambda: 1 // 0, tmp_path / "log.txt")) == 70
    assert (tmp_path / "log.txt").read_text().startswith("said twice")


def test_one_that_does_not_end_is_killed_and_the_other_is_not(tmp_path: Path) -> None:
    def sleep() -> int:
        time.sleep(60)
        return 0

    began = time.monotonic()
    children = [processes.fork(run, tmp_path / "log.txt") for run in (sleep, lambda: 3)]
    assert processes.wait_all(children, [0.2, None]) == [-signal.SIGKILL, 3]
    assert time.monotonic() - began < 30
