"""SIGTERM and Ctrl-C at random moments: how soon a job ends, with which code, and whether it keeps what is finished."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from anygen_pipelines.benchmarks.batch_faults import audit as audits
from anygen_pipelines.benchmarks.batch_faults import processes
from anygen_pipelines.benchmarks.batch_faults.kills import Campaign, Ground, finish
from anygen_pipelines.benchmarks.batch_faults.manifests import expected

CODES = {signal.SIGTERM: 143, signal.SIGINT: 130}
BAR_SECONDS = 2.0


@dataclass
class Stops:
    """What came of many signals. `seconds`: from the signal to the end of the process, of each that it stopped; `late` are
    those over the bar; `missed` came when all was done."""

    campaign: Campaign = field(default_factory=Campaign)
    seconds: list[float] = field(default_factory=list)
    missed: int = 0

    @property
    def late(self) -> int:
        return sum(each > BAR_SECONDS for each in self.seconds)


def one_signal(ground: Ground, count: int, seconds: float, again_after: float | None = None) -> Stops:
    """`count` signals, one for each start of a job, SIGTERM and SIGINT in turn; with `again_after`, a second one that many
    seconds after the first. Each folder goes on until it is done."""
    chance = random.Random(2)
    stops = Stops()
    numbers = [signal.SIGTERM, signal.SIGINT]
    folder = None
    for _ in range(3 * count):
        if len(stops.seconds) >= count:
            break
        if folder is None:
            folder = ground.fresh(f"stop-{stops.campaign.folders}")
        number = numbers[len(stops.seconds) % 2]
        child = processes.fork(processes.rendering(ground.manifest, folder, ground.model), ground.log)
        time.sleep(chance.uniform(0.1, 0.1 + 0.5 * seconds))
        before = done_lines(folder)
        began = time.monotonic()
        os.kill(child, number)
        if again_after is not None:
            time.sleep(again_after)
            os.kill(child, number)
        code = processes.wait(child)
        took = time.monotonic() - began
        check(ground, stops, folder, code, CODES[number], took, before)
        if code == 1:
            finish(ground, folder, stops.campaign)
            folder = None
    if folder is not None:
        finish(ground, folder, stops.campaign)
    return stops


def of_commands(ground: Ground, count: int, seconds: float) -> Stops:
    """The same to `anygen render` itself, also while it starts."""
    chance = random.Random(3)
    stops = Stops()
    folder = ground.fresh("stop-command")
    for _ in range(count):
        process = processes.command(ground.manifest, folder, log=ground.log)
        # Until the folder is there it loads a model; the default of a signal ends it then, and nothing is begun.
        while not (folder / "run.json").exists() and process.poll() is None:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, seconds))
        before = done_lines(folder)
        began = time.monotonic()
        process.terminate()
        try:
            code = process.wait(120)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        check(
            ground,
            stops,
            folder,
            143 if code == -signal.SIGTERM else code,
            143,
            time.monotonic() - began,
            before,
        )
        if code == 1:
            finish(ground, folder, stops.campaign)
            folder = ground.fresh("stop-command")
    finish(ground, folder, stops.campaign)
    return stops


def check(
    ground: Ground, stops: Stops, folder: Path, code: int, right: int, took: float, before: list[bytes]
) -> None:
    """Add one process that was sent a signal. One that says it is done must be."""
    campaign = stops.campaign
    if code == 1:
        stops.missed += 1
        campaign.take(
            audits.audit(folder, expected(ground.manifest)), f"{folder.name}, which said it was done"
        )
    else:
        stops.seconds.append(took)
        campaign.kills += 1
        if code != right:
            campaign.wrong_codes += 1
            campaign.problems.append(f"{folder.name}: exit code {code} and not {right}")
    campaign.take(audits.audit(folder), folder.name)
    if done_lines(folder)[: len(before)] != before:
        campaign.lost += 1
        campaign.problems.append(f"{folder.name}: what was finished before the signal is not there after it")


def done_lines(folder: Path) -> list[bytes]:
    """The whole lines of a ledger."""
    path = folder / "results.jsonl"
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []
