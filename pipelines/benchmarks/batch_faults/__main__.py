"""Run the campaigns and write what came of them.

    python -m anygen_pipelines.benchmarks.batch_faults --work /tmp/faults --write docs/results/batch.md

Exits with 1 where the contract was not kept; what was wrong is printed then.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import sys
import time
from pathlib import Path

import torch

from anygen import AnyGen
from anygen_pipelines.benchmarks.batch_faults import disk, kills, outage, processes, stops, trace
from anygen_pipelines.benchmarks.batch_faults.kills import Campaign, Ground
from anygen_pipelines.benchmarks.batch_faults.manifests import write_mixed
from anygen_pipelines.benchmarks.batch_faults.report import Row, page
from anygen_pipelines.benchmarks.result_page import replace_section

PARTS = ("kills", "two", "exact", "disk", "power", "signals", "commands")
TITLE = "Kills, signals, full disks, lost power"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for the jobs; what went wrong stays there"
    )
    parser.add_argument("--write", type=Path, help="the page to write the table into")
    parser.add_argument("--kills", type=int, default=200, help="kills of one runner (default 200)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="default: all")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    # Forked copies need one thread, and a small model gains nothing from more.
    torch.set_num_threads(1)
    began = time.monotonic()
    work = arguments.work.resolve()
    manifest = write_mixed(work / "inputs")
    model = AnyGen.from_pretrained("mini")
    processes.warm(model)
    ground, seconds = kills.undisturbed(manifest, model, work)
    rows: list[Row] = []
    title = TITLE if set(arguments.parts) == set(PARTS) else f"{TITLE}: {', '.join(arguments.parts)}"
    more = "" if title == TITLE else f" --parts {' '.join(arguments.parts)}"
    more += "" if arguments.kills == 200 else f" --kills {arguments.kills}"
    for part in arguments.parts:
        rows += run(part, ground, seconds, arguments.kills, arguments.seed)
        text = page(rows, time.monotonic() - began, more)
        print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        if arguments.write is not None:
            # After each part: a campaign that is cut short has told what it found.
            replace_section(arguments.write, title, text)
    print(text)
    problems = [problem for row in rows for problem in row.problems]
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


def run(part: str, ground: Ground, seconds: float, count: int, seed: int) -> list[Row]:
    """One part of the campaign."""
    if part == "kills":
        return [Row.of("kill -9, one runner", kills.one_runner(ground, count, seconds, seed))]
    if part == "commands":
        name = "kill -9 of `anygen render` itself, also while it starts"
        return [Row.of(name, commands(ground, max(4, count // 20), seed))]
    if part == "two":
        return [Row.of("kill -9, two runners on one folder", kills.two_runners(ground, count // 5, seconds))]
    if part == "exact":
        exact, took = kills.undisturbed(ground.manifest, ground.model, ground.work / "exact", exact=True)
        return [
            Row.of("kill -9 with --exact", kills.one_runner(exact, count // 5, took, seed + 2), exact=True)
        ]
    if part == "signals":
        return [
            Row.stopped("SIGTERM, SIGINT", stops.one_signal(ground, max(4, count // 10), seconds)),
            Row.stopped(
                "the same twice, 50 ms apart", stops.one_signal(ground, max(4, count // 20), seconds, 0.05)
            ),
            Row.stopped(
                "SIGTERM to `anygen render` itself", stops.of_commands(ground, max(3, count // 25), seconds)
            ),
        ]
    if part == "disk":
        found = [Row.of("disk full: RLIMIT_FSIZE, larger at every restart", disk.limited(ground, 6))]
        if disk.can_mount(ground.work / "small"):
            found.insert(
                0, Row.of("disk full: a small tmpfs, larger at every restart", disk.filled(ground, 10))
            )
        return found
    if not trace.is_available():
        raise SystemExit("power: strace is not here; leave that part out with --parts, or install it")
    short = dataclasses.replace(ground, manifest=outage.write_short(ground.work / "inputs"))
    return [Row.lost("power lost after every recorded call", outage.lose_power(short, count // 2))]


def commands(ground: Ground, count: int, seed: int) -> Campaign:
    """Kill the command itself at random moments, from before it has read its arguments until it is about done."""
    chance = random.Random(seed + 3)
    campaign = Campaign()
    began = time.monotonic()
    folder = ground.fresh("command-0")
    process = processes.command(ground.manifest, ground.fresh("command-timed"), log=ground.log)
    process.wait()
    whole = time.monotonic() - began
    while campaign.kills < count:
        process = processes.command(ground.manifest, folder, log=ground.log)
        time.sleep(chance.uniform(0.3, 0.9) * whole)
        process.kill()
        if process.wait() == -9:
            campaign.kills += 1
            campaign.at["a random moment"] += 1
        campaign.take(kills.audits.audit(folder), f"{folder.name} after kill {campaign.kills}")
        if process.returncode != -9 or campaign.kills == count:
            kills.finish(ground, folder, campaign)
            folder = ground.fresh(f"command-{campaign.folders}")
    campaign.seconds = time.monotonic() - began
    return campaign


if __name__ == "__main__":
    sys.exit(main())
