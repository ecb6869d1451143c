"""Pictures for the docs stay small; taking them needs a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from anygen_pipelines.benchmarks import ui_screenshots


def picture(noise: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, noise, (300, 300, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_a_picture_that_is_too_big_gets_a_palette(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ui_screenshots.save(picture(8), tmp_path / "small.png")
    ui_screenshots.save(picture(256), tmp_path / "big.png")
    with Image.open(tmp_path / "small.png") as small, Image.open(tmp_path / "big.png") as big:
        assert (small.mode, big.mode) == ("RGB", "P")
    assert capsys.readouterr().out.count(" bytes\n") == 2


def test_one_that_is_too_big_even_so_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_screenshots, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match=r"big\.png has \d+ bytes; at most 1000 are accepted"):
        ui_screenshots.save(picture(256), tmp_path / "big.png")
