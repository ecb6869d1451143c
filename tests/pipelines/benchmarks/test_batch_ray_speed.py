"""The manifest of the comparison with Ray; the comparison itself needs Ray (docs/results/batch-ray.md)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("psutil")
pytest.importorskip("ray")


def test_images_and_sounds_are_asked_for_in_turn(tmp_path: Path) -> None:
    from anygen_pipelines.benchmarks.batch_ray_speed import write_manifest

    lines = [json.loads(line) for line in write_manifest(tmp_path / "m.jsonl", 3).read_text().splitlines()]
    assert [line["require"] for line in lines] == [["image"], ["audio"], ["image"]]
    assert [line["seed"] for line in lines] == [0, 1, 2]
