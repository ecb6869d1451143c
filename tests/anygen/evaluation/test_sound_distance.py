import numpy as np
import pytest

from anygen.evaluation.sound_distance import nearest_clip, spread


@pytest.fixture
def clips():
    generator = np.random.default_rng(1)
    return [generator.normal(size=(60, 8)) for _ in range(4)]


def test_a_louder_copy_from_inside_a_clip_is_found(clips):
    index, distance = nearest_clip(clips[2][8:28] + 1.5, clips, hop=4)
    assert index == 2 and distance == pytest.approx(0, abs=1e-6)


def test_a_new_sound_is_far_from_every_clip(clips):
    fresh = np.random.default_rng(9).normal(size=(20, 8))
    assert nearest_clip(fresh, clips)[1] > 1


def test_clips_shorter_than_the_sound_are_skipped_and_none_left_is_an_error(clips):
    assert nearest_clip(clips[1][:30], [clips[0][:10], clips[1]])[0] == 1
    with pytest.raises(ValueError):
        nearest_clip(clips[1], [clips[0][:10]])


def test_the_spread_of_one_sound_repeated_is_nought(clips):
    assert spread([clips[0], clips[0] + 2]) == pytest.approx(0, abs=1e-6)
    assert spread(clips) > 1
    with pytest.raises(ValueError):
        spread(clips[:1])
