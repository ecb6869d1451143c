"""`anygen chat`: a conversation in the terminal."""

from __future__ import annotations

import argparse
from typing import Any

from anygen.cli.arguments import add_model, add_options, add_out, add_placement, options_from, placed
from anygen.cli.terminal import load


def add(commands: Any) -> None:
    """The parser of `anygen chat`."""
    parser = commands.add_parser(
        "chat",
        help="talk, with pictures, sounds and clips",
        usage="anygen chat [options]",
        description="A conversation in the terminal; what was made stays in it. /help lists the commands.",
    )
    parser.set_defaults(run=chat)
    add_model(parser)
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of the first answer (default 0)"
    )
    add_out(parser)
    add_placement(parser)
    add_options(parser)


def chat(arguments: argparse.Namespace) -> int:
    """Talk until /quit or the end of standard input; the exit code."""
    from anygen.cli.conversation import Chat

    options = options_from(arguments)
    return Chat(load(arguments.model, placed(arguments)), arguments, options).run()
