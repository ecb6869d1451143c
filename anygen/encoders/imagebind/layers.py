"""The transformer every tower shares: pre-norm blocks with an optional learned extra key and value."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

# N items, L tokens, D tower width
BLOCK_NORM_EPS = 1e-6


class Attention(nn.Module):
    """Multi-head self-attention under torch.nn.MultiheadAttention's names and arithmetic.

    With `extra_key`, one learned key and value stand behind those of the tokens (`bias_k`, `bias_v`). Raises ValueError
    where `heads` do not divide `dim`.
    """

    def __init__(self, dim: int, heads: int, extra_key: bool) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f"attention: {heads} heads do not divide a width of {dim}")
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * dim))
        self.out_proj = nn.Linear(dim, dim)
        self.bias_k = nn.Parameter(torch.zeros(1, 1, dim)) if extra_key else None
        self.bias_v = nn.Parameter(torch.zeros(1, 1, dim)) if extra_key else None
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x_NLD: Tensor, mask_LL: Tensor | None) -> Tensor:
        """(N, L, D) to (N, L, D). `mask_LL` is added to the scores; None lets every token see every other."""
        q, k, v = functional.linear(x_NLD, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        if self.bias_k is not None and self.bias_v is not None:
            count = x_NLD.shape[0]
            k = torch.cat([k, self.bias_k.to(k.dtype).expand(count, -1, -1)], dim=1)
            v = torch.cat([v, self.bias_v.to(v.dtype).expand(count, -1, -1)], dim=1)
        q, k, v = (t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in (q, k, v))
        mask = None if mask_LL is None else mask_LL.to(q.dtype)
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """Linear, exact GELU, linear, four times as wide between."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, 4 * dim)
        self.fc2 = nn.Linear(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(functional.gelu(self.fc1(x)))


class Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self, dim: int, heads: int, extra_key: bool) -> None:
        super().__init__()
        self.attn = Attention(dim, heads, extra_key)
        self.norm_1 = nn.LayerNorm(dim, eps=BLOCK_NORM_EPS)
        self.mlp = Mlp(dim)
        self.norm_2 = nn.LayerNorm(dim, eps=BLOCK_NORM_EPS)

    def forward(self, x_NLD: Tensor, mask_LL: Tensor | None) -> Tensor:
        x_NLD = x_NLD + self.attn(self.norm_1(x_NLD), mask_LL)
        return x_NLD + self.mlp(self.norm_2(x_NLD))


class Trunk(nn.Module):
    """A stack of blocks; `pre_norm` puts one more LayerNorm before the first (vision).

    Meta's drop path is left out: the encoder is used frozen, where drop path does nothing.
    """

    def __init__(self, dim: int, blocks: int, heads: int, pre_norm: bool, extra_key: bool) -> None:
        super().__init__()
        self.pre_transformer_layer = nn.Sequential(
            *([nn.LayerNorm(dim, eps=BLOCK_NORM_EPS)] if pre_norm else [])
        )
        self.blocks = nn.ModuleList(Block(dim, heads, extra_key) for _ in range(blocks))

    def forward(self, x_NLD: Tensor, mask_LL: Tensor | None = None) -> Tensor:
        x_NLD = self.pre_transformer_layer(x_NLD)
        for block in self.blocks:
            x_NLD = block(x_NLD, mask_LL)
        return x_NLD
