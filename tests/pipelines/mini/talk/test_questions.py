from __future__ import annotations

import random
from collections import Counter

import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import conversations, questions
from anygen_pipelines.mini.talk.grammar import Speaker
from anygen_pipelines.mini.talk.phrases import common_slots

SCENE = world.Scene("rooster", "red", "left", "big")
CLIP = world.Clip("car", "black", "small", "grows")


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(random.Random(0), "train", common_slots())


@pytest.mark.parametrize("seen", [SCENE, CLIP, "bell"])
def test_the_answer_says_what_it_is_expected_to(speaker: Speaker, seen: questions.Seen) -> None:
    for about in ("thing", "describe", *questions.attributes(seen)) * 20:
        asked = questions.open_question(speaker, seen, about)
        assert asked.about == about and asked.value in asked.answer
        assert asked.answer.endswith(".") and asked.answer[0].isupper()


def test_yes_and_no_follow_from_what_is_there(speaker: Speaker) -> None:
    for yes, word in ((True, "Yes"), (False, "No")):
        for ask in (questions.yes_no_attribute, questions.plainest):
            asked = ask(speaker, SCENE, "position", yes, "top")
            assert (asked.answer, asked.value) == (f"{word}, it is on the left.", word.lower())
        assert questions.yes_no_thing(speaker, CLIP, yes, "dog").answer.startswith(word)
        assert questions.plainest(speaker, CLIP, "thing", yes, "dog").answer == f"{word}, it is a car."
    assert "on the left" in questions.plainest(speaker, SCENE, "position", True, "top").question
    assert "at the top" in questions.plainest(speaker, SCENE, "position", False, "top").question


def test_of_two_named_one_is_so(speaker: Speaker) -> None:
    assert questions.either(speaker, CLIP, "motion", "up").value == "growing"
    assert questions.either(speaker, "bell", "thing", "dog").answer == "It is a bell."


def test_what_is_not_of_this_world_is_never_there(speaker: Speaker) -> None:
    assert all(questions.outside_thing(speaker, SCENE).value == "no" for _ in range(50))
    assert questions.how_many(speaker, SCENE).answer == "There is one rooster."


def test_a_category_is_asked_for_where_there_is_one(speaker: Speaker) -> None:
    yes = questions.category(speaker, SCENE, True)
    assert yes is not None and ("animal" in yes.question or "bird" in yes.question)
    assert questions.category(speaker, "bell", True) is None


def test_yes_and_no_are_balanced() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for talk in conversations(10, "train", 2500, weights={"question": 1e6}):
        for expect in talk["expect"]:
            if expect["answer"] and expect["answer"]["about"].startswith("yes/no"):
                counts[(expect["answer"]["about"].split()[1], expect["answer"]["value"])] += 1
    for about in ("thing", "colour", "position", "size", "motion"):
        yes, no = counts[(about, "yes")], counts[(about, "no")]
        assert 0.33 < yes / (yes + no) < 0.67, (about, yes, no)
    yes = sum(count for (_, value), count in counts.items() if value == "yes")
    assert 0.44 < yes / counts.total() < 0.56
