from __future__ import annotations

import random

import pytest

from anygen_pipelines.mini.talk import requests
from anygen_pipelines.mini.talk.grammar import Speaker, phrasings
from anygen_pipelines.mini.talk.phrases import Wish, common_slots
from anygen_pipelines.mini.talk.words import synonyms, words

MEDIA = ("image", "audio", "video")


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(random.Random(0), "train", common_slots())


def names(speaker: Speaker) -> set[str]:
    return {name for name, _ in speaker.used}


@pytest.mark.parametrize("medium", MEDIA)
def test_a_wish_is_asked_for_in_its_mediums_lists(speaker: Speaker, medium: str) -> None:
    wish = Wish(medium, "dog", motion="up" if medium == "video" else None)
    assert all(requests.ask(speaker, wish) for _ in range(200))
    assert medium in names(speaker) and not names(speaker) & set(MEDIA) - {medium}
    with pytest.raises(ValueError, match="needs a thing"):
        for _ in range(20):
            requests.ask(speaker, Wish("audio"))


def test_several_wishes_name_every_thing(speaker: Speaker) -> None:
    wishes = [Wish("image", "dog"), Wish("video", "bell", motion="spins")]
    for _ in range(100):
        text = requests.ask_several(speaker, wishes)
        for thing in ("dog", "bell"):
            called = [w for c in ("words", "more", "bare", "emoji") for w in words("thing", thing, c)]
            assert any(word in text for word in called), text
    assert {"listed", "and then"} <= names(speaker) and "about one" not in names(speaker)


def test_of_one_thing_its_name_may_be_said_once(speaker: Speaker) -> None:
    for _ in range(200):
        requests.ask_several(speaker, [Wish("audio", "dog"), Wish("video", "dog"), Wish("image", "dog")])
    assert {"about one", "verbs over", "join three", "part of it video"} <= names(speaker)
    # Held out as the list they stand in for is.
    assert not any(name.startswith("following it") or name.endswith("free") for name in names(speaker))


@pytest.mark.parametrize("source", MEDIA)
def test_one_medium_is_asked_for_out_of_another(speaker: Speaker, source: str) -> None:
    for _ in range(100):
        requests.ask_crossing(speaker, source, Wish("audio"))
        requests.ask_crossing(speaker, source, Wish("image", colour="red"))
        requests.ask_crossing(speaker, source, Wish("video", motion="left"))
    used = names(speaker)
    assert ("heard to audio" in used) == ("heard to moving" in used) == (source == "audio")
    assert ("to audio" in used) == (source != "audio")
    assert ("clip to image" in used) == (source == "video")


@pytest.mark.parametrize("name, old, new", [("position", "left", "right"), ("motion", "grows", "shrinks")])
def test_the_opposite_is_seldom_named(speaker: Speaker, name: str, old: str, new: str) -> None:
    for _ in range(100):
        requests.ask_edits(speaker, [(name, old, new)], "dog")
    assert any(used.startswith("opposite") for used in names(speaker))
    other = "top" if name == "position" else "up"
    speaker.used.clear()
    requests.ask_edits(speaker, [(name, old, other)], "dog")
    assert not any(used.startswith("opposite") for used in names(speaker))


def test_changes_are_named_one_after_the_other(speaker: Speaker) -> None:
    text = requests.ask_edits(speaker, [("colour", "red", "blue"), ("size", "big", "small")], "dog")
    assert any(word in text for word in synonyms("colour", "blue"))
    assert names(speaker) == {"edit colour", "edit small"}


def test_a_slip_of_the_tongue_is_put_right(speaker: Speaker) -> None:
    text = requests.corrected(speaker, "draw a dog", "dog", "cat")
    assert text.index("cat") >= 0 and "dog" in text and text.startswith("draw a")
    assert requests.corrected(speaker, "draw it", "dog", "cat") == "draw it"


def test_the_same_in_another_medium_with_its_motion(speaker: Speaker) -> None:
    requests.ask_now(speaker, "video", "dog", "up")
    requests.ask_now(speaker, "video", "dog")
    assert [name for name, _ in speaker.used] == ["now video moving", "now video"]
    assert requests.praise(speaker, "now a cat").endswith("now a cat")


def test_tasks_over_two_media_may_name_one_thing(speaker: Speaker) -> None:
    assert requests.ask_together(speaker, "which", "dog")
    assert requests.ask_borrowed(speaker, "image", "colour", "dog")
    assert requests.reference("audio") == phrasings()["ref audio"]
