"""Files for the conversations to hold, a few of each kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anygen_pipelines.mini import media_bank, world
from anygen_pipelines.mini.media_bank import BankSizes, MediaBank

SIZES = BankSizes(1, 1, 1, 1, 1, 1, 2, 1, 1)


def test_a_bank_is_filled_once_and_its_files_depend_on_name_and_seed(
    tmp_path: Path, small_world: None
) -> None:
    bank = MediaBank(tmp_path / "one", 3, [], SIZES)
    scenes = sum(not world.is_held_out(scene) for scene in world.all_scenes())
    clips = sum(not world.is_held_out(clip) for clip in world.all_clips())
    assert bank.fill() == 3 * (scenes + clips) + len(world.COLOURS) + 3 * len(world.SOUNDING)
    heard = bank.shown("bell", 1)
    assert heard.is_file() and heard.name == "bell-1.wav"
    again = MediaBank(tmp_path / "two", 3, [], SIZES).shown("bell", 1)
    assert again.read_bytes() == heard.read_bytes()
    assert MediaBank(tmp_path / "three", 4, [], SIZES).shown("bell", 1).read_bytes() != heard.read_bytes()


def test_one_in_five_is_as_mini_drew_it_and_any_colour_is_asked_for(tmp_path: Path) -> None:
    bank, scene = MediaBank(tmp_path, 0, [], SIZES), world.Scene("dog", "red", "left", "big")
    assert [bank.shown(scene, choice).parent.name for choice in range(6)] == [
        "drawn",
        *["photo"] * 4,
        "drawn",
    ]
    assert bank.shown(scene, 0, any_colour=True).name == "dog-left-big-0.png"
    assert bank.drawn(scene, 7) == bank.shown(scene, 0) and bank.drawn("dog", 3).parent.name == "made"
    assert bank.shapes("red", 9).name == "red-0.png"


def test_a_held_out_pair_has_no_file(tmp_path: Path) -> None:
    held = next(scene for scene in world.all_scenes() if world.is_held_out(scene))
    with pytest.raises(ValueError, match="held-out pair"):
        MediaBank(tmp_path, 0, [], SIZES).shown(held, 1)


def test_media_are_made_a_little_worse() -> None:
    rng, frames = np.random.default_rng(0), np.full((2, 64, 64, 3), 100, np.uint8)
    soft = media_bank.soften(frames, rng)
    assert soft.shape == frames.shape and 0 < np.abs(soft.astype(int) - 100).mean() < 30
    assert media_bank.smaller(np.zeros((2, 300, 201, 3), np.uint8)).shape == (2, 144, 96, 3)
    smeared = media_bank.smear(np.sin(np.arange(8000) / 9).astype(np.float32), rng)
    assert smeared.shape == (8000,) and 0.3 < np.abs(smeared).max() <= 0.91
