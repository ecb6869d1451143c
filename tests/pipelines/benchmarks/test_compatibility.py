"""The page about published checkpoints: what it says is what the script finds."""

from __future__ import annotations

from pathlib import Path

from anygen_pipelines.benchmarks import compatibility
from anygen_pipelines.benchmarks.published.memory_tables import memory_section

GOLDEN = Path(__file__).parents[2] / "golden"
PAGE = (Path(__file__).parents[3] / "docs" / "results" / "compatibility.md").read_text(encoding="utf-8")


def test_the_page_has_what_the_script_finds() -> None:
    for line in compatibility.rows(GOLDEN):
        # Errors differ in their last digits from one machine to another.
        assert line.rpartition("| ")[0].rpartition("| ")[0] in PAGE
    assert memory_section() in PAGE
