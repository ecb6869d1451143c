from __future__ import annotations

import pytest
import torch

from anygen.core.errors import CheckpointError, ConfigError
from anygen.llm.backbone import Backbone
from anygen.llm.lora import LoraSettings, add_lora, load_lora_state, lora_parameters, lora_state, merge_lora

from .conftest import SIGNALS, make_lm, make_tokenizer

SETTINGS = LoraSettings(rank=4, alpha=8.0, dropout=0.0, targets=("q_proj", "down_proj"))
IDS = torch.tensor([[1, 3, 40, 50, 60, 331]])


def logits(backbone):
    with torch.no_grad():
        return backbone.logits(backbone(backbone.embed(IDS)))


def trained(backbone, seed=1):
    """The backbone with a LoRA that does something."""
    add_lora(backbone, SETTINGS, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for parameter in lora_parameters(backbone):
            parameter.normal_(0, 0.2, generator=torch.Generator().manual_seed(seed))
    return backbone


def test_a_fresh_lora_changes_nothing_and_alone_trains(backbone):
    before, random_state = logits(backbone), torch.get_rng_state()
    add_lora(backbone, SETTINGS, torch.Generator().manual_seed(0))
    assert torch.equal(torch.get_rng_state(), random_state)
    assert torch.allclose(logits(backbone), before, atol=1e-6)
    trainable = [p for p in backbone.lm.parameters() if p.requires_grad]
    assert len(trainable) == len(lora_parameters(backbone)) == 2 * 2 * 2


def test_merging_gives_the_same_logits_and_plain_layers(backbone):
    fingerprint = backbone.fingerprint()
    before = logits(backbone)
    unmerged = logits(trained(backbone))
    assert not torch.allclose(unmerged, before, atol=1e-3)
    assert backbone.fingerprint() == fingerprint
    merge_lora(backbone)
    assert torch.allclose(logits(backbone), unmerged, atol=1e-4)
    assert not any("lora" in name or "base_layer" in name for name in backbone.lm.state_dict())
    assert backbone.fingerprint() == fingerprint
    merge_lora(backbone)


def test_the_fingerprint_of_a_backbone_with_lora_is_the_bases():
    plain = Backbone(make_lm(), make_tokenizer(), SIGNALS).fingerprint()
    assert trained(Backbone(make_lm(), make_tokenizer(), SIGNALS)).fingerprint() == plain


def test_saved_and_loaded_is_the_same(backbone):
    expected = logits(trained(backbone))
    state = {name: value.clone() for name, value in lora_state(backbone).items()}
    assert "lora.model.layers.0.self_attn.q_proj.A" in state
    other = trained(Backbone(make_lm(), make_tokenizer(), SIGNALS).eval(), seed=2)
    load_lora_state(other, state)
    assert torch.equal(logits(other), expected)


def test_a_lora_that_does_not_fit_is_refused(backbone):
    state = lora_state(trained(backbone))
    name = next(iter(state))
    with pytest.raises(CheckpointError, match="1 missing"):
        load_lora_state(backbone, {key: value for key, value in state.items() if key != name})
    with pytest.raises(CheckpointError, match=r"is \(2, 32\), the config makes \(4, 32\)"):
        load_lora_state(backbone, {**state, name: state[name][:2]})


def test_targets_must_exist_and_there_is_one_lora(backbone):
    with pytest.raises(ConfigError, match="no linear layer is named query"):
        add_lora(backbone, LoraSettings(targets=("query",)))
    add_lora(backbone, SETTINGS)
    with pytest.raises(ConfigError, match="already"):
        add_lora(backbone, SETTINGS)


@pytest.mark.parametrize("bad", [{"rank": 0}, {"dropout": 1.0}, {"targets": ()}])
def test_settings_out_of_range_are_refused(bad):
    with pytest.raises(ConfigError, match="lora." + next(iter(bad))):
        LoraSettings(**bad)
