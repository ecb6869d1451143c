"""What an answer on its way looks like, from its events."""

from __future__ import annotations

import pytest

pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")

from anygen_ui.answering import live_of, words_for
from anygen_ui.jobs import Finished, Loading, Made, Progress, Started, Text, Waiting


def kinds(live):
    return [part.text.strip() if part.type == "text" else part.type for part in live.parts()]


def test_each_medium_stands_after_the_words_that_name_it():
    live = live_of(
        [
            Text("Here: a red dog. And"),
            Text(" listen: its bark. Done."),
            Started(1, "image", "a red dog"),
            Started(3, "audio", "its bark"),
        ]
    )
    assert kinds(live) == ["Here: a red dog.", "image", "And listen: its bark.", "audio", "Done."]


def test_media_that_no_words_name_stand_in_their_order_after_the_words():
    live = live_of([Text("Two things."), Started(2, "audio", ""), Started(1, "image", "unsaid")])
    assert kinds(live) == ["Two things.", "image", "audio"]


def test_steps_and_what_is_made_are_kept_by_part():
    live = live_of(
        [
            Started(1, "image", "a"),
            Started(3, "video", "b"),
            Progress(1, "image", 4, 12, "preview.png"),
            Progress(1, "image", 5, 12),
            Made(1, "image", "a.png"),
            Progress(3, "video", 1, 8),
        ]
    )
    picture, clip = live.media[1], live.media[3]
    assert (picture.step, picture.preview, picture.path) == (5, "preview.png", "a.png")
    assert (clip.step, clip.num_steps, clip.path) == (1, 8, None)
    assert words_for(live) == "Making a clip"


def test_what_is_waited_for_is_said():
    assert words_for(live_of([])) == "Thinking"
    assert words_for(live_of([Waiting(3)])) == "Place 3 in the queue"
    assert words_for(live_of([Waiting(1)])) == "Next in the queue"
    assert "1 of 4" in words_for(live_of([Loading("mini", "llm", 1, 4)]))
    assert words_for(live_of([Loading("mini", "llm", 4, 4), Text("a")])) == "Writing"


def test_the_end_is_seen():
    assert not live_of([Text("a")]).over
    assert live_of([Text("a"), Finished(1, {}, False)]).over
