"""Conversations and media of several visitors, kept across restarts and accidents."""

import os
import sqlite3
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event

from anygen import Audio, Image, MediaError, PromptError, Video
from anygen_ui.storage_rules import StorageRule, UploadLimits
from anygen_ui.store import Part, Store
from anygen_ui.tables import DATABASE


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    yield made
    made.close()


def picture(value: int = 0) -> bytes:
    return Image(np.full((8, 8, 3), value, np.uint8)).encode()


def answered(store: Store, visitor: str, conversation: str, value: int = 7) -> tuple[str, Path]:
    """A turn with a text and a picture, as the engine fills it: the turn's id and the picture's path."""
    turn = store.begin_answer(visitor, conversation, {"seed": value})
    path = store.visitor_folder(visitor) / f"{turn.id}-1.png"
    path.write_bytes(picture(value))
    parts = [Part("text", "Here:"), Part("image", path=str(path), caption="a square")]
    store.fill(visitor, conversation, turn.id, parts, "done", timings={"total": 0.5})
    return turn.id, path


def test_what_was_said_is_there_after_a_restart(tmp_path):
    store = Store(tmp_path)
    conversation = store.new_conversation("ada", "Squares\n", model="mini")
    upload = store.add_upload("ada", "photo.png", picture(1))
    asked = store.add_user_turn(
        "ada", conversation.id, [Part("text", "Look: "), {"type": "image", "path": upload.path}]
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
    assert again.messages("ada", conversation.id, before=answer) == (
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
        lambda: store.messages("bob", conversation),
        lambda: store.rename("bob", conversation, "mine"),
        lambda: store.set_model("bob", conversation, "other"),
        lambda: store.delete("bob", conversation),
        lambda: store.truncate("bob", conversation, turn),
        lambda: store.add_user_turn("bob", conversation, [Part("text", "hi")]),
        lambda: store.begin_answer("bob", conversation, {}),
        lambda: store.media("bob", conversation=conversation),
        lambda: store.is_running("bob", conversation, turn),
        lambda: store.export_zip("bob", conversation),
        lambda: store.manifest("bob", conversation),
        lambda: store.delete_media("bob", path.stem),
    ]
    for attempt in attempts:
        with pytest.raises(PromptError, match="among your"):
            attempt()
    own = store.new_conversation("bob").id
    with pytest.raises(PromptError, match="not among your uploads"):
        store.add_user_turn("bob", own, [Part("image", path=str(path))])
    assert not store.holds("bob", str(path)) and store.holds("ada", str(path))
    assert len(store.turns("ada", conversation)) == 1 and store.turns("bob", own) == []


def test_a_path_elsewhere_is_no_file_of_anybody_s(store, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture())
    conversation = store.new_conversation("ada").id
    link = store.visitor_folder("ada") / "link.png"
    link.symlink_to(secret)
    for path in (str(secret), str(link), f"{store.visitor_folder('ada')}/../../../secret.png", ""):
        with pytest.raises(PromptError, match="not among your uploads"):
            store.add_user_turn("ada", conversation, [{"type": "image", "path": path}])
    assert store.turns("ada", conversation) == []
    # A text that looks like one stays a text.
    turn = store.add_user_turn("ada", conversation, [{"type": "text", "text": str(secret)}])
    assert store.messages("ada", conversation)[0]["content"] == [{"type": "text", "text": str(secret)}]
    assert turn.parts[0].path is None


@pytest.mark.parametrize(
    "parts",
    [[], [{"type": "text"}], [{"type": "image", "url": "http://x"}], [{"type": "smell", "path": "x"}]],
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
    upload = store.add_upload("ada", "a.png", picture())
    store.add_user_turn("ada", conversation.id, [Part("image", path=upload.path)])
    other = store.new_conversation("ada").id
    _, kept = answered(store, "ada", other)
    store.delete("ada", conversation.id)
    assert not path.exists() and not Path(upload.path).exists() and kept.exists()
    assert [each.id for each in store.conversations("ada")] == [other]
    assert [each.path for each in store.media("ada")] == [str(kept)]


def test_regenerating_drops_what_was_made_and_keeps_what_was_sent(store):
    conversation = store.new_conversation("ada").id
    upload = store.add_upload("ada", "a.png", picture())
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
    path = store.visitor_folder("ada") / f"{turn.id}-0.png"
    path.write_bytes(picture())
    store.delete("ada", conversation)
    store.fill("ada", conversation, turn.id, [Part("image", path=str(path))], "done")
    assert not path.exists() and store.media("ada") == []
    with pytest.raises(PromptError, match="no such answer"):
        store.turn_state(turn.id)


# Uploads


@pytest.mark.parametrize(
    ("medium", "modality", "suffix"),
    [
        (Image(np.zeros((8, 8, 3), np.uint8)), "image", ".png"),
        (Audio(np.zeros(1600, np.float32), 16000), "audio", ".wav"),
        (Video(np.zeros((4, 16, 16, 3), np.uint8), 8.0), "video", ".mp4"),
    ],
)
def test_an_upload_is_what_its_content_is(store, medium, modality, suffix):
    kept = store.add_upload("ada", "../../etc/holiday.exe", medium.encode())
    assert (kept.modality, Path(kept.path).suffix, kept.caption) == (modality, suffix, "holiday.exe")
    assert Path(kept.path).parent == store.visitor_folder("ada")
    assert Path(kept.path).read_bytes() == medium.encode()


def bomb() -> bytes:
    """The head of a PNG of 40000 x 40000 pixels."""
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 40000, 40000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000)))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"#!/bin/sh", "a text file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an XML or SVG document"),
        (b"\x80\x02cos\nsystem", "a Python pickle"),
        (picture()[:40], "cat.png"),
        (bomb(), "pixels"),
        (b"\0" * 1001, "at most 0.001 MB"),
    ],
)
def test_a_bad_upload_costs_a_sentence_and_leaves_nothing(tmp_path, data, sentence):
    store = Store(tmp_path, UploadLimits(upload_bytes=1000))
    with pytest.raises(MediaError, match=sentence) as refused:
        store.add_upload("ada", "C:\\photos\\cat.png", data)
    assert str(refused.value).startswith("cat.png: ") and "given bytes" not in str(refused.value)
    assert (
        store.media("ada") == [] and [each for each in store.media_folder.rglob("*") if each.is_file()] == []
    )
    store.close()


