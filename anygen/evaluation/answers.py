"""Reading an answer in words: whole words, ignoring case, and nothing cleverer than that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_CURLY = str.maketrans({"\u2019": "'", "\u2018": "'"})


def contains(text: str, phrase: str) -> bool:
    """Whether `phrase` stands in `text` as whole words, ignoring case: "piano" does not contain "no".

    An apostrophe belongs to its word, so "don't" contains neither "don" nor "t".
    """
    return re.search(_pattern(phrase), _plain(text)) is not None


def answers(text: str, accepted: Iterable[str], refused: Iterable[str] = ()) -> bool:
    """Whether any accepted phrase appears and no refused one does."""
    return any(contains(text, phrase) for phrase in accepted) and not any(
        contains(text, phrase) for phrase in refused
    )


def mentioned(text: str, vocabulary: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The keys of `vocabulary` any of whose phrases stand in `text`.

    A phrase inside a longer phrase that matched at the same place does not count: "alarm clock" is not "clock".
    """
    plain = _plain(text)
    spans: list[tuple[int, int, str]] = []
    for key, phrases in vocabulary.items():
        for phrase in phrases:
            spans.extend((*match.span(), key) for match in re.finditer(_pattern(phrase), plain))
    kept = [
        key
        for start, end, key in spans
        if not any(s <= start and end <= e and (e - s) > (end - start) for s, e, _ in spans)
    ]
    return frozenset(kept)


def _pattern(phrase: str) -> str:
    return r"(?<![\w'])" + re.escape(_plain(phrase)) + r"(?![\w'])"


def _plain(text: str) -> str:
    return text.translate(_CURLY).lower()
