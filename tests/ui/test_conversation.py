"""What an answer looks like, on its way and when it is there."""

from pathlib import Path

import pytest

pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")

from anygen_ui.conversation import live_of, words_for
from anygen_ui.protocol import DecoderProgress, Finished, Loading, Made, SpanStarted, TextDelta, Waiting
from anygen_ui.submission import VARIATION_OF, remembered


def kinds(live):
    return [part.text.strip() if part.type == "text" else part.type for part in live.parts()]


def test_each_medium_stands_after_the_words_that_name_it():
    live = live_of(
        [
            TextDelta("Here: a red dog. And"),
            TextDelta(" listen: its bark. Done."),
            SpanStarted(1, "image", "a red dog"),
            SpanStarted(3, "audio", "its bark"),
        ]
    )
    assert kinds(live) == ["Here: a red dog.", "image", "And listen: its bark.", "audio", "Done."]


def test_media_that_no_words_name_stand_in_their_order_after_the_words():
    live = live_of([TextDelta("Two things."), SpanStarted(2, "audio", ""), SpanStarted(1, "image", "unsaid")])
    assert kinds(live) == ["Two things.", "image", "audio"]


def test_steps_and_what_is_made_are_kept_by_part():
    live = live_of(
        [
            SpanStarted(1, "image", "a"),
            SpanStarted(3, "video", "b"),
            DecoderProgress(1, "image", 4, 12),
            DecoderProgress(1, "image", 5, 12),
            Made(1, "image", "a.png"),
            DecoderProgress(3, "video", 1, 8),
        ]
    )
    picture, clip = live.media[1], live.media[3]
    assert (picture.step, picture.path) == (5, "a.png")
    assert (clip.step, clip.num_steps, clip.path) == (1, 8, None)
    assert words_for(live) == "Making a video"


def test_what_is_waited_for_is_said():
    assert words_for(live_of([])) == "Thinking"
    assert words_for(live_of([Waiting(3)])) == "Place 3 in the queue"
    assert words_for(live_of([Waiting(1)])) == "Next in the queue"
    assert "1 of 4" in words_for(live_of([Loading("mini", "llm", 1, 4)]))
    assert words_for(live_of([Loading("mini", "llm", 4, 4), TextDelta("a")])) == "Writing"


def test_the_end_is_seen():
    assert not live_of([TextDelta("a")]).over
    assert live_of([TextDelta("a"), Finished(1, {}, False)]).over


def test_the_same_seed_gives_the_same_answer_and_a_new_one_another_seed(app):
    app.say("A big frog on yellow.")
    first = app.wait(2)[1]
    pixels = Path(first.parts[1].path).read_bytes()
    app.press(f"same-seed-{first.id}")
    second = app.wait(2)[1]
    assert second.id != first.id and second.seed == first.seed
    assert Path(second.parts[1].path).read_bytes() == pixels
    app.press(f"new-seed-{second.id}")
    assert app.wait(2)[1].seed != first.seed


def test_variations_stand_below_and_the_next_answer_does_not_build_on_them(app):
    app.say("A small bell on white.")
    answer = app.wait(2)[1]
    app.press(f"vary-{answer.id}-1")
    found = app.wait(5)[2:]
    assert [turn.settings[VARIATION_OF] for turn in found] == [answer.id] * 3
    assert len({turn.seed for turn in [answer, *found]}) == 4
    assert all("image" in [part.type for part in turn.parts] for turn in found)
    assert [message["role"] for message in remembered(app.turns())] == ["user", "assistant"]
    last = found[-1]
    pixels = Path(last.parts[-1].path).read_bytes()
    app.press(f"same-seed-{last.id}")
    again = app.wait(5)[-1]
    assert again.id != last.id and again.settings[VARIATION_OF] == answer.id
    assert Path(again.parts[-1].path).read_bytes() == pixels
