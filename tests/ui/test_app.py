"""The page's logic on real mini, without a browser: every widget by its key."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")

from streamlit.testing.v1 import AppTest

from anygen_ui import backend
from anygen_ui.examples import EXAMPLES, FOLDER
from anygen_ui.submission import VARIATION_OF, remembered
from anygen_ui.visitor import visitor_of

APP = Path(backend.__file__).with_name("app.py")
TOKEN = "t" * 43


@pytest.fixture(scope="module", autouse=True)
def running(tmp_path_factory):
    """One backend with its worker for all tests here."""
    patch = pytest.MonkeyPatch()
    patch.setenv(backend.FOLDER, str(tmp_path_factory.mktemp("ui")))
    yield
    backend.close()
    patch.undo()


@pytest.fixture
def app(request):
    """The page of a visitor that is new in each test."""
    token = (request.node.name + TOKEN)[:43]
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.session_state["visitor_token"] = token
    page.run()
    assert not page.exception
    page.store, page.visitor = backend.backend()[0], visitor_of(token)
    return page


def turns(app):
    return app.store.turns(app.visitor, app.session_state.conversation)


def wait(app, number):
    """Until the conversation has so many turns and none is running."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        app.run()
        assert not app.exception
        found = turns(app)
        if len(found) >= number and all(turn.state != "running" for turn in found):
            return app.run() and turns(app)
        time.sleep(0.2)
    raise AssertionError(f"no {number} finished turns: {turns(app)}")


def keys(app, start):
    return [each.key for each in app.button if each.key and each.key.startswith(start)]


def say(app, words):
    app.chat_input(key="message").set_value(words).run()
    assert not app.exception


def texts(app):
    return [each.value for each in app.text]


def test_the_first_page_says_what_mini_is_and_offers_six_things(app):
    assert any("tiny model of a small world" in each for each in texts(app))
    assert [app.button(key=f"try-{index}").label for index in range(6)] == [
        example.words[0] for example in EXAMPLES
    ]


def test_words_are_answered_and_name_the_conversation(app):
    say(app, "What can you do?")
    said, answer = wait(app, 2)
    assert said.parts[0].text == "What can you do?" and answer.state == "done"
    assert answer.parts[0].text.strip() in texts(app)
    assert app.button(key=f"go-{app.session_state.conversation}").label == "What can you do?"


def test_an_example_that_goes_on_says_its_next_words_by_itself(app):
    app.button(key="try-5").click().run()
    found = wait(app, 2 * len(EXAMPLES[5].words))
    assert [turn.parts[0].text for turn in found[::2]] == list(EXAMPLES[5].words)
    assert [turn.parts[-1].type for turn in found[1::2]] == ["image"] * 3


def test_the_same_seed_gives_the_same_answer_and_a_new_one_another_seed(app):
    say(app, "A big frog on yellow.")
    first = wait(app, 2)[1]
    pixels = Path(first.parts[1].path).read_bytes()
    app.button(key=f"same-seed-{first.id}").click().run()
    second = wait(app, 2)[1]
    assert second.id != first.id and second.seed == first.seed
    assert Path(second.parts[1].path).read_bytes() == pixels
    app.button(key=f"new-seed-{second.id}").click().run()
    assert wait(app, 2)[1].seed != first.seed


def test_variations_stand_below_and_the_next_answer_does_not_build_on_them(app):
    say(app, "A small bell on white.")
    answer = wait(app, 2)[1]
    app.button(key=f"vary-{answer.id}-1").click().run()
    found = wait(app, 5)[2:]
    assert [turn.settings[VARIATION_OF] for turn in found] == [answer.id] * 3
    assert len({turn.seed for turn in [answer, *found]}) == 4
    assert all("image" in [part.type for part in turn.parts] for turn in found)
    assert [message["role"] for message in remembered(turns(app))] == ["user", "assistant"]
    last = found[-1]
    pixels = Path(last.parts[-1].path).read_bytes()
    app.button(key=f"same-seed-{last.id}").click().run()
    again = wait(app, 5)[-1]
    assert again.id != last.id and again.settings[VARIATION_OF] == answer.id
    assert Path(again.parts[-1].path).read_bytes() == pixels


