"""The trunk's blocks, against torch's own attention."""

from __future__ import annotations

import pytest
import torch

from anygen.encoders.imagebind.layers import Attention, Trunk


def test_attention_is_torchs_under_the_same_names() -> None:
    torch.manual_seed(0)
    theirs = torch.nn.MultiheadAttention(8, 2, add_bias_kv=True, batch_first=True)
    ours = Attention(8, 2, extra_key=True)
    ours.load_state_dict(theirs.state_dict())
    x_NLD = torch.randn(3, 5, 8)
    with torch.no_grad():
        torch.testing.assert_close(ours(x_NLD, None), theirs(x_NLD, x_NLD, x_NLD, need_weights=False)[0])


def test_a_mask_hides_what_comes_after() -> None:
    trunk = Trunk(8, 2, 2, pre_norm=True, extra_key=False).eval()
    mask_LL = torch.full((4, 4), float("-inf")).triu(1)
    x_NLD = torch.randn(1, 4, 8)
    with torch.no_grad():
        short, whole = trunk(x_NLD[:, :2], mask_LL[:2, :2]), trunk(x_NLD, mask_LL)
    torch.testing.assert_close(whole[:, :2], short)


def test_heads_that_do_not_divide_the_width_are_refused() -> None:
    with pytest.raises(ValueError, match="3 heads do not divide a width of 8"):
        Attention(8, 3, extra_key=False)
