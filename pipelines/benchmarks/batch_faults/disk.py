"""A disk that fills up while a job runs: a small file system of its own, or a limit on the size of a file."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from anygen_pipelines.benchmarks.batch_faults import audit as audits
from anygen_pipelines.benchmarks.batch_faults import processes
from anygen_pipelines.benchmarks.batch_faults.kills import Campaign, Ground, finish

FULL = 3
"""The exit code for a disk that is full."""


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[int], bool]]:
    """A tmpfs mounted on `folder`; called with a number of bytes, it is made that large. Needs the right to mount."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], check=True)
    try:
        yield (
            lambda size: (
                subprocess.run(
                    ["mount", "-o", f"remount,size={size}", str(folder)], check=False, capture_output=True
                ).returncode
                == 0
            )
        )
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def can_mount(folder: Path) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    try:
        with small_disk(folder):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def filled(ground: Ground, sizes: int) -> Campaign:
    """A job on a file system that is full at once, grows a little for every restart, and at last is large enough."""
    campaign = Campaign()
    whole = sum(each.stat().st_size for each in ground.reference.rglob("*") if each.is_file())
    mount = ground.work / "small"
    with small_disk(mount) as resize:
        out = mount / "out"
        for step in range(sizes):
            resize(int(whole * 1.3 * (step + 1) / sizes) // 4096 * 4096)
            code = processes.wait(processes.fork(_command(ground, out), ground.log))
            _check(campaign, out, code)
        resize(10 * whole)
        finish(ground, out, campaign)
    return campaign


def limited(ground: Ground, sizes: int) -> Campaign:
    """A job of a process that may write no file beyond a size (RLIMIT_FSIZE), larger for every restart."""
    campaign = Campaign()
    out = ground.fresh("limited")
    largest = max(each.stat().st_size for each in ground.reference.rglob("*") if each.is_file())
    for step in range(sizes):
        run = _command(ground, out, limit=max(8192, int(largest * (step + 1) / (sizes + 1))))
        # A log of its own, because the limit is on that too.
        code = processes.wait(processes.fork(run, ground.work / f"limited-{step}.txt"))
        _check(campaign, out, code)
    finish(ground, out, campaign)
    return campaign


def _command(ground: Ground, out: Path, limit: int | None = None) -> Callable[[], int]:
    """`anygen render`, for `processes.fork`."""

    def run() -> int:
        from anygen.cli import main

        if limit is not None:
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        return main(["render", str(ground.manifest), "--out", str(out)])

    return run


def _check(campaign: Campaign, out: Path, code: int) -> None:
    if code == FULL:
        campaign.kills += 1
    elif code != 1:
        campaign.wrong_codes += 1
        campaign.problems.append(f"{out}: exit code {code} on a full disk")
    found = audits.audit(out)
    campaign.take(found, f"{out} on a full disk")
    unfinished = [name for name in found.stray if name.endswith(".part")]
    if unfinished:
        campaign.torn += len(unfinished)
        campaign.problems.append(f"{out}: left {', '.join(unfinished)}")
