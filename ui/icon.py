"""Draws icon.png, the sign of the app: four senses that overlap.

python -m anygen_ui.icon
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

COLOURS = ((31, 111, 95), (226, 149, 64), (70, 110, 190), (190, 84, 98))
EDGE = 256


def draw() -> Image.Image:
    icon = Image.new("RGBA", (EDGE, EDGE))
    radius = EDGE * 0.29
    for (x, y), colour in zip(((0.32, 0.32), (0.68, 0.32), (0.68, 0.68), (0.32, 0.68)), COLOURS, strict=True):
        layer = Image.new("RGBA", (EDGE, EDGE))
        middle = EDGE * x, EDGE * y
        box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
        ImageDraw.Draw(layer).ellipse(box, (*colour, 205))
        icon = Image.alpha_composite(icon, layer)
    return icon.resize((64, 64), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw().save(Path(__file__).with_name("icon.png"), optimize=True)
