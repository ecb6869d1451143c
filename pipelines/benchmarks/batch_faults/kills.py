"""kill -9, hundreds of times, at every labelled point and at random moments: of one process, of two, of the command."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from anygen.batch.failpoints import LABELS
from anygen_pipelines.benchmarks.batch_faults import processes
from anygen_pipelines.benchmarks.batch_faults.audit import audit
from anygen_pipelines.benchmarks.batch_faults.campaign import Campaign, Ground, finish

MOST_STARTS = 60
"""Of one folder: past it, something goes on for ever."""


def faults(kills: int, chance: random.Random, at: Sequence[str] = LABELS) -> deque[str]:
    """What to kill at: two thirds at each label of `at` in turn, early and late; the rest at the n-th point of any kind
    ("*") or at a moment ("")."""
    labels: list[str] = []
    while len(labels) < kills * 2 // 3:
        labels += chance.sample(at, len(at))
    found = [f"{label}:{chance.randint(1, 3)}" for label in labels[: kills * 2 // 3]]
    while len(found) < kills:
        found.append("" if chance.random() < 0.5 else f"*:{chance.randint(1, 120)}")
    chance.shuffle(found)
    return deque(found)


def one_runner(ground: Ground, kills: int, seed: int = 0, at: Sequence[str] = LABELS) -> Campaign:
    """Kill, start again, and so on until the folder is done; then the next folder, until `kills` were killed."""
    chance = random.Random(seed)
    waiting = faults(kills, chance, at)
    campaign = Campaign()
    while campaign.times < kills:
        folder = ground.fresh(f"one-{campaign.folders}")
        for _ in range(MOST_STARTS):
            if campaign.times >= kills or not _is_killed(ground, folder, campaign, waiting, chance):
                break
        else:
            campaign.problems.append(f"{folder.name}: not done after {MOST_STARTS} starts")
        finish(ground, folder, campaign)
    return campaign


def _is_killed(
    ground: Ground, folder: Path, campaign: Campaign, waiting: deque[str], chance: random.Random
) -> bool:
    """Start once, to be killed at the next fault; whether it was. Raises ValueError for a point that is never reached."""
    is_fresh = not folder.exists()
    fault = waiting.popleft() if waiting else ""
    after = None if fault else chance.uniform(0.0, ground.seconds)
    code = processes.wait(ground.start(folder, fault), kill_after=after)
    if code == -9:
        campaign.killed(fault)
        campaign.take(audit(folder), f"{folder.name} after kill {campaign.times} at {fault}")
        return True
    campaign.is_right(code, 1, f"{folder.name} at {fault or 'a moment'}")
    if is_fresh and fault.endswith(":1"):
        raise ValueError(f"{fault} is never reached with {ground.manifest}")
    if fault.startswith("*"):
        fault = f"*:{max(1, int(fault[2:]) // 2)}"
    # The point was not reached any more: it is the first one on a fresh folder, where it is.
    waiting.appendleft(fault.split(":")[0] + ":1" if fault and fault[0] != "*" else fault)
    return False


def two_runners(ground: Ground, kills: int, seed: int = 1) -> Campaign:
    """Two processes on one folder at once, one killed at a point or a moment, the other at a moment, and both started again;
    at the end of a folder both go on undisturbed."""
    chance = random.Random(seed)
    waiting = faults(kills, chance)
    campaign = Campaign()
    while campaign.times < kills:
        folder = ground.fresh(f"two-{campaign.folders}")
        for _ in range(MOST_STARTS):
            if campaign.times >= kills:
                break
            fault = waiting.popleft() if waiting else ""
            codes = _pair(ground, folder, fault, [chance.uniform(0.0, ground.seconds) for _ in range(2)])
            for code, at in zip(codes, (fault, ""), strict=True):
                if code == -9:
                    campaign.killed(at)
                else:
                    campaign.is_right(code, 1, f"{folder.name} at {at or 'a moment'}")
            campaign.take(audit(folder), f"{folder.name} after {campaign.times} kills")
            if codes == [1, 1]:
                break
        for code in _pair(ground, folder, "", (None, None)):
            campaign.is_right(code, 1, f"{folder.name}, one of two that nothing disturbed")
        finish(ground, folder, campaign)
    return campaign


def _pair(ground: Ground, folder: Path, fault: str, moments: Sequence[float | None]) -> list[int]:
    """How two runners on one folder end, each killed after so many seconds unless the fault of the first is met before."""
    return processes.wait_all([ground.start(folder, each) for each in (fault, "")], moments)


def commands(ground: Ground, kills: int, seed: int = 3) -> Campaign:
    """Kill the command itself at random moments, from before it has read its arguments until it is about done."""
    chance = random.Random(seed)
    campaign = Campaign()
    began = time.monotonic()
    processes.command(ground.manifest, ground.fresh("command-timed"), ground.log).wait()
    whole = time.monotonic() - began
    folder = ground.fresh("command-0")
    while campaign.times < kills:
        process = processes.command(ground.manifest, folder, ground.log)
        time.sleep(chance.uniform(0.3, 0.9) * whole)
        process.kill()
        if process.wait() == -9:
            campaign.killed()
        campaign.take(audit(folder), f"{folder.name} after kill {campaign.times}")
        if process.returncode != -9 or campaign.times == kills:
            finish(ground, folder, campaign)
            folder = ground.fresh(f"command-{campaign.folders}")
    return campaign
