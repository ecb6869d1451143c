"""Ctrl-C and SIGTERM during a job."""

from __future__ import annotations

import os
import signal

import pytest

from anygen.batch.signals import StopSignals, interruptible
from anygen.generation import Stopped


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_is_held_and_has_its_code(number, code):
    before = signal.getsignal(number)
    with StopSignals() as stop:
        assert not stop() and stop.code is None
        os.kill(os.getpid(), number)
        assert stop() and stop.code == code
    assert signal.getsignal(number) is before


def test_what_cannot_ask_is_ended_at_once():
    with StopSignals() as stop:
        with pytest.raises(Stopped), interruptible(stop):
            os.kill(os.getpid(), signal.SIGTERM)
            raise AssertionError("the signal comes before this line is reached")
        with pytest.raises(Stopped), interruptible(stop):
            raise AssertionError("nothing begins after it")


def test_other_errors_pass():
    with StopSignals() as stop, pytest.raises(ValueError, match="mine"), interruptible(stop):
        raise ValueError("mine")