def test_one_visitor_cannot_fill_the_disk(tmp_path):
    store = Store(tmp_path, UploadLimits(visitor_bytes=3 * len(picture())))
    sent = [store.add_upload("ada", "a.png", picture()) for _ in range(3)]
    with pytest.raises(MediaError, match="kept for one visitor"):
        store.add_upload("ada", "a.png", picture())
    assert store.add_upload("bob", "b.png", picture()).id
    store.delete_media("ada", sent[0].id)
    assert not Path(sent[0].path).exists() and store.add_upload("ada", "a.png", picture()).id
    store.close()


# Accidents


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 500)


def _torn(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:-100] = os.urandom(len(data) - 4196)
    path.write_bytes(data)


def _other_columns(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE turns DROP COLUMN error")
    connection.close()


def _of_the_future(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()


@pytest.mark.parametrize("damage", [_garbage, _torn, _other_columns, _of_the_future])
def test_a_damaged_database_is_set_aside_and_the_media_stay(tmp_path, damage):
    store = Store(tmp_path)
    conversation = store.new_conversation("ada").id
    _, path = answered(store, "ada", conversation)
    with store.database.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    damage(tmp_path / DATABASE)
    damaged = (tmp_path / DATABASE).read_bytes()

    again = Store(tmp_path)
    assert len(again.notices) == 1 and "set aside" in again.notices[0]
    aside = [each for each in tmp_path.iterdir() if "set-aside" in each.name and each.suffix != ".json"]
    assert damaged in [each.read_bytes() for each in aside]
    assert again.conversations("ada") == [] and path.exists()
    again.clean(StorageRule(days=1, total_bytes=0))
    assert path.exists(), "a file that no row names goes by age alone"
    assert again.new_conversation("ada").id
    again.close()
    assert Store(tmp_path).notices == []


def test_only_the_owner_may_read_the_store(store):
    assert store.folder.stat().st_mode & 0o077 == 0
    assert (store.folder / DATABASE).stat().st_mode & 0o077 == 0


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


def test_the_oldest_generated_media_go_first_then_uploads(store):
    conversation = store.new_conversation("ada").id
    upload = store.add_upload("ada", "a.png", picture())
    store.add_user_turn("ada", conversation, [Part("image", path=upload.path)])
    paths = [answered(store, "ada", conversation, value)[1] for value in range(3)]
    size = [path.stat().st_size for path in paths]
    room = sum(size[1:]) + upload.bytes
    cleaned = store.clean(StorageRule(total_bytes=room))
    assert (cleaned.files, cleaned.bytes) == (1, size[0])
    assert [path.exists() for path in paths] == [False, True, True] and Path(upload.path).exists()
    turn = store.turns("ada", conversation)[1]
    assert turn.parts[1].path is None and turn.parts[1].note == "removed to free space"
    assert turn.parts[0].text == "Here:"
    store.clean(StorageRule(total_bytes=upload.bytes))
    assert Path(upload.path).exists() and not any(path.exists() for path in paths)
    store.clean(StorageRule(total_bytes=0))
    assert not Path(upload.path).exists() and store.media("ada") == []
    # A conversation whose files are gone can still go on.
    assert [message["content"] for message in store.messages("ada", conversation)] == [
        [{"type": "text", "text": "Here:"}]
    ] * 3


def test_media_go_by_age(store):
    conversation = store.new_conversation("ada").id
    _, old = answered(store, "ada", conversation)
    _, new = answered(store, "ada", conversation)
    stray = store.visitor_folder("ada") / "stray.png"
    stray.write_bytes(picture())
    long_ago = time.time() - 40 * 86400
    os.utime(stray, (long_ago, long_ago))
    with store.database.begin() as connection:
        connection.exec_driver_sql("UPDATE media SET created = ? WHERE id = ?", (long_ago, old.stem))
    assert store.clean(StorageRule(days=30)).files == 2
    assert (old.exists(), new.exists(), stray.exists()) == (False, True, False)


def test_nothing_of_an_answer_on_its_way_goes(store):
    conversation = store.new_conversation("ada").id
    _, path = answered(store, "ada", conversation)
    running = store.begin_answer("ada", conversation, {})
    assert store.clean(StorageRule(days=0, total_bytes=0)).files == 0 and path.exists()
    store.fill("ada", conversation, running.id, [], "done")
    assert store.clean(StorageRule(days=0, total_bytes=0)).files == 1 and not path.exists()


def test_the_rule_is_said_in_its_own_numbers():
    sentence = StorageRule(days=7, total_bytes=3_000_000_000).sentence()
    assert "7 days" in sentence and "3 GB" in sentence


def test_a_disk_that_is_full_is_a_sentence_and_nothing_is_lost(tmp_path):
    store = Store(tmp_path)
    conversation = store.new_conversation("ada").id

    @event.listens_for(store.database, "connect")
    def as_if_full(connection, record):
        connection.execute("PRAGMA max_page_count=1")

    store.database.dispose()
    with pytest.raises(PromptError, match="full"):
        store.add_user_turn("ada", conversation, [Part("text", "hello " * 1000)])
    assert store.turns("ada", conversation) == []
    store.close()
