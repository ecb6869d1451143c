"""Starts the server as a child of this process, and ends it with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from anygen.core.errors import MachineError
from anygen_ui import backend
from anygen_ui.storage_rules import UploadLimits

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names under which only this machine reaches a server."""
SECONDS_TO_END = 10
"""What a server gets to end by itself: the worker is told, the database closed."""


def server_arguments(host: str, port: int) -> list[str]:
    """The command of the server. Looks stand in .streamlit/config.toml beside it; what concerns safety stands here."""
    flags = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.maxUploadSize": str(UploadLimits().upload_bytes // 1_000_000),
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
    """Raise MachineError where nothing can be served there."""
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
    backend.hold(Path(folder) if folder else backend.data_folder()).release()
    said = {backend.FOLDER: folder, backend.PASSWORD: password, backend.MODEL: model}
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
