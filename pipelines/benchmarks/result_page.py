"""Pages of docs/results whose sections are made by different commands: each replaces its own and leaves the others."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from anygen.core.atomic import write_files


def described_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser whose help keeps the lines of a module's docstring."""
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def page_parser(description: str | None) -> argparse.ArgumentParser:
    """The arguments of a measurement that works in a folder and writes its section into a page."""
    parser = described_parser(description)
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder to work in; what went wrong stays there"
    )
    parser.add_argument("--write", type=Path, help="the page to write the tables into")
    return parser


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def replace_section(page: Path, title: str, text: str) -> None:
    """Put `text` under the heading `## title` of a page, in place of what stood there, or at its end."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    section = f"## {title}\n\n{text.strip()}\n\n"
    found = re.search(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", before, re.DOTALL | re.MULTILINE)
    if found is not None:
        after = before[: found.start()] + section + before[found.end() :]
    else:
        after = f"{before.rstrip()}\n\n{section}"
    write_files([(page, (after.strip() + "\n").encode())])
