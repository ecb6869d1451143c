"""Phrasings that training never showed: an outside set of dialogues in JSONL, and the talk's own held-out split.

The outside set is to validate on: how people put things who never saw the training phrasings. A line: `id`, and `turns`
of `say`, `media` (attachments to make), `want` (media that must come back) and `check` (what they must show, null = any; or
`answer` and `not`, phrases matched as whole words). Lines are read, judged and counted; nothing is ever taken from them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from anygen_pipelines.mini import talk, world
from anygen_pipelines.mini.evaluation.asking import ADMITS, MOVING, NO, PLACES, SPOKEN, YES
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.dialogues import Attachment, Dialogue, Said, Turn

ATTRIBUTES = ("thing", "colour", "position", "size", "motion", "class")
# The file is ordered by its ids; these are its blocks, by the last id of each.
BLOCKS: tuple[tuple[int, str], ...] = (
    (35, "image"), (55, "audio"), (80, "video"), (95, "several at once"), (115, "questions on media"),
    (130, "crossings"), (142, "several turns"), (152, "plain talk"), (160, "outside the world"),
)  # fmt: skip
HELD_SEED = 2026
"""Of the held-out split: no stage's data is written from it."""
HELD_PER_ITEM = 2


# ---------------------------------------------------------------------------------------------- an outside set


def read_phrasings(bench: Bench) -> list[Dialogue]:
    """Every line of the file given to the bench as a dialogue; its cluster is its block.

    Raises ValueError naming the line that cannot be read."""
    if bench.phrasings is None:
        return []
    found, path = [], bench.phrasings
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
    accepted, refused = tuple(check.get("answer", ())), tuple(check.get("not", ()))
    return Turn(parts, frozenset(turn["want"]), shows, accepted=accepted, refused=refused)


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


# ---------------------------------------------------------------------------------------------- the talk's held-out split


def held_dialogues(bench: Bench, split: str = "held") -> list[Dialogue]:
    """The last turn of each conversation, the turns before it as they are written; the cluster is its kind."""
    found = []
    count = HELD_PER_ITEM * bench.num_items
    for index, conversation in enumerate(talk.conversations(HELD_SEED, split, count)):
        messages, expected = conversation["messages"], conversation["expect"][-1]
        asked = [message for message in messages if message["role"] == "user"][-1]
        place = max(at for at, message in enumerate(messages) if message is asked)
        before = tuple(Said(message["role"], _parts(message, bench, index)) for message in messages[:place])
        turn = Turn(_parts(asked, bench, index), frozenset(expected["modalities"]), **_answer(expected))
        kind = "question" if conversation["kind"].startswith("question") else conversation["kind"]
        found.append(Dialogue(conversation["id"], kind, (turn,), seed=index, before=before))
    return found


def _parts(message: Mapping[str, Any], bench: Bench, index: int) -> tuple[str | Attachment, ...]:
    parts: list[str | Attachment] = []
    for part in message["content"]:
        if part["type"] == "text":
            parts.append(part["text"])
        elif part["type"] == "audio":
            parts.append(bench.heard(index, (part["spec"]["thing"],)))
        else:
            parts.append((world.Scene if part["type"] == "image" else world.Clip)(**part["spec"]))
    return tuple(parts)


def _answer(expected: Mapping[str, Any]) -> dict[str, Any]:
    """What the words must say, where that can be told: a refusal, or the value of an attribute."""
    answer = expected["answer"]
    if answer is None or expected["modalities"]:
        return {}
    if answer["about"] == "refusal":
        return {"accepted": ADMITS}
    if answer["about"].startswith("yes/no"):
        truly = answer["value"] == "yes"
        return {"accepted": YES if truly else NO, "refused": NO if truly else YES}
    words = {"position": PLACES, "motion": MOVING}.get(answer["about"], {})
    value = next((name for name, phrase in words.items() if phrase == answer["value"]), answer["value"])
    if value in SPOKEN.get(answer["about"], {}):
        return {"says": {answer["about"]: value}}
    return {}
