"""A reply: its parts in order, and how it is saved."""

import errno
import json

import numpy as np
import pytest

from anygen.core import atomic
from anygen.core.errors import PromptError
from anygen.media import Audio, Image, Video, provenance
from anygen.messages.message import Message, as_messages
from anygen.messages.reply import Reply
from anygen.messages.request import Request

PICTURE = Image(np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3))
SOUND = Audio(np.linspace(-0.5, 0.5, 900, dtype=np.float32), 8000)
CLIP = Video(np.zeros((3, 16, 16, 3), np.uint8), 8.0)
ASKED = as_messages(["../../etc/passwd; rm -rf /", PICTURE])


@pytest.fixture
def reply():
    record = provenance.build("mini", "ab", Request(ASKED), 7)
    parts = ("Here: ", PICTURE, " and ", SOUND, CLIP, PICTURE)
    return Reply(parts, seed=7, timings={"respond": 0.5}, provenance=record, messages=ASKED)


def test_a_reply_gives_its_parts_by_modality_and_in_order(reply):
    assert reply.text == "Here:  and "
    assert reply.images == (PICTURE, PICTURE)
    assert reply.audios == (SOUND,)
    assert reply.videos == (CLIP,)
    assert reply.of("text") == ("Here: ", " and ")
    assert reply.message() == Message("assistant", reply.parts)


def test_an_empty_reply_is_still_a_turn():
    assert Reply((), seed=0).message().parts == ("",)


def test_saving_names_files_by_index_and_never_by_text(reply, tmp_path):
    written = reply.save(tmp_path / "new" / "out")
    assert [path.name for path in written] == [
        "reply-1.png",
        "reply-3.wav",
        "reply-4.mp4",
        "reply-5.png",
        "reply.json",
    ]
    names = {path.name for path in (tmp_path / "new" / "out").iterdir()}
    assert names == {path.name for path in written} | {f"{path.name}.json" for path in written[:-1]}
    assert Image.open(written[0]) == PICTURE
    whole = json.loads(written[-1].read_text())
    assert [part["type"] for part in whole["parts"]] == ["text", "image", "text", "audio", "video", "image"]
    assert whole["parts"][1]["path"] == "reply-1.png" and whole["parts"][0]["text"] == "Here: "
    assert whole["seed"] == 7


def test_every_file_carries_the_record_and_its_part(reply, tmp_path):
    for path, index in zip(reply.save(tmp_path, stem="a"), (1, 3, 4, 5, None), strict=True):
        record = provenance.read(path)
        assert record["seed"] == 7 and record["model"]["name"] == "mini"
        assert record.get("part", {}).get("index") == index


def test_a_reply_without_a_record_still_says_that_it_is_ai_generated(tmp_path):
    (path, _) = Reply((PICTURE,), seed=0).save(tmp_path)
    assert provenance.read(path)["digital_source_type"] == provenance.DIGITAL_SOURCE_TYPE


def test_inputs_can_be_copied_beside_the_output(reply, tmp_path):
    reply.save(tmp_path, copy_inputs=True)
    (kept,) = (tmp_path / "inputs").iterdir()
    assert kept.name == f"{PICTURE.content_hash()}.png" and Image.open(kept) == PICTURE


@pytest.mark.parametrize("stem", ["../a", "a/b", "", ".hidden", "/a", ".."])
def test_a_stem_that_is_not_a_plain_name_is_refused(reply, tmp_path, stem):
    with pytest.raises(PromptError, match="a plain file name"):
        reply.save(tmp_path, stem=stem)
    assert list(tmp_path.iterdir()) == []


def test_a_reply_is_saved_whole_or_not_at_all(reply, tmp_path, monkeypatch):
    (tmp_path / "reply-1.png").write_bytes(b"old")
    calls = []
    real = atomic.os.fsync

    def fail_at_the_fourth(descriptor):
        calls.append(descriptor)
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(atomic.os, "fsync", fail_at_the_fourth)
    with pytest.raises(OSError, match="No space left on device") as refusal:
        reply.save(tmp_path)
    assert str(tmp_path) in refusal.value.filename
    assert [path.name for path in tmp_path.iterdir()] == ["reply-1.png"]
    assert (tmp_path / "reply-1.png").read_bytes() == b"old"
