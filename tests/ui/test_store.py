"""Conversations and media of several visitors, kept across restarts and accidents."""

import threading
from pathlib import Path

import pytest
from tiny_store import answered, picture

from anygen import PromptError
from anygen_ui.archive import export_zip, manifest
from anygen_ui.store import Store
from anygen_ui.submission import remembered
from anygen_ui.tables import Part


def test_what_was_said_is_there_after_a_restart(tmp_path):
    store = Store(tmp_path)
    conversation = store.new_conversation("ada", "Squares\n", model="mini")
    upload = store.files.add_upload("ada", "photo.png", picture(1))
    asked = store.add_user_turn(
        "ada", conversation.id, [Part("text", "Look: "), Part("image", path=upload.path)]
    )
    answer, path = answered(store, "ada", conversation.id)
    store.close()

    again = Store(tmp_path)
    assert again.notices == []
    assert [each.title for each in again.conversations("ada")] == ["Squares"]
    first, second = again.turns("ada", conversation.id)
    assert first == asked and [part.type for part in first.parts] == ["text", "image"]
    assert second.id == answer and second.state == "done" and second.seed == 7
    assert second.parts == (Part("text", "Here:"), Part("image", path=str(path), caption="a square"))
    assert second.timings == {"total": 0.5}
    assert [each.generated for each in again.media("ada")] == [True, False]
    assert remembered(again.turns("ada", conversation.id)[:-1]) == (
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look: "}, {"type": "image", "path": upload.path}],
        },
    )
    again.close()


def test_a_visitor_sees_and_changes_only_what_is_theirs(store):
    conversation = store.new_conversation("ada").id
    turn, path = answered(store, "ada", conversation)
    assert store.conversations("bob") == [] and store.media("bob") == []
    attempts = [
        lambda: store.conversation("bob", conversation),
        lambda: store.turns("bob", conversation),
        lambda: store.rename("bob", conversation, "mine"),
        lambda: store.delete("bob", conversation),
        lambda: store.truncate("bob", conversation, turn),
        lambda: store.add_user_turn("bob", conversation, [Part("text", "hi")]),
        lambda: store.begin_answer("bob", conversation, {}),
        lambda: store.media("bob", conversation=conversation),
        lambda: store.is_running("bob", conversation, turn),
        lambda: export_zip(store, "bob", conversation),
        lambda: manifest(store, "bob", conversation),
    ]
    for attempt in attempts:
        with pytest.raises(PromptError, match="among your"):
            attempt()
    own = store.new_conversation("bob").id
    with pytest.raises(PromptError, match="not among your uploads"):
        store.add_user_turn("bob", own, [Part("image", path=str(path))])
    assert not store.files.holds("bob", str(path)) and store.files.holds("ada", str(path))
    assert len(store.turns("ada", conversation)) == 1 and store.turns("bob", own) == []


def test_a_path_elsewhere_is_no_file_of_anybody_s(store, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture())
    conversation = store.new_conversation("ada").id
    link = store.files.visitor_folder("ada") / "link.png"
    link.symlink_to(secret)
    for path in (str(secret), str(link), f"{store.files.visitor_folder('ada')}/../../../secret.png", ""):
        with pytest.raises(PromptError, match="not among your uploads"):
            store.add_user_turn("ada", conversation, [Part("image", path=path)])
    assert store.turns("ada", conversation) == []
    # A text that looks like one stays a text.
    turn = store.add_user_turn("ada", conversation, [Part("text", str(secret))])
    assert remembered(store.turns("ada", conversation))[0]["content"] == [
        {"type": "text", "text": str(secret)}
    ]
    assert turn.parts[0].path is None


@pytest.mark.parametrize(
    "parts",
    [[], [Part("image")], [Part("smell", path="x")]],
)
def test_a_message_of_anything_else_is_refused(store, parts):
    conversation = store.new_conversation("ada").id
    with pytest.raises(PromptError, match="the message"):
        store.add_user_turn("ada", conversation, parts)


