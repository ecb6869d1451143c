"""A random model is built where it should run; test_measure_gpu.py has it answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from anygen_pipelines.benchmarks.measure_gpu import configured
from anygen_pipelines.benchmarks.published.random_model import Site, built_on, random_model


def test_modules_are_made_at_the_precision_and_place_that_are_asked_for() -> None:
    with built_on(torch.device("meta"), torch.bfloat16):
        made = torch.nn.Linear(2, 2)
    assert made.weight.dtype == torch.bfloat16 and made.weight.device.type == "meta"
    assert torch.get_default_dtype() == torch.float32


def test_every_part_is_told_while_it_is_built(tmp_path: Path) -> None:
    told: list[str] = []

    @contextlib.contextmanager
    def on_part(name: str) -> Iterator[None]:
        told.append(name)
        yield

    config = configured("nextgpt-7b", small=True)
    site = Site(tmp_path, torch.device("cpu"), torch.float32, small=True, on_part=on_part)
    model = random_model(config, site)
    assert told == ["encoders.imagebind", "llm", "projectors"]
    assert not any(value.requires_grad for value in model.parameters())


def test_an_architecture_that_is_not_written_down_is_named(tmp_path: Path) -> None:
    config = configured("nextgpt-7b", small=True)
    sources = {**config.sources, "llm": replace(config.sources["llm"], repository="some/other")}
    with pytest.raises(ValueError, match="no architecture is written down here for llm"):
        random_model(
            replace(config, sources=sources),
            Site(tmp_path, torch.device("cpu"), torch.float32, small=True),
        )
