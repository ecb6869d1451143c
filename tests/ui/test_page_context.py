"""What is on the way to being sent: used, ordered, removed, edited."""


def test_a_generated_picture_can_be_used_ordered_and_removed(app):
    app.say("A big car on red.")
    answer = app.wait(2)[1]
    app.press(f"use-{answer.id}-1")
    app.press("add-text")
    words = app.session_state.draft[1]
    app.text_area(key=f"text-{words.id}").input("What is this?").run()
    app.press(f"earlier-{words.id}")
    assert [piece.part.type for piece in app.session_state.draft] == ["text", "image"]
    app.press(f"later-{words.id}")
    app.press("send")
    found = app.wait(4)
    assert [part.type for part in found[2].parts] == ["image", "text"]
    assert not app.session_state.draft
    app.press(f"use-{answer.id}-1")
    app.press(f"remove-{app.session_state.draft[0].id}")
    assert not app.session_state.draft


def test_what_was_said_can_be_edited_and_sent_again(app):
    app.say("A big dog on blue.")
    said, _ = app.wait(2)
    app.press(f"edit-{said.id}")
    piece = app.session_state.draft[0]
    app.text_area(key=f"text-{piece.id}").input("A big tree on blue.").run()
    app.press("send")
    found = app.wait(2)
    assert len(found) == 2 and found[0].parts[0].text == "A big tree on blue."
    assert "tree" in found[1].parts[0].text
