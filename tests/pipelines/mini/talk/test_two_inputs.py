from __future__ import annotations

from collections import Counter

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import KINDS, conversations
from anygen_pipelines.mini.talk.two_inputs import TASKS

ONLY = dict.fromkeys(KINDS, 0.0) | {"two inputs": 1.0}


def given(talk: dict) -> list[dict]:
    return [part for part in talk["messages"][0]["content"] if part["type"] != "text"]


def test_every_task_is_set_over_two_media_or_one_that_lends() -> None:
    talks = list(conversations(1, "train", 600, ONLY))
    tasks = Counter(talk["kind"].removeprefix("two inputs: ") for talk in talks)
    assert set(TASKS) <= set(tasks) and any(task.endswith("lends colour") for task in tasks)
    for talk in talks:
        assert len(given(talk)) == (1 if "lends" in talk["kind"] else 2)


def test_what_is_made_takes_from_each_what_was_asked() -> None:
    seen = set()
    for talk in conversations(2, "train", 600, ONLY):
        by_type = {part["type"]: part["spec"] for part in given(talk)}
        if talk["kind"] == "two inputs: sound on background":
            wanted = talk["check"]["media"][0]
            assert wanted["thing"] == by_type["audio"]["thing"]
            assert wanted["colour"] == by_type["image"]["colour"] and wanted["position"] is None
        elif talk["kind"] == "two inputs: picture moves":
            wanted = talk["check"]["media"][0]
            assert wanted["colour"] == by_type["image"]["colour"]
            assert wanted["motion"] == by_type["video"]["motion"]
        elif talk["kind"] == "two inputs: same":
            one, two = (part["spec"]["thing"] for part in given(talk))
            assert (talk["check"]["answer"]["value"] == "yes") == (one == two)
        elif talk["kind"] == "two inputs: which":
            # Which of the two it is stands in the words; the answer names its place.
            assert talk["check"]["answer"]["value"] in ("first", "second")
        else:
            continue
        seen.add(talk["kind"])
    assert len(seen) == 4


def test_held_pairs_are_made_from_two_media_as_well() -> None:
    for talk in conversations(3, "held_pairs", 100, ONLY):
        wanted = talk["check"]["media"][0]
        made = talk["messages"][1]["content"][-1]["spec"]
        assert (made["thing"], made["colour"]) in world.HELD_OUT and wanted["thing"] == made["thing"]
