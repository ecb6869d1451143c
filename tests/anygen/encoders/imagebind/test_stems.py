"""Media as the tokens of a trunk."""

from __future__ import annotations

import pytest
import torch

from anygen.encoders.imagebind.config import TextTowerConfig
from anygen.encoders.imagebind.stems import (
    ConvStem,
    PositionTable,
    RepeatInTime,
    TextStem,
    conv_grid,
    sine_positions,
)


def test_an_image_is_a_clip_of_equal_frames() -> None:
    image = torch.randn(1, 3, 4, 4)
    clip = RepeatInTime(2)(image)
    assert clip.shape == (1, 3, 2, 4, 4) and torch.equal(clip[:, :, 0], clip[:, :, 1])
    assert torch.equal(RepeatInTime(2)(clip), clip)
    with pytest.raises(ValueError, match=r"got \(3, 4\)"):
        RepeatInTime(2)(torch.zeros(3, 4))


def test_positions_of_another_square_are_interpolated() -> None:
    table = PositionTable(1 + 9, 4)
    tokens = torch.zeros(1, 1 + 36, 4)
    assert table(tokens).shape == tokens.shape
    torch.testing.assert_close(table(tokens)[:, 0], table.pos_embed[:, 0])
    with pytest.raises(ValueError, match="got 5 patches, expected 9 or a square"):
        table(torch.zeros(1, 6, 4))


def test_a_conv_stem_leaves_the_grid_that_is_said() -> None:
    assert ConvStem(1, (4, 8), groups=2)(torch.zeros(2, 1, 9, 16)).shape == (2, conv_grid(9, (4, 8)) * 4, 8)


def test_no_two_places_have_the_same_sine_positions() -> None:
    table = sine_positions(3, 5, 16)[0]
    assert table.shape == (15, 16)
    assert torch.cdist(table, table).add(torch.eye(15)).min() > 1e-3


def test_text_that_is_too_long_is_refused() -> None:
    stem = TextStem(TextTowerConfig(dim=16, blocks=1, heads=2, vocab_size=20, context_length=6, end_id=2))
    assert stem(torch.zeros(1, 4, dtype=torch.long)).shape == (1, 4, 16)
    assert stem.mask[0, 1] == float("-inf") and stem.mask[1, 0] == 0
    with pytest.raises(ValueError, match="got 7 tokens, expected at most 6"):
        stem(torch.zeros(1, 7, dtype=torch.long))
