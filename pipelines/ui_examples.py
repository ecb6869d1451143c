"""The files of the app's examples, made with mini, and the strips of its first page from what mini answers to them:
`python -m anygen_pipelines.ui_examples`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image as PILImage
from PIL import ImageDraw

from anygen import AnyGen, Message, open_media
from anygen_ui.welcome import EXAMPLES, FOLDER

SEED = 1
INPUTS = {
    "bell.wav": ("The sound of a bell.", "audio"),
    "helicopter.png": ("A big helicopter on yellow.", "image"),
    "rooster.png": ("A big rooster on green.", "image"),
    "car.mp4": ("A clip of a big car on orange moving left.", "video"),
}
TILE, GAP, SCALE, BARS = 64, 22, 3, 15
INK = (74, 158, 139, 255)
"""Readable on light and on dark."""


def make_inputs(model: AnyGen) -> None:
    """The files that go in."""
    for name, (words, modality) in INPUTS.items():
        reply = model.generate(words, seed=SEED, require=(modality,), modalities=("text", modality))
        files = reply.save(FOLDER / "made", stem="input")
        made = next(file for file in files if file.suffix == Path(name).suffix)
        (FOLDER / name).write_bytes(made.read_bytes())
        for file in (FOLDER / "made").iterdir():
            file.unlink()
        (FOLDER / "made").rmdir()
        print(f"{name}: {reply.text.strip()}")


def make_card(model: AnyGen, number: int) -> None:
    """The strip of one example: what goes in, and what mini answers."""
    example = EXAMPLES[number]
    history: list[Message] = []
    tiles: list[Any] = []
    if example.file is not None:
        tiles.append(open_media(FOLDER / example.file))
    else:
        tiles.append("")
    for turn, words in enumerate(example.words):
        given = [tiles[0]] if turn == 0 and example.file is not None else []
        history.append(Message("user", (*given, words)))
        reply = model.generate(history, seed=SEED, require=example.require)
        history.append(reply.message())
        tiles += [part for part in reply.parts if not isinstance(part, str)]
        print(f"{number}: {words} -> {reply.parts}")
    if len(tiles) == 1:
        tiles.append("")
    strip = draw_strip(tiles[1:] if len(example.words) > 1 else tiles)
    # Few colours: a first page should come at once.
    strip.quantize(96, PILImage.Quantize.FASTOCTREE).save(FOLDER / example.image, optimize=True)


def draw_strip(tiles: list[Any]) -> PILImage.Image:
    """Tiles side by side, an arrow after the first, on nothing: it fits light and dark pages."""
    width = len(tiles) * TILE + (len(tiles) - 1) * GAP
    strip = PILImage.new("RGBA", (width * SCALE, TILE * SCALE))
    pen = ImageDraw.Draw(strip)
    for index, tile in enumerate(tiles):
        left = index * (TILE + GAP) * SCALE
        strip.paste(draw_tile(tile), (left, 0))
        if index:
            middle, edge = TILE * SCALE // 2, left - GAP * SCALE // 2
            if index == 1 or (len(tiles) == 3 and tiles[0] != ""):
                pen.line([(edge - 14, middle), (edge + 12, middle)], INK, 6)
                pen.polygon([(edge + 20, middle), (edge + 2, middle - 14), (edge + 2, middle + 14)], INK)
            else:
                pen.line([(edge - 12, middle), (edge + 12, middle)], INK, 6)
                pen.line([(edge, middle - 12), (edge, middle + 12)], INK, 6)
    return strip


def draw_tile(value: Any) -> PILImage.Image:
    """An image as it is, a video by a frame with a sign, audio by its envelope, text by lines."""
    edge = TILE * SCALE
    tile = PILImage.new("RGBA", (edge, edge))
    pen = ImageDraw.Draw(tile)
    if isinstance(value, str):
        for row, length in enumerate((0.92, 0.7, 0.84, 0.46)):
            top = edge * (0.2 + 0.18 * row)
            pen.rounded_rectangle([edge * 0.04, top, edge * length, top + 12], 6, INK)
    elif str(value.modality) == "audio":
        sound = abs(value.samples if value.samples.ndim == 1 else value.samples[0])
        length = -(-len(sound) // BARS)
        peaks = [float(sound[at : at + length].max()) for at in range(0, len(sound), length)]
        for index, peak in enumerate(peaks):
            height = max(6.0, edge * 0.42 * peak / max(peaks))
            left = edge * (0.05 + index * 0.061)
            pen.rounded_rectangle([left, edge / 2 - height, left + 7, edge / 2 + height], 3, INK)
    else:
        is_clip = str(value.modality) == "video"
        pixels = value.frames[len(value.frames) // 3] if is_clip else value.pixels
        picture = PILImage.fromarray(pixels).resize((edge, edge), PILImage.Resampling.LANCZOS)
        mask = PILImage.new("L", (edge, edge))
        ImageDraw.Draw(mask).rounded_rectangle([0, 0, edge - 1, edge - 1], 22, 255)
        tile.paste(picture, (0, 0), mask)
        if is_clip:
            pen.ellipse([edge - 58, edge - 58, edge - 14, edge - 14], (20, 20, 20, 190))
            pen.polygon([(edge - 42, edge - 48), (edge - 42, edge - 24), (edge - 22, edge - 36)], "white")
    return tile


def main() -> None:
    """Make them all again."""
    model = AnyGen.from_pretrained("mini")
    make_inputs(model)
    for number in range(len(EXAMPLES)):
        make_card(model, number)


if __name__ == "__main__":
    main()
