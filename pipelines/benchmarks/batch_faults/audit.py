"""What a job's folder holds, read without anygen.batch: the ledger as lines of JSON, the files as bytes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from anygen.core.modality import Modality
from anygen.media.types import MEDIA_TYPES

Answer = tuple[str, int]


@dataclass
class Audit:
    """What is wrong with a folder. `lost`: answers that are neither done nor an error row of their own; `duplicated`: those
    finished again without being taken back; `torn`: a line that names a file which is not there as it says, or is no line;
    `stray`: files that no line names; `given_up`: answers that processes died at too often."""

    done: int = 0
    failed: int = 0
    lost: list[Answer] = field(default_factory=list)
    duplicated: list[Answer] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    given_up: list[Answer] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.lost or self.duplicated or self.torn)


def audit(folder: Path, expected: set[Answer] | None = None) -> Audit:
    """Check a folder. With `expected`, its job is over and each of these must be there; without, it was just stopped, and
    its last line may be without an end."""
    found = Audit()
    finished: Counter[str] = Counter()
    last: dict[str, dict[str, Any]] = {}
    for row in lines(folder, found, is_over=expected is not None):
        slot = row["slot"]
        if row["state"] == "done":
            finished[slot] += 1
            if finished[slot] > 1:
                found.duplicated.append((row["id"], row["sample"]))
        elif row["state"] == "requeued":
            finished[slot] = 0
        last[slot] = row
    named: set[str] = set()
    answered: Counter[Answer] = Counter()
    for row in last.values():
        if row["state"] == "done":
            found.done += 1
            answered[row["id"], row["sample"]] += 1
            named |= {each["path"] for each in row["files"]}
            found.torn += [sentence for each in row["files"] if (sentence := _wrong(folder, each))]
        elif row["state"] == "failed":
            found.failed += 1
            if row["error"]["type"] == "AttemptsError":
                found.given_up.append((row["id"], row["sample"]))
    media = [path for path in (folder / "media").rglob("*") if path.is_file()]
    found.stray = sorted(name for path in media if (name := str(path.relative_to(folder))) not in named)
    if expected is not None:
        found.lost = sorted(expected - set(answered) - set(found.given_up))
        found.duplicated += sorted(answer for answer, count in answered.items() if count > 1)
    return found


def lines(folder: Path, found: Audit, is_over: bool) -> list[dict[str, Any]]:
    """The ledger's lines; what is no line is added to what is torn, but for the last of a job that was just stopped."""
    path = folder / "results.jsonl"
    if not path.exists():
        return []
    *whole, end = path.read_bytes().split(b"\n")
    if end and is_over:
        found.torn.append("results.jsonl: the last line has no end")
    rows = []
    for number, line in enumerate(whole, 1):
        try:
            rows.append(json.loads(line))
        except ValueError:
            found.torn.append(f"results.jsonl: line {number} is no JSON")
    return rows


def _wrong(folder: Path, entry: dict[str, Any]) -> str:
    path = folder / entry["path"]
    if not path.is_file():
        return f"{entry['path']} is missing"
    data = path.read_bytes()
    same = len(data) == entry["bytes"] and hashlib.sha256(data).hexdigest() == entry["sha256"]
    return "" if same else f"{entry['path']} is not what its line says"


@dataclass
class Difference:
    """How far the media of one folder are from another's: the largest of each modality, pixels in 1/255, samples of full
    scale; `words` counts answers that say something else, `files` those whose files differ in a byte."""

    largest: dict[str, float] = field(default_factory=dict)
    words: int = 0
    files: int = 0

    def add(self, other: Difference) -> None:
        for name, value in other.largest.items():
            self.largest[name] = max(value, self.largest.get(name, 0.0))
        self.words += other.words
        self.files += other.files


def difference(folder: Path, reference: Path) -> Difference:
    """Compare what two folders hold for the same answers. Answers that one lacks are left to `audit`."""
    found = Difference()
    mine, other = _done(folder), _done(reference)
    for answer in mine.keys() & other.keys():
        a, b = mine[answer], other[answer]
        if [(part["type"], part.get("text")) for part in a["parts"]] != [
            (part["type"], part.get("text")) for part in b["parts"]
        ]:
            found.words += 1
            continue
        found.files += [each["sha256"] for each in a["files"]] != [each["sha256"] for each in b["files"]]
        for part, same in zip(a["parts"], b["parts"], strict=True):
            if part["type"] != "text":
                apart = _apart(part["type"], folder / part["path"], reference / same["path"])
                found.largest[part["type"]] = max(apart, found.largest.get(part["type"], 0.0))
    return found


def _done(folder: Path) -> dict[Answer, dict[str, Any]]:
    rows = lines(folder, Audit(), is_over=True)
    return {(row["id"], row["sample"]): row for row in rows if row["state"] == "done"}


def _apart(kind: str, one: Path, other: Path) -> float:
    medium = [MEDIA_TYPES[Modality(kind)].open(path) for path in (one, other)]
    a, b = (
        np.asarray(getattr(each, {"image": "pixels", "audio": "samples", "video": "frames"}[kind]), float)
        for each in medium
    )
    return float(np.abs(a - b).max()) if a.shape == b.shape else float("inf")
