"""How a command ends: its exit codes, the one sentence on standard error, and what signals do."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any, NoReturn

from anygen.core.errors import (
    CheckpointError,
    ConfigError,
    MachineError,
    MediaError,
    PromptError,
    is_out_of_memory,
    printable,
)

DONE, NO, USAGE, ENVIRONMENT, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 130, 143


class UsageError(ValueError):
    """The command line cannot be read."""


def complain(sentence: str) -> None:
    """One line on standard error; what it quotes cannot drive the terminal."""
    text = printable(sentence)
    print(text if text.startswith("anygen") else f"anygen: {text}", file=sys.stderr)


def open_streams() -> None:
    """Closed standard streams read as empty and swallow what is written; bytes that are no text are shown as such."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  for as long as we run
        elif hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="replace" if mode == "r" else "backslashreplace")


@contextlib.contextmanager
def terminable() -> Iterator[list[int]]:
    """SIGTERM ends the command as Ctrl-C does, so that nothing half-written is left. Yields the signals that came."""
    came: list[int] = []

    def stop(number: int, frame: Any) -> NoReturn:
        came.append(number)
        raise SystemExit(TERMINATED) if number == signal.SIGTERM else KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield came
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def exit_code(error: BaseException) -> int:
    """Say what went wrong, in one sentence on standard error; the exit code."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else DONE
    if isinstance(error, KeyboardInterrupt):
        complain("interrupted; nothing half-written is left")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # The reader of our output is gone; Python must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    if isinstance(error, (UsageError, MediaError, PromptError, ConfigError, CheckpointError, MachineError)):
        complain(str(error))
        return ENVIRONMENT if isinstance(error, MachineError) else USAGE
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        complain(f"{where}{error.strerror or error}; nothing half-written is left")
        return ENVIRONMENT
    if isinstance(error, ImportError):
        complain(f"{error}; install anygen again, or see anygen doctor")
        return ENVIRONMENT
    if is_out_of_memory(error):
        complain("not enough memory; ask for less, or smaller")
        return ENVIRONMENT
    if isinstance(error, FloatingPointError):
        complain(f"{error}; nothing was written")
        return NO
    complain(f"unexpected {type(error).__name__}: {error} (anygen --debug shows where)")
    return NO
