from __future__ import annotations

import random

import pytest

from anygen_pipelines.mini.talk import phrases
from anygen_pipelines.mini.talk.grammar import Speaker
from anygen_pipelines.mini.talk.phrases import Wish, common_slots
from anygen_pipelines.mini.talk.words import moves, synonyms, words

WISH = Wish("image", "dog", colour="red", position="left", size="big")


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(random.Random(0), "train", common_slots())


def test_a_wish_names_what_is_said(speaker: Speaker) -> None:
    assert WISH.said() == ["colour", "position", "size"] and WISH.said("colour") == ["position", "size"]
    assert WISH["colour"] == "red" and WISH["motion"] == ""


def test_a_noun_phrase_names_the_thing_and_every_attribute(speaker: Speaker) -> None:
    called = (*synonyms("thing", "dog"), *words("thing", "dog", "bare"), *words("thing", "dog", "emoji"))
    for _ in range(200):
        said = phrases.phrase(speaker, WISH, ["colour", "size"])
        assert any(name in said for name in called), said
        assert any(word in said for word in synonyms("colour", "red")), said
        assert any(word in said for word in synonyms("size", "big")), said
    with pytest.raises(ValueError, match="needs a thing"):
        phrases.phrase(speaker, Wish("image"), [])


def test_an_attribute_is_named_in_each_of_its_forms(speaker: Speaker) -> None:
    wish = Wish("video", "dog", colour="blue", motion="spins")
    blue = (*synonyms("colour", "blue"), *words("colour", "blue", "emoji"))
    spins = {form for verb in moves("spins") for form in verb} | set(words("motion", "spins", "tags"))
    for form in (phrases.after, phrases.sentence, phrases.tag):
        for _ in range(100):
            for name, called in (("colour", blue), ("motion", spins)):
                said = form(speaker, wish, name)
                assert any(word in said for word in called), said


def test_a_tail_holds_what_the_phrase_left_out(speaker: Speaker) -> None:
    assert phrases.tail(speaker, WISH, []) == ""
    for _ in range(100):
        inside, rest = phrases.share(speaker, WISH.said())
        assert sorted(inside + rest) == sorted(WISH.said())
        assert phrases.tail(speaker, WISH, ["colour"])[0] in " ,.-;!\n:|"


def test_without_a_motion_something_moves_all_the_same(speaker: Speaker) -> None:
    free = [moving for _, _, moving in moves(None)]
    assert any(phrases.moving_phrase(speaker, Wish("video", "dog"), []).endswith(word) for word in free)


def test_what_surrounds_a_request_leaves_it_as_it_is(speaker: Speaker) -> None:
    said = {phrases.surround(speaker, "draw a dog") for _ in range(200)}
    assert len(said) > 20 and all("draw a dog" in text for text in said)
    assert phrases.surround(speaker, "draw a dog", 0) == "draw a dog"
