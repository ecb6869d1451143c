"""The house keeps its order: what pipelines/benchmarks/house.py counts, each with its bound (docs/results/house.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines.benchmarks import house

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def files() -> dict[str, house.Source]:
    return house.sources(ROOT)


@pytest.fixture(scope="module")
def graph(files: dict[str, house.Source]) -> dict[str, set[str]]:
    return house.import_graph(files)


def test_no_modules_import_each_other_wherever_the_import_stands(graph: dict[str, set[str]]) -> None:
    """Imports inside functions and under TYPE_CHECKING count. The one exception: from_pretrained, save_pretrained and
    push_to_hub of AnyGen import what loads and saves it, when called."""
    counted = {
        name: {other for other in others if name != "anygen.model" or not other.startswith("anygen.loading")}
        for name, others in graph.items()
    }
    assert house.cycles(counted) == []


def test_an_import_in_a_function_or_for_type_checking_makes_a_cycle(tmp_path: Path) -> None:
    (tmp_path / "anygen").mkdir()
    (tmp_path / "anygen" / "one.py").write_text("def f():\n    from anygen.two import g\n")
    (tmp_path / "anygen" / "two.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from anygen import one\n"
    )
    assert house.cycles(house.import_graph(house.sources(tmp_path))) == [["anygen.one", "anygen.two"]]


def test_the_rooms_are_few_and_few_arrows_run_up(graph: dict[str, set[str]]) -> None:
    rooms = {house.room(name) for name in graph if name.startswith("anygen.")}
    assert len(rooms) <= 16, sorted(rooms)
    assert len(house.arrows_up(graph)) <= 8, house.arrows_up(graph)


def test_no_function_is_long(files: dict[str, house.Source]) -> None:
    assert house.long_functions(files) == []


def test_little_is_said_twice(files: dict[str, house.Source]) -> None:
    assert len(house.repetitions(files)) <= 30, sorted(house.repetitions(files))


def test_every_public_name_says_what_it_is_what_it_raises_and_its_shapes(
    files: dict[str, house.Source],
) -> None:
    unsaid = [each for each in house.docstring_findings(files) if each.unsaid]
    assert unsaid == []


def test_every_file_has_its_test_at_the_same_path(files: dict[str, house.Source]) -> None:
    assert house.without_tests(ROOT, files) == []
