"""`anygen info`: what a model is, or what made a file."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from anygen.cli.exits import DONE, UsageError
from anygen.cli.terminal import as_lines, tell
from anygen.core.errors import MediaError


def add(commands: Any) -> None:
    """The parser of `anygen info`."""
    parser = commands.add_parser(
        "info",
        help="what a model is, or what made a file",
        description="Say what a model is made of, or what made a file. Without an argument: which models there are.",
    )
    parser.set_defaults(run=info)
    parser.add_argument(
        "subject", nargs="?", metavar="MODEL|FILE", help="a preset, a folder, or a file anygen wrote"
    )
    parser.add_argument(
        "--all", action="store_true", help="every preset: licence, memory, what it reads and makes"
    )
    parser.add_argument(
        "--commercial-only",
        action="store_true",
        help="with --all: only those that say their weights are free for commercial use",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def info(arguments: argparse.Namespace) -> int:
    """Tell of a model, a file, or all presets. Raises UsageError for a name beside --all, MediaError for a missing file."""
    subject = arguments.subject
    if arguments.all or arguments.commercial_only:
        if subject is not None:
            raise UsageError("anygen info: --all lists every preset; leave out the name")
        return list_models(arguments)
    if subject is not None and os.path.isfile(subject):
        from anygen.media import provenance

        found = provenance.read(subject)
        found = {key: value for key, value in found.items() if key != "schema"}
    else:
        from anygen.loading import doctor, presets

        if subject and Path(subject).suffix.lower() in presets.FILE_SUFFIXES:
            raise MediaError(f"{subject}: no such file")
        found = doctor.describe(subject) if subject else {"models": presets.presets()}
    tell(found, arguments.json)
    return DONE


def list_models(arguments: argparse.Namespace) -> int:
    """`anygen info --all`."""
    from anygen.loading.doctor import every_model

    rows = every_model(arguments.commercial_only)
    if arguments.json:
        print(json.dumps({"models": rows}, ensure_ascii=False))
        return DONE
    for row in rows:
        memory = row["memory"]
        said = {True: "commercial use: yes", False: "commercial use: no", None: "commercial use: not said"}
        found = {
            "reads": row["reads"],
            "makes": row["makes"],
            "licence": f"{row['licence']}; {said[row['commercial']]}",
            "memory": f"{memory['bytes'] / 1e9:.2f} GB at half precision, {memory['one_decoder'] / 1e9:.2f} GB with one "
            f"decoder at a time ({', '.join(memory['how'])})",
            "weights": row["weights"],
        }
        if row["sources"]:
            found["sources"] = row["sources"]
        print("\n".join([row["name"], *as_lines(found, "  ")]))
    if not rows:
        print("no preset says that its weights are free for commercial use")
    return DONE
