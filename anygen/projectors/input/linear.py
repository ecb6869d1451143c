"""One linear layer per feature: NExT-GPT's `llama_proj`, with more than one soft token where asked.

Legend: N items, F features per item, E encoder width, S soft tokens per item, K soft tokens per feature, D LLM width.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from anygen.core.config import MAX_SIGNAL_TOKENS, check_size


@dataclass(frozen=True)
class LinearInputSettings:
    """`tokens_per_feature` K: each feature becomes K soft tokens, so that one vector can fill several positions."""

    tokens_per_feature: int = 1

    def __post_init__(self) -> None:
        check_size("input_projectors.tokens_per_feature", self.tokens_per_feature, MAX_SIGNAL_TOKENS)


class LinearInputProjector(nn.Module):
    """features_NFE -> soft_NSD with S = F * K, by one linear layer E -> K * D."""

    Settings = LinearInputSettings

    def __init__(
        self, settings: LinearInputSettings, feature_dim: int, num_features: int, llm_dim: int
    ) -> None:
        super().__init__()
        self.num_soft_tokens = num_features * settings.tokens_per_feature
        self.llm_dim = llm_dim
        self.layer = nn.Linear(feature_dim, settings.tokens_per_feature * llm_dim)

    def forward(self, features_NFE: Tensor) -> Tensor:
        return self.layer(features_NFE).reshape(features_NFE.shape[0], self.num_soft_tokens, self.llm_dim)
