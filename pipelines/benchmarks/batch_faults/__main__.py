"""Run the campaigns and write what came of them.

    python -m anygen_pipelines.benchmarks.batch_faults --work /tmp/faults --write docs/results/batch.md

Exits with 1 where the contract was not kept; what was wrong is printed then.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from anygen import AnyGen
from anygen_pipelines.benchmarks.batch_faults import kills, power, processes, stops, trace
from anygen_pipelines.benchmarks.batch_faults.campaign import BAR_SECONDS, Campaign, Ground, undisturbed
from anygen_pipelines.benchmarks.batch_faults.manifests import write_mixed, write_short
from anygen_pipelines.benchmarks.result_page import page_parser, replace_section, table

PARTS = ("kills", "two", "exact", "disk", "power", "signals", "commands")
TITLE = "Kills, signals, full disks, lost power"
HEADER = ("what", "times", "answers", "lost", "duplicated", "torn", "media differ by at most", "also")
HEADING = """\
Made by `python -m anygen_pipelines.benchmarks.batch_faults --work /tmp/faults --write docs/results/batch.md{more}`
({minutes} min).
The manifest mixes words, pictures, sounds, a video, media inputs, several samples, a bad line and an id that stands
twice. Every kill is followed by a check of the folder and a restart. At the end of each folder every answer must be there
once, with the files that its line names, equal to those of an undisturbed run. The check reads the folder with code of
its own. "Times" counts processes that were really killed or stopped (for power: states of the disk; for a full disk: runs
that it ended)."""
LOST_POWER = """Lost power: strace records what `anygen render` asks of the file system. After every call the disk may
hold all of it, or only what was flushed, or names without contents, or contents without names, or a part of each by
chance. The index's files are among them. The record, replayed whole, gives the folder to the byte."""
UNITS = {"image": "/255", "video": "/255 (h264)", "audio": ""}


@dataclass(frozen=True)
class Row:
    """One campaign as a line of the table."""

    name: str
    campaign: Campaign
    exact: bool = False

    @property
    def cells(self) -> tuple[object, ...]:
        found = self.campaign
        figures = (found.times, found.answers, found.lost, found.duplicated, found.torn)
        far = [f"{name} {value:.2g}{UNITS[name]}" for name, value in sorted(found.apart.largest.items())]
        return (self.name, *figures, ", ".join(far) or "-", "; ".join(self._also()))

    def _also(self) -> list[str]:
        found = self.campaign
        more = list(found.notes)
        if found.seconds:
            middle, slowest = sorted(found.seconds)[len(found.seconds) // 2], max(found.seconds)
            late = sum(each > BAR_SECONDS for each in found.seconds)
            more.append(
                f"ended in {middle:.2f} s (median), {slowest:.2f} s at most; {late} over {BAR_SECONDS:.0f} s"
            )
        if self.exact:
            more.append(f"{found.apart.files} files differ in a byte")
        if found.given_up:
            more.append(f"{found.given_up} given up after 5 deaths, made by --retry-failed")
        if found.stray:
            more.append(f"{found.stray} stray files")
        return more

    @property
    def problems(self) -> list[str]:
        """Empty where the contract was kept."""
        broken = not self.campaign.holds or (self.exact and self.campaign.apart.files)
        return [
            *self.campaign.problems,
            *([f"{self.name}: does not hold: {self.campaign}"] if broken else []),
        ]


def run(part: str, ground: Ground, count: int, seed: int) -> list[Row]:
    """One part of the campaign."""
    if part == "kills":
        return [Row("kill -9, one runner", kills.one_runner(ground, count, seed))]
    if part == "commands":
        name = "kill -9 of `anygen render` itself, also while it starts"
        return [Row(name, kills.commands(ground, max(4, count // 20), seed + 3))]
    if part == "two":
        return [Row("kill -9, two runners on one folder", kills.two_runners(ground, count // 5))]
    if part == "exact":
        exact = undisturbed(ground.manifest, ground.model, ground.work / "exact", exact=True)
        return [Row("kill -9 with --exact", kills.one_runner(exact, count // 5, seed + 2), exact=True)]
    if part == "signals":
        once = stops.one_signal(ground, max(4, count // 10))
        twice = stops.one_signal(ground, max(4, count // 20), again_after=0.05)
        return [
            Row("SIGTERM, SIGINT", once),
            Row("the same twice, 50 ms apart", twice),
            Row("SIGTERM to `anygen render` itself", stops.of_commands(ground, max(3, count // 25))),
        ]
    if part == "disk":
        found = [Row("disk full: RLIMIT_FSIZE, larger at every restart", stops.limited(ground, 6))]
        if stops.can_mount(ground.work / "small"):
            small = stops.filled(ground, 10)
            found.insert(0, Row("disk full: a small tmpfs, larger at every restart", small))
        return found
    if not trace.is_available():
        raise SystemExit("power: strace is not here; leave that part out with --parts, or install it")
    short = dataclasses.replace(ground, manifest=write_short(ground.work / "inputs"))
    return [Row("power lost after every recorded call", power.lose_power(short, count // 2))]


def page(rows: Sequence[Row], seconds: float, more: str = "") -> str:
    """The section of docs/results/batch.md; `more` is what else stood on the command line."""
    at: Counter[str] = sum((row.campaign.at for row in rows), Counter())
    reached = ", ".join(f"{label} {count}" for label, count in sorted(at.items()))
    return f"""{HEADING.format(minutes=f"{seconds / 60:.0f}", more=more)}

{table(HEADER, [row.cells for row in rows])}

Killed at: {reached}. "*" is the n-th labelled point of any kind. Of two runners, the one with a
point may have been killed at a moment before it.

{LOST_POWER}"""


def main(words: list[str] | None = None) -> int:
    """The command; its exit code."""
    parser = page_parser(__doc__)
    parser.add_argument("--kills", type=int, default=200, help="kills of one runner (default 200)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="default: all")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(words)
    # Forked copies need one thread, and a small model gains nothing from more.
    torch.set_num_threads(1)
    began = time.monotonic()
    work = arguments.work.resolve()
    manifest = write_mixed(work / "inputs")
    model = AnyGen.from_pretrained("mini")
    processes.warm(model)
    ground = undisturbed(manifest, model, work)
    rows: list[Row] = []
    title, more = title_of(arguments)
    for part in arguments.parts:
        rows += run(part, ground, arguments.kills, arguments.seed)
        text = page(rows, time.monotonic() - began, more)
        print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        if arguments.write is not None:
            # After each part: a campaign that is cut short has told what it found.
            replace_section(arguments.write, title, text)
    print(text)
    problems = [problem for row in rows for problem in row.problems]
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


def title_of(arguments: argparse.Namespace) -> tuple[str, str]:
    """The section's title, and what the command line says besides the usual."""
    is_whole = set(arguments.parts) == set(PARTS)
    parts = " ".join(arguments.parts)
    more = "" if is_whole else f" --parts {parts}"
    more += "" if arguments.kills == 200 else f" --kills {arguments.kills}"
    return (TITLE if is_whole else f"{TITLE}: {parts.replace(' ', ', ')}"), more


if __name__ == "__main__":
    sys.exit(main())
