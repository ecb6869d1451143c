"""The contact sheet: small pictures of the first media of a job, side by side."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from anygen.core.errors import MediaError
from anygen.media import Audio, Video, open_media

CELL = 128
"""Pixels of a cell's side."""
COLUMNS = 10
MOST = 100


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
