"""Distances between sounds: a copy is found, and nothing is measured without recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from anygen.evaluation.sound_distance import nearest_clip
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.evaluation import sound_copies
from anygen_pipelines.mini.evaluation.bench import Bench


def test_without_recordings_there_is_no_table(tmp_path: Path) -> None:
    assert sound_copies.sound_distances(Bench("none", tmp_path)) == []


def test_a_copy_lies_nearer_than_another_sound_of_the_kind() -> None:
    first, second = (sounds.synthesise("bell", np.random.default_rng(seed)) for seed in (0, 1))
    mels = [sound_copies._mel(each) for each in (first, second)]
    assert mels[0].shape == (len(first) // 160 // 4, 64)
    copy = nearest_clip(sound_copies._mel(first * 0.5), [mels[0]], hop=1)[1]
    assert copy < 0.2 * nearest_clip(mels[1], [mels[0]], hop=1)[1]


def test_figures_are_shares_of_what_fold_4_gives(tmp_path: Path) -> None:
    kinds = world.RECORDED[:2]
    found = {
        "made": {kinds[0]: [1.0, 3.0], kinds[1]: []},
        "fold 4": {kinds[0]: [2.0], kinds[1]: [2.0]},
        "spread made": {kinds[0]: 1.0},
        "spread real": {kinds[0]: 4.0},
    }
    bench = Bench("none", tmp_path, esc10=tmp_path)
    bench.measured("sound_distances", sound_copies.PARTS, lambda: found)
    rows = sound_copies.sound_distances(bench)
    assert [row.figure.value for row in rows] == [1.0, 0.5, 0.25]
    assert rows[1].note == "the closest of fold 4: 1.00" and kinds[0] in rows[2].measure
