"""The server: how `anygen ui` starts it as its child, and what stands behind all its pages, the store and the engine."""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from anygen.core.errors import MachineError
from anygen_ui.choices import facts_of
from anygen_ui.engine import Engine
from anygen_ui.file_store import DEFAULT_UPLOADS
from anygen_ui.store import Store

FOLDER, MODEL, PASSWORD = "ANYGEN_UI_DIR", "ANYGEN_UI_MODEL", "ANYGEN_UI_PASSWORD"
"""The environment variables that tell the server what its command was told."""

LOCK = ".lock"
"""Held by the server of a folder; the system lets go of it when that process ends, however it ends."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names under which only this machine reaches a server."""
SECONDS_TO_END = 10
"""What a server gets to end by itself: the worker is told, the database closed."""

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
    """The one that is chosen at first."""
    return os.environ.get(MODEL) or "mini"


def data_folder() -> Path:
    """ANYGEN_UI_DIR, else the place this platform keeps such things."""
    if given := os.environ.get(FOLDER):
        return Path(given)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "anygen-ui"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "anygen-ui"


# Starting it


def server_arguments(host: str, port: int) -> list[str]:
    """The command of the server. Looks stand in .streamlit/config.toml beside it; what concerns safety stands here."""
    flags = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.maxUploadSize": str(DEFAULT_UPLOADS.upload_bytes // 1_000_000),
        "server.fileWatcherType": "none",
        "server.enableXsrfProtection": "true",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "logger.level": "error",
    }
    script = Path(__file__).with_name("server.py")
    return [
        *(sys.executable, "-m", "streamlit", "run", str(script)),
        *(f"--{name}={value}" for name, value in flags.items()),
        # A page elsewhere must not reach a server of this machine through a name that it controls.
        *(f"--server.allowedHosts={name}" for name in (LOOPBACK if host in LOOPBACK else ())),
    ]


def check_address(host: str, port: int) -> None:
    """Raises MachineError where nothing can be served there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name == "posix":
                # A server that ended a moment ago is no hindrance.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise MachineError(
            f"cannot serve at {host}, port {port} ({error.strerror}); give another --port or --host"
        ) from None


def serve(host: str, port: int, password: str | None, folder: str | None, model: str) -> int:
    """Run until the server ends, or this process is told to; the server's exit code. Raises MachineError."""
    check_address(host, port)
    # Said here, in a sentence; from then on the server holds it.
    hold(Path(folder) if folder else data_folder()).release()
    said = {FOLDER: folder, PASSWORD: password, MODEL: model}
    environment = {**os.environ, **{name: value for name, value in said.items() if value}}
    server = subprocess.Popen(server_arguments(host, port), env=environment)
    try:
        return server.wait()
    except KeyboardInterrupt:
        # Ctrl-C is how a server ends.
        return 0
    finally:
        if server.poll() is None:
            server.terminate()
            try:
                server.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
