"""Both strategies on one table: the figures, from plays made by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from anygen_pipelines.mini.evaluation import strategies
from anygen_pipelines.mini.evaluation.bench import Played, PlayedTurn


def played(index: int, right: bool) -> Played:
    keys = ("thing", "colour", "position", "size", "motion")
    judged = {"image.thing": [right, True], "audio.class": [right, right], "video.thing": [right, right]}
    words = {f"says.{key}": right for key in keys}
    return Played(f"d{index}", f"c{index}", [PlayedTurn([], [], "", [], judged, words)])


def test_what_is_reached_in_words_stands_beside_what_projectors_reach_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str]] = []

    def play(name, dialogues, options=None, answer=None):
        asked.append((name, "" if options is None else f"{options.reading} {options.conditioning}"))
        # Through words half of the answers are right, by projectors all.
        return [played(index, options is None or index % 2 == 0) for index in dialogues]

    monkeypatch.setattr(strategies, "PLAYS", dict.fromkeys(strategies.PLAYS, lambda bench: list(range(10))))
    rows = {row.measure: row for row in strategies.strategies(SimpleNamespace(play=play))}
    assert rows["image to text: says.thing, inputs through words"].figure.value == 0.5
    assert rows["- learned minus it: says.motion"].figure.value == 0.5
    assert rows["text to image: image.thing"].probes == (0.5, 0.0)
    assert ("image_to_text_words", "words projector") in asked and (
        "text_to_image_caption",
        "projector caption",
    ) in asked
    assert ("audio_to_image_both", "words caption") in asked


def test_without_recordings_their_rows_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategies, "OUTPUTS", ())
    monkeypatch.setattr(strategies, "PLAYS", dict.fromkeys(strategies.PLAYS, lambda bench: []))
    assert strategies.strategies(SimpleNamespace(play=lambda *given, **how: [])) == []
