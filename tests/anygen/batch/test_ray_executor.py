"""Jobs on Ray: the same bytes as here, and nothing lost or made twice whoever dies. Real Ray, real mini."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import fsspec
import numpy as np
import psutil
import pytest

from anygen import Image
from anygen.batch import Settings, render, verify
from anygen.batch.ray_executor import RayExecutor
from anygen.batch.ray_workers import Workers
from anygen.core.errors import ConfigError, MachineError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (pip install 'anygen[scale]')"
)

RED, TONE = "Draw a red circle on a blue background.", "Play a high tone."
SMALL = {"image": {"num_inference_steps": 2}, "audio": {"num_inference_steps": 2}}


@pytest.fixture(scope="module")
def cluster():
    """A Ray that all makers of this file share; each starts its own workers."""
    from anygen.batch.ray_executor import connected

    with connected("local", num_cpus=2) as found:
        yield found


@pytest.fixture(scope="module")
def maker(cluster):
    """Workers that several tests share, so that they are loaded once."""
    with RayExecutor("mini") as found:
        yield found


def write_manifest(folder: Path, count: int, **more: object) -> Path:
    path = folder / "manifest.jsonl"
    lines = []
    for number in range(count):
        kind = ("image", "audio")[number % 2]
        line = {"id": f"item {number}", "prompt": (RED, TONE)[number % 2], "require": [kind], "seed": number}
        lines.append({**line, "modalities": ["text", kind], "options": SMALL, **more})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def rows(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def media(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "media").rglob("*") if path.is_file()}


def workers(title: str) -> list[int]:
    """The processes below this one whose title begins so: Ray writes there what an actor is at."""
    found = []
    for each in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "".join(each.cmdline()[:1]).startswith(f"ray::{title}"):
                found.append(each.pid)
    return found


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def assert_complete(folder: Path, count: int) -> None:
    found = [row for row in rows(folder) if row["state"] == "done"]
    assert sorted(row["id"] for row in found) == sorted(f"item {number}" for number in range(count))
    findings = verify(folder)
    assert findings.holds, findings.problems
    assert (findings.done, findings.leftovers) == (count, 0)


def test_exact_answers_have_the_bytes_of_one_process(maker, tmp_path):
    manifest = write_manifest(tmp_path, 4)
    render(manifest, tmp_path / "here", "mini", exact=True, pages=False)
    summary = render(manifest, tmp_path / "ray", maker.model, exact=True, maker=maker, pages=False)
    assert (summary.made, summary.exit_code) == (4, 0)
    assert media(tmp_path / "ray") == media(tmp_path / "here")
    keys = [{row["id"]: row["key"] for row in rows(tmp_path / name)} for name in ("here", "ray")]
    assert keys[0] == keys[1]


def test_a_killed_worker_loses_and_doubles_nothing(maker, tmp_path):
    manifest = write_manifest(tmp_path, 6)
    killed: list[int] = []

    def report(event: str, row: dict) -> None:
        # Once two are done, both kinds of workers die, whatever they are at.
        if event == "done" and not killed and len(rows(tmp_path / "out")) == 2:
            for pid in workers("Speaker") + workers("Drawer"):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    render(manifest, tmp_path / "out", maker.model, maker=maker, report=report, pages=False)
    assert len(killed) >= 2
    assert_complete(tmp_path / "out", 6)


@pytest.mark.slow
def test_work_at_which_workers_die_is_given_up(cluster, tmp_path):
    """Every worker that is at drawing is killed."""
    done = threading.Event()

    def kill() -> None:
        while not done.is_set():
            for pid in workers("Drawer.run"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    manifest = write_manifest(tmp_path, 1, options={"image": {"num_inference_steps": 100}})
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with RayExecutor("mini") as maker:
            summary = render(
                manifest,
                tmp_path / "out",
                maker.model,
                maker=maker,
                settings=Settings(max_attempts=2),
                pages=False,
            )
    finally:
        done.set()
        killer.join()
    assert summary.exit_code == 1
    error = rows(tmp_path / "out")[-1]["error"]
    assert error["type"] == "AttemptsError" and "2 times" in error["message"]


def test_inputs_from_a_store_and_copies_to_one(maker, tmp_path):
    store = fsspec.filesystem("memory")
    picture = tmp_path / "red.png"
    Image(np.full((32, 32, 3), (255, 0, 0), np.uint8)).save(picture)
    store.pipe("/inputs/red.png", picture.read_bytes())
    store.pipe("/secret.png", picture.read_bytes())
    names = ["memory://inputs/red.png", "memory://inputs/../secret.png", "memory://secret.png"]
    (tmp_path / "manifest.jsonl").write_text(
        "".join(
            json.dumps(
                {
                    "id": name,
                    "prompt": [{"type": "image", "path": name}, RED],
                    "require": ["image"],
                    "modalities": ["text", "image"],
                    "options": SMALL,
                }
            )
            + "\n"
            for name in names
        )
    )
    summary = render(
        tmp_path / "manifest.jsonl",
        tmp_path / "out",
        maker.model,
        maker=maker,
        roots=["memory://inputs"],
        copy_to="memory://results/job",
        pages=False,
    )
    assert (summary.done, summary.failed) == (1, 2)
    assert all(row["error"]["type"] == "RequestError" for row in rows(tmp_path / "out") if "error" in row)
    here = {
        f"/results/job/{path.relative_to(tmp_path / 'out').as_posix()}": path
        for path in [*(tmp_path / "out" / "media").rglob("*.*"), tmp_path / "out" / "results.jsonl"]
    }
    assert len(here) == 3
    for name, path in here.items():
        assert store.cat(name) == path.read_bytes()


def run(folder: Path, *more: str) -> subprocess.Popen:
    command = [
        sys.executable,
        "-m",
        "anygen",
        "render",
        str(folder / "manifest.jsonl"),
        "--out",
        str(folder / "out"),
    ]
    return subprocess.Popen(
        [*command, "--ray", "--no-pages", *more], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def wait_for_rows(folder: Path, count: int, process: subprocess.Popen) -> None:
    path = folder / "out" / "results.jsonl"
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)


@pytest.mark.slow
def test_a_terminated_driver_and_a_killed_one_go_on(tmp_path):
    """SIGTERM, then kill -9, then a run to the end; each with a Ray of its own, of which nothing is left."""
    write_manifest(tmp_path, 14)
    terminated = run(tmp_path)
    wait_for_rows(tmp_path, 2, terminated)
    terminated.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert terminated.wait(60) == 143
    took = time.monotonic() - began
    first = len(rows(tmp_path / "out"))
    killed = run(tmp_path)
    wait_for_rows(tmp_path, first + 2, killed)
    family = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.wait()
    last = run(tmp_path, "--json")
    said, complaint = last.communicate(timeout=240)
    assert last.returncode == 0, complaint
    assert json.loads(said)["done"] == 14
    assert_complete(tmp_path / "out", 14)
    # Ray's own agents look for their parent now and then.
    deadline = time.monotonic() + 180
    while any(map(is_alive, family)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not [each for each in family if is_alive(each)]
    assert took < 15


def test_what_this_machine_can_never_give_is_refused(cluster):
    with (
        pytest.raises(ConfigError, match="take 100 GPU"),
        RayExecutor("mini", workers={"llm": Workers(100, 1)}),
    ):
        pass


def test_without_ray_one_sentence_names_the_extra(monkeypatch):
    from anygen.batch import ray_executor

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MachineError, match=r"pip install 'anygen\[scale\]'"):
        ray_executor.ray_module()


def test_a_job_of_this_process_imports_no_ray(tmp_path):
    write_manifest(tmp_path, 1, modalities=["text"], require=[])
    code = (
        "import sys; from anygen.cli import main; "
        f"code = main(['render', {str(tmp_path / 'manifest.jsonl')!r}, '--out', {str(tmp_path / 'out')!r}]); "
        "print(code, 'ray' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "0 False"
