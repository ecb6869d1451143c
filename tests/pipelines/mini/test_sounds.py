from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from anygen_pipelines.mini import sounds, world


@pytest.fixture
def esc10(tmp_path: Path) -> Path:
    """Two short recordings of every recorded kind, of other sources and folds, at another rate."""
    rng = np.random.default_rng(0)
    for folder in world.ESC10_FOLDERS.values():
        (tmp_path / folder).mkdir()
        for name in ("1-10-A", "4-21-B"):
            samples = rng.normal(0, 0.1, (22_050, 2))
            soundfile.write(tmp_path / folder / f"{name}.wav", samples, 44_100)
    return tmp_path


@pytest.mark.parametrize("thing", world.SOUNDING)
def test_a_made_sound_is_one_window_and_the_same_from_the_same_generator(thing: str) -> None:
    made = [sounds.synthesise(thing, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert made[0].shape == (sounds.WINDOW,) and made[0].dtype == np.float32
    assert np.abs(made[0]).max() == pytest.approx(0.7)
    assert np.array_equal(made[0], made[1]) and not np.array_equal(made[0], made[2])


def test_a_thing_without_a_sound_is_named() -> None:
    with pytest.raises(ValueError, match="'cat' has no sound: one of dog"):
        sounds.synthesise("cat", np.random.default_rng(0))


def test_recordings_are_read_by_folder_fold_and_source(esc10: Path) -> None:
    found = sounds.load_recordings(esc10, folds=(1, 2, 3))
    assert [each.thing for each in found] == list(world.RECORDED)
    assert {(each.fold, each.source, each.name) for each in found} == {(1, "10", "1-10-A")}
    assert len(found[0].samples) == 8000 and found[0].samples.dtype == np.float32
    assert all(map(sounds.is_validation, found))
    assert not any(sounds.is_validation(each) for each in sounds.load_recordings(esc10, folds=(4,)))
    (esc10 / "rain" / "1-10-A.wav").unlink()
    (esc10 / "rain" / "4-21-B.wav").unlink()
    (esc10 / "rain").rmdir()
    with pytest.raises(FileNotFoundError, match=r"rain: no such folder"):
        sounds.load_recordings(esc10)


def test_the_loudest_window_is_taken_and_a_short_sound_is_looped() -> None:
    samples = np.zeros(4 * sounds.WINDOW, dtype=np.float32)
    samples[2 * sounds.WINDOW : 3 * sounds.WINDOW] = 0.5
    assert sounds.window(samples).mean() > 0.45
    assert sounds.window(samples, np.random.default_rng(0)).any()
    short = np.arange(1000, dtype=np.float32)
    assert np.array_equal(sounds.window(short)[1000:2000], short)


def test_a_sound_varies_in_loudness_and_silence_stays_silence() -> None:
    samples = sounds.synthesise("bell", np.random.default_rng(0))
    loudest = [np.abs(sounds.vary(samples, np.random.default_rng(seed))).max() for seed in range(20)]
    assert min(loudest) < 0.4 < max(loudest) < 1.05
    assert not sounds.normalise(np.zeros(10)).any()
