"""Processes that render, to be killed: forked from one that has the model loaded, or the command itself."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from anygen.batch import failpoints
from anygen.batch.rendering import render
from anygen.batch.runner import Settings
from anygen.batch.signals import StopSignals
from anygen.messages.options import GenerationOptions
from anygen_pipelines.benchmarks.batch_faults.manifests import options

ANYGEN = (sys.executable, "-c", "import sys, anygen.cli; sys.exit(anygen.cli.main())")
"""The command `anygen`."""
LONGEST = 600.0
"""Seconds after which a process that should have ended is killed; its code tells."""


def fork(run: Callable[[], int], log: Path) -> int:
    """A copy of this process that does `run` and ends with its code; its process id. Hundreds of these cost no start of an
    interpreter. This process may have no other thread at work."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        code = run()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def rendering(
    manifest: Path, out: Path, model: Any, fault: str = "", exact: bool = False, **settings: Any
) -> Callable[[], int]:
    """What `anygen render` does with a model that is loaded, for `fork`; `fault` is what ANYGEN_FAULT says."""

    def run() -> int:
        os.environ[failpoints.VARIABLE] = fault
        # The functions that others hold read the module's own names, which this sets anew.
        importlib.reload(failpoints)

        def report(event: str, row: Mapping[str, Any]) -> None:
            print(event, row.get("id"), row.get("sample"), flush=True)

        with StopSignals() as stop:
            summary = render(
                manifest,
                out,
                model,
                settings=Settings(**settings),
                exact=exact,
                report=report,
                should_stop=stop,
            )
        print(summary, flush=True)
        return summary.exit_code if stop.code is None or summary.stopped != "signal" else stop.code

    return run


def command(manifest: Path, out: Path, log: Path) -> subprocess.Popen[bytes]:
    """`anygen render` itself."""
    environment = {**os.environ, failpoints.VARIABLE: "", "OMP_NUM_THREADS": "1"}
    with log.open("ab") as file:
        arguments = [*ANYGEN, "render", str(manifest), "--out", str(out)]
        return subprocess.Popen(arguments, stdout=file, stderr=file, env=environment)


def wait(child: int, kill_after: float | None = None) -> int:
    """How a forked process ended, as subprocess says it: its exit code, or minus its signal. With `kill_after`, it is killed
    after so many seconds unless it ended by itself."""
    return wait_all([child], [kill_after])[0]


def wait_all(children: Sequence[int], kill_after: Sequence[float | None]) -> list[int]:
    """The same of several at once."""
    began = time.monotonic()
    moments = dict(zip(children, kill_after, strict=True))
    codes: dict[int, int] = {}
    while len(codes) < len(children):
        for child in set(children) - set(codes):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                codes[child] = os.waitstatus_to_exitcode(status)
                continue
            moment = moments[child]
            if time.monotonic() - began >= (LONGEST if moment is None else moment):
                os.kill(child, signal.SIGKILL)
                moments[child] = float("inf")
        time.sleep(0.002)
    return [codes[child] for child in children]


def warm(model: Any, modalities: Sequence[str] | None = None) -> None:
    """Load all of the model, or what makes these, so that forked copies need not."""
    for modality in modalities or model.makes:
        require = () if modality == "text" else (modality,)
        model.generate("A dog.", options=GenerationOptions.from_dict(options()), require=require)
