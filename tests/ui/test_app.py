"""The page's logic on real mini, without a browser."""


def test_words_are_answered_and_name_the_conversation(app):
    app.say("What can you do?")
    said, answer = app.wait(2)
    assert said.parts[0].text == "What can you do?" and answer.state == "done"
    assert answer.parts[0].text.strip() in app.texts()
    assert app.button(key=f"go-{app.session_state.conversation}").label == "What can you do?"


def test_a_model_that_is_not_here_is_refused_before_anything_is_said(app):
    app.selectbox(key="model").set_value("bridge-small").run()
    assert any("anygen pull" in each.value for each in app.warning)
    app.say("Hello.")
    app.run()
    assert app.session_state.conversation is None
    assert [piece.part.text for piece in app.session_state.draft] == ["Hello."]


def test_visitors_see_only_their_own(app, page_of):
    app.say("What can you do?")
    app.wait(2)
    mine = app.session_state.conversation
    other = page_of("another")
    other.query_params["c"] = mine
    other.run()
    assert other.session_state.conversation is None
    assert not other.keys("go-")
