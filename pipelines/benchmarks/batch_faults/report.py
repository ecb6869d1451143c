"""The campaigns as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from anygen_pipelines.benchmarks.batch_faults.kills import Campaign
from anygen_pipelines.benchmarks.batch_faults.outage import Outage
from anygen_pipelines.benchmarks.batch_faults.stops import BAR_SECONDS, Stops
from anygen_pipelines.benchmarks.result_page import table

HEADER = ("what", "times", "answers", "lost", "duplicated", "torn", "media differ by at most", "also")
HEADING = """\
Made by `python -m anygen_pipelines.benchmarks.batch_faults --work /tmp/faults --write docs/results/batch.md{more}`
({minutes} min).
The manifest mixes words, pictures, sounds, a video, media inputs, several samples, a bad line and an id that stands
twice. Every kill is followed by a check of the folder and a restart. At the end of each folder every answer must be there
once, with the files that its line names, equal to those of an undisturbed run. The check reads the folder with code of
its own. "Times" counts processes that were really killed or stopped (for power: states of the disk; for a full disk: runs
that it ended)."""
LOST_POWER = """Lost power: strace records what `anygen render` asks of the file system. After every call the disk may
hold all of it, or only what was flushed, or names without contents, or contents without names, or a part of each by
chance. The index's files are among them. The record, replayed whole, gives the folder to the byte."""
UNITS = {"image": "/255", "video": "/255 (h264)", "audio": ""}


@dataclass
class Row:
    """One line of the table; `problems` is empty where the contract was kept."""

    cells: tuple[object, ...]
    problems: list[str] = field(default_factory=list)
    at: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, name: str, campaign: Campaign, exact: bool = False, also: Sequence[str] = ()) -> Row:
        apart = campaign.apart
        more = list(also)
        if exact:
            more.append(f"{apart.files} files differ in a byte")
        if campaign.given_up:
            more.append(f"{campaign.given_up} given up after 5 deaths, made by --retry-failed")
        if campaign.stray:
            more.append(f"{campaign.stray} stray files")
        problems = list(campaign.problems)
        if not campaign.holds or (exact and apart.files):
            problems.append(f"{name}: does not hold: {campaign}")
        figures = (campaign.lost, campaign.duplicated, campaign.torn)
        cells = (name, campaign.kills, campaign.answers, *figures, _far(apart.largest), "; ".join(more))
        return cls(cells, problems, campaign.at)

    @classmethod
    def stopped(cls, name: str, stops: Stops) -> Row:
        slowest = max(stops.seconds, default=0.0)
        middle = sorted(stops.seconds)[len(stops.seconds) // 2] if stops.seconds else 0.0
        also = f"ended in {middle:.2f} s (median), {slowest:.2f} s at most; {stops.late} over {BAR_SECONDS:.0f} s"
        return cls.of(name, stops.campaign, also=[also])

    @classmethod
    def lost(cls, name: str, found: Outage) -> Row:
        also = (
            f"{found.calls} calls give {found.states} different disks; each was checked, {found.restarted} were rendered "
            f"to the end; {found.made_again} finished answers made again"
        )
        figures = (found.lost, found.duplicated, found.torn)
        cells = (name, found.states, found.answers, *figures, _far(found.apart.largest), also)
        return cls(cells, list(found.problems))


def page(rows: Sequence[Row], seconds: float, more: str = "") -> str:
    """The section of docs/results/batch.md; `more` is what else stood on the command line."""
    at: Counter[str] = sum((row.at for row in rows), Counter())
    reached = ", ".join(f"{label} {count}" for label, count in sorted(at.items()))
    return f"""{HEADING.format(minutes=f"{seconds / 60:.0f}", more=more)}

{table(HEADER, [row.cells for row in rows])}

Killed at: {reached}. "*" is the n-th labelled point of any kind. Of two runners, the one with a
point may have been killed at a moment before it.

{LOST_POWER}"""


def _far(largest: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2g}{UNITS[name]}" for name, value in sorted(largest.items())) or "-"
