"""A handful of signals, and a disk that is full."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines.benchmarks.batch_faults import stops
from anygen_pipelines.benchmarks.batch_faults.campaign import Ground


def test_signals(ground: Ground) -> None:
    once = stops.one_signal(ground, 2)
    twice = stops.one_signal(ground, 1, again_after=0.05)
    assert once.seconds and once.holds and twice.holds, (once, twice)


def test_a_file_that_may_not_grow(ground: Ground) -> None:
    campaign = stops.limited(ground, 2)
    assert campaign.times == 2 and campaign.holds, campaign


def test_a_disk_that_is_full(ground: Ground) -> None:
    if not stops.can_mount(ground.work / "small"):
        pytest.skip("needs the right to mount a tmpfs")
    campaign = stops.filled(ground, 3)
    assert campaign.times >= 2 and campaign.holds, campaign


def test_a_line_that_is_not_whole_is_not_done(tmp_path: Path) -> None:
    assert stops.done_lines(tmp_path) == []
    (tmp_path / "results.jsonl").write_bytes(b"one\ntwo\nthr")
    assert stops.done_lines(tmp_path) == [b"one", b"two"]
