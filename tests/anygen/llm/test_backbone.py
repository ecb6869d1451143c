from __future__ import annotations

import pytest
import torch

from anygen.core.errors import CheckpointError
from anygen.core.modality import IMAGE
from anygen.llm.backbone import Backbone
from anygen.llm.signal_tokens import SignalTokens

from .conftest import SIGNALS, make_lm, make_tokenizer


def save(folder, lm=None, tokenizer=None):
    (lm or make_lm()).save_pretrained(folder)
    (tokenizer or make_tokenizer()).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("tied", [True, False])
def test_ordinary_tokens_give_what_transformers_gives(tied):
    lm = make_lm(tied)
    backbone = Backbone(lm, make_tokenizer(), SIGNALS).eval()
    ids = torch.tensor([[1, 3, 40, 50, 60]])
    with torch.no_grad():
        expected = lm(input_ids=ids, output_hidden_states=True)
        hidden = backbone(backbone.embed(ids))
        logits = backbone.logits(hidden)
    assert torch.equal(hidden, expected.hidden_states[-1])
    assert torch.allclose(logits[..., : backbone.base_rows], expected.logits)
    assert logits.shape[-1] == len(backbone.tokenizer)


@pytest.mark.parametrize("tied", [True, False])
def test_signal_tokens_are_embedded_and_scored_by_their_own_rows(tied):
    backbone = Backbone(make_lm(tied), make_tokenizer(), SIGNALS).eval()
    assert backbone.is_tied == tied == (backbone.signal_rows.head is None)
    ids = list(backbone.signal_ids.all)
    assert torch.equal(backbone.embed(ids), backbone.signal_rows.embed)
    hidden = torch.randn(2, backbone.dim)
    expected = hidden @ backbone.signal_rows.head_rows_SD.T
    assert torch.allclose(backbone.logits(hidden)[:, ids], expected)


def test_a_base_that_knows_the_signal_tokens_lends_its_rows():
    tokenizer = make_tokenizer()
    SIGNALS.add_to(tokenizer)
    lm = make_lm(rows=len(tokenizer))
    backbone = Backbone(lm, tokenizer, SIGNALS).eval()
    ids = list(backbone.signal_ids.all)
    assert torch.equal(backbone.signal_rows.embed, lm.get_input_embeddings().weight[ids])
    assert backbone.num_ids == backbone.base_rows


def test_padding_rows_of_the_base_do_not_become_signal_rows():
    lm = make_lm(rows=len(make_tokenizer()) + 20)
    backbone = Backbone(lm, make_tokenizer(), SIGNALS)
    first = backbone.signal_ids.all[0]
    assert first < backbone.base_rows
    assert not torch.equal(backbone.signal_rows.embed[0], lm.get_input_embeddings().weight[first])


def test_only_signal_rows_get_a_gradient_when_the_base_is_frozen(backbone):
    backbone.lm.requires_grad_(False)
    ids = torch.tensor([[1, 40, *backbone.signal_ids.of(IMAGE)]])
    logits = backbone.logits(backbone(backbone.embed(ids)))
    torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:]).backward()
    with_gradient = [name for name, p in backbone.named_parameters() if p.grad is not None]
    assert with_gradient == ["signal_rows.embed"]
    assert backbone.signal_rows.embed.grad[:4].abs().sum() > 0


def test_the_fingerprint_is_the_bases_own_and_survives_half_precision(tmp_path):
    lm = make_lm()
    plain = Backbone(lm, make_tokenizer(), SignalTokens({})).fingerprint()
    assert Backbone(lm, make_tokenizer(), SIGNALS).fingerprint() == plain
    half = save(tmp_path / "half", make_lm().half())
    assert Backbone.from_pretrained(half, SIGNALS).fingerprint() == plain
    assert Backbone.from_pretrained(half, SIGNALS, dtype=torch.float32).fingerprint() == plain
    assert Backbone(make_lm(seed=1), make_tokenizer(), SIGNALS).fingerprint() != plain


def test_saved_and_loaded_is_the_same(tmp_path, backbone):
    save(tmp_path, backbone.lm, make_tokenizer())
    with torch.no_grad():
        backbone.signal_rows.embed.normal_()
    other = Backbone.from_pretrained(tmp_path, SIGNALS)
    other.load_signal_state(backbone.signal_state())
    ids = torch.tensor([[1, 40, *backbone.signal_ids.of(IMAGE)]])
    with torch.no_grad():
        expected = backbone.logits(backbone(backbone.embed(ids)))
        assert torch.equal(other.logits(other(other.embed(ids))), expected)
    assert not other.training


def test_signal_rows_that_do_not_fit_are_refused(backbone):
    state = backbone.signal_state()
    with pytest.raises(CheckpointError, match=r"missing.*signal_tokens.embed"):
        backbone.load_signal_state({})
    with pytest.raises(CheckpointError, match=r"unexpected.*signal_tokens.head"):
        backbone.load_signal_state({**state, "signal_tokens.head": state["signal_tokens.embed"]})
    with pytest.raises(CheckpointError, match=r"is \(8, 32\), the config makes \(9, 32\)"):
        backbone.load_signal_state({"signal_tokens.embed": state["signal_tokens.embed"][:8]})


def test_a_tokenizer_of_another_model_is_refused():
    tokenizer = make_tokenizer()
    size = len(tokenizer)
    tokenizer.add_tokens(["dromedary"])
    with pytest.raises(CheckpointError, match=f"{size + 1} tokens, the model {size} embeddings"):
        Backbone(make_lm(), tokenizer, SIGNALS)


def test_a_folder_without_safetensors_or_with_other_names_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r"config\.json"):
        Backbone.from_pretrained(tmp_path, SIGNALS)
    folder = save(tmp_path / "model")
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights["model.other.weight"] = weights.pop("model.norm.weight")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"1 missing \(model.norm.weight\), 1 unexpected"):
        Backbone.from_pretrained(folder, SIGNALS)
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="safetensors"):
        Backbone.from_pretrained(folder, SIGNALS)


@pytest.mark.parametrize("tied", [True, False])
def test_trained_rows_take_the_place_of_the_bases_and_leave_its_fingerprint(tied):
    backbone = Backbone(make_lm(tied), make_tokenizer(), SIGNALS, trained_rows=10).eval()
    plain = Backbone(make_lm(tied), make_tokenizer(), SIGNALS).eval()
    assert plain.vocabulary_state() == {}
    state = {name: torch.randn(value.shape) for name, value in backbone.vocabulary_state().items()}
    assert state.keys() == {"vocabulary.embed"} | (set() if tied else {"vocabulary.head"})
    backbone.load_vocabulary_state(state)
    ids = torch.arange(20)
    assert torch.equal(backbone.embed(ids[:10]), state["vocabulary.embed"])
    assert torch.equal(backbone.embed(ids[10:]), plain.embed(ids[10:]))
    assert backbone.fingerprint() == plain.fingerprint()


def test_more_trained_rows_than_the_base_has_are_refused():
    with pytest.raises(CheckpointError, match="trained_rows: 100000"):
        Backbone(make_lm(), make_tokenizer(), SIGNALS, trained_rows=100_000)


def test_wrappers_have_rows_but_signal_nothing():
    tokens = SignalTokens({IMAGE: 2}, wrappers=("<Img>", "</Img>"))
    backbone = Backbone(make_lm(), make_tokenizer(), tokens).eval()
    assert backbone.signal_rows.embed.shape[0] == 4
    assert torch.equal(backbone.embed(list(backbone.signal_ids.wrappers)), backbone.signal_rows.embed[:2])
