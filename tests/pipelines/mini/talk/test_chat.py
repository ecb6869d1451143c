from __future__ import annotations

import random

import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import chat
from anygen_pipelines.mini.talk.grammar import Speaker, phrasings
from anygen_pipelines.mini.talk.phrases import common_slots
from anygen_pipelines.mini.talk.words import known_outside


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(random.Random(0), "train", common_slots())


def test_every_intent_is_answered_in_its_own_words(speaker: Speaker) -> None:
    found = {intent: answer for intent, _, answer in (chat.plain(speaker) for _ in range(400))}
    assert len(found) == 13
    for intent, answer in found.items():
        assert answer in phrasings()[f"answer {intent}"]


def test_what_mini_says_it_knows_is_what_the_world_holds() -> None:
    things, colours = (phrasings()[f"answer {name}"][0] for name in ("things", "colours"))
    assert all(f"{world.article(thing)} {thing}" in things for thing in world.THINGS)
    assert all(colour in colours for colour in world.COLOURS)
    assert all(colour in phrasings()["refuse colour"][0] for colour in world.COLOURS)


def test_a_thing_without_a_sound_is_named_in_the_refusal(speaker: Speaker) -> None:
    assert all("a cat" in chat.no_sound(speaker, "cat") for _ in range(20))


@pytest.mark.parametrize("split", ["train", "held"])
def test_what_is_strange_is_refused_with_words_of_the_split(split: str) -> None:
    speaker = Speaker(random.Random(1), split, common_slots())
    refusals = {text for name, texts in phrasings().items() if name.startswith("refuse") for text in texts}
    for _ in range(500):
        for said, answer in (chat.strange_request(speaker), chat.strange_edit(speaker)):
            assert said and answer in refusals
    used = {name for name, _ in speaker.used}
    assert {
        "image",
        "audio",
        "video",
        "task",
        "colour out",
        "count out",
        "together out",
        "motion out",
    } <= used


def test_an_outside_word_takes_an_article_where_it_can(speaker: Speaker) -> None:
    edits = {said for said, _ in (chat.strange_edit(speaker) for _ in range(600))}
    known = known_outside(("animals",), False)
    assert any(f"an {word}" in said for said in edits for word in known if word[0] in "aeio")
    assert not any("a scissors" in said for said in edits)
