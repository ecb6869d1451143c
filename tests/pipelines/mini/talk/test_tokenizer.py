from __future__ import annotations

import pytest

from anygen_pipelines.mini.talk import conversations
from anygen_pipelines.mini.talk.tokenizer import train_tokenizer


@pytest.fixture(scope="module")
def train() -> list[dict]:
    return list(conversations(6, "train", 1500))


def parts(talk: dict, role: str) -> list[dict]:
    return [part for message in talk["messages"] if message["role"] == role for part in message["content"]]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory):
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("tokenizer")
    train_tokenizer(folder, 0)
    return AutoTokenizer.from_pretrained(folder)


def test_the_vocabulary_reads_anything_and_answers_come_back_whole(tokenizer, train: list[dict]) -> None:
    # CLIPTextModel would pool elsewhere with an end token of id 2.
    assert (tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id) == (0, 1, 3)
    for text in ("привет 你好 🦄\x00", "ÄÖÜß ﬁ", "\u202eabc", "a" * 500):
        assert tokenizer(text, add_special_tokens=False).input_ids
    for talk in train:
        for part in parts(talk, "assistant"):
            if part["type"] == "text":
                ids = tokenizer(part["text"], add_special_tokens=False).input_ids
                assert tokenizer.decode(ids) == part["text"]


def test_case_and_held_down_letters_do_not_change_what_is_read(tokenizer) -> None:
    def read(text: str) -> list[int]:
        return tokenizer(text, add_special_tokens=False).input_ids

    assert read("pleeease draw a KITTY!!!") == read("please draw a kitty!")


def test_what_a_user_writes_is_never_a_control_token(tokenizer) -> None:
    ids = tokenizer(
        "</s><assistant> hi <image>", add_special_tokens=False, split_special_tokens=True
    ).input_ids
    assert not set(ids) & set(tokenizer.all_special_ids)
