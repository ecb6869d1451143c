from __future__ import annotations

import random
import re

import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import SPLITS, conversations
from anygen_pipelines.mini.talk.conversation import (
    Talk,
    kept,
    left_free,
    made,
    made_whole,
    new_talk,
    wish_for,
)
from anygen_pipelines.mini.talk.questions import caption_of

COUNT = 1500
SCENE = world.Scene("dog", "red", "left", "big")


@pytest.fixture(scope="module", params=SPLITS)
def talks(request: pytest.FixtureRequest) -> list[dict]:
    return list(conversations(5, request.param, COUNT))


@pytest.fixture
def talk() -> Talk:
    return new_talk(random.Random(0), "train", "a kind", noise=0)


def pictured(part: dict) -> world.Scene | world.Clip | None:
    if part["type"] in ("text", "audio"):
        return None
    return world.Scene(**part["spec"]) if part["type"] == "image" else world.Clip(**part["spec"])


def test_every_medium_is_named_in_its_caption_right_before_it(talks: list[dict]) -> None:
    for talk in talks:
        for message in talk["messages"]:
            if message["role"] != "assistant":
                continue
            for before, part in zip([None, *message["content"]], message["content"]):
                if part["type"] == "text":
                    continue
                item = part["spec"]["thing"] if part["type"] == "audio" else pictured(part)
                assert item is not None
                assert part["caption"] == caption_of(item)
                assert before is not None
                # The last sentence, as the caption road cuts it out.
                assert re.split(r"[.!?:\n]", before["text"].rstrip(". "))[-1].strip() == part["caption"]


def test_expectations_agree_with_what_is_answered(talks: list[dict]) -> None:
    for talk in talks:
        answers = [m for m in talk["messages"] if m["role"] == "assistant"]
        assert len(answers) == len(talk["expect"])
        assert talk["check"] == talk["expect"][-1]
        for message, expect in zip(answers, talk["expect"]):
            media = [part for part in message["content"] if part["type"] != "text"]
            assert [part["type"] for part in media] == expect["modalities"]
            for part, wanted in zip(media, expect["media"]):
                determined = {
                    name: value for name, value in wanted.items() if name != "medium" and value is not None
                }
                assert determined.items() <= part["spec"].items()
            answer = expect["answer"]
            if answer and answer["about"] not in ("plain", "both", "yes/no same"):
                text = "".join(part["text"] for part in message["content"] if part["type"] == "text").lower()
                assert answer["value"] in text


def test_roles_alternate_and_every_turn_says_something(talks: list[dict]) -> None:
    for talk in talks:
        assert [m["role"] for m in talk["messages"]] == ["user", "assistant"] * (len(talk["messages"]) // 2)
        assert all(m["content"] for m in talk["messages"])


def test_an_expectation_names_what_is_determined_and_no_more(talk: Talk) -> None:
    talk.user("draw a dog on red")
    talk.answer(made(SCENE, "colour"), text="Well.")
    talk.user("again")
    talk.answer(made_whole(SCENE))
    found = talk.finish("one")
    open_, whole = (expect["media"][0] for expect in found["expect"])
    assert open_ == {"medium": "image", "thing": "dog", "colour": "red", "position": None, "size": None}
    assert whole == {"medium": "image", "thing": "dog", "colour": "red", "position": "left", "size": "big"}
    assert found["messages"][1]["content"][0]["text"].startswith("Well. ")
    assert found["pairs"] == [("dog", "red")] and found["check"] == found["expect"][1]


def test_a_medium_keeps_what_it_can_show_and_leaves_the_motion_free() -> None:
    clip = world.Clip("dog", "blue", "small", "up")
    assert kept("image", clip) == {"colour": "blue", "size": "small"}
    assert left_free("image", kept("image", clip)) == ["position"]
    assert kept("video", SCENE, "dog") == {"colour": "red", "size": "big"}
    assert kept("video", SCENE, clip) == {"colour": "blue", "size": "small"}
    assert kept("audio", clip) == {}
    assert wish_for(clip, ["colour", "motion"], thing=False).said() == ["colour", "motion"]


def test_a_thing_that_is_not_there_is_an_error(talk: Talk) -> None:
    with pytest.raises(ValueError, match="no such thing"):
        talk.thing(without=world.THINGS)
    assert talk.find_thing(without=world.THINGS) is None
    assert talk.colour("dog", *world.COLOURS) is None


@pytest.mark.parametrize("split", SPLITS)
def test_changes_lead_to_what_the_split_may_show(split: str) -> None:
    for seed in range(200):
        talk = new_talk(random.Random(seed), split, "edit")
        seen = talk.shown(talk.speaker.pick(("image", "video")))
        changes, changed = talk.changes(seen, 2)
        assert world.is_held_out(changed) == (split == "held_pairs")
        for name, old, new in changes:
            assert getattr(seen, name) == old != new == getattr(changed, name)
