"""What mini's encoder is trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from anygen_pipelines.mini import world
from anygen_pipelines.mini.encoder_config import encoder_config
from anygen_pipelines.mini.encoder_data import (
    ATTRIBUTES,
    HELD_COLOUR_DISTANCE,
    UNSPOKEN,
    Bank,
    SoundSampler,
    VisualSampler,
    any_background,
    caption_of,
    clip_bank,
    labels_of,
    picture_bank,
    reverse_some,
)
from anygen_pipelines.mini.world import COLOURS, HELD_OUT, Clip, Scene

CONFIG = encoder_config(vocab_size=100, end_id=3)


@pytest.fixture(scope="module")
def pictures() -> Bank:
    return picture_bank(CONFIG, read=0, unspoken=20, seed=0, folder=None)


@pytest.fixture(scope="module")
def clips() -> Iterator[Bank]:
    some = list(world.all_clips())[::8]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "all_clips", lambda: iter(some))
        yield clip_bank(CONFIG, read=0, unspoken=5, seed=0, folder=None)


def test_no_bank_holds_a_held_out_pair_in_its_colour(pictures: Bank, clips: Bank) -> None:
    for bank in (pictures, clips):
        spoken = bank.rows("drawn", "read")
        assert len(spoken)
        assert not {(bank.items[row].thing, bank.items[row].colour) for row in spoken} & HELD_OUT
        assert len(bank.pixels) == len(bank.items) == len(bank.kinds)


def test_any_background_stays_away_from_the_held_out_colour() -> None:
    rng = np.random.default_rng(0)
    backgrounds = np.array([any_background("dog", rng) for _ in range(300)])
    assert np.linalg.norm(backgrounds - COLOURS["purple"], axis=1).min() > HELD_COLOUR_DISTANCE


def test_a_bank_is_the_same_from_the_same_seed_and_from_its_file(tmp_path: Path) -> None:
    banks = [picture_bank(CONFIG, 0, 8, seed, tmp_path if seed == 1 else None) for seed in (1, 1, 2)]
    assert np.array_equal(banks[0].pixels, banks[1].pixels)
    assert not np.array_equal(banks[0].pixels, banks[2].pixels)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_caption_leaves_out_a_colour_that_is_not_spoken_of() -> None:
    scene = Scene("alarm clock", "orange", "left", "small")
    assert caption_of(scene, True) == "a small alarm clock on the left on an orange background"
    assert caption_of(scene, False) == "a small alarm clock on the left"
    assert labels_of([scene], [False])["colour"].tolist() == [UNSPOKEN]
    assert labels_of([scene], [True])["motion"].tolist() == [UNSPOKEN]


def test_hard_groups_agree_in_thing_and_colour(pictures: Bank) -> None:
    rows = VisualSampler(pictures).rows(14, True, np.random.default_rng(0))
    for group in (rows[:7], rows[7:]):
        items = [pictures.items[row] for row in group]
        assert len({(item.thing, item.colour) for item in items}) == 1
        assert len({(item.position, item.size) for item in items}) == 7


def test_a_clip_played_backwards_gets_the_other_motion() -> None:
    clip = Clip("dog", "red", "big", "left")
    pixels = world.animate(clip)[None].repeat(8, axis=0)
    items, played = reverse_some([clip] * 8, pixels, np.random.default_rng(0))
    assert {item.motion for item in items} == {"left", "right"}
    for item, frames in zip(items, played, strict=True):
        assert np.array_equal(frames, pixels[0] if item.motion == "left" else pixels[0, ::-1])


@pytest.mark.parametrize("hard", [False, True])
def test_a_batch_is_what_the_towers_read(pictures: Bank, clips: Bank, hard: bool) -> None:
    for bank, shape in ((pictures, (9, 3, 64, 64)), (clips, (9, 1, 3, 8, 64, 64))):
        rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
        batch = VisualSampler(bank).batch(CONFIG, 9, hard, rng, generator)
        assert batch.inputs.shape == shape
        assert batch.inputs.isfinite().all()
        assert len(batch.captions) == 9
        assert set(batch.labels) == set(ATTRIBUTES)


def test_sounds_without_recordings_are_made_for_all_kinds() -> None:
    sampler = SoundSampler([], made_per_kind=1, seed=0)
    batch = sampler.batch(CONFIG, 6, np.random.default_rng(0))
    assert batch.inputs.shape == (6, 1, 1, 64, 256)
    assert len(sampler.made) == 16
    assert all(caption.startswith("the sound of a") for caption in batch.captions)
