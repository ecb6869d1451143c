from __future__ import annotations

import pytest

from anygen.llm.text_stream import TextStream

from .conftest import make_tokenizer

TEXTS = ["a small dog on the left.", "grün été 犬🐕 x", "  two  spaces\n\nlines ", "<user>"]


def pieces(text, stops=()):
    tokenizer = make_tokenizer()
    stream = TextStream(tokenizer, stops)
    ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    return [*(stream.push(token) for token in ids), stream.finish()], stream


@pytest.mark.parametrize("text", TEXTS)
def test_the_pieces_joined_are_the_text_and_no_character_is_cut(text):
    got, _ = pieces(text)
    assert "".join(got) == text
    assert all("\ufffd" not in piece for piece in got)


def test_bytes_that_never_become_a_character_are_shown_at_the_end():
    tokenizer = make_tokenizer()
    stream = TextStream(tokenizer)
    first = tokenizer("犬", add_special_tokens=False)["input_ids"][0]
    if "\ufffd" not in tokenizer.decode([first]):
        pytest.skip("the tokenizer has this character as one token")
    assert stream.push(first) == ""
    assert stream.finish() == "\ufffd"


@pytest.mark.parametrize("stop", ["\n###", "left", "dog on"])
def test_a_stop_sequence_is_never_shown(stop):
    text = "a small dog on the left.\n###\nand more"
    got, stream = pieces(text, (stop,))
    assert "".join(got) == text[: text.index(stop)]
    assert stream.stopped


def test_the_beginning_of_a_stop_sequence_is_held_back_and_released():
    got, stream = pieces("a\n##b", ("\n###",))
    assert "".join(got) == "a\n##b"
    assert not stream.stopped
    got, _ = pieces("a\n##", ("\n###",))
    assert got[-1] == "\n##"
