"""Make mini from nothing: the world, the frozen parts, the three stages, the shipped preset. One command, resumable.

    python -m anygen_pipelines.mini.train --recordings ESC10_FOLDER          (make train-mini RECORDINGS=ESC10_FOLDER)

Prints the plan first; what is finished is skipped, what was interrupted goes on from its last checkpoint. Seconds are
CPU-seconds of one thread, measured on a 2-core server; steps without one are short.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from anygen.loading.presets import PRESETS_DIR
from anygen_pipelines.mini.pretraining import TOKENIZER_DIR, command

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Step:
    """One job: a module with its arguments, the file that says it is done, and about how long it takes."""

    name: str
    module: str
    arguments: tuple[str, ...]
    done: str
    cpu_seconds: int


def plan(runs: Path, recordings: Path | None, out: Path) -> list[Step]:
    """The steps in order, as plan.yaml says; each needs only those before it."""
    names = {"runs": str(runs), "out": str(out), "tokenizer": str(TOKENIZER_DIR)}
    heard = () if recordings is None else ("--recordings", str(recordings))
    steps = []
    for row in yaml.safe_load((HERE / "plan.yaml").read_text(encoding="utf-8")):
        arguments = tuple(word.format(**names) for word in row.get("arguments", "").split())
        if "stage" in row:
            config = HERE / "stages" / f"stage{row['stage']}.yaml"
            moved = () if runs == Path("runs") else _moved(config, runs)
            arguments = ("--config", str(config), *moved)
        arguments += heard if row.get("recordings") else ()
        done, module = str(runs / row["done"]), f"anygen_pipelines.{row['module']}"
        steps.append(Step(row["name"], module, arguments, done, row["seconds"]))
    return steps


def _moved(config: Path, runs: Path) -> tuple[str, ...]:
    """A stage's settings with every path that begins with runs/ below another folder."""
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    moved = {}
    for name, value in settings.items():
        text = json.dumps(value)
        if '"runs/' in text:
            moved[name] = text.replace('"runs/', f'"{runs.as_posix()}/')
    return tuple(word for name, value in moved.items() for word in ("--set", f"{name}={value}"))


def show(steps: list[Step], left: list[Step]) -> None:
    """Print what is to be done, and about how long it takes."""
    print(f"{'step':<22}{'about':>8}")
    for step in steps:
        print(f"{step.name:<22}{f'{step.cpu_seconds} s' if step in left else 'done':>8}")
    total = sum(step.cpu_seconds for step in left)
    print(f"{'left':<22}{f'{total} s':>8}   CPU-seconds of one thread", flush=True)


def run(step: Step) -> None:
    """Do one job in a process of its own. Raises SystemExit where it fails or is stopped."""
    began = time.monotonic()
    logger.info("%s: starts", step.name)
    try:
        subprocess.run([sys.executable, "-m", step.module, *step.arguments], check=True)
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{step.name} failed; the same command goes on from there ({error})") from error
    except KeyboardInterrupt:
        raise SystemExit("stopped; the same command goes on from the last checkpoint") from None
    if step.name == "the preset":
        Path(step.done).touch()
    logger.info("%s: done in %.0f s", step.name, time.monotonic() - began)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the plan, and do what is left of it. Raises SystemExit for recordings that are not there."""
    parser = command(__doc__)
    add = parser.add_argument
    add("--recordings", type=Path, help="the ESC-10 recordings, one folder a class; else stand-ins")
    add("--runs", type=Path, default=Path("runs"), help="where logs, checkpoints and parts go")
    add("--out", type=Path, default=PRESETS_DIR / "mini", help="where the finished preset goes")
    add("--plan", action="store_true", help="print the plan and stop")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if options.recordings is None:
        logger.warning("no --recordings: the ten recorded kinds of sound will be synthesised stand-ins")
    elif not options.recordings.is_dir():
        raise SystemExit(
            f"{options.recordings}: no such folder; the ESC-10 recordings lie in one folder a class"
        )
    steps = plan(options.runs, options.recordings, options.out)
    left = [step for step in steps if not Path(step.done).exists()]
    show(steps, left)
    for step in [] if options.plan else left:
        run(step)


if __name__ == "__main__":
    main()
