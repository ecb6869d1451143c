"""The ledger's cost: what one commit takes, and how long and in how much memory a finished job is found finished.

python -m anygen_pipelines.benchmarks.batch_resume --work /tmp/resume --write docs/results/batch.md
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from anygen import AnyGen
from anygen.batch.commit import Committer, Made
from anygen.batch.items import Work
from anygen.batch.job import Job
from anygen.batch.manifest import read
from anygen.batch.rendering import reader_for, render
from anygen_pipelines.benchmarks.result_page import page_parser, replace_section, table

MODULE = "anygen_pipelines.benchmarks.batch_resume"
TITLE = "The ledger: commits and resumes"
HEADING = f"""Made by `python -m {MODULE} --work /tmp/resume --write docs/results/batch.md`, on two cores that
others used too. Commits are taken in turn with the plain writing. The answers of the large jobs are in words."""
HEADER = (
    "answers", "ledger MB", "index MB", "resume s, index made anew", "resume s", "us an answer",
    "RSS MiB, model loaded", "peak RSS MiB",
)  # fmt: skip
PICTURE_BYTES = 7000
"""About what a picture of mini has."""


def write_manifest(path: Path, count: int) -> None:
    """A manifest of `count` questions that are answered in words."""
    with path.open("w", encoding="utf-8") as file:
        for index in range(count):
            line = {"id": f"item-{index}", "prompt": f"What is number {index}?", "modalities": ["text"]}
            file.write(json.dumps(line) + "\n")


def commit_seconds(folder: Path, model: Any, count: int) -> dict[str, float]:
    """Median seconds of one commit, by what is committed; and of writing a picture and its record with no care at all."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_manifest(folder / "manifest.jsonl", 2 * count)
    works = _works(folder / "manifest.jsonl", model)
    picture, record = bytes(PICTURE_BYTES), b"{}" * 400
    took: dict[str, list[float]] = {"words": [], "a picture": [], "a picture, plainly written": []}
    with Job(folder / "out") as job:
        for _ in range(count):
            # Taken in turn, so that all three meet the same machine.
            words, drawn = next(works), next(works)
            name = f"{drawn.stem}-0.png"
            parts = ({"type": "image", "path": name, "caption": "a picture"},)
            files = ((name, picture), (f"{name}.json", record))
            for kind, made in (
                ("words", Made(words, ({"type": "text", "text": "An answer of some words."},))),
                ("a picture", Made(drawn, parts, files)),
            ):
                began = time.perf_counter()
                Committer(job).commit(made)
                took[kind].append(time.perf_counter() - began)
            began = time.perf_counter()
            (folder / "plain.png").write_bytes(picture)
            (folder / "plain.png.json").write_bytes(record)
            took["a picture, plainly written"].append(time.perf_counter() - began)
    return {name: statistics.median(each) for name, each in took.items()}


def _works(manifest: Path, model: Any) -> Iterator[Work]:
    reader = reader_for(model, manifest, lambda path: "")
    for line in read(manifest):
        if line is not None:
            yield Work(reader.item(line.record, line.number))


def finished_job(folder: Path, model: Any, count: int) -> Path:
    """A job of `count` answers in words, all done: its ledger is written at once here, line for line as commits write it."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "out").mkdir(parents=True)
    manifest = folder / "manifest.jsonl"
    write_manifest(manifest, count)
    with (folder / "out" / "results.jsonl").open("w", encoding="utf-8") as file:
        for work in _works(manifest, model):
            item = work.item
            row = {"id": item.id, "sample": 0, "line": item.line, "state": "done", "slot": work.slot.hex()}
            row |= {"key": item.key, "seed": work.seed, "asked": item.asked}
            row |= {"parts": [{"type": "text", "text": "An answer of some words."}], "files": []}
            file.write(json.dumps({**row, "timings": {"llm": 0.05, "total": 0.05}}) + "\n")
    return manifest


def measure(manifest: Path) -> dict[str, Any]:
    """Render a finished job, twice: without its index, and with it. In a process of its own, for its peak memory."""
    model = AnyGen.from_pretrained("mini")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        summary = render(manifest, manifest.parent / "out", model, pages=False)
        seconds.append(time.perf_counter() - began)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "done": summary.done,
        "made": summary.made,
        "first": seconds[0],
        "again": seconds[1],
        "loaded": before / 1024,
        "peak": after / 1024,
    }


def resumed(manifest: Path, size: int) -> tuple[str, ...]:
    """A line of the table: a finished job of `size` answers, measured in a process of its own."""
    command = [sys.executable, "-m", MODULE, "--work", str(manifest.parent), "--measure", str(manifest)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = json.loads(told.splitlines()[-1])
    if (found["done"], found["made"]) != (size, 0):
        raise SystemExit(f"{size} answers were done and the job says {found}")
    out = manifest.parent / "out"
    megabytes = [(out / name).stat().st_size / 1e6 for name in ("results.jsonl", "index.sqlite")]
    figures = [f"{each:.0f}" for each in megabytes] + [f"{found[key]:.1f}" for key in ("first", "again")]
    figures += [f"{each:.0f}" for each in (1e6 * found["again"] / size, found["loaded"], found["peak"])]
    return (f"{size:,}", *figures)


def main(words: list[str] | None = None) -> int:
    """The command; its exit code."""
    parser = page_parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--commits", type=int, default=300)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.measure is not None:
        print(json.dumps(measure(arguments.measure)))
        return 0
    model = AnyGen.from_pretrained("mini")
    commits = commit_seconds(arguments.work / "commits", model, arguments.commits)
    rows = [(what, f"{1e3 * seconds:.2f}") for what, seconds in commits.items()]
    heading = f"{HEADING}\n\n{table(('what is committed', 'milliseconds (median)'), rows)}"
    lines = []
    for size in arguments.sizes:
        lines.append(resumed(finished_job(arguments.work / "job", model, size), size))
        page = f"{heading}\n\n{table(HEADER, lines)}"
        if arguments.write is not None:
            replace_section(arguments.write, TITLE, page)
        print(page, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
