"""`anygen doctor`: what this machine has, and how much memory a model takes."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from anygen.cli.exits import DONE, ENVIRONMENT
from anygen.cli.terminal import as_lines


def add(commands: Any) -> None:
    """The parser of `anygen doctor`."""
    parser = commands.add_parser(
        "doctor",
        help="what this machine has, and what is missing",
        description="Check Python, libraries, codecs, disk and weights. Exit code 3 where something is to be mended. With a "
        "preset or a folder: how much memory it takes, part by part, and which options make it fit, from its configs alone; "
        "exit code 3 where it fits nowhere on this machine.",
    )
    parser.set_defaults(run=examine_machine)
    parser.add_argument("subject", nargs="?", metavar="PRESET|FOLDER", help="whose memory to plan")
    parser.add_argument(
        "--out", default=".", metavar="DIR", help="where outputs will go (for the disk check)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def examine_machine(arguments: argparse.Namespace) -> int:
    """`anygen doctor`: a line a check; 3 where something is to be mended."""
    from anygen.loading.doctor import examine

    if arguments.subject is not None:
        return plan_memory(arguments)
    checks = examine(arguments.out)
    good = all(check.ok for check in checks)
    if arguments.json:
        print(json.dumps({"ok": good, "checks": [asdict(check) for check in checks]}, ensure_ascii=False))
        return DONE if good else ENVIRONMENT
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = "ok  " if check.ok else "MEND"
        advice = f" -> {check.advice}" if check.advice else ""
        print(f"{mark}  {check.name:<{width}}  {check.found}{advice}")
    return DONE if good else ENVIRONMENT


def plan_memory(arguments: argparse.Namespace) -> int:
    """`anygen doctor PRESET`: a line a part, the sums, and what fits where."""
    from anygen.loading import memory
    from anygen.loading.doctor import plan_of, sources_of

    plan, has = plan_of(arguments.subject), memory.machine()
    found = plan.to_dict(has) | {"sources": sources_of(arguments.subject)}
    code = DONE if plan.fits_somewhere(has) else ENVIRONMENT
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return code
    width = max(len(part.name) for part in plan.parts)
    for part in found["parts"]:
        sizes = ", ".join(
            f"{name} {memory.gb(size)}" for name, size in part["bytes"].items() if name != "bfloat16"
        )
        fixed = "; stays at float32" if part["loaded_as"] == "float32" else ""
        rare = "" if part["needed"] else "; for captions and negative prompts alone"
        print(f"{part['part']:<{width}}  {part['params'] / 1e6:9.1f} M ({part['how']}){fixed}{rare}: {sizes}")
    sums = {name: f"{memory.gb(size)}" for name, size in found["sum"].items() if name != "bfloat16"}
    ones = {name: f"{memory.gb(size)}" for name, size in found["sum_with_one_decoder"].items()}
    print(
        "\n".join(
            as_lines(
                {
                    "all of it": [f"{name} {size}" for name, size in sums.items()],
                    "with one decoder at a time": [f"{name} {ones[name]}" for name in sums],
                    "this machine": found["fits"],
                    "a card of": found["cards"],
                    **({"sources": found["sources"]} if found["sources"] else {}),
                }
            )
        )
    )
    return code
