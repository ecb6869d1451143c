"""`anygen render`: answer every line of a manifest into a folder, and check such a folder."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anygen.cli.arguments import add_model, add_placement, names
from anygen.cli.cluster import add_cluster, model_and_maker
from anygen.cli.exits import DONE, NO, UsageError
from anygen.core.errors import printable

if TYPE_CHECKING:
    from anygen.batch.runner import Summary


def _shard(text: str) -> tuple[int, int]:
    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise argparse.ArgumentTypeError(f"{text!r} is no I/N with I from 1 to N, such as 1/4")
    return int(index), int(count)


def count(text: str) -> int:
    """A whole number from 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


_JOB: dict[str, dict[str, Any]] = {
    "--out": {"metavar": "DIR", "help": "the folder of the job"},
    "--verify": {"metavar": "DIR", "help": "check all of a job's folder: lines, files, hashes"},
    "--repair": {
        "action": "store_true",
        "help": "with --verify: take back what does not hold, so that it is made again",
    },
}
"""Before --model: what is done."""
_HOW: dict[str, dict[str, Any]] = {
    "--shard": {"type": _shard, "default": (1, 1), "metavar": "I/N", "help": "the I-th of N parts, from 1"},
    "--limit": {"type": count, "metavar": "N", "help": "the first N lines of the manifest alone"},
    "--max-failures": {"type": count, "metavar": "N", "help": "stop once N items failed in this run"},
    "--retry-failed": {"action": "store_true", "help": "try again what failed before"},
    "--overwrite": {
        "action": "store_true",
        "help": "make again what is finished under its id from another request or other weights",
    },
    "--follow": {"action": "store_true", "help": "wait for lines that are appended later (JSONL)"},
    "--exact": {"action": "store_true", "help": "the same bytes as an undisturbed run; one item at a time"},
    "--roots": {
        "action": "append",
        "default": [],
        "metavar": "DIR",
        "help": "a folder media may lie in too, of this machine or, by its URL, of a store (s3://bucket/folder); repeatable",
    },
    "--copy-to": {
        "metavar": "URL",
        "help": "a folder of a store that results are copied to (s3://bucket/folder)",
    },
    "--window": {
        "type": count,
        "default": 64,
        "metavar": "N",
        "help": "answers under way at once (default 64)",
    },
    "--max-attempts": {
        "type": count,
        "default": 5,
        "metavar": "N",
        "help": "give up an answer at which processes died N times (default 5)",
    },
    "--keep-inputs": {
        "action": "store_true",
        "help": "copy the input media beside the outputs (media/*/inputs), for replay",
    },
    "--no-pages": {"action": "store_true", "help": "write no index.html and no sheet.png"},
    "--dry-run": {
        "action": "store_true",
        "help": "check every line, and estimate time and disk from a few answers that are thrown away; writes nothing",
    },
    "--price": {
        "type": float,
        "metavar": "PER_HOUR",
        "help": "with --dry-run: what an hour of this machine costs",
    },
    "--template": {
        "metavar": "SOURCE",
        "help": "write MANIFEST: a line for each medium of the folder SOURCE, or each line of the text file SOURCE",
    },
    "--prompt": {"default": "", "metavar": "TEXT", "help": "with --template: what is asked of each"},
}


def add(commands: Any) -> None:
    """The parser of `anygen render`."""
    parser = commands.add_parser(
        "render",
        help="answer every line of a manifest, resumably",
        usage="anygen render MANIFEST --out DIR [options]\n       anygen render --verify DIR [--repair]",
        description="Answer every line of a manifest (JSONL, CSV or Parquet) into a folder. Whatever stops it, the same "
        "command goes on where it was; what is done is not done again. Several runners may share one folder.",
        epilog="exit codes: 0 all done, 1 some items failed, 2 usage, 3 environment (disk full, lost device), 4 stopped by\n"
        "--max-failures, 130 interrupted, 143 terminated. docs/batch.md says what a line holds.",
    )
    parser.set_defaults(run=render)
    parser.add_argument("manifest", nargs="?", metavar="MANIFEST", help="a .jsonl, .csv or .parquet file")
    for name, settings in _JOB.items():
        parser.add_argument(name, **settings)
    add_model(parser)
    for name, settings in _HOW.items():
        parser.add_argument(name, **settings)
    for name in ("modalities", "require"):
        parser.add_argument(f"--{name}", type=names, metavar="LIST", help="with --template: in every line")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    add_cluster(parser)
    add_placement(parser)


def render(arguments: argparse.Namespace) -> int:
    """Run what the flags say: a check, a template, a dry run, or the job; the exit code. Raises UsageError for what is
    missing, or goes not together."""
    if arguments.verify is not None:
        return check(arguments)
    if arguments.template is not None:
        return make_manifest(arguments)
    for name in ("manifest", "out"):
        if getattr(arguments, name) is None and not (name == "out" and arguments.dry_run):
            raise UsageError(
                f"anygen render: {'a MANIFEST' if name == 'manifest' else '--out DIR'} is needed"
            )
    for name in ("prompt", "modalities", "require"):
        if getattr(arguments, name):
            raise UsageError(
                f"anygen render: --{name} goes with --template; a manifest has its own in every line"
            )
    from anygen.batch.manifest import read
    from anygen.batch.rendering import render as run
    from anygen.batch.signals import StopSignals

    # What cannot be read is said before a model is loaded.
    read(Path(arguments.manifest), follow=arguments.follow)
    with model_and_maker(arguments) as (model, maker):
        if arguments.dry_run:
            return rehearse(arguments, model)
        progress = Progress(arguments)
        with contextlib.closing(progress), StopSignals() as stop:
            summary = run(
                arguments.manifest,
                arguments.out,
                model,
                **request_of(arguments),
                maker=maker,
                pages=not arguments.no_pages,
                copy_to=arguments.copy_to,
                keep_inputs=arguments.keep_inputs,
                report=progress.report,
                should_stop=stop,
            )
    code = summary.exit_code if stop.code is None or summary.stopped != "signal" else stop.code
    show(summary, code, arguments.json)
    if code == stop.code:
        # Collecting the garbage of torch and diffusers at exit takes longer than all the rest of stopping.
        gc.freeze()
    return code


