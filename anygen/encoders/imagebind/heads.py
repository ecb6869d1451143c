"""From a tower's tokens to features of the shared width, and the norm and scale that end them."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from anygen.encoders.imagebind.layers import BLOCK_NORM_EPS

# N items, L tokens, F features, D tower width, E embedding width
MAX_LOGIT_SCALE = 100.0


class SelectTokens(nn.Module):
    """The class token alone, or all tokens but it. Keeps the token axis."""

    def __init__(self, patches: bool) -> None:
        super().__init__()
        self.patches = patches

    def forward(self, x_NLD: Tensor) -> Tensor:
        return x_NLD[:, 1:] if self.patches else x_NLD[:, :1]


def class_head(dim: int, embed_dim: int, patches: bool, dropout: float | None = None) -> nn.Sequential:
    """Norm, choice of tokens, linear map. The number in each name is Meta's, hence the list."""
    layers: list[nn.Module] = [nn.LayerNorm(dim, eps=BLOCK_NORM_EPS), SelectTokens(patches)]
    if dropout is not None:
        layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers, nn.Linear(dim, embed_dim, bias=False))


class TextHead(nn.Module):
    """The state at the end of the text, normed and mapped."""

    def __init__(self, dim: int, embed_dim: int, end_id: int | None) -> None:
        super().__init__()
        self.end_id = end_id
        self.proj = nn.Sequential(
            nn.LayerNorm(dim, eps=BLOCK_NORM_EPS), nn.Linear(dim, embed_dim, bias=False)
        )

    def forward(self, x_NLD: Tensor, ids_NL: Tensor) -> Tensor:
        ends = ids_NL if self.end_id is None else (ids_NL == self.end_id).int()
        rows = torch.arange(len(ids_NL), device=ids_NL.device)
        return self.proj(x_NLD[rows, ends.argmax(dim=1)]).unsqueeze(1)


class FlatHead(nn.Module):
    """`flat_dim` values of every token, side by side, mapped to one feature: keeps where things are."""

    def __init__(self, dim: int, tokens: int, flat_dim: int, embed_dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim, eps=BLOCK_NORM_EPS)
        self.token_proj = nn.Linear(dim, flat_dim)
        self.proj = nn.Linear(tokens * flat_dim, embed_dim, bias=False)

    def forward(self, x_NLD: Tensor) -> Tensor:
        flat = functional.gelu(self.token_proj(self.norm(x_NLD))).flatten(1)
        return self.proj(flat).unsqueeze(1)


class LogitScale(nn.Module):
    """Multiplies by exp(log_logit_scale), at most 100. Learned for text, fixed for the others."""

    log_logit_scale: Tensor

    def __init__(self, scale: float, learned: bool) -> None:
        super().__init__()
        value = torch.tensor(math.log(scale))
        if learned:
            self.log_logit_scale = nn.Parameter(value)
        else:
            self.register_buffer("log_logit_scale", value)

    def forward(self, x: Tensor) -> Tensor:
        return self.log_logit_scale.exp().clamp(max=MAX_LOGIT_SCALE) * x


class Normalise(nn.Module):
    """Length 1 along the last axis."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.normalize(x, dim=-1)


def postprocessor(scale: float | None, learned: bool = False) -> nn.Sequential:
    """What ends a tower: unit length, and, where `scale` is given, a factor."""
    layers: list[nn.Module] = [Normalise()]
    if scale is not None:
        layers.append(LogitScale(scale, learned))
    return nn.Sequential(*layers)
