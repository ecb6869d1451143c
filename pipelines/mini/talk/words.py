"""The words people have for what is in the mini world, and for what lies outside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

from anygen_pipelines.mini.talk.grammar import read

Verb = tuple[str, str, str]  # (move left, moves left, moving left)


def words(name: str, value: str, column: str = "words") -> tuple[str, ...]:
    """A column of words.yaml: of the thing "dog" its words, emoji, calls, ...; empty where it has none."""
    found: tuple[str, ...] = read("words")[name][value].get(column, ())
    return found


@cache
def synonyms(name: str, value: str) -> tuple[str, ...]:
    """All words for a value of an attribute, those that the vocabulary was not learned from included."""
    return words(name, value) + words(name, value, "more")


def verbs(listed: Iterable[str]) -> tuple[Verb, ...]:
    """Verbs in three forms from "bark/barks/barking"."""
    return tuple((a, b, c) for a, b, c in (verb.split("/") for verb in listed))


@cache
def moves(motion: str | None) -> tuple[Verb, ...]:
    """Ways to say a motion, or, for None, that something moves at all."""
    if motion is None:
        return verbs(read("words")["moving"]["words"] + read("words")["moving"]["more"])
    common, ways = verbs(words("motion", motion)), words("motion", motion, "ways")
    going = verbs(read("words")["going"]["verbs"])
    combined = tuple((f"{a} {way}", f"{b} {way}", f"{c} {way}") for a, b, c in going for way in ways)
    # Several times, so that they are not lost among the many combinations.
    return common * (8 if combined else 2) + combined + verbs(words("motion", motion, "more"))


def categories(thing: str, fitting: bool = True) -> list[str]:
    """What the thing is, or, if not `fitting`, is not: "an animal"."""
    return [name for name, members in read("words")["categories"].items() if (thing in members) == fitting]


# ---------------------------------------------------------------------------------------------- outside

THINGS_OUT = ("animals", "objects", "food", "nature", "people")


def outside(*names: str) -> tuple[str, ...]:
    """The named lists of outside.yaml, one after the other."""
    return tuple(word for name in names for word in read("outside")[name])


def is_held(word: str) -> bool:
    """Whether an outside word is kept for the held split: a fixed fifth, by hash."""
    return hashlib.sha256(b"outside " + word.encode()).digest()[0] % 5 == 0


def _bare(word: str) -> str:
    return word.removeprefix("a ").removeprefix("an ").removeprefix("the ")


@cache
def _held_bare() -> frozenset[str]:
    """Held words without their article: "a hammer" is held as a sound, so "hammer" must not be trained on as an object."""
    lists = outside(*THINGS_OUT, "sounds", "places", "abstract", "colours", "extras")
    return frozenset(_bare(word) for word in lists if is_held(word))


@cache
def known_outside(names: tuple[str, ...], held: bool) -> tuple[str, ...]:
    """The part of outside lists that a split may use: the fifth in `is_held`, or the rest."""
    listed = outside(*names)
    if held:
        return tuple(word for word in listed if is_held(word))
    return tuple(word for word in listed if not is_held(word) and _bare(word) not in _held_bare())