def request_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """What `anygen.batch.render` and `estimate` take alike."""
    from anygen.batch.runner import Settings

    settings = Settings(**{each.name: getattr(arguments, each.name) for each in dataclasses.fields(Settings)})
    return {"settings": settings, "roots": arguments.roots, "exact": arguments.exact}


def show(summary: Summary, code: int, as_json: bool) -> None:
    """Print what came of a job."""
    if as_json:
        print(json.dumps({**dataclasses.asdict(summary), "exit_code": code}))
        return
    words = [f"{summary.done} done ({summary.made} now, {summary.seconds:.1f} s)", f"{summary.failed} failed"]
    if summary.changed:
        words.append(f"{summary.changed} finished from another request (--overwrite makes them again)")
    if summary.stopped:
        words.append("stopped; the same command goes on")
    print(", ".join(words))


def make_manifest(arguments: argparse.Namespace) -> int:
    """`anygen render MANIFEST --template SOURCE`. Raises UsageError without MANIFEST."""
    from anygen.batch.manifest import write_manifest

    if arguments.manifest is None:
        raise UsageError("anygen render: the MANIFEST to write is needed")
    count = write_manifest(
        arguments.manifest,
        arguments.template,
        arguments.prompt,
        arguments.modalities,
        arguments.require or (),
    )
    print(json.dumps({"lines": count}) if arguments.json else f"{count} lines in {arguments.manifest}")
    return DONE


def rehearse(arguments: argparse.Namespace, model: Any) -> int:
    """`anygen render MANIFEST --dry-run`: 0 where every line is good, else 1."""
    from anygen.batch.rendering import estimate
    from anygen.batch.signals import StopSignals

    with StopSignals() as stop:
        found = estimate(arguments.manifest, model, **request_of(arguments), should_stop=stop)
    if stop.code is not None:
        return stop.code
    price = None
    if arguments.price is not None and found.seconds is not None:
        price = round(found.seconds / 3600 * arguments.price, 2)
    if arguments.json:
        print(json.dumps({**dataclasses.asdict(found), "price": price}))
        return NO if found.errors else DONE
    for sentence in found.sentences:
        print(printable(sentence))
    print(f"{found.lines} lines, {found.answers} answers, {found.errors} errors")
    if found.seconds is not None and found.bytes is not None:
        costs = "" if price is None else f", {price:.2f} at {arguments.price:g} an hour"
        print(
            f"about {_span(found.seconds)} and {found.bytes / 1e6:.1f} MB{costs}, by {found.sampled} answers "
            f"made as a sample ({found.failed_samples} of them failed)"
        )
    return NO if found.errors else DONE


def _span(seconds: float) -> str:
    """Seconds as a person reads them."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def check(arguments: argparse.Namespace) -> int:
    """`anygen render --verify DIR`: 0 where everything holds, else 1."""
    from anygen.batch.signals import StopSignals
    from anygen.batch.verification import verify

    with StopSignals() as stop:
        found = verify(arguments.verify, arguments.repair, stop)
    if stop.code is not None:
        return stop.code
    if arguments.json:
        print(json.dumps({**dataclasses.asdict(found), "holds": found.holds}))
        return DONE if found.holds else NO
    for problem in found.problems:
        print(printable(problem))
    print(
        f"{found.done} done, {found.failed} failed, {found.requeued} to be made again, {found.files} files, "
        f"{found.leftovers} left over, {found.num_problems} problems, {found.repaired} repaired"
    )
    return DONE if found.holds else NO


class Progress:
    """A bar with throughput and the time left on a terminal; else a line for each event, on standard error."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.bar: Any = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            from anygen.batch.manifest import count_lines

            total = None if arguments.follow else count_lines(Path(arguments.manifest))
            if total is not None:
                total = min(total, arguments.limit or total) // arguments.shard[1]
            self.bar = tqdm(total=total, unit="item", file=sys.stderr, dynamic_ncols=True)
        self.failures = 0

    def report(self, event: str, row: dict[str, Any]) -> None:
        """Show one event."""
        # Whoever reads this may go away; the job goes on.
        with contextlib.suppress(OSError):
            self._show(event, row)

    def _show(self, event: str, row: dict[str, Any]) -> None:
        if event == "failed":
            self.failures += 1
        if self.bar is None:
            print(self._line(event, row), file=sys.stderr, flush=True)
            return
        if event in ("done", "failed"):
            self.bar.update()
            self.bar.set_postfix_str(f"{self.failures} failed" if self.failures else "", refresh=False)

    def _line(self, event: str, row: dict[str, Any]) -> str:
        words = [event]
        if "line" in row:
            words.append(f"line {row['line']}")
        if row.get("id") is not None:
            words.append(repr(row["id"]) + (f" sample {row['sample']}" if row.get("sample") else ""))
        if "error" in row:
            words.append(f"{row['error']['type']}: {row['error']['message']}")
        if "reason" in row:
            words.append(row["reason"])
        if "timings" in row:
            words.append(f"{len(row['files']) // 2} media, {row['timings'].get('total', 0.0):.2f} s")
        return printable(" ".join(words))

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
