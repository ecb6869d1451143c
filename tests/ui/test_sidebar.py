"""The side of the page: settings that reach the answer, and what is done with a conversation."""


def test_quality_fields_and_a_locked_seed_reach_the_answer(app):
    app.button_group(key="quality").set_value("draft").run()
    app.toggle(key="lock-seed").set_value(True).run()
    app.number_input(key="seed").set_value(7).run()
    app.number_input(key="guidance-mini-draft-image").set_value(3.0).run()
    app.say("A big frog on red.")
    answer = app.wait(2)[1]
    assert answer.seed == 7
    assert answer.settings["options"]["image"] == {"num_inference_steps": 6, "guidance_scale": 3.0}


def test_only_what_may_come_back_comes_back(app):
    app.button_group(key="modalities-mini").set_value(["text"]).run()
    app.say("Draw a big frog on red.")
    answer = app.wait(2)[1]
    assert [part.type for part in answer.parts] == ["text"]


def test_the_temperature_reaches_the_answer_where_it_is_not_the_models_own(app):
    app.slider(key="temperature-mini").set_value(0.9).run()
    app.say("What can you do?")
    assert app.wait(2)[1].settings["options"] == {"temperature": 0.9}


def test_a_conversation_is_deleted_with_all_that_is_in_it(app):
    app.say("What can you do?")
    app.wait(2)
    conversation = app.session_state.conversation
    assert app.keys("go-") == [f"go-{conversation}"]
    app.store.delete(app.visitor, conversation)
    app.run()
    assert app.keys("go-") == [] and any("deleted" in each.value for each in app.error)
