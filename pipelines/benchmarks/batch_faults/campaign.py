"""What a campaign works on, and what comes of it: every folder is held against that of a run which nothing disturbed."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anygen_pipelines.benchmarks.batch_faults import processes
from anygen_pipelines.benchmarks.batch_faults.audit import Audit, Difference, audit, difference
from anygen_pipelines.benchmarks.batch_faults.manifests import expected

BAR_SECONDS = 2.0
"""A job that is told to stop should end in less."""
FARTHEST = {"image": 2.0, "audio": 1e-3}
"""How far media may be off: batches of other sizes round otherwise."""


@dataclass
class Campaign:
    """What came of many faults: how many processes they ended (`times`, by label in `at`), what was wrong over all folders,
    how far the media are off; `seconds` from a signal to the end of its process; `notes` are more to be told."""

    times: int = 0
    folders: int = 0
    answers: int = 0
    at: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    duplicated: int = 0
    torn: int = 0
    stray: int = 0
    given_up: int = 0
    wrong_codes: int = 0
    apart: Difference = field(default_factory=Difference)
    seconds: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take(self, found: Audit, where: str) -> None:
        """Add what the check of a folder found."""
        self.lost += len(found.lost)
        self.duplicated += len(found.duplicated)
        self.torn += len(found.torn)
        if not found.holds:
            self.problems.append(f"{where}: {found}")

    def killed(self, at: str = "") -> None:
        """Count a process that was killed at a fault, or at a moment."""
        self.times += 1
        self.at[at.split(":")[0] or "a random moment"] += 1

    def is_right(self, code: int, right: int, where: str) -> bool:
        """Whether a process ended with the right code; one that did not is a problem."""
        if code != right:
            self.wrong_codes += 1
            self.problems.append(f"{where}: exit code {code} and not {right}")
        return code == right

    @property
    def holds(self) -> bool:
        near = all(self.apart.largest.get(name, 0.0) <= most for name, most in FARTHEST.items())
        wrong = self.lost or self.duplicated or self.torn or self.apart.words or self.wrong_codes
        return near and not wrong


@dataclass(frozen=True)
class Ground:
    """What a campaign disturbs: a manifest and a model that is loaded; the folder and the seconds of an undisturbed run; a
    folder to work in."""

    manifest: Path
    model: Any
    work: Path
    exact: bool = False
    seconds: float = 0.0

    @property
    def log(self) -> Path:
        return self.work / "log.txt"

    @property
    def reference(self) -> Path:
        return self.work / "undisturbed"

    def fresh(self, name: str) -> Path:
        """A folder that is not there."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def start(self, folder: Path, fault: str = "", **settings: Any) -> int:
        """A process that renders into `folder` until a fault; its id."""
        run = processes.rendering(self.manifest, folder, self.model, fault, self.exact, **settings)
        return processes.fork(run, self.log)

    def run_through(self, folder: Path, **settings: Any) -> int:
        """Render into `folder` to the end; the exit code."""
        return processes.wait(self.start(folder, **settings))


def undisturbed(manifest: Path, model: Any, work: Path, exact: bool = False) -> Ground:
    """Run once without disturbance, for what is disturbed to be held against."""
    work.mkdir(parents=True, exist_ok=True)
    ground = Ground(manifest, model, work, exact)
    shutil.rmtree(ground.reference, ignore_errors=True)
    began = time.monotonic()
    code = ground.run_through(ground.reference)
    found = audit(ground.reference, expected(manifest))
    if code != 1 or not found.holds or found.failed != 2:
        raise SystemExit(f"the undisturbed run is not right: exit code {code}, {found}; see {ground.log}")
    return Ground(manifest, model, work, exact, time.monotonic() - began)


def finish(ground: Ground, folder: Path, campaign: Campaign) -> None:
    """The last restart, undisturbed; what is there then is checked."""
    code = ground.run_through(folder)
    given_up = audit(folder).given_up
    if given_up:
        campaign.given_up += len(given_up)
        code = ground.run_through(folder, retry_failed=True)
    answers = expected(ground.manifest)
    found = audit(folder, answers)
    campaign.take(found, f"{folder.name} at the end")
    campaign.stray += len(found.stray)
    campaign.folders += 1
    campaign.answers += len(answers)
    if code != 1 or found.failed != 2:
        campaign.wrong_codes += 1
        campaign.problems.append(f"{folder.name}: exit code {code} and {found.failed} failed at the end")
    apart = difference(folder, ground.reference)
    campaign.apart.add(apart)
    if found.holds and not apart.words and code == 1:
        shutil.rmtree(folder)
