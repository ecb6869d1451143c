"""How a tower ends."""

from __future__ import annotations

import torch

from anygen.encoders.imagebind.heads import (
    MAX_LOGIT_SCALE,
    FlatHead,
    LogitScale,
    SelectTokens,
    TextHead,
    postprocessor,
)


def test_the_class_token_or_all_but_it() -> None:
    x_NLD = torch.arange(6.0).reshape(1, 3, 2)
    assert SelectTokens(patches=False)(x_NLD).tolist() == [[[0, 1]]]
    assert SelectTokens(patches=True)(x_NLD).tolist() == [[[2, 3], [4, 5]]]


def test_text_is_read_where_it_ends() -> None:
    head = TextHead(4, 3, end_id=9)
    x_NLD = torch.randn(2, 3, 4)
    found = head(x_NLD, torch.tensor([[1, 9, 0], [1, 2, 9]]))
    torch.testing.assert_close(found[:, 0], head.proj(torch.stack([x_NLD[0, 1], x_NLD[1, 2]])))


def test_a_flat_head_keeps_where_things_are() -> None:
    head = FlatHead(4, tokens=3, flat_dim=2, embed_dim=5)
    x_NLD = torch.randn(1, 3, 4)
    assert head(x_NLD).shape == (1, 1, 5)
    assert not torch.allclose(head(x_NLD), head(x_NLD.flip(1)))


def test_features_have_length_one_times_a_scale_of_at_most_100() -> None:
    x = torch.randn(2, 1, 6)
    torch.testing.assert_close(postprocessor(None)(x).norm(dim=-1), torch.ones(2, 1))
    torch.testing.assert_close(postprocessor(5.0)(x).norm(dim=-1), torch.full((2, 1), 5.0))
    assert float(LogitScale(1000.0, learned=True)(torch.tensor(1.0))) == MAX_LOGIT_SCALE
