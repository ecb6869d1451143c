"""One head per conditioning tensor a decoder declares, and the mask where it declares one.

Legend: N items, T signal tokens, D LLM width, L positions, C width of the conditioning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from anygen.core.errors import ConfigError


class ConditioningProjector(nn.Module):
    """hidden_NTD, input_embeddings_NTD -> name -> tensor, each of the shape the decoder declares, batch first.

    A "mask" is not learned: the heads fill every position, so it is True everywhere. Raises ConfigError without heads."""

    def __init__(self, heads: Mapping[str, nn.Module], conditioning: Mapping[str, tuple[int, ...]]) -> None:
        super().__init__()
        if not heads:
            raise ConfigError("output_projectors: the decoder declares no conditioning to project to")
        self.conditioning = {name: tuple(shape) for name, shape in conditioning.items()}
        self.heads = nn.ModuleDict(heads)

    def forward(self, hidden_NTD: Tensor, input_embeddings_NTD: Tensor) -> dict[str, Tensor]:
        made = {name: head(hidden_NTD, input_embeddings_NTD) for name, head in self.heads.items()}
        if "mask" in self.conditioning:
            size = (hidden_NTD.shape[0], *self.conditioning["mask"])
            made["mask"] = torch.ones(size, dtype=torch.bool, device=hidden_NTD.device)
        return made

    def calibrate(self, hidden_NTD: Tensor, input_embeddings_NTD: Tensor) -> bool:
        """Fit the heads that can be to what they will read, before they train; returns whether any was."""
        known: list[Any] = [head for head in self.heads.values() if hasattr(head, "calibrate")]
        fitted = [head.calibrate(hidden_NTD, input_embeddings_NTD) for head in known]
        return any(fitted)


class ConditioningHead(nn.Module):
    """What projectors of every kind share: `length` L and `width` C of what the decoder takes as `name`, where a pooled
    vector (C,) has L = 1, and how their output ends.

    Raises ConfigError, with both numbers, if `num_queries` or `out_dim` ask for another length or width."""

    def __init__(
        self,
        name: str,
        shape: tuple[int, ...],
        num_queries: int | None,
        out_dim: int | None,
        normalize: bool,
    ) -> None:
        super().__init__()
        if len(shape) not in (1, 2):
            raise ConfigError(
                f"conditioning {name}: has the shape {shape}; (length, width) or (width,) is accepted"
            )
        length, width = (1, shape[0]) if len(shape) == 1 else shape
        made = (length if num_queries is None else num_queries, width if out_dim is None else out_dim)
        if made != (length, width):
            raise ConfigError(
                f"conditioning {name}: projector makes {made}, decoder takes {(length, width)} (length, width)"
            )
        self.size = (length, width)
        self.is_pooled, self.normalize = len(shape) == 1, normalize

    def finish(self, out_NLC: Tensor) -> Tensor:
        """Positions (N, L, C) as the decoder takes them: unit vectors where asked for, (N, C) where it is pooled."""
        if self.normalize:
            out_NLC = nn.functional.normalize(out_NLC, dim=-1)
        return out_NLC[:, 0] if self.is_pooled else out_NLC
