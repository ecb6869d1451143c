"""A small grammar: lists of templates with slots, options and alternatives, and which of them are held out.

The lists stand in YAML files beside the code. A template is text with `{slot}`, `[optional part]` and `(one|other)`, nested
at will. `Speaker.say` picks a template of a named list and writes it out. Of every list with five or more templates an
eighth, fixed by hash, belongs to the held split alone, and the held split uses no other: its phrasings are unseen, its
words are not.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

Slot = str | Sequence[str] | Callable[[], str]
Node = str | tuple[Literal["slot"], str] | tuple[Literal["maybe", "choice"], list[list["Node"]]]
T = TypeVar("T")

PHRASINGS = ("phrases", "requests", "crossings", "edits", "questions", "chat")  # files of named lists
SMALLEST_HELD_LIST = 5
HELD_SHARE = 8


# ---------------------------------------------------------------------------------------------- files


@cache
def read(name: str) -> dict[str, Any]:
    """A YAML file of this folder with its texts as tuples.

    A block after `|` holds templates, on lines of their own or between bars; any other text holds words between commas;
    a list stands as it is. "text *3" stands for three of the same.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    table = yaml.load((Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8"), loader)
    return {key: _tuples(value) for key, value in table.items()}


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(value)
    templates = value.endswith("\n")
    items: list[str] = []
    for item in re.split(r"\n| \| ", value.strip()) if templates else value.split(","):
        text, times = re.fullmatch(r"(.*?)(?: \*(\d+))?", item.strip()).groups("1")  # type: ignore[union-attr]
        items += [text.replace(r"\n", "\n")] * int(times)
    return tuple(items)


@cache
def phrasings() -> dict[str, tuple[str, ...]]:
    """Every named list of templates; one inside another is named by both: "edit colour"."""
    found: dict[str, tuple[str, ...]] = {}

    def gather(table: Mapping[str, Any], before: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                gather(value, f"{before}{key} ")
            elif before + key in found:
                raise ValueError(f"phrasings {before + key!r}: there are two such lists")
            else:
                found[before + key] = value

    for name in PHRASINGS:
        gather(read(name), "")
    return found


# ---------------------------------------------------------------------------------------------- templates


@cache
def parse(template: str) -> list[Node]:
    """The template as a tree. Raises ValueError where a bracket is not closed."""
    return _sequence(template, 0, "")[0]


def _sequence(text: str, at: int, stops: str) -> tuple[list[Node], int]:
    nodes: list[Node] = []
    while at < len(text) and text[at] not in stops:
        sign = text[at]
        if sign == "{":
            name, closed, _ = text[at + 1 :].partition("}")
            if not closed:
                raise ValueError(f"template {text!r}: nothing closes the {sign} at {at}")
            nodes.append(("slot", name))
            at += len(name) + 2
        elif sign in "[(":
            start, close = at, "]" if sign == "[" else ")"
            choices: list[list[Node]] = []
            while text[at] != close:
                inner, at = _sequence(text, at + 1, "]" if sign == "[" else "|)")
                choices.append(inner)
                if at == len(text):
                    raise ValueError(f"template {text!r}: nothing closes the {sign} at {start}")
            nodes.append(("maybe" if sign == "[" else "choice", choices))
            at += 1
        else:
            literal = re.compile(r"[^{\[(" + re.escape(stops) + "]+").match(text, at)
            nodes.append(literal[0])  # type: ignore[index]
            at = literal.end()  # type: ignore[union-attr]
    return nodes, at


@cache
def held_templates(name: str, templates: tuple[str, ...]) -> frozenset[str]:
    """The templates of a list that training never shows."""
    if len(templates) < SMALLEST_HELD_LIST:
        return frozenset()
    order = sorted(set(templates), key=lambda t: hashlib.sha256(f"{name}\0{t}".encode()).digest())
    return frozenset(order[: max(1, len(order) // HELD_SHARE)])


@cache
def usable_templates(name: str, templates: tuple[str, ...], held: bool) -> tuple[str, ...]:
    """The templates of a list that a split may use."""
    held_out = held_templates(name, templates)
    if not held_out:
        return templates
    return tuple(t for t in templates if (t in held_out) == held)


_TIDY = (
    (re.compile(r"\s+([,.!?;])"), r"\1"),
    (re.compile(r"([,;:])(?=[,.!?;])"), ""),
    (re.compile(r"([.!?])(?:\s*[.,])+(?=\s|$)"), r"\1"),
    (re.compile(r"[ \t]+"), " "),
    (re.compile(r"\b([Aa]) (?=[\"']?(?:[aeio]|u(?!ni|s|k)))"), r"\1n "),
    (re.compile(r"\b([Aa]) a "), r"\1 "),
)


def tidy(text: str) -> str:
    """Spaces before punctuation, doubled punctuation, and "a" before a vowel, put right."""
    for pattern, replacement in _TIDY:
        text = pattern.sub(replacement, text)
    return text.strip(" ,;")


class Speaker:
    """Somebody who writes: a random generator, the split, and the held or common templates used so far.

    `words` are the slots that every template may use beside its own.
    """

    def __init__(self, rng: random.Random, split: str, words: Mapping[str, Slot]) -> None:
        self.rng = rng
        self.split = split
        self.held = split == "held"
        self.words = words
        self.used: list[tuple[str, str]] = []

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely."""
        return options[int(self.rng.random() * len(options))]

    def one_of(self, name: str) -> str:
        """One of a named list, as it is written there, whatever the split."""
        return self.pick(phrasings()[name])

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.rng.random() < probability

    def weigh(self, table: Mapping[T, float]) -> T:
        """A key of `table`, with probability in proportion to its value."""
        return self.rng.choices(list(table), list(table.values()))[0]

    def say(self, name: str, held_as: str | None = None, /, **slots: Slot) -> str:
        """One of the named list's templates that this split may use, written out.

        What is held out of the list follows from the name `held_as`, by default its own.
        """
        known_as = held_as or name
        template = self.pick(usable_templates(known_as, phrasings()[name], self.held))
        self.used.append((known_as, template))
        return self.fill(template, **slots)

    def fill(self, template: str, **slots: Slot) -> str:
        """The template written out, its options and alternatives drawn from left to right."""
        return tidy(self._write(parse(template), slots))

    def _write(self, nodes: Sequence[Node], slots: Mapping[str, Slot]) -> str:
        text = ""
        for node in nodes:
            if isinstance(node, str):
                text += node
            elif node[0] == "slot":
                text += self._slot(node[1], slots)
            elif node[0] == "choice":
                text += self._write(self.pick(node[1]), slots)
            elif self.chance(0.5):
                text += self._write(node[1][0], slots)
        return text

    def _slot(self, name: str, slots: Mapping[str, Slot]) -> str:
        value = slots[name] if name in slots else self.words[name]
        if callable(value):
            return value()
        if isinstance(value, str):
            return value
        return self._write(parse(self.pick(value)), slots)
