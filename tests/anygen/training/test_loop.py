from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from anygen.core.errors import ConfigError
from anygen.training.loop import LoopConfig
from anygen.training.stage import train_stage
from anygen.training.teacher_forced import FeatureNoise

NOISE = FeatureNoise(scale=0.1, mix=0.2)


def losses(metrics):
    return [
        {key: line[key] for key in ("step", "loss", "losses", "gradient_norm")}
        for line in metrics
        if "losses" in line
    ]


@pytest.mark.parametrize("precision", ["no", "bf16"])
def test_a_resumed_run_equals_a_straight_one_bit_for_bit(run, precision) -> None:
    settings = {"lora": True, "noise": NOISE, "loop": {"steps": 7, "log_every": 1, "precision": precision}}
    straight, metrics, _ = run("straight", **settings)
    run("resumed", stop_after=2, **settings)
    torch.manual_seed(1234)  # what another process would have
    run("resumed", stop_after=5, **settings)
    resumed, resumed_metrics, _ = run("resumed", **settings)
    assert all(torch.equal(value, resumed[name]) for name, value in straight.items())
    assert losses(metrics) == losses(resumed_metrics)
    assert [line["step"] for line in losses(metrics)] == list(range(1, 8))


def test_training_lowers_every_loss(run) -> None:
    _, _, before = run("before", loop={"steps": 1, "learning_rate": 1e-9})
    _, _, after = run("after", loop={"steps": 60, "batch_size": 12, "learning_rate": 1e-2})
    assert before["validation"].keys() == {"text", "image", "audio"}
    # The language model is random and frozen, so its words can only improve a little.
    shares = {"text": 1.0, "image": 0.8, "audio": 0.8}
    assert all(
        after["validation"][term] < share * before["validation"][term] for term, share in shares.items()
    )
    assert after["validation"]["image"] < after["shuffled"]["image"]


def test_small_batches_accumulate_to_the_large_one(run) -> None:
    whole, _, _ = run("whole", loop={"batch_size": 12, "steps": 3})
    parts, _, _ = run("parts", loop={"batch_size": 12, "micro_batch_size": 5, "steps": 3})
    for name, value in whole.items():
        torch.testing.assert_close(parts[name], value, rtol=1e-3, atol=5e-5)


def test_a_loss_that_is_not_finite_names_the_step_and_keeps_the_last_checkpoint(
    make_parts, make_config, make_data, monkeypatch
) -> None:
    config = make_config(loop={"checkpoint_every": 1})
    parts = make_parts()
    data = make_data(parts, config)
    train_stage(config, parts, data, stop_after=2)
    with torch.no_grad():
        for store in data.collator.targets._stores.values():
            for shard in store._tensors.values():
                for tensor in shard.values():
                    tensor.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match=r"step 3: loss nan \(text [0-9.]+, .*nan"):
        train_stage(config, parts, data)
    assert sorted(each.name for each in (Path(config.out) / "checkpoints").iterdir()) == [
        "step-00000001",
        "step-00000002",
    ]


def test_a_finished_run_trains_no_further(run) -> None:
    first, metrics, _ = run()
    again, metrics_again, _ = run()
    assert all(torch.equal(value, again[name]) for name, value in first.items())
    assert losses(metrics) == losses(metrics_again)


def test_a_group_can_have_its_own_learning_rate(run) -> None:
    states = {}
    for rate in (0.0, 1e-3):
        states[rate], _, _ = run(f"rate{rate}", loop={"learning_rates": {"signal_tokens": rate}, "steps": 2})
    start, _, _ = run("start", trainable=("input_projectors",), loop={"steps": 1})
    name = "backbone.signal_rows.embed"
    assert torch.equal(states[0.0][name], start[name])
    assert not torch.equal(states[1e-3][name], start[name])
    with pytest.raises(ConfigError, match=r"loop.learning_rates.lora: does not train"):
        run("wrong", loop={"learning_rates": {"lora": 1e-3}})


def test_the_metrics_hold_the_measurements_with_and_without_the_projectors(run, tmp_path) -> None:
    _, metrics, result = run(loop={"validate_every": 2})
    measured = [line for line in metrics if "shuffled" in line]
    assert [line["step"] for line in measured] == [2, 4, 6]
    assert measured[-1] == json.loads(json.dumps(result))
    assert measured[-1]["measured_on"] == "training examples"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"steps": 0}, "loop.steps: is 0; expected 1 or more"),
        ({"warmup_steps": -1}, "loop.warmup_steps: is -1"),
        ({"learning_rate": 0.0}, "loop.learning_rate: is 0.0; expected more than 0"),
        ({"precision": "fp8"}, "loop.precision: is 'fp8'; accepted are no, bf16"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, said) -> None:
    with pytest.raises(ConfigError, match=said):
        LoopConfig(**settings)


def test_the_rate_rises_then_falls_to_its_floor() -> None:
    config = LoopConfig(steps=100, warmup_steps=10, min_learning_rate=0.1)
    rates = [config.rate(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and rates[9] == pytest.approx(1)
    assert all(before >= after for before, after in pairwise(rates[9:]))
    assert rates[-1] == pytest.approx(0.1, abs=1e-3)
