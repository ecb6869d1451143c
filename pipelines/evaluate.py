"""Judge mini and write docs/results: python -m anygen_pipelines.evaluate --model mini --esc10 FOLDER --phrasings FILE

Makes every table of docs/results/mini.md, each with its command, and mini.json beside it. Answers are kept line by line
under --cache, by the weights they come from, so an interrupted run goes on where it stopped, a larger --n only adds to a
smaller one, and a table made again costs nothing. --n 24 gives a quick look at everything.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anygen.core.atomic import write_files
from anygen.core.hashing import file_sha256, fingerprint
from anygen.evaluation.accuracy import Estimate
from anygen.evaluation.report import Row, Table, summary_markdown, table_markdown, write_block
from anygen_pipelines.mini import probes

logger = logging.getLogger(__name__)

SHEETS = ("contact_sheet", "film_strips", "spectrograms")
OTHERS = ("probes", "cost")


def part_hashes(model: str) -> dict[str, str]:
    """A hash for each part of a model: what was trained, the config, the language model, each encoder and decoder."""
    from anygen.core.config import read_config
    from anygen.loading.model_manifest import CONFIG, TRAINED, file_hashes
    from anygen.loading.presets import resolve

    folder = resolve(model)
    files = file_hashes(folder, read_config(folder / CONFIG))
    parts: dict[str, list[str]] = {"config": [file_sha256(folder / CONFIG)]}
    for name, digest in sorted(files.items()):
        part = "trained" if name == TRAINED else name.split("/")[0]
        parts.setdefault(part, []).append(f"{name} {digest}")
    return {part: fingerprint(["\n".join(lines)]) for part, lines in parts.items()}


def write_table(table: Table, out: Path) -> None:
    """Into its block of mini.md and its entry of mini.json."""
    write_block(out / "mini.md", table.name, table_markdown(table))
    path = out / "mini.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found[table.name] = {
        "title": table.title,
        "command": table.command,
        "rows": [row.to_dict() for row in table.rows],
        "notes": list(table.notes),
    }
    write_files([(path, (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode())])
    write_summary(found, out)


def write_summary(found: Mapping[str, Any], out: Path) -> None:
    """Every aim on one screen, into the block `summary` of mini.md."""
    tables = {
        name: Table(
            name, entry["title"], entry["command"], tuple(Row.from_dict(row) for row in entry["rows"])
        )
        for name, entry in found.items()
    }
    write_block(out / "mini.md", "summary", summary_markdown(tables))


def cost_rows(found: Mapping[str, float]) -> list[Row]:
    """Seconds and GB as rows; one measurement has no interval."""
    from anygen_pipelines.mini.evaluation.costs import AIMS

    units = {"peak memory": "GB"}
    return [
        Row(
            name, Estimate(value, value, value, 1, 1), AIMS.get(name), at_most=True, unit=units.get(name, "s")
        )
        for name, value in found.items()
    ]


def probe_rows(folder: Path) -> list[Row]:
    """The ceilings that were measured when the probes were trained."""
    report: dict[str, Any] = json.loads((folder / "ceilings.json").read_text(encoding="utf-8"))
    rows = []
    for modality, entry in report.items():
        for measure, shares in entry["ceilings"].items():
            value, num_items = min(shares["probes"]), shares["n"]
            note = " / ".join(entry["probes"])
            figure = Estimate(value, value, value, num_items, num_items)
            rows.append(Row(f"{modality}, {measure}", figure, probes=tuple(shares["probes"]), note=note))
    return rows


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What the command was given; `names` are the tables to make."""
    from anygen_pipelines.mini.evaluation.sections import OLD_NAMES, SECTIONS

    names = (*SECTIONS, *OTHERS, *SHEETS)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="mini", help="preset or folder (default: mini)")
    parser.add_argument("--only", help=f"tables to make, joined by commas; of {', '.join(names)}")
    parser.add_argument("--n", type=int, default=200, help="items a table (default: 200)")
    parser.add_argument(
        "--clips", type=int, help="items where clips are made, which cost most (default: as --n)"
    )
    parser.add_argument(
        "--esc10", type=Path, help="folder of the ESC-10 recordings; without it, no recordings are read"
    )
    parser.add_argument("--phrasings", type=Path, help="an outside set of dialogues to validate on, JSONL")
    parser.add_argument("--out", type=Path, default=Path("docs/results"))
    parser.add_argument("--cache", type=Path, default=Path("runs/evaluation"))
    parser.add_argument(
        "--probes", type=Path, default=probes.PROBES_DIR, help="folder of the judges' weights"
    )
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--threads", type=int, help="CPU threads (default: all)")
    parser.add_argument("--print", action="store_true", help="print tables instead of writing them")
    given = parser.parse_args(arguments)
    given.names = given.only.split(",") if given.only else list(names)
    given.names = [OLD_NAMES.get(name, name) for name in given.names]
    unknown = [name for name in given.names if name not in names]
    if unknown:
        parser.error(f"--only {', '.join(unknown)}: of {', '.join(names)}")
    return given


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    given = parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if given.threads:
        import torch

        torch.set_num_threads(given.threads)
    from anygen_pipelines.mini.evaluation import costs, sheets
    from anygen_pipelines.mini.evaluation.bench import Bench
    from anygen_pipelines.mini.evaluation.sections import SECTIONS

    bench = Bench(
        given.model,
        given.cache,
        given.n,
        given.esc10,
        given.phrasings,
        given.batch_size,
        given.probes,
        part_hashes(given.model),
        given.clips,
    )
    notes: tuple[str, ...]
    for name in given.names:
        started = time.perf_counter()
        command = f"python -m anygen_pipelines.evaluate --model {Path(given.model).name} --only {name} --n {given.n}"
        command += f" --clips {given.clips}" * bool(given.clips)
        command += " --esc10 ESC10" * bool(given.esc10) + " --phrasings FILE" * bool(given.phrasings)
        if name in SHEETS:
            path = getattr(sheets, name)(bench, given.out / f"mini_{name}.png")
            logger.info("wrote %s in %.0f s", path, time.perf_counter() - started)
            continue
        if name == "cost":
            title, notes = (
                "Cost on 2 CPU cores, warm, imports not counted",
                ("Median of three seeds in a fresh process.",),
            )
            rows = cost_rows(costs.measure_apart(given.model))
        elif name == "probes":
            title, notes = (
                "The judges' ceilings on true samples",
                ("World samples only; they may know held-out pairs.",),
            )
            command, rows = (
                "python -m anygen_pipelines.mini.train_probes --esc10 ESC10",
                probe_rows(given.probes),
            )
        else:
            title, notes, rows = SECTIONS[name].title, SECTIONS[name].notes, SECTIONS[name].rows(bench)
        if not rows:
            logger.info("%s: nothing to measure with what was given", name)
            continue
        table = Table(name, title, command, tuple(rows), tuple(notes))
        if given.print:
            print(table_markdown(table))
        else:
            write_table(table, given.out)
        logger.info("%s: %.0f s", name, time.perf_counter() - started)


if __name__ == "__main__":
    main()
