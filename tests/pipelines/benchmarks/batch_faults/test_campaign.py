"""What a campaign counts as wrong; and the page that is made of it."""

from __future__ import annotations

import pytest

from anygen_pipelines.benchmarks.batch_faults.__main__ import Row, page
from anygen_pipelines.benchmarks.batch_faults.audit import Audit, Difference
from anygen_pipelines.benchmarks.batch_faults.campaign import Campaign, Ground, undisturbed
from anygen_pipelines.benchmarks.batch_faults.manifests import write_short


def test_whatever_is_wrong_is_a_problem_and_is_in_the_table() -> None:
    campaign = Campaign(times=3, answers=24)
    campaign.killed("after-write:2")
    campaign.take(Audit(done=1), "one")
    assert campaign.is_right(1, 1, "one") and campaign.holds and not Row("name", campaign).problems
    campaign.take(Audit(lost=[("a", 0)], torn=["line"]), "two")
    assert not campaign.is_right(70, 1, "two") and not campaign.holds
    assert [each[:4] for each in Row("name", campaign).problems] == ["two:", "two:", "name"]
    text = page([Row("name", campaign)], 90)
    assert "| name | 4 | 24 | 1 | 0 | 1 | - |  |" in text and "Killed at: after-write 1." in text


def test_media_that_are_far_off_do_not_hold() -> None:
    assert Campaign(apart=Difference({"image": 2.0, "audio": 1e-3, "video": 90.0})).holds
    assert not Campaign(apart=Difference({"image": 3.0})).holds
    near = Campaign(apart=Difference({"image": 1.0}, files=1))
    assert near.holds and Row("exact", near, exact=True).problems


def test_signals_are_told_by_how_long_they_took() -> None:
    cells = Row("signals", Campaign(seconds=[0.5, 3.0, 1.0], notes=["said"], stray=1)).cells
    assert cells[-1] == "said; ended in 1.00 s (median), 3.00 s at most; 1 over 2 s; 1 stray files"


def test_a_run_that_is_wrong_without_disturbance_ends_it_all(ground: Ground) -> None:
    # None of its items fails, as two must.
    manifest = write_short(ground.work)
    with pytest.raises(SystemExit, match="the undisturbed run is not right"):
        undisturbed(manifest, ground.model, ground.work / "wrong")
