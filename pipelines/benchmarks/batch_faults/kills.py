"""kill -9, hundreds of times: at every labelled point, at random moments, of one process and of two on one folder."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anygen.batch.failpoints import LABELS
from anygen_pipelines.benchmarks.batch_faults import audit as audits
from anygen_pipelines.benchmarks.batch_faults import processes
from anygen_pipelines.benchmarks.batch_faults.manifests import expected

MOST_STARTS = 60
"""Of one folder: past it, something goes on for ever."""


@dataclass
class Campaign:
    """What came of many kills: how many at each label, what was wrong over all folders, how far the media are off."""

    kills: int = 0
    folders: int = 0
    answers: int = 0
    at: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    duplicated: int = 0
    torn: int = 0
    stray: int = 0
    given_up: int = 0
    wrong_codes: int = 0
    apart: audits.Difference = field(default_factory=audits.Difference)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def take(self, found: audits.Audit, where: str) -> None:
        self.lost += len(found.lost)
        self.duplicated += len(found.duplicated)
        self.torn += len(found.torn)
        if not found.holds:
            self.problems.append(f"{where}: {found}")

    @property
    def holds(self) -> bool:
        far = {"image": 2.0, "audio": 1e-3}
        near = all(self.apart.largest.get(name, 0.0) <= most for name, most in far.items())
        return near and not (
            self.lost or self.duplicated or self.torn or self.apart.words or self.wrong_codes
        )


@dataclass(frozen=True)
class Ground:
    """What a campaign kills: a manifest, a model that is loaded, what an undisturbed run made, a folder to work in."""

    manifest: Path
    model: Any
    reference: Path
    work: Path
    exact: bool = False

    @property
    def log(self) -> Path:
        return self.work / "log.txt"

    def fresh(self, name: str) -> Path:
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder


def undisturbed(manifest: Path, model: Any, work: Path, exact: bool = False) -> tuple[Ground, float]:
    """A run that nothing disturbs, and the seconds it took."""
    work.mkdir(parents=True, exist_ok=True)
    ground = Ground(manifest, model, work / "undisturbed", work, exact)
    shutil.rmtree(ground.reference, ignore_errors=True)
    began = time.monotonic()
    code = processes.run_through(manifest, ground.reference, model, ground.log, exact=exact)
    found = audits.audit(ground.reference, expected(manifest))
    if code != 1 or not found.holds or found.failed != 2:
        raise SystemExit(f"the undisturbed run is not right: exit code {code}, {found}; see {ground.log}")
    return ground, time.monotonic() - began


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


def one_runner(
    ground: Ground,
    kills: int,
    seconds: float,
    seed: int = 0,
    name: str = "one",
    at: Sequence[str] = LABELS,
) -> Campaign:
    """Kill, start again, and so on until the folder is done; then the next folder, until `kills` were killed. `seconds` is
    about what an undisturbed run takes."""
    chance = random.Random(seed)
    waiting = faults(kills, chance, at)
    campaign = Campaign()
    began = time.monotonic()
    while campaign.kills < kills:
        folder = ground.fresh(f"{name}-{campaign.folders}")
        _until_done(ground, folder, campaign, waiting, kills, chance, seconds)
        finish(ground, folder, campaign)
    campaign.seconds = time.monotonic() - began
    return campaign


def _until_done(
    ground: Ground,
    folder: Path,
    campaign: Campaign,
    waiting: deque[str],
    kills: int,
    chance: random.Random,
    seconds: float,
) -> None:
    for start in range(MOST_STARTS):
        if campaign.kills >= kills:
            return
        fault = waiting.popleft() if waiting else ""
        run = processes.rendering(ground.manifest, folder, ground.model, fault, ground.exact)
        after = None if fault else chance.uniform(0.0, seconds)
        code = processes.wait(processes.fork(run, ground.log), kill_after=after)
        if code != -9:
            if code != 1:
                campaign.wrong_codes += 1
                campaign.problems.append(f"{folder.name}: exit code {code} at {fault or 'a moment'}")
            if start == 0 and fault.endswith(":1"):
                raise ValueError(f"{fault} is never reached with {ground.manifest}")
            if fault.startswith("*"):
                fault = f"*:{max(1, int(fault[2:]) // 2)}"
            # The point was not reached any more: it is the first one on a fresh folder, where it is.
            waiting.appendleft(fault.split(":")[0] + ":1" if fault and fault[0] != "*" else fault)
            return
        campaign.kills += 1
        campaign.at[fault.split(":")[0] or "a random moment"] += 1
        campaign.take(audits.audit(folder), f"{folder.name} after kill {campaign.kills} at {fault}")
    campaign.problems.append(f"{folder.name}: not done after {MOST_STARTS} starts")


def finish(ground: Ground, folder: Path, campaign: Campaign) -> None:
    """The last restart, undisturbed; what is there then is checked."""
    code = processes.run_through(ground.manifest, folder, ground.model, ground.log, exact=ground.exact)
    given_up = audits.audit(folder).given_up
    if given_up:
        campaign.given_up += len(given_up)
        code = processes.run_through(
            ground.manifest, folder, ground.model, ground.log, exact=ground.exact, retry_failed=True
        )
    answers = expected(ground.manifest)
    found = audits.audit(folder, answers)
    campaign.take(found, f"{folder.name} at the end")
    campaign.stray += len(found.stray)
    campaign.folders += 1
    campaign.answers += len(answers)
    if code != 1 or found.failed != 2:
        campaign.wrong_codes += 1
        campaign.problems.append(f"{folder.name}: exit code {code} and {found.failed} failed at the end")
    apart = audits.difference(folder, ground.reference)
    campaign.apart.add(apart)
    if found.holds and not apart.words and code == 1:
        shutil.rmtree(folder)


def two_runners(ground: Ground, kills: int, seconds: float, seed: int = 1) -> Campaign:
    """Two processes on one folder at once, one killed at a point or a moment, the other at a moment, and both started again;
    at the end of a folder both go on undisturbed."""
    chance = random.Random(seed)
    waiting = faults(kills, chance)
    campaign = Campaign()
    began = time.monotonic()
    while campaign.kills < kills:
        folder = ground.fresh(f"two-{campaign.folders}")
        for _ in range(MOST_STARTS):
            if campaign.kills >= kills:
                break
            fault = waiting.popleft() if waiting else ""
            codes = _pair(ground, folder, (fault, ""), [chance.uniform(0.0, seconds) for _ in range(2)])
            for code, at in zip(codes, (fault, ""), strict=True):
                if code == -9:
                    campaign.kills += 1
                    campaign.at[at.split(":")[0] or "a random moment"] += 1
                elif code != 1:
                    campaign.wrong_codes += 1
                    campaign.problems.append(f"{folder.name}: exit code {code} at {at or 'a moment'}")
            campaign.take(audits.audit(folder), f"{folder.name} after {campaign.kills} kills")
            if codes == [1, 1]:
                break
        codes = _pair(ground, folder, ("", ""), (None, None))
        if codes != [1, 1]:
            campaign.wrong_codes += 1
            campaign.problems.append(f"{folder.name}: the two ended with {codes}")
        finish(ground, folder, campaign)
    campaign.seconds = time.monotonic() - began
    return campaign


def _pair(
    ground: Ground, folder: Path, each_fault: Sequence[str], moments: Sequence[float | None]
) -> list[int]:
    """How two runners on one folder end, each killed after so many seconds unless its fault is met before."""
    children = [
        processes.fork(
            processes.rendering(ground.manifest, folder, ground.model, fault, ground.exact), ground.log
        )
        for fault in each_fault
    ]
    return processes.wait_all(children, moments)
