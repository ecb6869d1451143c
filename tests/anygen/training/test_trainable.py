from __future__ import annotations

import pytest
import torch

from anygen.core.errors import ConfigError
from anygen.llm.lora import LoraSettings, add_lora
from anygen.training.stage import train_stage
from anygen.training.trainable import GROUPS, select_trainable


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize(
    "groups", [(group,) for group in GROUPS] + [("input_projectors.image", "signal_tokens")]
)
def test_only_the_named_groups_change(make_parts, make_config, make_data, groups, tied) -> None:
    parts = make_parts(tied)
    if "lora" in groups:
        add_lora(parts.backbone, LoraSettings(rank=2), torch.Generator().manual_seed(0))
    before = {name: value.clone() for name, value in parts.state_dict().items()}
    config = make_config(trainable=groups, loop={"steps": 6, "batch_size": 12, "weight_decay": 0.1})
    trainable, _ = train_stage(config, parts, make_data(parts, config))
    changed = {name for name, value in parts.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == trainable.parameters.keys()
    heads = {name.split(".")[0] for name in changed}
    assert heads == {
        {"signal_tokens": "backbone", "lora": "backbone"}.get(g.split(".")[0], g.split(".")[0])
        for g in groups
    }


def test_frozen_modules_are_in_evaluation_mode_and_the_named_ones_train(make_parts) -> None:
    parts = make_parts()
    add_lora(parts.backbone, LoraSettings(rank=2, dropout=0.1), torch.Generator().manual_seed(0))
    select_trainable(parts, ["input_projectors", "lora"])
    assert parts.input_projectors["image"].training
    assert not parts.output_projectors["image"].training
    assert not parts.backbone.lm.training
    dropouts = [module for name, module in parts.named_modules() if name.endswith("lora_dropout.default")]
    assert dropouts and all(dropout.training for dropout in dropouts)


def test_counts_are_those_of_the_groups(make_parts) -> None:
    parts = make_parts(tied=False)
    trainable = select_trainable(parts, ["signal_tokens", "input_projectors"])
    assert trainable.counts["signal_tokens"] == 2 * 3 * 32
    assert trainable.counts["input_projectors"] == sum(p.numel() for p in parts.input_projectors.parameters())


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ([], "names nothing"),
        (["input_projector"], "did you mean input_projectors?"),
        (["llm"], "known are"),
        (["input_projectors.imagine"], "did you mean input_projectors.image?"),
        (["input_projectors", "input_projectors.image"], "another group already does"),
        (["lora"], "no parameters in lora; the stage's `lora` settings add them"),
    ],
)
def test_a_list_that_is_wrong_is_refused(make_parts, groups, said) -> None:
    with pytest.raises(ConfigError) as raised:
        select_trainable(make_parts(), groups)
    assert said in str(raised.value)


def test_what_trains_is_float32_whatever_the_base_is(make_parts) -> None:
    parts = make_parts()
    parts.backbone.to(torch.bfloat16)
    trainable = select_trainable(parts, ["signal_tokens"])
    assert {parameter.dtype for parameter in trainable.parameters.values()} == {torch.float32}
    assert parts.backbone.dtype == torch.bfloat16
