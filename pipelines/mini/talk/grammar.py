"""A small grammar: templates with slots, options and alternatives, and which of them are held out.

A template is text with `{slot}`, `[optional part]` and `(one|other)`, nested at will. `Speaker.say` picks a template of
a named list and writes it out. Of every list with five or more templates an eighth, fixed by hash, belongs to the
held split alone, and the held split uses no other: its phrasings are unseen, its words are not.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar

Slot = str | Sequence[str] | Callable[[], str]
Node = str | tuple[str, object]
T = TypeVar("T")

SMALLEST_HELD_LIST = 5
HELD_SHARE = 8


@cache
def _parse(template: str) -> list[Node]:
    nodes, end = _sequence(template, 0, "")
    if end != len(template):
        raise ValueError(f"template {template!r}: unexpected {template[end]!r} at {end}")
    return nodes


def _sequence(text: str, at: int, stops: str) -> tuple[list[Node], int]:
    nodes: list[Node] = []
    literal = ""
    while at < len(text) and text[at] not in stops:
        sign = text[at]
        if sign not in "{[(":
            literal += sign
            at += 1
            continue
        if literal:
            nodes.append(literal)
            literal = ""
        if sign == "{":
            close = text.index("}", at)
            nodes.append(("slot", text[at + 1 : close]))
            at = close + 1
        elif sign == "[":
            inner, at = _sequence(text, at + 1, "]")
            nodes.append(("maybe", inner))
            at += 1
        else:
            choices: list[list[Node]] = []
            while text[at] != ")":
                inner, at = _sequence(text, at + 1, "|)")
                choices.append(inner)
            nodes.append(("choice", choices))
            at += 1
    if literal:
        nodes.append(literal)
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
    """Somebody who writes: a random generator, the split, and the held or common templates used so far."""

    def __init__(self, rng: random.Random, split: str, words: Mapping[str, Slot]) -> None:
        self.rng = rng
        self.split = split
        self.held = split == "held"
        self.words = words
        self.used: list[tuple[str, str]] = []

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.rng.random() * len(options))]

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def weigh(self, table: Mapping[T, float]) -> T:
        """A key of `table`, with probability in proportion to its value."""
        return self.rng.choices(list(table), list(table.values()))[0]

    def say(self, name: str, templates: tuple[str, ...], **slots: Slot) -> str:
        """One of the named list's templates that this split may use, written out."""
        template = self.pick(usable_templates(name, templates, self.held))
        self.used.append((name, template))
        return self.fill(template, **slots)

    def fill(self, template: str, **slots: Slot) -> str:
        return tidy(self._write(_parse(template), slots))

    def _write(self, nodes: Sequence[Node], slots: Mapping[str, Slot]) -> str:
        text = ""
        for node in nodes:
            if isinstance(node, str):
                text += node
                continue
            kind, inside = node
            if kind == "slot":
                text += self._slot(str(inside), slots)
            elif kind == "maybe":
                text += self._write(inside, slots) if self.chance(0.5) else ""  # type: ignore[arg-type]
            else:
                text += self._write(self.pick(inside), slots)  # type: ignore[arg-type]
        return text

    def _slot(self, name: str, slots: Mapping[str, Slot]) -> str:
        value = slots[name] if name in slots else self.words[name]
        if callable(value):
            return value()
        if isinstance(value, str):
            return value
        return self._write(_parse(self.pick(value)), slots)
