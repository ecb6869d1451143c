"""What ends a job before it is done, and lets it say so: SIGTERM and Ctrl-C at random moments, and a disk that fills up.

How soon it ends, with which code, and whether it keeps what is finished."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from anygen.cli import main as run_anygen
from anygen_pipelines.benchmarks.batch_faults import processes
from anygen_pipelines.benchmarks.batch_faults.audit import audit
from anygen_pipelines.benchmarks.batch_faults.campaign import Campaign, Ground, finish
from anygen_pipelines.benchmarks.batch_faults.manifests import expected

FULL = 3
"""The exit code for a disk that is full."""

# Signals


def one_signal(ground: Ground, count: int, again_after: float | None = None) -> Campaign:
    """`count` signals, one for each start of a job, SIGTERM and SIGINT in turn; with `again_after`, a second one that many
    seconds after the first. Each folder goes on until it is done."""
    chance = random.Random(2)
    campaign = Campaign()
    folder: Path | None = None
    for _ in range(3 * count):
        if len(campaign.seconds) >= count:
            break
        folder = folder or ground.fresh(f"stop-{campaign.folders}")
        number = (signal.SIGTERM, signal.SIGINT)[len(campaign.seconds) % 2]
        child = ground.start(folder)
        time.sleep(chance.uniform(0.1, 0.1 + 0.5 * ground.seconds))

        def stop(child: int = child, number: int = number) -> int:
            os.kill(child, number)
            if again_after is not None:
                time.sleep(again_after)
                os.kill(child, number)
            return processes.wait(child)

        if _is_done(ground, campaign, folder, stop, 128 + number):
            finish(ground, folder, campaign)
            folder = None
    if folder is not None:
        finish(ground, folder, campaign)
    return campaign


def of_commands(ground: Ground, count: int) -> Campaign:
    """SIGTERM to `anygen render` itself."""
    chance = random.Random(3)
    campaign = Campaign()
    folder = ground.fresh("stop-command")
    for _ in range(count):
        process = processes.command(ground.manifest, folder, ground.log)
        # Until the folder is there it loads a model; the default of a signal ends it then, and nothing is begun.
        while not (folder / "run.json").exists() and process.poll() is None:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, ground.seconds))

        def stop(process: subprocess.Popen[bytes] = process) -> int:
            process.terminate()
            try:
                code = process.wait(120)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            return 128 + signal.SIGTERM if code == -signal.SIGTERM else code

        if _is_done(ground, campaign, folder, stop, 128 + signal.SIGTERM):
            finish(ground, folder, campaign)
            folder = ground.fresh("stop-command")
    finish(ground, folder, campaign)
    return campaign


def _is_done(ground: Ground, campaign: Campaign, folder: Path, stop: Callable[[], int], right: int) -> bool:
    """Stop a process and check what it leaves; whether it says that all was done before, as it then must be."""
    before = done_lines(folder)
    began = time.monotonic()
    code = stop()
    took = time.monotonic() - began
    if code == 1:
        found = audit(folder, expected(ground.manifest))
        campaign.take(found, f"{folder.name}, which said it was done")
    else:
        campaign.seconds.append(took)
        campaign.times += 1
        campaign.is_right(code, right, folder.name)
    campaign.take(audit(folder), folder.name)
    if done_lines(folder)[: len(before)] != before:
        campaign.lost += 1
        campaign.problems.append(f"{folder.name}: what was finished before the signal is not there after it")
    return code == 1


def done_lines(folder: Path) -> list[bytes]:
    """The whole lines of a ledger."""
    path = folder / "results.jsonl"
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


# A full disk


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[int], None]]:
    """A tmpfs mounted on `folder`; called with a number of bytes, it is made that large. Needs the right to mount."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], check=True)

    def resize(size: int) -> None:
        command = ["mount", "-o", f"remount,size={size}", str(folder)]
        subprocess.run(command, check=False, capture_output=True)

    try:
        yield resize
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def can_mount(folder: Path) -> bool:
    """Whether `small_disk` works here."""
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
            _render_on_full(ground, out, campaign, ground.log)
        resize(10 * whole)
        finish(ground, out, campaign)
    return campaign


def limited(ground: Ground, sizes: int) -> Campaign:
    """A job of a process that may write no file beyond a size (RLIMIT_FSIZE), larger for every restart."""
    campaign = Campaign()
    out = ground.fresh("limited")
    largest = max(each.stat().st_size for each in ground.reference.rglob("*") if each.is_file())
    for step in range(sizes):
        limit = max(8192, int(largest * (step + 1) / (sizes + 1)))
        # A log of its own, because the limit is on that too.
        _render_on_full(ground, out, campaign, ground.work / f"limited-{step}.txt", limit)
    finish(ground, out, campaign)
    return campaign


def _render_on_full(
    ground: Ground, out: Path, campaign: Campaign, log: Path, limit: int | None = None
) -> None:
    """`anygen render` in a forked process, to whom the disk is full; check what it leaves."""

    def run() -> int:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        return run_anygen(["render", str(ground.manifest), "--out", str(out)])

    code = processes.wait(processes.fork(run, log))
    if code == FULL:
        campaign.times += 1
    else:
        campaign.is_right(code, 1, f"{out} on a full disk")
    found = audit(out)
    campaign.take(found, f"{out} on a full disk")
    unfinished = [name for name in found.stray if name.endswith(".part")]
    if unfinished:
        campaign.torn += len(unfinished)
        campaign.problems.append(f"{out}: left {', '.join(unfinished)}")
