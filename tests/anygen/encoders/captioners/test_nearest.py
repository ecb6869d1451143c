"""Naming by the nearest description, in a space where a word is its own axis."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from anygen.core.errors import ConfigError
from anygen.core.modality import AUDIO, IMAGE, TEXT
from anygen.encoders.captioners.nearest import TEXT_BATCH, NearestDescription


class Axes:
    """Every id, and every medium (a number), is a direction of its own."""

    def __init__(self) -> None:
        self.read = 0

    def prepare(self, modality, media) -> Tensor:
        return torch.tensor([float(media)])

    def encode(self, modality, prepared: Tensor) -> Tensor:
        if modality == TEXT:
            self.read += len(prepared)
        return torch.nn.functional.one_hot(prepared[:, :1].long(), 512).float()


def ids(texts: list[str]) -> Tensor:
    return torch.tensor([[int(text)] for text in texts])


def test_the_nearest_description_is_said() -> None:
    named = NearestDescription(Axes(), ids, {IMAGE: ["3", "5", "8"], AUDIO: ["5"]})
    assert named.modalities == (IMAGE, AUDIO)
    assert [named.describe(IMAGE, number) for number in (8, 3, 5)] == ["8", "3", "5"]
    assert named.describe(AUDIO, 8) == "5"


def test_descriptions_are_read_once_however_many() -> None:
    encoder = Axes()
    named = NearestDescription(encoder, ids, {IMAGE: [str(number) for number in range(TEXT_BATCH + 9)]})
    assert (
        named.describe(IMAGE, TEXT_BATCH + 3) == named.describe(IMAGE, TEXT_BATCH + 3) == str(TEXT_BATCH + 3)
    )
    assert encoder.read == TEXT_BATCH + 9


def test_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(ConfigError, match="image: no descriptions"):
        NearestDescription(Axes(), ids, {IMAGE: ()})
