"""What a section of the results is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anygen.evaluation.report import Row
from anygen_pipelines.mini.evaluation.bench import Bench


@dataclass(frozen=True)
class Section:
    """One table: its title, the rows it makes, what to know when reading it."""

    title: str
    rows: Callable[[Bench], list[Row]]
    notes: tuple[str, ...] = ()
