"""Phrasings that training never showed: the talk's held-out split, each asked after the conversation as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anygen_pipelines.mini import talk, world
from anygen_pipelines.mini.evaluation.asking import ADMITS, MOVING, NO, PLACES, SPOKEN, YES
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.dialogues import Attachment, Dialogue, Said, Turn

SEED = 2026  # no stage's data is written from it
ITEMS_PER_N = 2


def dialogues(bench: Bench, split: str = "held") -> list[Dialogue]:
    """The last turn of each conversation, the turns before it as they are written; the cluster is its kind."""
    found = []
    count = ITEMS_PER_N * bench.num_items
    for index, conversation in enumerate(talk.conversations(SEED, split, count)):
        messages, expected = conversation["messages"], conversation["expect"][-1]
        asked = [message for message in messages if message["role"] == "user"][-1]
        place = max(at for at, message in enumerate(messages) if message is asked)
        before = tuple(Said(message["role"], _parts(message, bench, index)) for message in messages[:place])
        turn = Turn(_parts(asked, bench, index), frozenset(expected["modalities"]), **_answer(expected))
        kind = (
            conversation["kind"].split(" ")[0]
            if conversation["kind"].startswith("question")
            else conversation["kind"]
        )
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
