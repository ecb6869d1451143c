"""What stands behind all pages of this server, once: the store and the engine."""

from __future__ import annotations

import contextlib
import gc
import os
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from anygen.core.errors import MachineError
from anygen_ui.engine import Engine
from anygen_ui.store import Store

FOLDER, MODEL, PASSWORD = "ANYGEN_UI_DIR", "ANYGEN_UI_MODEL", "ANYGEN_UI_PASSWORD"
"""The environment variables that tell the server what its command was told."""

LOCK = ".lock"
"""Held by the server of a folder; the system lets go of it when that process ends, however it ends."""

_lock = threading.Lock()
_held: FileLock | None = None
_backend: tuple[Store, Engine] | None = None


def backend() -> tuple[Store, Engine]:
    """The store and the engine; made when first asked for."""
    global _backend, _held
    with _lock:
        if _backend is None:
            _held = _held or hold(data_folder())
            store = Store(data_folder())
            _backend = store, Engine(store)
        return _backend


def warm() -> None:
    """Load now, beside the start of the server, what the first answer would have to wait for."""
    from anygen_ui.choices import facts_of

    def look() -> None:
        facts_of(default_model())
        # Whoever asks for this model is told what is wrong with it.
        with contextlib.suppress(ValueError):
            backend()[1].prepare(default_model())
        # Streamlit collects garbage after each run of the page, while everybody waits: a third of a second once model
        # libraries are loaded. What is loaded now stays; setting it aside makes that a few milliseconds.
        gc.collect()
        gc.freeze()

    threading.Thread(target=look, name="anygen-warm", daemon=True).start()


def close() -> None:
    """End the worker and let go of the database."""
    global _backend, _held
    with _lock:
        if _backend is not None:
            store, engine = _backend
            engine.close()
            store.close()
            _backend = None
        if _held is not None:
            _held.release()
            _held = None


def hold(folder: Path) -> FileLock:
    """The lock of a folder, for one server at a time. Raises MachineError where another has it, or nothing can be kept."""
    lock = FileLock(folder.expanduser() / LOCK, thread_local=False)
    try:
        folder.expanduser().mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise MachineError(
            f"another server keeps its conversations in {folder}; end that one, or give another --dir"
        ) from None
    except OSError as error:
        raise MachineError(
            f"nothing can be kept in {folder} ({error.strerror}); give a --dir that can be written"
        ) from None
    return lock


def default_model() -> str:
    return os.environ.get(MODEL) or "mini"


def data_folder() -> Path:
    """ANYGEN_UI_DIR, else the place this platform keeps such things."""
    if given := os.environ.get(FOLDER):
        return Path(given)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "anygen-ui"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "anygen-ui"
