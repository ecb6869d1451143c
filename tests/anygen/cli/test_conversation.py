"""A conversation in the terminal."""

from __future__ import annotations

import json

from anygen.media import Image, open_media

from .conftest import PICTURE


def test_chat_keeps_what_was_made_in_the_conversation(talk, folder):
    code, out, err = talk(
        "/image a.png",
        "what is this?",
        "",
        "draw it",
        "/save kept",
        "/quit",
        "never read",
        words=["--out", "o"],
    )
    assert (code, err) == (0, "")
    assert "Image(50x40) goes with your next line" in out and "kept/conversation.json" in out
    turns = json.loads((folder / "kept" / "conversation.json").read_text())
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user", "assistant"]
    first = turns[0]["content"]
    assert [part["type"] for part in first] == ["image", "text"]
    assert Image.open(folder / "kept" / first[0]["path"]) == PICTURE
    for turn in turns:
        for part in turn["content"]:
            assert "path" not in part or open_media(folder / "kept" / part["path"])


def test_chat_goes_on_after_an_error_and_ends_with_its_input(talk):
    code, out, err = talk("/image no.png", "/sead 3", "/seed x", "/help", "/seed 5", "/new", "hello")
    assert code == 0
    sentences = err.splitlines()
    assert sentences[0] == "anygen: no.png: no such file; the path of a media file is needed"
    assert sentences[1] == "anygen: unknown command /sead; did you mean /seed?"
    assert sentences[2].startswith("anygen: seed is 'x'; a whole number")
    assert len(sentences) == 3 and "/image PATH" in out
