from __future__ import annotations

import random
from collections import Counter

import pytest

from anygen_pipelines.mini.talk import grammar
from anygen_pipelines.mini.talk.grammar import (
    Speaker,
    held_templates,
    parse,
    phrasings,
    read,
    tidy,
    usable_templates,
)


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(random.Random(0), "train", {"do": ("please", "kindly")})


def test_options_alternatives_and_slots_are_written_out_in_any_nesting(speaker: Speaker) -> None:
    said = {speaker.fill("[{do} ]draw (a {x}|(one|two) {x}s)", x=lambda: "dog") for _ in range(300)}
    drawn = {"draw a dog", "draw one dogs", "draw two dogs"}
    assert said == drawn | {f"{please} {text}" for please in ("please", "kindly") for text in drawn}
    assert speaker.fill("a) {x} b) {y}", x="one", y="two") == "a) one b) two"


@pytest.mark.parametrize("template", ["draw {x", "draw [it", "(a|b", "([a)", "{a} [b (c|d]"])
def test_a_bracket_that_is_not_closed_is_named(template: str) -> None:
    with pytest.raises(ValueError, match="nothing closes"):
        parse(template)


def test_every_phrasing_of_every_list_can_be_read() -> None:
    assert len(phrasings()) > 150
    for name, templates in phrasings().items():
        assert templates
        if name != "tail lead":  # what stands between, not a template: " ("
            for template in templates:
                parse(template)


def test_a_file_holds_templates_words_and_lists_as_they_stand(tmp_path, monkeypatch) -> None:
    text = 'said: |\n  draw {x} *2 | a, b\n  one\\ntwo\nwords: dog *2, rain cloud\nas it is: [" ", "a *2"]\n'
    (tmp_path / "some.yaml").write_text(text)
    monkeypatch.setattr(grammar, "__file__", str(tmp_path / "grammar.py"))
    assert read.__wrapped__("some") == {
        "said": ("draw {x}", "draw {x}", "a, b", "one\ntwo"),
        "words": ("dog", "dog", "rain cloud"),
        "as it is": (" ", "a *2"),
    }


@pytest.mark.parametrize("split", ["train", "held"])
def test_what_is_said_is_of_the_split_and_is_noted(split: str) -> None:
    held = held_templates("again", phrasings()["again"])
    speaker = Speaker(random.Random(1), split, {})
    for _ in range(200):
        speaker.say("again")
    assert {name for name, _ in speaker.used} == {"again"}
    assert {template in held for _, template in speaker.used} == {split == "held"}


def test_a_list_may_be_held_out_as_another_is(speaker: Speaker) -> None:
    speaker.say("again", "something else")
    assert speaker.used == [("something else", speaker.used[0][1])]
    assert speaker.used[0][1] in usable_templates("something else", phrasings()["again"], False)


def test_weights_are_kept(speaker: Speaker) -> None:
    counts = Counter(speaker.weigh({"a": 3, "b": 1, "c": 0}) for _ in range(4000))
    assert 2800 < counts["a"] < 3200 and counts["c"] == 0


def test_a_list_is_cut_in_two_by_hash_alone() -> None:
    templates = tuple(f"draw {{np}} {n}" for n in range(40))
    held = held_templates("x", templates)
    assert len(held) == 5
    assert set(usable_templates("x", templates, held=True)) == held
    assert not held & set(usable_templates("x", templates, held=False))
    assert held == held_templates("x", tuple(reversed(templates)))


def test_tidy_mends_articles_and_spaces() -> None:
    assert tidy("a orange frog , please ..") == "an orange frog, please."
    assert tidy("a  unicorn and a umbrella") == "a unicorn and an umbrella"
