"""What a config can say of parts, and what is refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from anygen import ConfigError
from anygen.core.config import read_config
from anygen.core.modality import AUDIO, IMAGE
from anygen.loading.build import build_input_projectors
from anygen.loading.manifest import part_paths
from anygen.loading.presets import plans

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


@pytest.mark.parametrize("name", ["nextgpt-7b", "nextgpt-15"])
def test_a_preset_without_weights_is_a_whole_config(name: str) -> None:
    config = read_config(plans()[name])
    assert config.name == name and config.obtain is not None
    assert list(config.llm.signal_tokens.items()) == [("image", 4), ("video", 24), ("audio", 8)]
    parts = {"llm", "encoders.imagebind", "decoders.image", "decoders.video", "decoders.audio"}
    assert set(config.sources) - {"trained"} == parts


@pytest.mark.parametrize("name", ["bridge-small", "bridge-omni"])
def test_a_preset_of_published_parts_names_a_source_for_each(name: str) -> None:
    config = read_config(plans()[name])
    assert config.name == name and config.obtain is not None and not config.is_trained
    assert set(config.sources) == set(part_paths(config))
    assert all(source.memory_gb > 0 and source.licence for source in config.sources.values())
