"""Pages to look at: a contact sheet, and an HTML index that opens without a server and loads media as they come in view."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from PIL import Image as PillowImage

from anygen.batch.commit import files_of
from anygen.batch.job import Job
from anygen.batch.ledger import FAILED
from anygen.core.atomic import write_files
from anygen.core.errors import MediaError, printable
from anygen.core.modality import AUDIO, IMAGE, TEXT, VIDEO
from anygen.media import Audio, Video, open_media

ITEMS_PER_PAGE = 10_000
SHEET = "sheet.png"
CELL = 128
"""Pixels of a cell's side."""
COLUMNS = 10
MOST = 100
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="script-src 'none'; object-src 'none'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{{font:14px/1.4 system-ui,sans-serif;margin:1rem;background:#fff;color:#111}}
nav a{{margin-right:1em}}
main{{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:12px}}
article{{content-visibility:auto;contain-intrinsic-size:240px 320px;border:1px solid #ccc;border-radius:6px;padding:8px;
overflow-wrap:anywhere}}
article.failed{{border-color:#b00020}} .failed .error{{color:#b00020}}
h2{{font-size:13px;margin:0 0 4px}} p{{margin:4px 0;max-height:8em;overflow:auto}} .asked{{color:#555}}
img,video{{width:100%;height:200px;object-fit:contain;background:#f4f4f4}} audio{{width:100%}}
</style></head><body><h1>{title}</h1><nav>{links}</nav><main>
"""
_FOOT = "</main></body></html>\n"


def write_pages(job: Job) -> list[Path]:
    """index.html (and index-2.html, ... of ITEMS_PER_PAGE answers each) and sheet.png in the job's folder; their paths.

    All text of users is escaped and nothing is loaded from elsewhere. Raises OSError."""
    total = sum(count for state, count in job.index.counts().items() if state != "requeued")
    num_pages = max(1, -(-total // ITEMS_PER_PAGE))
    rows = _rows(job)
    written = []
    for page in range(1, num_pages + 1):
        links = "".join(
            f'<a href="{page_name(each)}">{each}</a>' for each in range(1, num_pages + 1) if num_pages > 1
        )
        title = f"{total} answers" + (f", page {page} of {num_pages}" if num_pages > 1 else "")
        articles = [_article(row) for row in islice(rows, ITEMS_PER_PAGE)]
        path = job.folder / page_name(page)
        text = "".join((_HEAD.format(title=title, links=links), *articles, _FOOT))
        written += write_files([(path, text.encode())])
    sheet = contact_sheet(job.folder, _media(_rows(job)))
    if sheet is not None:
        written += write_files([(job.folder / SHEET, sheet)])
    return written


def page_name(page: int) -> str:
    """The file of a page, from 1."""
    return "index.html" if page == 1 else f"index-{page}.html"


def _rows(job: Job) -> Iterator[Mapping[str, Any]]:
    for start in job.index.in_order():
        row = job.ledger.row(start)
        if row is not None:
            yield row


def _media(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    """The media that lines name, in order."""
    for row in rows:
        for each in files_of(row):
            if not each["path"].endswith(".json"):
                yield each["path"]


def _article(row: Mapping[str, Any]) -> str:
    sample = f", sample {row['sample']}" if row.get("sample") else ""
    named = _text(row.get("id") if row.get("id") is not None else f"line {row.get('line')}")
    pieces = [f"<h2>{named}{_text(sample)}</h2>"]
    if row.get("asked"):
        pieces.append(f'<p class="asked">{_text(row["asked"])}</p>')
    if row["state"] == FAILED:
        error = row.get("error", {})
        pieces.append(f'<p class="error">{_text(error.get("type"))}: {_text(error.get("message"))}</p>')
        return f'<article class="failed">{"".join(pieces)}</article>\n'
    own = {each["path"] for each in files_of(row)}
    pieces += [_part(part) for part in row.get("parts", ()) if part.get("path", "") in own | {""}]
    return f"<article>{''.join(pieces)}</article>\n"


def _part(part: Mapping[str, Any]) -> str:
    kind, caption = part.get("type"), _text(part.get("caption", ""))
    if kind == TEXT:
        return f"<p>{_text(part.get('text', '').strip())}</p>"
    source = quote(part["path"])
    if kind == IMAGE:
        return f'<a href="{source}"><img loading="lazy" decoding="async" src="{source}" alt="{caption}"></a>'
    if kind == VIDEO:
        return f'<video controls preload="none" src="{source}" title="{caption}"></video>'
    if kind == AUDIO:
        return f'<audio controls preload="none" src="{source}" title="{caption}"></audio>'
    return f'<p><a href="{source}">{_text(kind)}</a></p>'


def _text(value: object) -> str:
    return html.escape(printable(str(value)))


# The contact sheet: small pictures of the first media of a job, side by side.


def contact_sheet(folder: Path, names: Iterable[str]) -> bytes | None:
    """A PNG of the first MOST media, row by row: pictures, the middle frame of clips, the shape of sounds; None where there
    are none. What cannot be read is left out."""
    cells = []
    for name in names:
        try:
            cells.append(_cell(folder / name))
        except (MediaError, OSError):
            continue
        if len(cells) == MOST:
            break
    if not cells:
        return None
    columns = min(COLUMNS, len(cells))
    sheet = PillowImage.new("RGB", (columns * CELL, -(-len(cells) // columns) * CELL), "white")
    for index, cell in enumerate(cells):
        row, column = divmod(index, columns)
        left = column * CELL + (CELL - cell.width) // 2
        sheet.paste(cell, (left, row * CELL + (CELL - cell.height) // 2))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _cell(path: Path) -> PillowImage.Image:
    media = open_media(path)
    if isinstance(media, Audio):
        return PillowImage.fromarray(_waveform(media.mono()))
    pixels = media.frames[len(media.frames) // 2] if isinstance(media, Video) else media.pixels
    picture = PillowImage.fromarray(pixels)
    picture.thumbnail((CELL - 4, CELL - 4))
    return picture


def _waveform(samples: np.ndarray) -> np.ndarray:
    """(CELL - 4, CELL - 4, 3) uint8: the loudest sample of each column, as a bar around the middle."""
    side = CELL - 4
    picture = np.full((side, side, 3), 244, np.uint8)
    for column, piece in enumerate(np.array_split(np.abs(samples), side)):
        half = int(min(1.0, piece.max(initial=0.0)) * (side // 2 - 1))
        picture[side // 2 - half : side // 2 + half + 1, column] = (40, 80, 160)
    return picture
