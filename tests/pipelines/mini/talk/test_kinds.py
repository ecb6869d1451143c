from __future__ import annotations

import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import KINDS, conversations


def only(kind: str, seed: int, count: int, split: str = "train", noise: float = 1.0) -> list[dict]:
    weights = dict.fromkeys(KINDS, 0.0) | {kind: 1.0}
    return list(conversations(seed, split, count, weights, noise))


def test_a_thing_without_a_sound_is_answered_in_words() -> None:
    silent = set(world.THINGS) - set(world.SOUNDING)
    for talk in conversations(6, "train", 1500):
        answers = [message["content"] for message in talk["messages"] if message["role"] == "assistant"]
        for part in (part for content in answers for part in content):
            assert part["type"] != "audio" or part["spec"]["thing"] not in silent
    for talk in conversations(11, "train", 100, weights={"no sound": 1e6}):
        assert talk["check"]["answer"]["about"] == "refusal" and talk["check"]["modalities"] == []


@pytest.mark.parametrize("medium", ["image", "audio", "video"])
def test_one_medium_is_asked_for_and_made(medium: str) -> None:
    for talk in only(f"text->{medium}", 1, 100):
        assert talk["check"]["modalities"] == [medium]
        assert talk["check"]["media"][0]["thing"]


def test_several_media_are_made_in_the_order_asked() -> None:
    talks = only("text->several", 2, 300)
    assert {len(talk["check"]["modalities"]) for talk in talks} >= {2, 3}
    for talk in talks:
        # Lists of one medium are named after it: "part audio", "following video".
        named = {name.split()[-1] for name, _ in talk["phrasings"]} & {"image", "audio", "video"}
        assert named <= {*talk["check"]["modalities"], "audio"}


def test_a_quiz_asks_three_to_seven_questions_about_one_medium() -> None:
    for talk in only("quiz", 3, 100):
        assert 6 <= len(talk["messages"]) <= 14
        media = [p for m in talk["messages"] for p in m["content"] if p["type"] != "text"]
        assert len(media) == 1 and all(expect["answer"] for expect in talk["expect"])


def test_what_a_crossing_keeps_is_what_was_shown() -> None:
    crossed = 0
    for talk in only("crossing", 4, 300):
        given = next(p for p in talk["messages"][0]["content"] if p["type"] != "text")
        for wanted in talk["check"]["media"]:
            assert wanted["thing"] == given["spec"]["thing"]
            if (
                "video" in (wanted["medium"], given["type"])
                and "colour" in given["spec"]
                and "colour" in wanted
            ):
                assert wanted["colour"] == given["spec"]["colour"]
                crossed += 1
    assert crossed > 50


def test_a_question_and_a_wish_are_answered_together() -> None:
    talks = only("several from input", 5, 200)
    both = [talk for talk in talks if talk["kind"].startswith("question+")]
    assert both and all(t["check"]["answer"]["about"] == "thing" and t["check"]["modalities"] for t in both)
    assert all(len(t["check"]["modalities"]) == 2 for t in talks if t not in both)


def test_an_edit_determines_everything() -> None:
    for talk in only("edit", 6, 100):
        assert None not in talk["check"]["media"][0].values()


def test_what_lies_outside_is_refused_and_small_talk_is_answered() -> None:
    assert all(talk["check"]["answer"]["about"] == "refusal" for talk in only("outside", 7, 100))
    assert all(talk["check"]["answer"]["about"] == "plain" for talk in only("plain", 7, 100))
