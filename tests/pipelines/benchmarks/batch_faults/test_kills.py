"""A handful of kills; the points that are named."""

from __future__ import annotations

import random

from anygen.batch.failpoints import LABELS
from anygen_pipelines.benchmarks.batch_faults import kills
from anygen_pipelines.benchmarks.batch_faults.campaign import Ground


def test_kills_at_points_and_moments(ground: Ground) -> None:
    # No video is in the manifest.
    labels = [label for label in LABELS if "video" not in label]
    campaign = kills.one_runner(ground, 6, at=labels)
    assert campaign.times == 6 and campaign.holds, campaign


def test_kills_of_two_runners_on_one_folder(ground: Ground) -> None:
    campaign = kills.two_runners(ground, 2)
    assert campaign.times >= 2 and campaign.holds, campaign


def test_faults_name_every_point() -> None:
    labels = {fault.split(":")[0] for fault in kills.faults(200, random.Random(0))}
    assert labels == {*LABELS, "*", ""}
