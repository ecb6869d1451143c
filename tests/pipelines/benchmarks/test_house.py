"""The figures of the house, on a small one made for this."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines.benchmarks import house

LONG = "def long():\n    '''It is long.'''\n" + "    x = 1\n" * 90
SAME = """
def {name}(values):
    '''The {name}.'''
    found = []
    for each in values:
        if each.size == 3:
            found.append(each.name(each))
        if each.kind == 4:
            found.append(each.kind(each))
    return found
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three rooms: core, media, model. core and media import each other, one of them inside a function."""
    files = {
        "anygen/__init__.py": '"""It."""\n',
        "anygen/core/__init__.py": '"""Core."""\n',
        "anygen/core/a.py": '"""A."""\n\ndef late():\n    """Imports late."""\n    import anygen.media.b\n'
        + SAME.format(name="one"),
        "anygen/media/__init__.py": '"""Media."""\n',
        "anygen/media/b.py": '"""B."""\nfrom anygen.core import a\n' + SAME.format(name="other"),
        "anygen/model.py": (
            '"""Model."""\nfrom anygen.media import b\nimport torch\n\n'
            'def load(path: str) -> torch.Tensor:\n    """Read it."""\n    raise ValueError("no")\n\n'
            "def bare():\n    pass\n\n"
            "def said(hidden_TD: torch.Tensor) -> torch.Tensor:\n"
            '    """Project (T, D). Raises ValueError."""\n    raise ValueError("no")\n'
        ),
        "pipelines/job.py": f'"""Job."""\nimport anygen.model\n\n{LONG}',
        "tests/anygen/core/test_a.py": "",
    }  # fmt: skip
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_cycle_is_found_inside_functions_too(root: Path) -> None:
    graph = house.import_graph(house.sources(root))
    assert house.cycles(graph) == [["anygen.core.a", "anygen.media.b"]]
    assert graph["anygen_pipelines.job"] == {"anygen.model"}
    assert house.room_arrows(graph) == {
        ("core", "media"), ("media", "core"), ("model", "media"), ("anygen_pipelines", "model"),
    }  # fmt: skip
    assert len(house.arrows_up(graph)) == 1


def test_long_functions_and_repeated_lines_are_named(root: Path) -> None:
    files = house.sources(root)
    assert house.long_functions(files) == ["anygen_pipelines.job:long (92)"]
    ((one, other),) = house.repetitions(files)
    assert one.startswith("anygen.core.a:one@") and other.startswith("anygen.media.b:other@")


def test_docstrings_say_errors_and_shapes(root: Path) -> None:
    found = {each.name: each.unsaid for each in house.docstring_findings(house.sources(root))}
    assert found["anygen.model:load"] == ("Raises ValueError", "shapes")
    assert found["anygen.model:bare"] == ("what it is",)
    assert found["anygen.model:said"] == () and "anygen_pipelines.job:long" not in found


def test_a_test_stands_at_the_mirrored_path(root: Path) -> None:
    untested = house.without_tests(root, house.sources(root))
    assert untested == ["anygen/media/b.py", "anygen/model.py", "pipelines/job.py"]


def test_the_table_has_a_column_for_each_tree(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert house.main([str(root), str(root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].count(root.name) == 2 and "| import cycles | 1 | 1 |" in lines
    assert house.main([str(root), "--list", "up"]) == 0
    assert capsys.readouterr().out.startswith("('")
