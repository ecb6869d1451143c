"""Did exactly the media that were asked for come back?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anygen.core.modality import TEXT, Modality


@dataclass(frozen=True)
class SetDifference:
    """What a reply left out and what it added; both empty when asked = produced."""

    missing: frozenset[str]
    unasked: frozenset[str]

    @property
    def agrees(self) -> bool:
        return not self.missing and not self.unasked


def compare_modalities(asked: Iterable[Modality | str], produced: Iterable[Modality | str]) -> SetDifference:
    """Compare as sets, without text: words may always come. Two pictures where one was asked still agree."""
    wanted = frozenset(str(name) for name in asked) - {str(TEXT)}
    made = frozenset(str(name) for name in produced) - {str(TEXT)}
    return SetDifference(missing=wanted - made, unasked=made - wanted)
