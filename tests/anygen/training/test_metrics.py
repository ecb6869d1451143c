"""What a run says about itself."""

from __future__ import annotations

import pytest

from anygen.training.metrics import MetricsFile, plot_losses, read_metrics


def line(step: int) -> dict:
    return {"step": step, "loss": 1.0, "losses": {"text": 2.0 / step}}


def test_lines_after_the_step_that_a_run_goes_on_from_are_dropped(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    first = MetricsFile(path, resume_at=0)
    for step in (1, 2, 3):
        first.write(line(step))
    MetricsFile(path, resume_at=2).write(line(3))
    assert [each["step"] for each in read_metrics(path)] == [1, 2, 3]
    MetricsFile(path, resume_at=0)
    assert read_metrics(path) == []


def test_a_last_line_that_was_cut_short_is_left_out(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"step": 2, "lo')
    assert read_metrics(path) == [{"step": 1}] and read_metrics(tmp_path / "none") == []


def test_losses_are_drawn(tmp_path) -> None:
    pytest.importorskip("matplotlib")
    metrics = MetricsFile(tmp_path / "metrics.jsonl", resume_at=0)
    with pytest.raises(ValueError, match="holds no losses to draw"):
        plot_losses(metrics.path, tmp_path / "losses.png")
    for step in (1, 2):
        metrics.write(line(step))
    assert plot_losses(metrics.path, tmp_path / "losses.png").read_bytes().startswith(b"\x89PNG")
