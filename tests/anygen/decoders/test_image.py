"""Sizes of images."""

from __future__ import annotations

import pytest
import torch

from anygen import ConfigError, VideoOptions
from anygen.core.modality import VIDEO


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


CAPTIONS = [
    "a dog on red",
    "the sound of a very long and winding caption that does not fit in the encoder at all",
]


def test_a_size_in_between_is_refused_with_the_nearest(tiny_model) -> None:
    decoder = tiny_model.decoders[VIDEO]
    with pytest.raises(ConfigError, match=r"video.height is 20; a multiple of 8 is accepted, such as 16"):
        decoder.decode(decoder.encode_text(["x"]), VideoOptions(height=20), generators(1))
