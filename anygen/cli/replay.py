"""`anygen replay`: make a file again and compare."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from anygen.cli.arguments import add_placement, placed
from anygen.cli.exits import DONE, NO, UsageError
from anygen.cli.terminal import load
from anygen.core.errors import printable


def add(commands: Any) -> None:
    """The parser of `anygen replay`."""
    parser = commands.add_parser(
        "replay",
        help="make a file again and compare",
        description="Make a file again from the record it carries, and say whether the same came out (exit code 0), or what "
        "differs (1), or which input is missing (2).",
    )
    parser.set_defaults(run=replay)
    parser.add_argument(
        "file", metavar="FILE", help="a picture, sound or clip that anygen wrote, or a reply's JSON"
    )
    parser.add_argument(
        "--input", action="append", default=[], metavar="PATH", help="an input it was made from; repeatable"
    )
    parser.add_argument("--model", metavar="NAME", help="use this model instead of the one in the record")
    parser.add_argument("--out", metavar="DIR", help="also write what was made again here")
    add_placement(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def replay(arguments: argparse.Namespace) -> int:
    """Make the file again: 0 where it came out the same, else 1. Raises UsageError for a record whose model is no preset."""
    from anygen.evaluation import replay as replaying
    from anygen.loading.presets import presets

    record = replaying.read_record(arguments.file)
    # Missing inputs are said before a model is loaded.
    replaying.asked(record, arguments.file, arguments.input, Path(arguments.file).parent)
    name = record["model"]["name"]
    if arguments.model is None and name not in presets():
        # A file that someone sent must not decide what is fetched or loaded here.
        raise UsageError(
            f"{arguments.file}: made by {name!r}, which is no preset; name the model with --model"
        )
    model = load(arguments.model or name, placed(arguments))
    done = replaying.replay(model, arguments.file, arguments.input)
    if arguments.out is not None:
        done.reply.save(arguments.out)
    if arguments.json:
        files = [
            {"path": str(each.path), "same": each.same, "largest": each.largest} for each in done.comparisons
        ]
        print(json.dumps({"same": done.same, "files": files, "differences": list(done.differences)}))
        return DONE if done.same else NO
    for each in done.comparisons:
        print(printable(each.sentence))
    for difference in done.differences:
        print(printable(f"differs from the record: {difference}"))
    return DONE if done.same else NO
