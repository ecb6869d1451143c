from __future__ import annotations

import random

import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import KINDS, conversations, turns
from anygen_pipelines.mini.talk.conversation import new_talk
from anygen_pipelines.mini.talk.turns import Table

SCENE = world.Scene("dog", "red", "left", "big")


@pytest.fixture
def table() -> Table:
    return Table(new_talk(random.Random(0), "train", "turns", noise=0))


def test_a_sound_of_another_thing_takes_the_picture_away(table: Table) -> None:
    table.put(SCENE)
    table.put("dog")
    assert table.heard_last and table.shown == SCENE and table.last == "dog"
    table.put("bell")
    assert table.shown is None and table.earlier == [] and table.kept == {}


def test_back_brings_what_was_there_before(table: Table) -> None:
    blue = world.Scene("dog", "blue", "left", "big")
    for item in (SCENE, blue):
        table.put(item)
    turns._back(table)
    assert table.shown == SCENE and table.earlier == []
    assert table.talk.expect[-1]["media"][0]["colour"] == "red"


def test_another_medium_keeps_colour_and_size(table: Table) -> None:
    table.put(SCENE)
    turns._video(table)
    assert isinstance(table.shown, world.Clip)
    assert (table.shown.thing, table.shown.colour, table.shown.size) == ("dog", "red", "big")
    assert table.talk.expect[-1]["modalities"] == ["video"] and table.earlier == [SCENE]


def test_what_has_no_sound_stays_on_the_table(table: Table) -> None:
    cat = world.Scene("cat", "red", "left", "big")
    table.put(cat)
    turns._sound(table)
    assert table.talk.expect[-1]["answer"]["about"] == "refusal" and table.last == cat


def test_a_picture_that_is_not_there_cannot_be_changed(table: Table) -> None:
    table.put("bell")
    with pytest.raises(ValueError, match="nothing is shown"):
        turns._edit(table)


@pytest.mark.parametrize("split", ["train", "held", "held_pairs"])
def test_one_to_three_turns_follow_the_first(split: str) -> None:
    weights = dict.fromkeys(KINDS, 0.0) | {"turns": 1.0}
    lengths = {len(talk["messages"]) for talk in conversations(1, split, 200, weights)}
    assert lengths == {4, 6, 8}
