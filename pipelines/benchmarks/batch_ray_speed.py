"""Ray on one machine against this process on the same manifest, with mini; and a run in which workers are killed.

python -m anygen_pipelines.benchmarks.batch_ray_speed --items 24
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from anygen.batch import render, verify
from anygen.batch.ray_executor import RayExecutor
from anygen.model import AnyGen

PROMPTS = {"image": "Draw a red circle on a blue background.", "audio": "Play a high tone."}


def write_manifest(path: Path, count: int) -> Path:
    """`count` items, images and sounds in turn."""
    kinds = list(PROMPTS)
    lines = [
        {
            "id": str(number),
            "prompt": PROMPTS[kind],
            "modalities": ["text", kind],
            "require": [kind],
            "seed": number,
        }
        for number in range(count)
        for kind in [kinds[number % len(kinds)]]
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def main() -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--items", type=int, default=24, metavar="N", help="half pictures, half sounds (default 24)"
    )
    parser.add_argument("--rounds", type=int, default=2, metavar="N", help="of each, in turn (default 2)")
    arguments = parser.parse_args()
    told: dict[str, Any] = {"items": arguments.items, "here_seconds": [], "ray_seconds": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = write_manifest(folder / "manifest.jsonl", arguments.items)
        began = time.perf_counter()
        model = AnyGen.from_pretrained("mini")
        told["here_start_seconds"] = round(time.perf_counter() - began, 1)
        began = time.perf_counter()
        with RayExecutor("mini") as maker:
            told["ray_start_seconds"] = round(time.perf_counter() - began, 1)
            # Once each, not timed: decoders load and warm up.
            for where, how in (("here", {}), ("ray", {"maker": maker})):
                render(manifest, folder / f"warm-{where}", model, pages=False, **how)
            for number in range(arguments.rounds):
                for where, how in (("here", {}), ("ray", {"maker": maker})):
                    summary = render(manifest, folder / f"{where}-{number}", model, pages=False, **how)
                    told[f"{where}_seconds"].append(round(summary.seconds, 1))
            told["killed"] = kill(manifest, folder / "killed", maker, model)
    json.dump(told, sys.stdout, indent=2)
    print()
    return 0


def kill(manifest: Path, out: Path, maker: RayExecutor, model: AnyGen) -> dict[str, Any]:
    """Kill every worker (-9) after the fourth and the eighth answer; what verify finds afterwards."""
    killed = answers = 0

    def report(event: str, row: dict[str, Any]) -> None:
        nonlocal killed, answers
        answers += event == "done"
        if event == "done" and answers in (4, 8):
            for each in psutil.Process().children(recursive=True):
                if "".join(each.cmdline()[:1]).startswith(("ray::Speaker", "ray::Drawer")):
                    os.kill(each.pid, signal.SIGKILL)
                    killed += 1

    summary = render(manifest, out, model, maker=maker, report=report, pages=False)
    found = verify(out)
    rows = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    done = [row["id"] for row in rows if row["state"] == "done"]
    wanted = {json.loads(line)["id"] for line in manifest.read_text().splitlines()}
    return {
        "workers_killed": killed,
        "seconds": round(summary.seconds, 1),
        "lost": summary.failed + len(wanted - set(done)),
        "doubled": len(done) - len(set(done)),
        "problems": found.num_problems,
        "leftovers": found.leftovers,
    }


if __name__ == "__main__":
    sys.exit(main())
