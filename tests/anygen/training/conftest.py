"""Training of tiny parts, from start to end."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from anygen.llm.lora import LoraSettings, add_lora
from anygen.training.metrics import read_metrics
from anygen.training.stage import train_stage

EVERYTHING = ("input_projectors", "output_projectors", "signal_tokens", "lora")


@pytest.fixture
def run(make_parts, make_config, make_data):
    """Train fresh parts; returns their state and the metrics."""

    def start(name: str = "run", stop_after: int | None = None, lora: bool = False, **changes):
        parts = make_parts()
        if lora:
            add_lora(parts.backbone, LoraSettings(rank=2, dropout=0.2), torch.Generator().manual_seed(0))
            changes["trainable"] = EVERYTHING
        config = make_config(name, **changes)
        _, result = train_stage(config, parts, make_data(parts, config), stop_after)
        metrics = read_metrics(Path(config.out) / "metrics.jsonl")
        return parts.state_dict(), metrics, result

    return start
