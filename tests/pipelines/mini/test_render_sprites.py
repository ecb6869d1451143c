from pathlib import Path

import pytest
from PIL import Image

from anygen_pipelines.mini import render_sprites
from anygen_pipelines.mini.world import EMOJI, SPRITES_DIR

FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")


def test_every_thing_has_a_sprite_of_the_size_that_is_rendered() -> None:
    for thing in EMOJI:
        sprite = Image.open(SPRITES_DIR / f"{thing.replace(' ', '_')}.png")
        assert sprite.size == (render_sprites.SIDE, render_sprites.SIDE) and sprite.mode in ("RGBA", "P")


@pytest.mark.skipif(not FONT.is_file(), reason="the emoji font is not installed")
def test_an_emoji_fills_its_square() -> None:
    drawn = render_sprites.render(FONT, EMOJI["dog"])
    assert drawn.size == (render_sprites.SIDE,) * 2
    left, top, right, bottom = drawn.getbbox()
    assert min(left, top) <= 12 and max(right, bottom) >= render_sprites.SIDE - 12
