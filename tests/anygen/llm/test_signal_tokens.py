from __future__ import annotations

import pytest
import torch

from anygen.core.errors import CheckpointError, ConfigError
from anygen.core.modality import AUDIO, IMAGE, Modality
from anygen.llm.signal_tokens import SignalTokens, mean_rows

from .conftest import make_tokenizer


def test_names_are_spelled_as_in_nextgpt_and_a_new_modality_needs_no_edit():
    tokens = SignalTokens({IMAGE: 2, Modality("smell"): 1})
    assert tokens.all_names == ("[IMG0]", "[IMG1]", "[SMELL0]")
    assert SignalTokens({IMAGE: 1}, {IMAGE: "<image_0{index}>"}).all_names == ("<image_00>",)


def test_ids_follow_the_vocabulary_in_order():
    tokenizer, tokens = make_tokenizer(), SignalTokens({IMAGE: 3, AUDIO: 2})
    size = len(tokenizer)
    assert tokens.add_to(tokenizer) == 5
    assert tokens.add_to(tokenizer) == 0
    ids = tokens.bind(tokenizer)
    assert ids.of(IMAGE) == tuple(range(size, size + 3))
    assert ids.first(AUDIO) == size + 3
    assert [ids.modality_of(token) for token in (size - 1, size, size + 4)] == [None, IMAGE, AUDIO]


def test_a_tokenizer_without_them_is_refused():
    with pytest.raises(CheckpointError, match=r"lacks 2 of 2 signal tokens, first \[IMG0\]"):
        SignalTokens({IMAGE: 2}).bind(make_tokenizer())


@pytest.mark.parametrize(
    ("counts", "templates", "message"),
    [
        ({IMAGE: 0}, {}, "signal_tokens.image: 0"),
        ({IMAGE: 1}, {IMAGE: "[IMG]"}, "once"),
        ({IMAGE: 1, AUDIO: 1}, {AUDIO: "[IMG{index}]"}, "alike"),
    ],
)
def test_what_cannot_be_spelled_is_refused(counts, templates, message):
    with pytest.raises(ConfigError, match=message):
        SignalTokens(counts, templates)


def test_new_rows_start_near_the_mean_and_differ():
    old = torch.randn(50, 8, generator=torch.Generator().manual_seed(3)) + 2
    rows = mean_rows(old, 4, seed=0)
    assert torch.allclose(rows, old.mean(0).expand(4, -1), atol=0.1)
    assert not torch.equal(rows[0], rows[1])
    assert torch.equal(rows, mean_rows(old, 4, seed=0))


def test_wrappers_join_the_vocabulary_before_the_signal_tokens_and_signal_nothing():
    tokens = SignalTokens({IMAGE: 2}, wrappers=("<Img>", "</Img>"))
    assert tokens.all_names == ("<Img>", "</Img>", "[IMG0]", "[IMG1]")
    tokenizer = make_tokenizer()
    first = len(tokenizer)
    assert tokens.add_to(tokenizer) == 4
    ids = tokens.bind(tokenizer)
    assert ids.wrappers == (first, first + 1) and ids.of(IMAGE) == (first + 2, first + 3)
    assert ids.all == tuple(range(first, first + 4))
    assert ids.modality_of(first) is None


def test_an_index_may_be_padded():
    assert SignalTokens({IMAGE: 1}, {IMAGE: "<image_{index:02d}>"}).all_names == ("<image_00>",)


@pytest.mark.parametrize(
    "template", ["<image>", "{index}{index}", "{index!r}", "{index.__class__}", "{other}{index}"]
)
def test_a_template_holds_the_index_once_and_nothing_else(template: str):
    with pytest.raises(ConfigError, match="once"):
        SignalTokens({IMAGE: 1}, {IMAGE: template})
