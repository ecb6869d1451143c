"""The smallest output projector: one linear map over positions, one over width.

Legend: N items, T signal tokens, D LLM width, L positions, C width of the conditioning.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from anygen.projectors.output.conditioning import ConditioningHead


@dataclass(frozen=True)
class LinearOutputSettings:
    """`num_queries` and `out_dim`, if given, must be the decoder's; `normalize` makes each position a unit vector."""

    num_queries: int | None = None
    out_dim: int | None = None
    normalize: bool = False


class LinearOutputProjector(ConditioningHead):
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
        super().__init__(name, shape, settings.num_queries, settings.out_dim, settings.normalize)
        length, width = self.size
        self.positions = nn.Linear(num_signal_tokens, length)
        self.width = nn.Linear(llm_dim, width)

    def forward(self, hidden_NTD: Tensor, input_embeddings_NTD: Tensor) -> Tensor:
        mixed_NLD = self.positions((hidden_NTD + input_embeddings_NTD).mT).mT
        return self.finish(self.width(mixed_NLD))
