"""`anygen pull`: fetch the parts a preset is made of."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from anygen.cli.exits import DONE
from anygen.cli.terminal import tell
from anygen.core.errors import printable


def add(commands: Any) -> None:
    """The parser of `anygen pull`."""
    parser = commands.add_parser(
        "pull",
        help="fetch the parts a preset is made of",
        description="Fetch what a preset's sources name, as safetensors wherever the preset does not say otherwise. What "
        "broke off goes on; a lock beside the files records each one's SHA-256, and another file is refused later.",
        epilog="Tokens, caches and HF_HUB_OFFLINE are those of the hub's own client. The licences are those of the parts.",
    )
    parser.set_defaults(run=pull_parts)
    parser.add_argument("preset", metavar="PRESET", help="a preset (anygen info --all), or a YAML of one")
    parser.add_argument("--out", metavar="DIR", help="where to put them (default PRESET-parts)")
    parser.add_argument("--offline", action="store_true", help="take what the hub's cache has")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def pull_parts(arguments: argparse.Namespace) -> int:
    """Fetch the parts, and say where they lie and what comes next."""
    from anygen.loading.pull import pull

    is_shown = sys.stderr.isatty()

    def report(words: str) -> None:
        if is_shown:
            print(printable(words), file=sys.stderr)

    done = pull(arguments.preset, arguments.out, arguments.offline, report=report)
    found = {
        "folder": str(done.folder),
        "lock": str(done.lock),
        "files": {file.path: file.sha256 for files in done.files.values() for file in files},
        "then": done.then,
    }
    tell(found, arguments.json)
    return DONE
