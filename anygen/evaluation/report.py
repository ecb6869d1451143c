"""Measured figures as markdown tables, each with the command that makes it, in a page that people also write in.

A page holds one block per table, between two comment lines; writing a table again replaces its block and leaves
everything else (why an aim was missed, what to look at) as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from anygen.core.atomic import write_files
from anygen.evaluation.accuracy import Estimate


@dataclass(frozen=True)
class Row:
    """One line of a table: what was measured, the figure that counts, and what was aimed at.

    aim: in the unit of the figure (0.98 for 98 %); None = none was set. at_most: the aim is a ceiling.
    probes: the figure by each judge, where several judged. unit: "%" shows value x 100, otherwise the value itself.
    """

    measure: str
    figure: Estimate
    aim: float | None = None
    at_most: bool = False
    probes: tuple[float, ...] = ()
    unit: str = "%"
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the figure itself reaches the aim; None where there is no aim."""
        if self.aim is None:
            return None
        return self.figure.value <= self.aim if self.at_most else self.figure.value >= self.aim

    def to_dict(self) -> dict[str, object]:
        return asdict(self) | {"probes": list(self.probes)}

    @classmethod
    def from_dict(cls, row: Mapping[str, object]) -> Row:
        """A row from `to_dict`'s plain values. Raises KeyError for a missing one, ValueError for another type."""
        values = dict(row)
        figure, probes = values.pop("figure"), values.pop("probes")
        if not isinstance(figure, Mapping) or not isinstance(probes, Sequence):
            raise ValueError(f"not a row of a table: {row}")
        return cls(figure=Estimate(**figure), probes=tuple(probes), **values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Table:
    """A titled set of rows, and the command that makes it again."""

    name: str
    title: str
    command: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = field(default=())


def table_markdown(table: Table) -> str:
    """The table as markdown: title, command, one line per row, notes."""
    lines = [f"### {table.title}", "", f"`{table.command}`", ""]
    with_probes = any(row.probes for row in table.rows)
    header = (
        ["measure", "reached", "95 % interval", "aim", "n (clusters)"] + ["each probe"] * with_probes + [""]
    )
    lines += ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in table.rows:
        cells = [row.measure, _mark(row), _interval(row), _aim(row)]
        cells.append(f"{row.figure.num_items} ({row.figure.num_clusters})")
        if with_probes:
            cells.append(" / ".join(_number(value, row.unit) for value in row.probes) or "-")
        cells.append(row.note)
        lines.append("| " + " | ".join(cells) + " |")
    lines += [""] + [f"- {note}" for note in table.notes] + [""] * bool(table.notes)
    return "\n".join(lines)


def summary_markdown(tables: Mapping[str, Table]) -> str:
    """Every row that has an aim, of all tables, on one screen: what was reached first, then what was missed."""
    lines = ["| measure | reached | aim | n | table |", "|---|---|---|---|---|"]
    with_aims = [(table, row) for table in tables.values() for row in table.rows if row.aim is not None]
    for table, row in sorted(with_aims, key=lambda each: not each[1].reached):
        cells = [row.measure, _mark(row), _aim(row), str(row.figure.num_items), table.title]
        lines.append("| " + " | ".join(cells) + " |")
    reached = sum(bool(row.reached) for _, row in with_aims)
    return "\n".join(["### All aims", "", f"{reached} of {len(with_aims)} reached.", "", *lines])


def write_block(page: Path, name: str, markdown: str) -> None:
    """Put `markdown` into the block `name` of a page, replacing the old one; a new block goes to the end.

    The page is written beside itself and renamed, so that an interruption leaves the old one. Raises ValueError
    for a block that does not end."""
    start, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    block = f"{start}\n{markdown.strip()}\n{end}"
    if start in text:
        before, rest = text.split(start, 1)
        if end not in rest:
            raise ValueError(f"{page}: block {name} starts but has no line {end!r}")
        text = before + block + rest.split(end, 1)[1]
    else:
        text = text.rstrip("\n") + ("\n\n" if text.strip() else "") + block + "\n"
    write_files([(page, text.encode())])


def _number(value: float, unit: str) -> str:
    return f"{100 * value:.1f}" if unit == "%" else f"{value:.2f}"


def _mark(row: Row) -> str:
    figure = _number(row.figure.value, row.unit) + (" %" if row.unit == "%" else f" {row.unit}".rstrip())
    return figure if row.reached is None else f"**{figure}**" if row.reached else f"{figure} (missed)"


def _interval(row: Row) -> str:
    if row.figure.low == row.figure.high:
        # One cluster, or one measurement: nothing says how far another would be.
        return "-"
    return f"{_number(row.figure.low, row.unit)} to {_number(row.figure.high, row.unit)}"


def _aim(row: Row) -> str:
    if row.aim is None:
        return "-"
    sign = "<=" if row.at_most else ">="
    return f"{sign} {_number(row.aim, row.unit)}"
