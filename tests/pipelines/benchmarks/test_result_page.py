"""A section of a page takes the place of the one before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines.benchmarks.result_page import page_parser, replace_section, table


def test_a_section_is_replaced_and_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nWords.\n\n## One\n\nold\n\n## Two\n\nstays\n")
    replace_section(page, "One", "new")
    replace_section(page, "Three", "more")
    assert page.read_text() == "# Page\n\nWords.\n\n## One\n\nnew\n\n## Two\n\nstays\n\n## Three\n\nmore\n"


def test_a_table_is_markdown() -> None:
    assert table(("a", "b"), [(1, "x")]) == "| a | b |\n| --- | --- |\n| 1 | x |"


def test_a_measurement_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert page_parser("what").parse_args(["--work", "here"]).work == Path("here")
    with pytest.raises(SystemExit):
        page_parser("what").parse_args([])
    assert "--work" in capsys.readouterr().err
