"""The command `anygen`: one file for each of its commands.

Exit codes: 0 done, 1 the answer is no (a replay that differs), 2 usage or bad input, 3 environment (disk full, something
missing on this machine), 130 interrupted, 143 terminated. What goes wrong is one sentence on standard error.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

import anygen
from anygen.cli import chat, convert, doctor, generate, info, pull, render, replay, ui
from anygen.cli.arguments import Parser
from anygen.cli.exits import UsageError, exit_code, open_streams, terminable
from anygen.core.errors import nearest

COMMANDS = (generate, chat, render, info, replay, doctor, pull, convert, ui)
"""In the order --help lists them. Each has `add(commands)`, which adds its parser and sets `run`."""


def build_parser() -> tuple[Parser, dict[str, Parser]]:
    """The parser of the whole command line, and that of each command."""
    parser = Parser(
        prog="anygen",
        description="Reads any mix of text, image, audio and video, and answers with any mix of them.",
        epilog='Try: anygen generate "Draw a dog on a blue background." --out out/',
    )
    parser.add_argument("--version", action="version", version=f"anygen {anygen.__version__}")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for each in COMMANDS:
        each.add(commands)
    return parser, dict(commands.choices)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace with `run`. Raises UsageError; SystemExit(0) after --help and --version."""
    parser, commands = build_parser()
    at = next((index for index, word in enumerate(arguments) if not word.startswith("-")), None)
    if at is None:
        parser.parse_args(arguments)
        raise UsageError(f"anygen: no command is given; {', '.join(commands)} are accepted, --help says more")
    if arguments[at] not in commands:
        raise UsageError(f"anygen: unknown command {arguments[at]!r}; {nearest(arguments[at], commands)}")
    command = commands[arguments[at]]
    words = list(arguments[at + 1 :])
    if command.get_default("run") is generate.generate:
        words = generate.with_marked_texts(command, words)
    namespace, unknown = parser.parse_known_args([*arguments[: at + 1], *words])
    if unknown:
        for action in command._actions:
            if isinstance(action.choices, dict) and action.dest in namespace:
                command = action.choices[getattr(namespace, action.dest)]
        known = [option for action in command._actions for option in action.option_strings]
        raise UsageError(f"{command.prog}: unknown argument {unknown[0]}; {nearest(unknown[0], known)}")
    return namespace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    open_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    is_debug = "--debug" in given
    given = [word for word in given if word != "--debug"]
    with terminable() as signals:
        try:
            parsed = parse(given)
            return int(parsed.run(parsed))
        except (KeyboardInterrupt, SystemExit, Exception) as error:
            if signal.SIGINT in signals:
                # A library that was being imported may have turned the interrupt into an error of its own.
                return exit_code(KeyboardInterrupt())
            if is_debug and isinstance(error, Exception):
                raise
            return exit_code(error)
