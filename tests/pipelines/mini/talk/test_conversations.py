from __future__ import annotations

import json
import re

import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import as_text, captions, conversations, corpus

COUNT = 1500


@pytest.fixture(scope="module")
def train() -> list[dict]:
    return list(conversations(6, "train", COUNT))


def parts(talk: dict, role: str) -> list[dict]:
    return [part for message in talk["messages"] if message["role"] == role for part in message["content"]]


def pictured(part: dict) -> world.Scene | world.Clip | None:
    if part["type"] in ("text", "audio"):
        return None
    return world.Scene(**part["spec"]) if part["type"] == "image" else world.Clip(**part["spec"])


def test_the_same_seed_gives_the_same_talk_and_another_seed_another() -> None:
    first = json.dumps(list(conversations(1, "train", 200)))
    assert first == json.dumps(list(conversations(1, "train", 200)))
    assert first != json.dumps(list(conversations(2, "train", 200)))


def test_a_shorter_run_is_the_beginning_of_a_longer_one() -> None:
    assert list(conversations(3, "held", 20)) == list(conversations(3, "held", 50))[:20]


def test_unknown_splits_and_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="train, held, held_pairs"):
        next(conversations(0, "test"))
    with pytest.raises(ValueError, match="known are"):
        next(conversations(0, "train", weights={"opera": 1}))


def test_held_out_pairs_stay_out_of_training() -> None:
    for split in ("train", "held"):
        for talk in conversations(7, split, COUNT):
            assert not {tuple(pair) for pair in talk["pairs"]} & world.HELD_OUT
            for part in parts(talk, "user") + parts(talk, "assistant"):
                item = pictured(part)
                assert item is None or not world.is_held_out(item)


@pytest.mark.parametrize("thing, colour", sorted(world.HELD_OUT))
def test_plain_words_never_bind_a_held_out_pair(train: list[dict], thing: str, colour: str) -> None:
    pattern = re.compile(rf"\b{thing} (?:[a-z]+ ){{0,4}}(?:on|with|against) an? {colour}\b", re.IGNORECASE)
    for talk in train:
        for part in parts(talk, "user") + parts(talk, "assistant"):
            if part["type"] == "text":
                assert not pattern.search(part["text"]), part["text"]


def test_held_pairs_are_what_their_split_makes() -> None:
    for talk in conversations(8, "held_pairs", 1000):
        made = [pictured(part) for part in parts(talk, "assistant")]
        assert all(world.is_held_out(item) for item in made if item is not None)


def test_held_phrasings_are_never_in_training(train: list[dict]) -> None:
    lists: dict[str, set[str]] = {}
    for talk in list(conversations(9, "held", COUNT)):
        for name, template in talk["phrasings"]:
            lists.setdefault(name, set()).add(template)
    assert len(lists) > 60
    for talk in train:
        for name, template in talk["phrasings"]:
            # Lists too short to hold anything out are shared by both.
            if template in lists.get(name, ()):
                assert name in {
                    "part of it video free",
                    "following video free",
                    "part of it image",
                    "plain colours",
                }


def test_every_pair_of_media_is_crossed(train: list[dict]) -> None:
    crossed = {
        (part["type"], medium)
        for talk in train
        for part in parts(talk, "user")[:2]
        for medium in talk["check"]["modalities"]
    }
    for source in ("text", "image", "audio", "video"):
        for target in ("image", "audio", "video"):
            assert (source, target) in crossed


def test_wordings_seldom_repeat(train: list[dict]) -> None:
    asked = [talk for talk in train if talk["kind"].startswith("text->")]
    said = [part["text"] for talk in asked for part in parts(talk, "user") if part["type"] == "text"]
    assert len(set(said)) > 0.97 * len(said)


def test_in_words_alone_media_become_captions_between_tags(train: list[dict]) -> None:
    talk = next(t for t in train if t["messages"][0]["content"][0]["type"] == "image")
    spoken = as_text(talk)["messages"][0]["content"]
    caption = world.caption(world.Scene(**talk["messages"][0]["content"][0]["spec"]))
    assert len(spoken) == 1 and spoken[0]["text"].startswith(f"<image>{caption}</image>")
    for message in as_text(talk)["messages"]:
        assert [part["type"] for part in message["content"]] == ["text"]


def test_captions_and_corpus_leave_the_held_pairs_out() -> None:
    held = {f"{thing} " + place for thing, _ in world.HELD_OUT for place in ("on", "in", "at")}
    lines = list(captions(0, 4000))
    assert any(line.startswith(("a small", "a big")) for line in lines)
    for thing, colour in world.HELD_OUT:
        assert not any(f" {thing} " in line and line.endswith(f" {colour} background") for line in lines), (
            held
        )
    assert len(list(corpus(0, 500))) == 500
