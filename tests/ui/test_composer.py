"""The line to write in: files, words, and what is refused."""

from anygen_ui.welcome import FOLDER


def test_files_alone_wait_and_go_with_the_words(app):
    line = app.chat_input(key="message")
    line.upload("rooster.png", (FOLDER / "rooster.png").read_bytes(), "image/png").run()
    assert [piece.part.type for piece in app.session_state.draft] == ["image"]
    app.say("What would it sound like?")
    said, answer = app.wait(2)
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
    app.say("A clip of a big frog on yellow moving left.")
    app.say("And a dog.")
    assert [piece.part.text for piece in app.session_state.draft] == ["And a dog."]
    assert any("One answer at a time" in each.value for each in app.error)
    app.press(f"stop-{app.turns()[1].id}")
    found = app.wait(2)
    assert len(found) == 2 and found[1].state == "stopped"
