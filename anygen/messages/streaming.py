"""Work that tells of its progress, as an iterator of what it tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import TypeVar

E = TypeVar("E")


def events_of(
    work: Callable[[Callable[[E], None], Callable[[], bool]], None], should_stop: Callable[[], bool]
) -> Iterator[E]:
    """Run `work(emit, should_stop)` in a thread and yield what it emits; what it raises is raised here.

    Closing the iterator makes the `should_stop` that work sees true, and waits for it to end."""
    queue: SimpleQueue[tuple[str, object]] = SimpleQueue()
    closed = threading.Event()

    def run() -> None:
        try:
            work(lambda event: queue.put(("event", event)), lambda: closed.is_set() or should_stop())
            queue.put(("end", None))
        except BaseException as error:
            queue.put(("error", error))

    worker = threading.Thread(target=run, name="anygen-stream", daemon=True)
    worker.start()
    try:
        while True:
            kind, value = queue.get()
            if kind == "end":
                return
            if isinstance(value, BaseException) and kind == "error":
                raise value
            yield value  # type: ignore[misc]
    finally:
        closed.set()
        worker.join()
