"""The run that every pretraining script shares."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from anygen_pipelines.mini.pretraining import RECIPES, Average, Run, begin, below, command, cosine

RECIPE = {"optimizer": {"lr": 0.1, "weight_decay": 0.01}, "warmup": 2, "average": {"net": 0.9}}


def run_of(folder: Path, steps: int) -> Run:
    torch.manual_seed(3)
    return Run.of(RECIPE, argparse.Namespace(work=folder, steps=steps, seed=1), {"net": nn.Linear(3, 1)})


def go(run: Run, stop_after: int | None = None) -> None:
    net = run.trained["net"]
    for step in run.steps():
        rng, generator = run.generators()
        x = torch.randn(4, 3, generator=generator) + float(rng.random())
        run.update((net(x) ** 2).mean())
        if step + 1 == stop_after:
            run.step += 1
            run.save()
            return


def test_a_resumed_run_equals_a_straight_one(tmp_path: Path) -> None:
    straight = run_of(tmp_path / "straight", 6)
    go(straight)
    go(run_of(tmp_path / "resumed", 6), stop_after=3)
    resumed = run_of(tmp_path / "resumed", 6)
    assert resumed.step == 3
    go(resumed)
    for run in (straight, resumed):
        run.take_averages()
    assert torch.equal(straight.trained["net"].weight, resumed.trained["net"].weight)
    rows = [json.loads(line) for line in (tmp_path / "resumed" / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(6))
    assert (tmp_path / "resumed/metrics.jsonl").read_text() == (
        tmp_path / "straight/metrics.jsonl"
    ).read_text()


def test_what_a_recipe_says_gives_way_to_the_caller(tmp_path: Path) -> None:
    options = argparse.Namespace(work=tmp_path, steps=3)
    run = Run.of(RECIPE, options, {"net": nn.Linear(3, 1)}, lr=0.5)
    assert run.base_rates == [0.5] and run.schedule.warmup == 2 and run.schedule.seed == 0
    net = nn.Linear(3, 1)
    run = Run.of(RECIPE, options, {"net": net}, [{"params": [net.weight], "lr": 1.0}, {"params": [net.bias]}])
    assert run.base_rates == [1.0, 0.1]


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path: Path) -> None:
    run = run_of(tmp_path, 2)
    with pytest.raises(FloatingPointError, match="step 0"):
        run.update(run.trained["net"].weight.sum() * float("nan"))


def test_an_average_follows_weights_and_copies_buffers() -> None:
    net = nn.BatchNorm1d(2)
    average = Average(net, 0.9)
    with torch.no_grad():
        net.weight.fill_(3.0)
        net.running_mean.fill_(float("inf"))
    average.update(net, step=10_000)
    assert torch.allclose(average.state["weight"], torch.full((2,), 1.2))
    assert average.state["running_mean"].isinf().all()


def test_the_rate_warms_up_and_falls_to_nothing() -> None:
    rates = [cosine(step, 100, warmup=10) for step in range(101)]
    assert rates[0] == 0.1 and max(rates) == rates[10] == 1 and rates[100] == pytest.approx(0)
    assert np.all(np.diff(rates[10:]) < 0)


def test_scripts_share_their_options(tmp_path: Path) -> None:
    options = begin(command("what", "work", "seed", steps=7), ["--work", str(tmp_path), "--seed", "5"])
    assert (options.work, options.seed, options.steps) == (tmp_path, 5, 7)
    assert torch.initial_seed() == 5
    assert "steps" not in command("what", "recordings").parse_args([])


def test_tensors_are_found_by_the_beginning_of_their_names() -> None:
    one, two = torch.ones(1), torch.zeros(1)
    assert below({"a/x": one, "b/x": two, "a/y/z": two}, "a/") == {"x": one, "y/z": two}


def test_every_recipe_says_how_it_is_trained() -> None:
    for name, recipe in RECIPES.items():
        assert recipe["steps"] > 0 and recipe["model"] and recipe["optimizer"], name
        # YAML reads 1e-4 as a word.
        assert all(isinstance(value, int | float | list) for value in recipe["optimizer"].values()), name
