"""Work in a thread, as an iterator of what it emits."""

from __future__ import annotations

import threading

import pytest

from anygen.messages.streaming import events_of


def test_what_work_emits_comes_in_order() -> None:
    def work(emit, should_stop) -> None:
        for number in range(3):
            emit(number)

    assert list(events_of(work, lambda: False)) == [0, 1, 2]


def test_what_work_raises_is_raised_behind_what_came_before() -> None:
    def work(emit, should_stop) -> None:
        emit("first")
        raise KeyError("second")

    events = events_of(work, lambda: False)
    assert next(events) == "first"
    with pytest.raises(KeyError, match="second"):
        next(events)


def test_an_error_may_be_an_event() -> None:
    found = list(events_of(lambda emit, should_stop: emit(ValueError("said")), lambda: False))
    assert [str(each) for each in found] == ["said"]


def test_closing_stops_the_work_and_waits_for_it() -> None:
    ended = threading.Event()

    def work(emit, should_stop) -> None:
        emit("begun")
        while not should_stop():
            pass
        ended.set()

    events = events_of(work, lambda: False)
    next(events)
    events.close()
    assert ended.is_set()


def test_the_callers_own_wish_to_stop_reaches_the_work() -> None:
    def work(emit, should_stop) -> None:
        emit(should_stop())

    assert list(events_of(work, lambda: True)) == [True]
