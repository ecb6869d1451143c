"""Rows of tables, from plays made by hand."""

from __future__ import annotations

import pytest

from anygen_pipelines.mini.evaluation.bench import Played, PlayedTurn
from anygen_pipelines.mini.evaluation.rows import all_checks, arrow, by_probe, checked, sets_agree, verdicts


def played(judged: dict[str, list[bool]], words: dict[str, bool], made: list[str] | None = None) -> Played:
    turn = PlayedTurn(["image"], ["image"] if made is None else made, "", [], judged, words)
    return Played(str(id(turn)), "c", [turn])


def test_the_lower_probe_counts() -> None:
    row = by_probe("m", [[1, 0], [1, 1]], aim=0.9)
    assert row.figure.value == 0.5 and row.probes == (1.0, 0.5) and not row.reached
    assert by_probe("m", [[1], [0]]).probes == ()
    with pytest.raises(ValueError, match="no items"):
        by_probe("m", [])


def test_a_key_is_looked_up_in_words_and_in_media() -> None:
    item = played({"image.thing": [True, False]}, {"answer": True})
    assert (verdicts(item, "answer"), verdicts(item, "image.thing"), verdicts(item, "x")) == (
        [True],
        [True, False],
        [],
    )
    others = [item, played({}, {"answer": False})]
    assert checked("m", others, "image.thing").figure.num_items == 1
    assert checked("m", others, "answer").figure.value == 0.5


def test_media_must_be_those_asked_for() -> None:
    items = [played({}, {}), played({}, {}, []), played({}, {}, ["image", "audio"])]
    assert sets_agree("m", items).figure.value == pytest.approx(1 / 3)


def test_every_check_must_be_right() -> None:
    items = [played({"image.thing": [True, False]}, {"answer": True}), played({}, {"answer": False})]
    assert all_checks("m", items).probes == (0.5, 0.0)
    assert arrow("text_to_image") == "text to image"
