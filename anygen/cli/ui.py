"""`anygen ui`: the app in a browser."""

from __future__ import annotations

import argparse
import importlib.util
import os
from typing import Any

from anygen.cli.exits import DONE, UsageError
from anygen.core.errors import MachineError

NEEDED = ("streamlit", "sqlalchemy")
PASSWORD = "ANYGEN_UI_PASSWORD"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names under which only this machine reaches a server."""


def add(commands: Any) -> None:
    """The parser of `anygen ui`."""
    parser = commands.add_parser(
        "ui",
        help="the app in a browser",
        description="Serve the app on this machine, until Ctrl-C. Conversations stay in DIR.",
        epilog=f"The password can be given in the environment instead, as {PASSWORD}: other users of this machine may see "
        "command lines.",
    )
    parser.set_defaults(run=serve)
    parser.add_argument("--port", type=int, default=8501, metavar="N", help="default 8501")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="default 127.0.0.1: reached from this machine alone; any other needs --password",
    )
    parser.add_argument("--password", metavar="WORDS", help="ask for it before anything is shown")
    parser.add_argument("--insecure", action="store_true", help="serve other machines without a password")
    parser.add_argument(
        "--dir",
        metavar="DIR",
        help="where conversations are kept (default: the place this system has for it)",
    )
    parser.add_argument(
        "--model", default="mini", metavar="NAME", help="chosen at first: a preset or a folder (default mini)"
    )


def serve(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C. Raises MachineError for a missing package, UsageError for an open host without a
    password, or a port that is none."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MachineError(f"{' and '.join(missing)} is missing; install it with: pip install 'anygen[ui]'")
    password = arguments.password or os.environ.get(PASSWORD)
    if arguments.host not in LOOPBACK and not password and not arguments.insecure:
        raise UsageError(
            f"anygen ui: --host {arguments.host} is reached from other machines; give --password, or say --insecure"
        )
    if not 0 < arguments.port < 65536:
        raise UsageError(f"anygen ui: --port is {arguments.port}; 1 to 65535 are accepted")
    from anygen_ui.backend import serve as serve_until_ended

    code = serve_until_ended(arguments.host, arguments.port, password, arguments.dir, arguments.model)
    return DONE if code in (0, -2, -15) else code
