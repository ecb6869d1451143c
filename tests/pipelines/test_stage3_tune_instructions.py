"""Stage 3 as its command runs it: the adapters stay apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from anygen_pipelines import stage3_tune_instructions


def test_the_command_trains_one_step_and_says_what_it_measured(
    tmp_path: Path, settings: Callable[..., Path], tiny_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settings(
        tiny_dir,
        3,
        trainable=["lora", "input_projectors", "output_projectors", "signal_tokens"],
        lora={"rank": 2},
    )
    stage3_tune_instructions.main(["--config", str(file), "--set", "loop.steps=1"])
    said = json.loads(capsys.readouterr().out)
    assert said["step"] == 1 and said["validation"].keys() == {"text", "image", "audio", "video"}
    assert (tmp_path / "stage3" / "model" / "trained.safetensors").exists()
