"""What a run says about itself: one JSON object per line, and the picture of its losses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anygen.core.atomic import staged_file, write_files


class MetricsFile:
    """Appends lines such as {"step": 100, "loss": 1.25, ...}. `resume_at` drops the lines after that step, which the
    run is about to write again."""

    def __init__(self, path: Path, resume_at: int) -> None:
        self.path = path
        kept = [line for line in read_metrics(path) if line["step"] <= resume_at] if resume_at else []
        write_files([(path, "".join(json.dumps(line) + "\n" for line in kept).encode())])

    def write(self, line: Mapping[str, Any]) -> None:
        """Append one line."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of a metrics file. A last line cut short by a killed run is left out."""
    if not path.is_file():
        return []
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return lines


def plot_losses(metrics_path: Path, picture_path: Path, title: str = "") -> Path:
    """Draw every loss term of a metrics file over the steps as a PNG, with the validation's values as dots.

    Needs matplotlib (the `train` extra). Raises ModuleNotFoundError without it, ValueError for a file without losses."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines = read_metrics(metrics_path)
    steps = [line for line in lines if "losses" in line]
    validations = [line for line in lines if "validation" in line]
    if not steps:
        raise ValueError(f"{metrics_path}: holds no losses to draw")
    terms = sorted({term for line in steps for term in line["losses"]})
    figure = Figure(figsize=(4.2 * len(terms), 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    for index, term in enumerate(terms):
        axes = figure.add_subplot(1, len(terms), index + 1)
        drawn = [(line["step"], line["losses"][term]) for line in steps if term in line["losses"]]
        axes.plot(*zip(*drawn, strict=True), linewidth=1, label="training")
        for key, colour in (("validation", "tab:orange"), ("shuffled", "tab:red")):
            dots = [(line["step"], line[key][term]) for line in validations if term in line.get(key, {})]
            if dots:
                axes.plot(*zip(*dots, strict=True), "o", markersize=4, color=colour, label=key)
        if min(value for _, value in drawn) > 0:
            axes.set_yscale("log")
        axes.set_title(f"{title} {term}".strip())
        axes.set_xlabel("step")
        axes.legend(fontsize="small")
    with staged_file(picture_path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=110)
    return picture_path
