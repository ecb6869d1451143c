"""An outside set of dialogues in JSONL, to validate on: how people put things who never saw the training phrasings.

A line: `id`, and `turns` of `say`, `media` (attachments to make), `want` (media that must come back) and `check` (what
they must show, null = any; or `answer` and `not`, phrases matched as whole words). Lines are read, judged and counted;
nothing is ever taken from them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from anygen_pipelines.mini import world
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.dialogues import Attachment, Dialogue, Turn

ATTRIBUTES = ("thing", "colour", "position", "size", "motion", "class")
# The file is ordered by its ids; these are its blocks, by the last id of each.
BLOCKS: tuple[tuple[int, str], ...] = (
    (35, "image"), (55, "audio"), (80, "video"), (95, "several at once"), (115, "questions on media"),
    (130, "crossings"), (142, "several turns"), (152, "plain talk"), (160, "outside the world"),
)  # fmt: skip


def read_phrasings(bench: Bench) -> list[Dialogue]:
    """The dialogues of the file given to the bench. Raises ValueError naming the line that cannot be read."""
    if bench.phrasings is None:
        return []
    return read_file(bench.phrasings, bench)


def read_file(path: Path, bench: Bench) -> list[Dialogue]:
    """Every line as a dialogue; its cluster is its block."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            turns = tuple(_turn(turn, number, bench) for turn in record["turns"])
            found.append(Dialogue(record["id"], block_of(record["id"]), turns, seed=number))
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path.name}, line {number}: {error!r}") from error
    return found


def block_of(dialogue_id: str) -> str:
    """The block an id such as "p042" lies in. Raises ValueError for an id without a number."""
    number = int("".join(letter for letter in dialogue_id if letter.isdigit()))
    return next((name for last, name in BLOCKS if number <= last), BLOCKS[-1][1])


def _turn(turn: Mapping[str, Any], number: int, bench: Bench) -> Turn:
    check = turn["check"]
    shows = {name: check[name] for name in ATTRIBUTES if check.get(name) is not None}
    parts = (*(_attachment(spec, number, bench) for spec in turn["media"]), turn["say"])
    return Turn(
        parts,
        frozenset(turn["want"]),
        shows,
        accepted=tuple(check.get("answer", ())),
        refused=tuple(check.get("not", ())),
    )


def _attachment(spec: Mapping[str, Any], number: int, bench: Bench) -> Attachment:
    rng = np.random.default_rng([number, 77])
    if spec["type"] == "image":
        return world.Scene(spec["thing"], spec["colour"], spec["position"], spec["size"])
    if spec["type"] == "video":
        size = spec.get("size") or str(rng.choice(world.SIZES))
        return world.Clip(spec["thing"], spec["colour"], size, spec["motion"])
    if spec["type"] == "audio":
        return bench.heard(int(rng.integers(1000)), (spec["class"],))
    raise KeyError(f"media of type {spec['type']!r}")
