"""Ctrl-C and SIGTERM during a job: the first abandons the step in hand and keeps what is finished, the second stops now."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from anygen.generation import Stopped

ShouldStop = Callable[[], bool]
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class StopSignals:
    """Within `with`, holds what came. Called, it says whether to stop. Outside the main thread it only holds `stop`."""

    def __init__(self) -> None:
        self.came: int | None = None
        self.is_raising = False
        self._previous: dict[int, Any] = {}

    def __call__(self) -> bool:
        return self.came is not None

    @property
    def code(self) -> int | None:
        """The exit code that says which signal came, or None."""
        return None if self.came is None else CODES[signal.Signals(self.came)]

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            self._previous = {each: signal.signal(each, self._on_signal) for each in CODES}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: Any) -> None:
        if self.came is not None:
            # Whatever is under way: the ledger bears it, as it bears a kill.
            os._exit(CODES[signal.Signals(number)])
        self.came = number
        if self.is_raising:
            # Libraries that try what can be imported swallow any lesser exception.
            raise KeyboardInterrupt


@contextlib.contextmanager
def interruptible(should_stop: ShouldStop) -> Iterator[None]:
    """Within `with`, a signal ends at once what cannot ask whether to stop: loading a decoder, which keeps nothing that
    is not whole. Raises Stopped."""
    if not isinstance(should_stop, StopSignals):
        yield
        return
    should_stop.is_raising = True
    try:
        if should_stop():
            raise Stopped
        yield
    except (Exception, KeyboardInterrupt) as error:
        if should_stop() and not isinstance(error, Stopped):
            raise Stopped from error
        raise
    finally:
        should_stop.is_raising = False
