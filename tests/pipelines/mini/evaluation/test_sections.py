"""The tables, from answers that are all right."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines import evaluate
from anygen_pipelines.mini.evaluation import plays, sections
from anygen_pipelines.mini.evaluation.bench import Bench, Played, PlayedTurn


class AllRight(Bench):
    """Everything comes as it was asked for."""

    def play(self, name, dialogues, options=None, render=True, answer=None):
        return [
            Played(each.id, each.cluster, [self.right(turn) for turn in each.turns]) for each in dialogues
        ]

    @staticmethod
    def right(turn):
        judged = {f"{modality}.{name}": [True, True] for modality in turn.want for name in turn.shows}
        words = {f"says.{name}": True for name in turn.says} | ({"answer": True} if turn.accepted else {})
        return PlayedTurn(sorted(turn.want), sorted(turn.want), "here", [], judged, words)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(
        sections, "autoencoder_cost", lambda bench: dict.fromkeys(("all", "small", "big"), 1.0)
    )
    return AllRight("none", tmp_path, 24, most_clips=24)


PLAYED = (
    "text_to_image", "image_to_text", "held_questions", "yes_no", "text_to_audio", "audio_to_text", "text_to_video",
    "video_to_text", "crossings", "turns", "limits", "asked_is_produced", "matrix",
)  # fmt: skip


@pytest.mark.parametrize("name", PLAYED)
def test_who_does_all_that_is_asked_reaches_every_aim(bench: Bench, name: str) -> None:
    rows = sections.SECTIONS[name].rows(bench)
    assert rows and all(row.figure.value == (0 if row.at_most else 1) for row in rows)
    assert all(row.reached in (None, True) for row in rows)
    assert len({row.measure for row in rows}) == len(rows)


def test_the_matrix_has_a_row_for_each_cell(bench: Bench) -> None:
    cells = {row.measure.split(":")[0] for row in sections.matrix(bench)}
    media = ("text", "image", "audio", "video")
    assert cells == {f"{given} to {made}" for given in media for made in media}


def test_a_section_by_its_old_name_is_the_new_one() -> None:
    assert evaluate.parse(["--only", "roads,matrix"]).names == ["strategies", "matrix"]
    assert set(sections.OLD_NAMES.values()) <= set(sections.SECTIONS)


def test_without_a_file_there_are_no_outside_phrasings(bench: Bench) -> None:
    assert sections.outside_phrasings(bench) == []
    assert set(sections.CROSSINGS) <= set(plays.ONE_TURN)
