"""Stage 1 as its command runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from anygen_pipelines import stage1_align_inputs


def test_the_command_trains_one_step_and_says_what_it_measured(
    tmp_path: Path, settings: Callable[..., Path], tiny_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settings(tiny_dir, 1, trainable=["input_projectors"])
    stage1_align_inputs.main(["--config", str(file), "--set", "loop.steps=1"])
    said = json.loads(capsys.readouterr().out)
    assert said["step"] == 1 and said["validation"].keys() == {"text", "image", "audio", "video"}
    assert (tmp_path / "stage1" / "model" / "trained.safetensors").exists()
