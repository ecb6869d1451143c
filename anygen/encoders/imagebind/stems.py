"""From one prepared item to the tokens of a tower's trunk: patches or convolutions, class token, position."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from anygen.encoders.imagebind.config import (
    ConvStemConfig,
    GridTowerConfig,
    ImuTowerConfig,
    TextTowerConfig,
    VisionTowerConfig,
)

# N items, C channels, T frames, H height, W width, L tokens, D tower width
STEM_NORM_EPS = 1e-5
SINE_SCALE = 0.5


class RepeatInTime(nn.Module):
    """Images (N, C, H, W) as clips of `frames` equal frames; clips (N, C, T, H, W) pass.

    Raises ValueError for other axes."""

    def __init__(self, frames: int) -> None:
        super().__init__()
        self.frames = frames

    def forward(self, x: Tensor) -> Tensor:
        x_NCTHW = x.unsqueeze(2) if x.ndim == 4 else x
        if x_NCTHW.ndim != 5:
            raise ValueError(f"vision: got {tuple(x.shape)}, expected (N, C, H, W) or (N, C, T, H, W)")
        return x_NCTHW.repeat(1, 1, self.frames, 1, 1) if x_NCTHW.shape[2] == 1 else x_NCTHW


class PatchStem(nn.Module):
    """One strided convolution, a token per patch, in row-major order."""

    def __init__(self, proj: nn.Module, norm_dim: int | None) -> None:
        super().__init__()
        self.proj = proj
        self.norm_layer = None if norm_dim is None else nn.LayerNorm(norm_dim, eps=STEM_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        tokens_NLD = self.proj(x).flatten(2).transpose(1, 2)
        return tokens_NLD if self.norm_layer is None else self.norm_layer(tokens_NLD)


class PositionTable(nn.Module):
    """Learned positions: one for the class token (if any), then one per patch."""

    def __init__(self, positions: int, dim: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.randn(1, positions, dim) * 0.02)

    def forward(self, tokens_NLD: Tensor) -> Tensor:
        """Add the positions to (N, L, D); a square grid of another size gets them by bicubic interpolation.

        Raises ValueError where either grid is not square."""
        wanted, known = tokens_NLD.shape[1] - 1, self.pos_embed.shape[1] - 1
        if wanted == known:
            return tokens_NLD + self.pos_embed
        side, new_side = math.isqrt(known), math.isqrt(wanted)
        if side * side != known or new_side * new_side != wanted:
            raise ValueError(f"positions: got {wanted} patches, expected {known} or a square grid of them")
        grid = self.pos_embed[:, 1:].float().unflatten(1, (side, side)).permute(0, 3, 1, 2)
        grid = functional.interpolate(grid, scale_factor=math.sqrt(wanted / known), mode="bicubic")
        patches = grid.flatten(2).transpose(1, 2).to(self.pos_embed.dtype)
        return tokens_NLD + torch.cat([self.pos_embed[:, :1], patches], dim=1)


class VisionStem(nn.Module):
    """Images and two-frame clips as patches, the class token before them."""

    def __init__(self, config: VisionTowerConfig) -> None:
        super().__init__()
        kernel = config.patch
        patches = (
            config.video_frames
            // kernel[0]
            * (config.image_size // kernel[1])
            * (config.image_size // kernel[2])
        )
        convolution = nn.Conv3d(3, config.dim, kernel, stride=kernel, bias=False)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.dim))
        self.rgbt_stem = PatchStem(nn.Sequential(RepeatInTime(kernel[0]), convolution), norm_dim=None)
        self.pos_embedding_helper = PositionTable(1 + patches, config.dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.pos_embedding_helper(_behind_class_token(self.cls_token, self.rgbt_stem(x)))


class GridStem(nn.Module):
    """One-channel grids as patches. The patch embedding is called `depth_stem` for depth, `rgbt_stem` otherwise."""

    def __init__(self, config: GridTowerConfig, stem_name: str) -> None:
        super().__init__()
        convolution = nn.Conv2d(1, config.dim, config.kernel, stride=config.stride, bias=False)
        rows = (config.height - config.kernel) // config.stride + 1
        columns = (config.width - config.kernel) // config.stride + 1
        self.stem_name = stem_name
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.dim))
        self.add_module(stem_name, PatchStem(convolution, norm_dim=config.dim))
        self.pos_embedding_helper = PositionTable(1 + rows * columns, config.dim)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        tokens_NLD = self.get_submodule(self.stem_name)(x_NCHW)
        return self.pos_embedding_helper(_behind_class_token(self.cls_token, tokens_NLD))


class LinearStem(nn.Module):
    """A linear map without bias, then a norm."""

    def __init__(self, in_dim: int, dim: int) -> None:
        super().__init__()
        self.proj = nn.Linear(in_dim, dim, bias=False)
        self.norm_layer = nn.LayerNorm(dim, eps=STEM_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm_layer(self.proj(x))


class ImuStem(nn.Module):
    """(N, channels, length) cut into pieces of `kernel` samples, each piece with all its channels one token."""

    def __init__(self, config: ImuTowerConfig) -> None:
        super().__init__()
        self.kernel = config.kernel
        self.pos_embed = nn.Parameter(torch.randn(1, 1 + config.length // config.kernel, config.dim) * 0.02)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.dim))
        self.imu_stem = LinearStem(config.channels * config.kernel, config.dim)

    def forward(self, x_NCT: Tensor) -> Tensor:
        pieces = x_NCT.unfold(-1, self.kernel, self.kernel).transpose(1, 2).flatten(2)
        return _behind_class_token(self.cls_token, self.imu_stem(pieces)) + self.pos_embed


class TextStem(nn.Module):
    """Token ids (N, L) int64 as embeddings; `mask` keeps each token from those after it. Raises ValueError for too many."""

    mask: Tensor

    def __init__(self, config: TextTowerConfig) -> None:
        super().__init__()
        length = config.context_length
        self.pos_embed = nn.Parameter(torch.randn(1, length, config.dim) * 0.01)
        self.token_embedding = nn.Embedding(config.vocab_size, config.dim)
        self.register_buffer("mask", torch.full((length, length), -math.inf).triu(1))
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    def forward(self, ids_NL: Tensor) -> Tensor:
        length = ids_NL.shape[1]
        if length > self.pos_embed.shape[1]:
            raise ValueError(f"text: got {length} tokens, expected at most {self.pos_embed.shape[1]}")
        return self.token_embedding(ids_NL) + self.pos_embed[:, :length]


class ConvStem(nn.Module):
    """Strided 3x3 convolutions; one token per cell of what is left of the grid, no class token."""

    def __init__(self, in_channels: int, widths: tuple[int, ...], groups: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width in widths:
            layers.append(nn.Conv2d(in_channels, width, 3, stride=2, padding=1))
            layers.append(nn.GroupNorm(min(groups, width), width))
            layers.append(nn.GELU())
            in_channels = width
        self.layers = nn.Sequential(*layers)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return self.layers(x_NCHW).flatten(2).transpose(1, 2)


class ConvGridStem(nn.Module):
    """A conv stem over a one-channel grid, with learned positions."""

    def __init__(self, config: GridTowerConfig, conv: ConvStemConfig) -> None:
        super().__init__()
        rows, columns = conv_grid(config.height, conv.widths), conv_grid(config.width, conv.widths)
        self.stem = ConvStem(1, conv.widths, conv.groups)
        self.pos_embed = nn.Parameter(sine_positions(rows, columns, config.dim))

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return self.stem(x_NCHW) + self.pos_embed


class ConvVisionStem(nn.Module):
    """A conv stem over an image; a clip adds to its middle frame's tokens those of all its frames at once.

    Raises ValueError where the frames' grid is not that of the image."""

    def __init__(self, config: VisionTowerConfig, conv: ConvStemConfig) -> None:
        super().__init__()
        side = conv_grid(config.image_size, conv.widths)
        if conv.frame_widths and conv_grid(conv.frame_size, conv.frame_widths) != side:
            raise ValueError(
                f"conv stem: frames of {conv.frame_size} do not end in a grid of {side} x {side}"
            )
        self.frames, self.frame_size = config.video_frames, conv.frame_size
        self.stem = ConvStem(3, conv.widths, conv.groups)
        self.pos_embed = nn.Parameter(sine_positions(side, side, config.dim))
        self.frame_stem: ConvStem | None = None
        if conv.frame_widths:
            self.frame_stem = ConvStem(3 * config.video_frames, conv.frame_widths, conv.groups)
            self.clip_embed = nn.Parameter(torch.zeros(1, 1, config.dim))

    def forward(self, x: Tensor) -> Tensor:
        """Tokens (N, L, D) of images (N, 3, H, W) or clips (N, 3, T, H, W). Raises ValueError for other shapes."""
        if x.ndim == 4:
            return self.stem(x) + self.pos_embed
        if self.frame_stem is None or x.ndim != 5 or x.shape[2] != self.frames:
            raise ValueError(
                f"vision: got {tuple(x.shape)}, expected (N, C, H, W) or {self.frames} frames (N, C, T, H, W)"
            )
        stacked = functional.adaptive_avg_pool2d(x.transpose(1, 2).flatten(1, 2), self.frame_size)
        tokens_NLD = self.stem(x[:, :, self.frames // 2]) + self.frame_stem(stacked)
        return tokens_NLD + self.pos_embed + self.clip_embed


def conv_grid(size: int, widths: tuple[int, ...]) -> int:
    """Cells along one side after the convolutions of a stem."""
    for _ in widths:
        size = (size + 1) // 2
    return size


def sine_positions(rows: int, columns: int, dim: int) -> Tensor:
    """Sine and cosine of both coordinates, half the width each: (1, L, D), L = rows * columns."""
    quarter = dim // 4
    frequencies = torch.exp(-math.log(100.0) * torch.arange(quarter) / quarter)

    def wave(count: int) -> Tensor:
        angles = torch.arange(count)[:, None] * frequencies[None]
        return torch.cat([angles.sin(), angles.cos()], dim=1)

    row, column = wave(rows), wave(columns)
    grid = torch.cat([row[:, None].expand(-1, columns, -1), column[None].expand(rows, -1, -1)], dim=-1)
    return SINE_SCALE * grid.reshape(1, rows * columns, 4 * quarter)


def _behind_class_token(cls_token_11D: Tensor, tokens_NLD: Tensor) -> Tensor:
    return torch.cat([cls_token_11D.expand(tokens_NLD.shape[0], -1, -1), tokens_NLD], dim=1)
