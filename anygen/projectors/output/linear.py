"""The smallest output projector: one linear map over positions, one over width.

Legend: N items, T signal tokens, D LLM width, L positions, C width of the conditioning.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from anygen.projectors.output.conditioning import length_and_width


@dataclass(frozen=True)
class LinearOutputSettings:
    """`num_queries` and `out_dim`, if given, must be the decoder's; `normalize` makes each position a unit vector."""

    num_queries: int | None = None
    out_dim: int | None = None
    normalize: bool = False


class LinearOutputProjector(nn.Module):
    """hidden + input embeddings (N, T, D) -> (N, L, C), or (N, C) for a pooled conditioning."""

    Settings = LinearOutputSettings

    def __init__(
        self,
        settings: LinearOutputSettings,
        name: str,
        shape: tuple[int, ...],
        llm_dim: int,
        num_signal_tokens: int,
    ) -> None:
        super().__init__()
        self.is_pooled, self.normalize = len(shape) == 1, settings.normalize
        length, width = length_and_width(name, shape, settings.num_queries, settings.out_dim)
        self.positions = nn.Linear(num_signal_tokens, length)
        self.width = nn.Linear(llm_dim, width)

    def forward(self, hidden_NTD: Tensor, input_embeddings_NTD: Tensor) -> Tensor:
        mixed_NLD = self.positions((hidden_NTD + input_embeddings_NTD).mT).mT
        out_NLC = self.width(mixed_NLD)
        if self.normalize:
            out_NLC = nn.functional.normalize(out_NLC, dim=-1)
        return out_NLC[:, 0] if self.is_pooled else out_NLC
