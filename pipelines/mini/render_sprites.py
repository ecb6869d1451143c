"""Render the world's sprites from Noto Color Emoji, once: python -m anygen_pipelines.mini.render_sprites FONT

FONT is NotoColorEmoji.ttf (Debian package fonts-noto-color-emoji), SIL Open Font License 1.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from anygen_pipelines.mini.pretraining import command
from anygen_pipelines.mini.world import EMOJI, SPRITES_DIR

SIDE = 128  # pixels
STRIKE = 109  # the one bitmap size the font holds


def render(font_path: Path, emoji: str) -> Image.Image:
    """One emoji, trimmed to what is visible and centred in a square: (128, 128) RGBA."""
    font = ImageFont.truetype(str(font_path), STRIKE)
    canvas = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(canvas).text((20, 20), emoji, font=font, embedded_color=True)
    trimmed = canvas.crop(canvas.getbbox())
    side = max(trimmed.size)
    square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    square.paste(trimmed, ((side - trimmed.width) // 2, (side - trimmed.height) // 2))
    return square.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write every sprite."""
    parser = command(__doc__)
    parser.add_argument("font", type=Path)
    font = parser.parse_args(arguments).font
    SPRITES_DIR.mkdir(exist_ok=True)
    for thing, emoji in EMOJI.items():
        render(font, emoji).save(SPRITES_DIR / f"{thing.replace(' ', '_')}.png", optimize=True)


if __name__ == "__main__":
    main()
