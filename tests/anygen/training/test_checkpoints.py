"""What an unfinished run leaves, and who may go on from it."""

from __future__ import annotations

import pytest
import torch

from anygen.core.errors import CheckpointError


def test_only_the_newest_checkpoints_are_kept(run, tmp_path) -> None:
    run(loop={"checkpoint_every": 2, "keep_checkpoints": 2})
    assert sorted(each.name for each in (tmp_path / "run/checkpoints").iterdir()) == [
        "step-00000004",
        "step-00000006",
    ]


def test_a_torn_checkpoint_is_passed_over(run, tmp_path) -> None:
    straight, _, _ = run("straight")
    run(stop_after=3)
    torn = tmp_path / "run/checkpoints/.step-00000005.part"
    torn.mkdir()
    (torn / "parameters.safetensors").write_bytes(b"half")
    resumed, _, _ = run()
    assert all(torch.equal(value, resumed[name]) for name, value in straight.items())


def test_a_checkpoint_of_another_run_is_refused(run, tmp_path) -> None:
    run(stop_after=2)
    with pytest.raises(CheckpointError, match=r"was made with batch_size = 6, this run has 8"):
        run(loop={"batch_size": 8})
    with pytest.raises(CheckpointError, match="was made with trainable"):
        run(trainable=("signal_tokens",))
    (tmp_path / "run/checkpoints/step-00000002/optimizer.safetensors").write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="cannot be read"):
        run()
