"""A loss of power after every call that a job made: each state of the disk, restarted."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

from anygen_pipelines.benchmarks.batch_faults import audit as audits
from anygen_pipelines.benchmarks.batch_faults import power, processes, trace
from anygen_pipelines.benchmarks.batch_faults.kills import Ground
from anygen_pipelines.benchmarks.batch_faults.manifests import options


@dataclass
class Outage:
    """What came of losing power: calls recorded, different states of the disk, those that were rendered to the end."""

    calls: int = 0
    states: int = 0
    restarted: int = 0
    answers: int = 0
    lost: int = 0
    duplicated: int = 0
    torn: int = 0
    made_again: int = 0
    problems: list[str] = field(default_factory=list)
    apart: audits.Difference = field(default_factory=audits.Difference)


def write_short(folder: Path) -> Path:
    """Words, a picture and a sound: all that a job writes, in few calls."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {"id": "a", "prompt": "Hello.", "modalities": ["text"]},
        {"id": "b", "prompt": "Draw a dog.", "require": ["image"]},
        {"id": "c", "prompt": "The sound of a rooster.", "require": ["audio"]},
        {"id": "d", "prompt": "Good-bye.", "modalities": ["text"], "n": 2},
    ]
    path = folder / "short.jsonl"
    path.write_text("".join(json.dumps({**line, "options": options()}) + "\n" for line in lines))
    return path


def lose_power(ground: Ground, most: int) -> Outage:
    """Record what `anygen render` does, then restart from every state that a loss of power may leave, or from `most` of
    them, evenly spread. All states are checked before the restart, those restarted also after it."""
    answers = {("a", 0), ("b", 0), ("c", 0), ("d", 0), ("d", 1)}
    out, found = ground.fresh("traced"), Outage()
    starting = [sys.executable, "-c", "import sys, anygen.cli; sys.exit(anygen.cli.main())"]
    operations, code = trace.record(
        [*starting, "render", str(ground.manifest), "--out", str(out)], out, ground.work / "trace"
    )
    if code != 0 or not audits.audit(out, answers).holds:
        raise SystemExit(f"the traced run is not right: exit code {code}; see {out}")
    check_replay(operations, out)
    found.calls = len(operations)
    states = list(power.states(operations))
    found.states = len(states)
    chosen = {round(index * (len(states) - 1) / max(1, most - 1)) for index in range(most)}
    folder = ground.work / "lost"
    for number, state in enumerate(states):
        state.write(folder)
        where = f"after call {state.after} ({state.variant})"
        before = audits.audit(folder)
        _add(found, before, where)
        if number not in chosen and len(states) > most:
            continue
        finished = before.done
        code = processes.run_through(ground.manifest, folder, ground.model, ground.log)
        after = audits.audit(folder, answers)
        _add(found, after, f"{where}, restarted")
        made = sum(row["state"] == "done" for row in audits.lines(folder, audits.Audit(), True))
        if code != 0 or made != len(answers):
            found.made_again += made - len(answers)
            found.problems.append(f"{where}: exit code {code}, {finished} done before, {made} lines of done")
        found.apart.add(audits.difference(folder, out))
        found.restarted += 1
        found.answers += len(answers)
    return found


def check_replay(operations: list[trace.Operation], out: Path) -> None:
    """The recorded calls, replayed, must give the folder that is there, to the byte: else the record is not whole."""
    disk = power.Disk()
    for operation in operations:
        disk.apply(operation)
    content = disk.after_loss("everything", random.Random(0))
    there = {
        str(path.relative_to(out)): path.read_bytes() if path.is_file() else None for path in out.rglob("*")
    }
    if content != there:
        raise SystemExit(
            f"{out}: the recorded calls do not give what is there: {sorted(set(content) ^ set(there))}"
        )


def _add(found: Outage, each: audits.Audit, where: str) -> None:
    found.lost += len(each.lost)
    found.duplicated += len(each.duplicated)
    found.torn += len(each.torn)
    if not each.holds:
        found.problems.append(f"{where}: {each}")
