"""What a config can say of parts, and what is refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from anygen import ConfigError
from anygen.core.modality import AUDIO, IMAGE
from anygen.loading.build import build_input_projectors

SMALL_GROUP = {
    "kind": "group", "hidden_dim": 8, "heads": 2, "depths": [1, 1], "group_tokens": [3, 0], "output_groups": [2],
}  # fmt: skip


def encoders(num_image: int, num_audio: int):
    shapes = {IMAGE: num_image, AUDIO: num_audio}
    return {name: SimpleNamespace(feature_dim=6, num_features=shapes) for name in shapes}


def test_a_shared_projector_is_one_projector() -> None:
    configs = {"image": {"kind": "linear"}, "audio": {"kind": "shared", "of": "image"}}
    family = build_input_projectors(configs, encoders(1, 1), 4)
    assert list(family) == ["image", "audio"] and family["image"] is family["audio"]
    assert len(list(family.parameters())) == 2


def test_a_projector_that_gathers_features_is_shared_whatever_their_number() -> None:
    configs = {"image": SMALL_GROUP, "audio": {"kind": "shared", "of": "image"}}
    family = build_input_projectors(configs, encoders(5, 3), 4)
    assert family["audio"](torch.zeros(1, 3, 6)).shape == (1, 2, 4)


@pytest.mark.parametrize(
    ("configs", "words"),
    [
        ({"image": {"kind": "linear"}, "audio": {"kind": "shared", "of": "video"}}, "one of image"),
        ({"image": {"kind": "linear"}, "audio": {"kind": "shared", "of": "image", "x": 1}}, "`of` alone"),
        ({"image": {"kind": "linear"}, "audio": {"kind": "shared", "of": "image"}}, "cannot both take"),
    ],
)
def test_what_cannot_be_shared_is_refused(configs: dict, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build_input_projectors(configs, encoders(5, 3), 4)