def test_rename_and_delete(store):
    conversation = store.new_conversation("ada", "One")
    store.rename("ada", conversation.id, "  Two\x1b[31m  " + "x" * 500)
    title = store.conversation("ada", conversation.id).title
    assert title.startswith("Two\\x1b[31m") and len(title) <= 200
    _, path = answered(store, "ada", conversation.id)
    upload = store.files.add_upload("ada", "a.png", picture())
    store.add_user_turn("ada", conversation.id, [Part("image", path=upload.path)])
    other = store.new_conversation("ada").id
    _, kept = answered(store, "ada", other)
    store.delete("ada", conversation.id)
    assert not path.exists() and not Path(upload.path).exists() and kept.exists()
    assert [each.id for each in store.conversations("ada")] == [other]
    assert [each.path for each in store.media("ada")] == [str(kept)]


def test_regenerating_drops_what_was_made_and_keeps_what_was_sent(store):
    conversation = store.new_conversation("ada").id
    upload = store.files.add_upload("ada", "a.png", picture())
    first = store.add_user_turn("ada", conversation, [Part("image", path=upload.path)])
    _, early = answered(store, "ada", conversation)
    second = store.add_user_turn("ada", conversation, [Part("text", "again")])
    _, late = answered(store, "ada", conversation)
    store.truncate("ada", conversation, second.id)
    assert early.exists() and not late.exists()
    assert len(store.turns("ada", conversation)) == 2
    store.truncate("ada", conversation, first.id)
    assert store.turns("ada", conversation) == [] and not early.exists()
    again = store.add_user_turn(
        "ada", conversation, [Part("text", "edited"), Part("image", path=upload.path)]
    )
    assert again.parts[1].path == upload.path
    with pytest.raises(PromptError, match="not in this conversation"):
        store.truncate("ada", conversation, first.id)


def test_a_picture_taken_into_another_conversation_outlives_the_first(store):
    first, second = (store.new_conversation("ada").id for _ in range(2))
    _, path = answered(store, "ada", first)
    path.with_name(path.name + ".json").write_text("{}")
    turn = store.add_user_turn("ada", second, [Part("image", path=str(path))])
    copy = turn.parts[0].path
    assert copy != str(path)
    store.delete("ada", first)
    assert Path(copy).read_bytes() == picture(7) and Path(copy + ".json").exists()
    assert store.turns("ada", second)[0].parts[0].path == copy


def test_running_turns_found_at_the_start_are_stopped_with_what_there_is(store):
    conversation = store.new_conversation("ada").id
    turn = store.begin_answer("ada", conversation, {"seed": 1})
    store.fill("ada", conversation, turn.id, [Part("text", "Half")])
    assert store.turn_state(turn.id) == "running" and store.is_running("ada", conversation, turn.id)
    assert store.recover() == 1 and store.recover() == 0
    found = store.turns("ada", conversation)[0]
    assert found.state == "stopped" and found.parts == (Part("text", "Half"),)


def test_an_answer_whose_turn_was_deleted_leaves_no_file(store):
    conversation = store.new_conversation("ada").id
    turn = store.begin_answer("ada", conversation, {})
    path = store.files.visitor_folder("ada") / f"{turn.id}-0.png"
    path.write_bytes(picture())
    store.delete("ada", conversation)
    store.fill("ada", conversation, turn.id, [Part("image", path=str(path))], "done")
    assert not path.exists() and store.media("ada") == []
    with pytest.raises(PromptError, match="no such answer"):
        store.turn_state(turn.id)


# Uploads


# Accidents


def test_many_threads_write_at_once(store):
    conversation = store.new_conversation("ada").id
    failures = []

    def work(number: int) -> None:
        try:
            for _ in range(5):
                store.add_user_turn("ada", conversation, [Part("text", f"{number}")])
                store.new_conversation(f"visitor {number}")
                store.turns("ada", conversation)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert len(store.turns("ada", conversation)) == 40
    assert all(len(store.conversations(f"visitor {number}")) == 5 for number in range(8))


# The rule
