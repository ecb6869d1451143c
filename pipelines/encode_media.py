"""Encode media once, ahead of training: every picture, sound and clip below a folder, or those of a manifest's items.

    python -m anygen_pipelines.encode_media photos/ --model mini --out runs/cache

`--out` is the `cache` of the stages, which then encode nothing of these again. Give the stages' own `model` and `dtype`.
Whatever stops it, the same command goes on; several may run at once. What cannot be read is a line of results.jsonl there.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from anygen.batch.encoding import BATCH_SIZE, SHARD_ROWS, encode_media
from anygen.batch.manifest import read
from anygen.batch.signals import StopSignals
from anygen.cli.arguments import Parser, add_model, add_placement, placed
from anygen.cli.exits import USAGE, complain, exit_code
from anygen.cli.render import count
from anygen.cli.terminal import load
from anygen.core.errors import printable

EPILOG = """exit codes: 0 all encoded, 1 some could not be read, 2 usage, 3 environment (disk full, lost device),
4 stopped by --max-failures, 130 interrupted, 143 terminated."""


def parser() -> Parser:
    """The command's arguments."""
    found = Parser(prog="encode_media", description=__doc__, epilog=EPILOG)
    found.add_argument("source", metavar="SOURCE", help="a folder of media, or a manifest (docs/batch.md)")
    found.add_argument("--out", required=True, metavar="SHARDS", help="the cache folder of the stages")
    add_model(found)
    found.add_argument(
        "--roots", action="append", default=[], metavar="DIR", help="a folder media of a manifest may lie in"
    )
    found.add_argument(
        "--shard-rows",
        type=count,
        default=SHARD_ROWS,
        metavar="N",
        help=f"media of a shard (default {SHARD_ROWS})",
    )
    found.add_argument(
        "--batch-size", type=count, default=BATCH_SIZE, metavar="N", help=f"at once (default {BATCH_SIZE})"
    )
    found.add_argument("--max-failures", type=count, metavar="N", help="stop once N media failed in this run")
    found.add_argument("--retry-failed", action="store_true", help="try again what failed before")
    found.add_argument("--json", action="store_true", help="print one JSON object at the end")
    add_placement(found)
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command; its exit code."""
    try:
        given = parser().parse_args(arguments)
        if not Path(given.source).is_dir():
            # What cannot be read is said before a model is loaded.
            read(Path(given.source))
        model = load(given.model, placed(given))
        with StopSignals() as stop:
            summary = encode_media(
                given.source,
                given.out,
                model,
                roots=given.roots,
                shard_rows=given.shard_rows,
                batch_size=given.batch_size,
                max_failures=given.max_failures,
                retry_failed=given.retry_failed,
                report=report,
                should_stop=stop,
            )
        code = summary.exit_code if stop.code is None or summary.stopped != "signal" else stop.code
        if given.json:
            print(json.dumps({**asdict(summary), "exit_code": code}))
        else:
            stopped = ", stopped; the same command goes on" if summary.stopped else ""
            print(
                f"{summary.done} media encoded ({summary.made} now, {summary.seconds:.1f} s), "
                f"{summary.failed} failed{stopped}"
            )
        return code
    except (SystemExit, KeyboardInterrupt, Exception) as error:
        if type(error) is ValueError:
            # A shard that is damaged, or of another shape.
            complain(str(error))
            return USAGE
        return exit_code(error)


def report(event: str, row: dict[str, Any]) -> None:
    """A line on standard error for each event."""
    if event == "shard":
        text = f"{row['media']} {row['modality']} features written"
    elif event == "failed":
        text = f"failed {row['error']['type']}: {row['error']['message']}"
    else:
        text = f"waiting for another run at {row['id']}"
    print(printable(text), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
