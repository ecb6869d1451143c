"""The ways that are compared, at a size of a few."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen import AnyGen
from anygen_pipelines.benchmarks.batch_speed import in_turn, plain, ways


@pytest.fixture(scope="module")
def model() -> AnyGen:
    return AnyGen.from_pretrained("mini")


def test_every_way_makes_its_items(model: AnyGen, tmp_path: Path) -> None:
    compared = ways(model, "text", 2, tmp_path)
    for run in compared.values():
        run()
    assert len(compared) == 5


def test_a_pipeline_alone_writes_its_files(model: AnyGen, tmp_path: Path) -> None:
    plain(model, "image", 2, tmp_path)()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0.png", "1.png"]


def test_runs_are_taken_in_turn() -> None:
    order: list[str] = []
    took = in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 2)
    assert order == ["a", "b", "a", "b"] and {name: len(each) for name, each in took.items()} == {
        "a": 2,
        "b": 2,
    }
