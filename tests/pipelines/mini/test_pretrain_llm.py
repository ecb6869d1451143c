"""The language model, at a step or two on a few conversations."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, LlamaForCausalLM

from anygen.llm.prompting import Described
from anygen_pipelines.mini import pretrain_llm as script
from anygen_pipelines.mini.pretraining import TOKENIZER_DIR


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(TOKENIZER_DIR)


def test_media_are_given_in_words() -> None:
    assert script.described({"type": "text", "text": "hello"}) == "hello"
    scene = {"thing": "dog", "colour": "red", "position": "left", "size": "big"}
    found = script.described({"type": "image", "spec": scene})
    assert isinstance(found, Described) and found.modality == "image"
    assert script.described({"type": "audio", "spec": {"thing": "dog"}}).modality == "audio"


def test_what_others_say_counts_a_tenth(tokenizer) -> None:
    made = script.rows(tokenizer, 0, "train", 3)
    ids, mask, weights = script.collate(made, tokenizer.pad_token_id)
    assert ids.shape == mask.shape == weights.shape == (3, max(len(row.ids) for row in made))
    for row, own_mask, own_weights in zip(made, mask, weights, strict=True):
        assert own_mask.sum() == len(row.ids) and (own_weights == 1).sum() == sum(row.target_mask) > 0
    assert weights.unique().tolist() == pytest.approx([0.0, script.READING_WEIGHT, 1.0])


@torch.no_grad()
def test_a_model_that_is_grown_says_the_same(tokenizer) -> None:
    lm = script.build(tokenizer, layers=1).eval()
    ids = torch.tensor([[5, 6, 7]])
    assert torch.allclose(script.grown(lm, 2).eval()(ids).logits, lm(ids).logits, atol=1e-5)


def test_held_conversations_are_scored(tokenizer) -> None:
    held, lm = script.Held(tokenizer, 0, count=24), script.build(tokenizer, layers=1).eval()
    assert held.answer_loss(lm) == pytest.approx(torch.tensor(float(len(tokenizer))).log().item(), rel=0.1)
    assert 0 <= held.yes_no_accuracy(lm) <= 1
    assert tokenizer.convert_ids_to_tokens(held.yes_no.tolist()) == ["Yes", "No"]


def test_it_is_trained_saved_and_gone_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "Held", partial(script.Held, count=8))
    monkeypatch.setattr(script, "BATCH", 4)
    given = ["--tokenizer", str(TOKENIZER_DIR), "--steps", "1", "--conversations", "20"]
    script.main([*given, "--work", str(tmp_path / "one"), "--layers", "1"])
    more = ["--start", str(tmp_path / "one/final"), "--layers", "2", "--mix", "quiz=100", "--noise", "0.2"]
    script.main([*given, "--work", str(tmp_path / "two"), *more])
    assert len(LlamaForCausalLM.from_pretrained(tmp_path / "two/final").model.layers) == 2
    assert len(AutoTokenizer.from_pretrained(tmp_path / "two/final")) > 100
