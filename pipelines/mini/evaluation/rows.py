"""Rows of the tables, made of what was played. Where two probes judged, the lower of their figures counts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from anygen.evaluation.accuracy import Estimate, estimate
from anygen.evaluation.modality_sets import compare_modalities
from anygen.evaluation.report import Row
from anygen_pipelines.mini.evaluation.bench import Bench, Played


@dataclass(frozen=True)
class Section:
    """One table: its title, the rows it makes, what to know when reading it."""

    title: str
    rows: Callable[[Bench], list[Row]]
    notes: tuple[str, ...] = ()


def arrow(name: str) -> str:
    """A play's name in words: "text_to_image" is "text to image"."""
    return name.replace("_to_", " to ")


def alone(value: float, num_items: int) -> Estimate:
    """A figure that has no interval."""
    return Estimate(value, value, value, num_items, num_items)


def by_probe(
    measure: str,
    scores: Sequence[Sequence[float]],
    clusters: Sequence[Hashable] | None = None,
    aim: float | None = None,
    note: str = "",
) -> Row:
    """The mean score by the probe that gives the lower one.

    scores: for each item one a probe, or a single one where no probe judged. Raises ValueError where there is no item.
    """
    probes = range(len(scores[0]) if scores else 1)
    figures = [estimate([each[probe] for each in scores], clusters) for probe in probes]
    each = tuple(figure.value for figure in figures) if len(figures) > 1 else ()
    return Row(measure, min(figures, key=lambda figure: figure.value), aim, probes=each, note=note)


def verdicts(item: Played, key: str) -> list[bool]:
    """One verdict of a check in words ("says.thing"), one of each probe of a check of media; none where not checked."""
    return [item.last.words[key]] if key in item.last.words else item.last.judged.get(key, [])


def checked(measure: str, played: Sequence[Played], key: str, aim: float | None = None) -> Row:
    """Share of last turns in which what was wanted under `key` ("image.thing", "says.thing", "answer") is right."""
    found = [item for item in played if verdicts(item, key)]
    return by_probe(measure, [verdicts(item, key) for item in found], [item.cluster for item in found], aim)


def sets_agree(measure: str, played: Sequence[Played], aim: float | None = None) -> Row:
    """Share of turns (all of a dialogue) in which exactly the media asked for came back."""
    found = [(item.id, turn) for item in played for turn in item.turns]
    agree = [[compare_modalities(turn.want, turn.made).agrees] for _, turn in found]
    return by_probe(measure, agree, [name for name, _ in found], aim)


def all_checks(measure: str, played: Sequence[Played]) -> Row:
    """Share of turns in which the media are those asked for and everything checked in them and in the words is right."""
    found = [(item.id, turn) for item in played for turn in item.turns]
    right = [
        [
            compare_modalities(turn.want, turn.made).agrees
            and all(verdict[probe] for verdict in turn.judged.values())
            and all(turn.words.values())
            for probe in (0, 1)
        ]
        for _, turn in found
    ]
    return by_probe(measure, right, [name for name, _ in found])
