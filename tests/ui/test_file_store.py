"""Files: what may be sent, and when they go."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from tiny_store import answered, picture

from anygen import Audio, Image, MediaError, Video
from anygen_ui.file_store import StorageRule, UploadLimits
from anygen_ui.store import Store
from anygen_ui.submission import remembered
from anygen_ui.tables import Part


@pytest.mark.parametrize(
    ("medium", "modality", "suffix"),
    [
        (Image(np.zeros((8, 8, 3), np.uint8)), "image", ".png"),
        (Audio(np.zeros(1600, np.float32), 16000), "audio", ".wav"),
        (Video(np.zeros((4, 16, 16, 3), np.uint8), 8.0), "video", ".mp4"),
    ],
)
def test_an_upload_is_what_its_content_is(store, medium, modality, suffix):
    kept = store.files.add_upload("ada", "../../etc/holiday.exe", medium.encode())
    assert (kept.modality, Path(kept.path).suffix, kept.caption) == (modality, suffix, "holiday.exe")
    assert Path(kept.path).parent == store.files.visitor_folder("ada")
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
        store.files.add_upload("ada", "C:\\photos\\cat.png", data)
    assert str(refused.value).startswith("cat.png: ") and "given bytes" not in str(refused.value)
    assert (
        store.media("ada") == [] and [each for each in store.files.folder.rglob("*") if each.is_file()] == []
    )
    store.close()


def test_one_visitor_cannot_fill_the_disk(tmp_path):
    store = Store(tmp_path, UploadLimits(visitor_bytes=3 * len(picture())))
    sent = [store.files.add_upload("ada", "a.png", picture()) for _ in range(3)]
    with pytest.raises(MediaError, match="kept for one visitor"):
        store.files.add_upload("ada", "a.png", picture())
    assert store.files.add_upload("bob", "b.png", picture()).id
    conversation = store.new_conversation("ada").id
    store.add_user_turn("ada", conversation, [Part("image", path=sent[0].path)])
    store.delete("ada", conversation)
    assert not Path(sent[0].path).exists() and store.files.add_upload("ada", "a.png", picture()).id
    store.close()


def test_the_oldest_generated_media_go_first_then_uploads(store):
    conversation = store.new_conversation("ada").id
    upload = store.files.add_upload("ada", "a.png", picture())
    store.add_user_turn("ada", conversation, [Part("image", path=upload.path)])
    paths = [answered(store, "ada", conversation, value)[1] for value in range(3)]
    size = [path.stat().st_size for path in paths]
    room = sum(size[1:]) + upload.bytes
    cleaned = store.files.clean(StorageRule(total_bytes=room))
    assert (cleaned.files, cleaned.bytes) == (1, size[0])
    assert [path.exists() for path in paths] == [False, True, True] and Path(upload.path).exists()
    turn = store.turns("ada", conversation)[1]
    assert turn.parts[1].path is None and turn.parts[1].note == "removed to free space"
    assert turn.parts[0].text == "Here:"
    store.files.clean(StorageRule(total_bytes=upload.bytes))
    assert Path(upload.path).exists() and not any(path.exists() for path in paths)
    store.files.clean(StorageRule(total_bytes=0))
    assert not Path(upload.path).exists() and store.media("ada") == []
    # A conversation whose files are gone can still go on.
    assert [message["content"] for message in remembered(store.turns("ada", conversation))] == [
        [{"type": "text", "text": "Here:"}]
    ] * 3


def test_media_go_by_age(store):
    conversation = store.new_conversation("ada").id
    _, old = answered(store, "ada", conversation)
    _, new = answered(store, "ada", conversation)
    stray = store.files.visitor_folder("ada") / "stray.png"
    stray.write_bytes(picture())
    long_ago = time.time() - 40 * 86400
    os.utime(stray, (long_ago, long_ago))
    with store.database.begin() as connection:
        connection.exec_driver_sql("UPDATE media SET created = ? WHERE id = ?", (long_ago, old.stem))
    assert store.files.clean(StorageRule(days=30)).files == 2
    assert (old.exists(), new.exists(), stray.exists()) == (False, True, False)


def test_nothing_of_an_answer_on_its_way_goes(store):
    conversation = store.new_conversation("ada").id
    _, path = answered(store, "ada", conversation)
    running = store.begin_answer("ada", conversation, {})
    assert store.files.clean(StorageRule(days=0, total_bytes=0)).files == 0 and path.exists()
    store.fill("ada", conversation, running.id, [], "done")
    assert store.files.clean(StorageRule(days=0, total_bytes=0)).files == 1 and not path.exists()


def test_the_rule_is_said_in_its_own_numbers():
    sentence = StorageRule(days=7, total_bytes=3_000_000_000).sentence()
    assert "7 days" in sentence and "3 GB" in sentence
