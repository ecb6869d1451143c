"""How a preset fits on cards."""

from __future__ import annotations

from pathlib import Path

from anygen_pipelines.benchmarks.published.memory_tables import counted_plan, fit, options, without_text


def test_a_letter_stands_for_the_first_option_that_fits(tmp_path: Path) -> None:
    _, plan = counted_plan("nextgpt-7b", tmp_path)
    letters = options([plan])
    assert letters["as it is, at single precision"][0] == "A"
    assert fit(plan, 1000, letters).startswith("A, ") and fit(plan, 2, letters).startswith("nothing fits")
    assert without_text(plan).total("float16") < plan.total("float16")
