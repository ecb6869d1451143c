"""Places where a test may make a job fail."""

from __future__ import annotations

import errno

import pytest

from anygen.batch import failpoints


def test_faults_are_read_strictly(monkeypatch):
    assert failpoints._read("after-write:3,*:2:terminate") == {
        "after-write": (3, "kill"),
        "*": (2, "terminate"),
    }
    with pytest.raises(ValueError, match="the action 'explode'"):
        failpoints._read("after-write:3:explode")


def test_a_place_fails_at_the_count_that_is_asked(monkeypatch):
    monkeypatch.setattr(failpoints, "_faults", failpoints._read("after-write:2:full,before-ledger:1:memory"))
    monkeypatch.setattr(failpoints, "_reached", {})
    failpoints.reached("after-write")
    failpoints.reached("after-fsync")
    with pytest.raises(OSError, match="after-write") as found:
        failpoints.reached("after-write")
    assert found.value.errno == errno.ENOSPC
    failpoints.reached("after-write")
    with pytest.raises(MemoryError):
        failpoints.reached("before-ledger")
    assert failpoints.is_armed("after-write") and not failpoints.is_armed("mid-ledger")
