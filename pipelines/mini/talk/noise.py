"""What fingers, telephones and habits do to a written sentence: case, punctuation, typing errors, short forms."""

from __future__ import annotations

import random
import re
from functools import cache

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk.grammar import read
from anygen_pipelines.mini.talk.words import THINGS_OUT, moves, outside, synonyms, words

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS: dict[str, str] = {}
for _row_index, _row in enumerate(_ROWS):
    for _column, _key in enumerate(_row):
        _near = _row[max(0, _column - 1) : _column] + _row[_column + 1 : _column + 2]
        for _other in (_row_index - 1, _row_index + 1):
            if 0 <= _other < len(_ROWS):
                _near += _ROWS[_other][max(0, _column - 1) : _column + 1]
        NEIGHBOURS[_key] = _near


@cache
def short_forms() -> tuple[tuple[str, str], ...]:
    """Words and how they are shortened: (you, u)."""
    pairs = (line.partition("=") for line in read("words")["short forms"]["words"])
    return tuple((long, short) for long, _, short in pairs)


@cache
def real_words() -> frozenset[str]:
    """Words that a typing error must not turn another word into: those that name something, inside or outside."""
    named = [*world.THINGS, *outside(*THINGS_OUT, "colours"), *read("words")["categories"]]
    named += [
        call
        for thing in world.THINGS
        for column in ("noises", "calls")
        for call in words("thing", thing, column)
    ]
    for name in ("thing", "colour", "position", "size"):
        named += [word for value in world.ATTRIBUTES[name] for word in synonyms(name, value)]
    named += [" ".join(verb) for motion in world.MOTIONS for verb in moves(motion)]
    return frozenset(word.lower() for phrase in named for word in re.findall(r"[A-Za-z']+", phrase))


def typo(rng: random.Random, word: str) -> str:
    """The word with one typing error; the word itself where the error would make another word of the world."""
    at = rng.randrange(1, len(word)) if rng.random() < 0.93 else 0
    kind = rng.random()
    if kind < 0.3:
        wrong = word[:at] + word[at + 1 :]
    elif kind < 0.5:
        wrong = word[:at] + word[at] + word[at:]
    elif kind < 0.75 and at + 1 < len(word):
        wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    else:
        near = NEIGHBOURS.get(word[at].lower(), "")
        wrong = word[:at] + (rng.choice(near) if near else word[at]) + word[at + (rng.random() < 0.8) :]
    return word if wrong.lower() in real_words() else wrong


def mistype(rng: random.Random, text: str, errors: int) -> str:
    pieces = re.split(r"([A-Za-z']+)", text)
    # Three-letter words are the shortest names of things (dog, cat, saw): an error there is rarer in life, and harder.
    candidates = [
        i for i, p in enumerate(pieces) if i % 2 and (len(p) >= 4 or (len(p) == 3 and rng.random() < 0.15))
    ]
    for index in rng.sample(candidates, min(errors, len(candidates))):
        pieces[index] = typo(rng, pieces[index])
    return "".join(pieces)


def _sentence_case(text: str) -> str:
    text = re.sub(r"(^|[.!?]\s+)([a-z])", lambda m: m[1] + m[2].upper(), text)
    return re.sub(r"\bi\b(?!\.e)", "I", text)


def _wrong_case(rng: random.Random, text: str) -> str:
    kind = rng.random()
    if kind < 0.4:
        return text.upper()
    if kind < 0.7:
        return text.title()
    if kind < 0.85:
        return re.sub(r"[a-z]+", lambda m: m[0].upper() if rng.random() < 0.2 else m[0], text)
    return "".join(c.upper() if rng.random() < 0.3 else c for c in text)


def _punctuation(rng: random.Random, text: str) -> str:
    kind = rng.random()
    if kind < 0.28:
        return text.rstrip(".?! ")
    if kind < 0.36:
        return text.replace(",", "")
    if kind < 0.42:
        return text.rstrip(".?! ") + rng.choice(
            ["!", "!!", "...", "??", " !", " ?", "?!", " :)", " ;)", "..", " ^^", " <3", " xx", "~"]
        )
    if kind < 0.46:
        return re.sub(r"[.!?](?= )", rng.choice(["", ",", "...", " -", ";", "!"]), text)
    if kind < 0.49:
        return re.sub(r"(?<=[,.!?]) ", "", text, count=rng.randrange(1, 3))
    if kind < 0.51:
        return re.sub(r"[^\w\s']", "", text)
    if kind < 0.53:
        return text.replace(" ", "  ", rng.randrange(1, 4))
    if kind < 0.54:
        return f'"{text}"'
    return text


def _shorten(rng: random.Random, text: str) -> str:
    for long, short in rng.sample(short_forms(), 12):
        text = re.sub(rf"\b{re.escape(long)}\b", short, text, flags=re.IGNORECASE)
    return text


def _stretch(rng: random.Random, text: str) -> str:
    """A letter held down: pleeease."""
    places = [m.start() for m in re.finditer(r"(?<=[a-z])[aeiou](?=[a-z])", text)]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + text[at] * rng.randrange(3, 6) + text[at:]


def roughen(rng: random.Random, text: str, strength: float = 1.0) -> str:
    """`text` as somebody typed it. `strength` 0 leaves only the case of sentences to chance."""
    text = _sentence_case(text) if rng.random() < 0.5 else text
    if rng.random() < 0.12 * strength:
        text = _shorten(rng, text)
    if rng.random() < 0.48 * strength:
        text = _punctuation(rng, text)
    if rng.random() < 0.23 * strength:
        text = mistype(rng, text, 1 + (rng.random() < 0.35) + (rng.random() < 0.12))
    if rng.random() < 0.02 * strength:
        text = _stretch(rng, text)
    if rng.random() < 0.3:
        text = text.lower()
    elif rng.random() < 0.12 * strength:
        text = _wrong_case(rng, text)
    return text
