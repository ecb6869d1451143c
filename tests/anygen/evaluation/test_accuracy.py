import numpy as np
import pytest

from anygen.evaluation.accuracy import Estimate, estimate, lower


def test_clusters_that_agree_inside_widen_the_interval():
    scores = [True] * 50 + [False] * 50
    apart = estimate(scores)
    together = estimate(scores, [index // 10 for index in range(100)])
    assert together.value == apart.value == 0.5
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert together.num_clusters == 10


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        found = estimate(list(generator.random(150) < 0.7), num_resamples=300, seed=trial)
        covered += found.low <= 0.7 <= found.high
    assert 0.88 < covered / 200 <= 1


def test_all_right_still_has_an_interval():
    found = estimate([True] * 20)
    assert found.value == found.high == 1
    assert 0.8 < found.low < 1


def test_differences_may_be_negative():
    assert estimate([-1.0, 0.0, 0.0, 0.0]).value == -0.25


def test_the_same_seed_gives_the_same_interval():
    scores = [index % 3 == 0 for index in range(40)]
    assert estimate(scores) == estimate(scores)


@pytest.mark.parametrize(
    ("scores", "clusters"), [([], None), ([1.0, float("nan")], None), ([1.0], ["a", "b"])]
)
def test_what_cannot_be_estimated_is_refused(scores, clusters):
    with pytest.raises(ValueError):
        estimate(scores, clusters)


def test_the_lower_probe_counts():
    strict, kind = Estimate(0.8, 0.7, 0.9, 10, 10), Estimate(0.9, 0.8, 1.0, 10, 10)
    assert lower(kind, strict) is strict and lower(strict, kind) is strict