def test_a_generated_picture_can_be_used_ordered_and_removed(app):
    say(app, "A big car on red.")
    answer = wait(app, 2)[1]
    app.button(key=f"use-{answer.id}-1").click().run()
    app.button(key="add-text").click().run()
    words = app.session_state.draft[1]
    app.text_area(key=f"text-{words.id}").input("What is this?").run()
    app.button(key=f"earlier-{words.id}").click().run()
    assert [piece.part.type for piece in app.session_state.draft] == ["text", "image"]
    app.button(key=f"later-{words.id}").click().run()
    app.button(key="send").click().run()
    found = wait(app, 4)
    assert [part.type for part in found[2].parts] == ["image", "text"]
    assert not app.session_state.draft
    app.button(key=f"use-{answer.id}-1").click().run()
    app.button(key=f"remove-{app.session_state.draft[0].id}").click().run()
    assert not app.session_state.draft


def test_what_was_said_can_be_edited_and_sent_again(app):
    say(app, "A big dog on blue.")
    said, _ = wait(app, 2)
    app.button(key=f"edit-{said.id}").click().run()
    piece = app.session_state.draft[0]
    app.text_area(key=f"text-{piece.id}").input("A big tree on blue.").run()
    app.button(key="send").click().run()
    found = wait(app, 2)
    assert len(found) == 2 and found[0].parts[0].text == "A big tree on blue."
    assert "tree" in found[1].parts[0].text


def test_quality_fields_and_a_locked_seed_reach_the_answer(app):
    app.button_group(key="quality").set_value("draft").run()
    app.toggle(key="lock-seed").set_value(True).run()
    app.number_input(key="seed").set_value(7).run()
    app.number_input(key="guidance-mini-draft-image").set_value(3.0).run()
    say(app, "A big frog on red.")
    answer = wait(app, 2)[1]
    assert answer.seed == 7
    assert answer.settings["options"]["image"] == {"num_inference_steps": 6, "guidance_scale": 3.0}


def test_only_what_may_come_back_comes_back(app):
    app.button_group(key="modalities-mini").set_value(["text"]).run()
    say(app, "Draw a big frog on red.")
    answer = wait(app, 2)[1]
    assert [part.type for part in answer.parts] == ["text"]


def test_a_model_that_is_not_here_is_refused_before_anything_is_said(app):
    app.selectbox(key="model").set_value("bridge-small").run()
    assert any("anygen pull" in each.value for each in app.warning)
    say(app, "Hello.")
    app.run()
    assert app.session_state.conversation is None
    assert [piece.part.text for piece in app.session_state.draft] == ["Hello."]


def test_files_alone_wait_and_go_with_the_words(app):
    line = app.chat_input(key="message")
    line.upload("rooster.png", (FOLDER / "rooster.png").read_bytes(), "image/png").run()
    assert [piece.part.type for piece in app.session_state.draft] == ["image"]
    say(app, "What would it sound like?")
    said, answer = wait(app, 2)
    assert [part.type for part in said.parts] == ["image", "text"]
    assert "audio" in [part.type for part in answer.parts]


def test_a_file_that_is_no_medium_is_refused_with_a_sentence_and_the_words_stay(app):
    line = app.chat_input(key="message")
    line.upload("x.png", b"MZ no picture at all", "image/png").set_value("What is this?").run()
    assert len(app.error) == 1 and "x" in app.error[0].value
    assert [piece.part.text for piece in app.session_state.draft] == ["What is this?"]
    assert app.session_state.conversation is None


def test_what_is_said_during_an_answer_waits_and_stop_ends_it(app):
    app.number_input(key="steps-mini-good-video").set_value(200).run()
    say(app, "A clip of a big frog on yellow moving left.")
    say(app, "And a dog.")
    assert [piece.part.text for piece in app.session_state.draft] == ["And a dog."]
    assert any("One answer at a time" in each.value for each in app.error)
    app.button(key=f"stop-{turns(app)[1].id}").click().run()
    found = wait(app, 2)
    assert len(found) == 2 and found[1].state == "stopped"


def test_the_gallery_shows_what_was_made_by_kind(app):
    say(app, "A big frog on yellow.")
    wait(app, 2)
    app.button(key="open-gallery").click().run()
    assert len(keys(app, "tile-how-")) == 1
    app.button_group(key="gallery-kind").set_value("audio").run()
    assert not keys(app, "tile-how-")


def test_visitors_see_only_their_own(app):
    say(app, "What can you do?")
    wait(app, 2)
    mine = app.session_state.conversation
    other = AppTest.from_file(str(APP), default_timeout=60)
    other.session_state["visitor_token"] = "o" * 43
    other.query_params["c"] = mine
    other.run()
    assert other.session_state.conversation is None
    assert not keys(other, "go-")
