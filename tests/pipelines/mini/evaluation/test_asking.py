import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.evaluation import asking


def test_wordings_go_round_and_their_slots_are_filled() -> None:
    first = asking.ask("draw", 0, thing="owl", colour="red", position="top", size="small")
    assert first == asking.ask("draw", 6, thing="owl", colour="red", position="top", size="small")
    assert "a small owl at the top" in first and "{" not in first
    assert asking.ask("hear", 0, thing="alarm clock") == "I want to listen to an alarm clock."
    with pytest.raises(KeyError):
        asking.ask("no such task", 0)


def test_articles() -> None:
    assert [asking.with_article(thing) for thing in ("dog", "alarm clock", "fire")] == [
        "a dog", "an alarm clock", "fire"
    ]  # fmt: skip


def test_every_value_can_be_said() -> None:
    assert set(asking.SPOKEN["thing"]) == set(world.THINGS) and asking.SPOKEN["thing"]["dog"] == ("dog",)
    assert "chainsaw" in asking.SPOKEN["thing"]["saw"] and set(asking.MOVING) == set(world.MOTIONS)
    # What YAML might read as a truth value is a word here.
    assert asking.YES[0] == "yes" and asking.NO[0] == "no" and set(asking.PLACES) == set(world.POSITIONS)
