"""Two linear layers with an exact GELU between: the `mlp` of NExT-GPT v1.5 and LLaVA-1.5, with its key names.

Legend: N items, F features per item, E encoder width, S soft tokens per item, K soft tokens per feature, D LLM width.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from anygen.core.config import MAX_SIGNAL_TOKENS, check_size


@dataclass(frozen=True)
class MlpInputSettings:
    """`tokens_per_feature` K as in linear.py; `hidden_dim` None is the width of the language model."""

    tokens_per_feature: int = 1
    hidden_dim: int | None = None

    def __post_init__(self) -> None:
        check_size("input_projectors.tokens_per_feature", self.tokens_per_feature, MAX_SIGNAL_TOKENS)
        if self.hidden_dim is not None:
            check_size("input_projectors.hidden_dim", self.hidden_dim)


class MlpInputProjector(nn.Module):
    """features_NFE -> soft_NSD with S = F * K, by E -> hidden, GELU, hidden -> K * D."""

    Settings = MlpInputSettings

    def __init__(self, settings: MlpInputSettings, feature_dim: int, num_features: int, llm_dim: int) -> None:
        super().__init__()
        hidden = settings.hidden_dim or llm_dim
        self.num_soft_tokens = num_features * settings.tokens_per_feature
        self.llm_dim = llm_dim
        self.layer = nn.Sequential(
            nn.Linear(feature_dim, hidden),
            nn.GELU(),
            nn.Linear(hidden, settings.tokens_per_feature * llm_dim),
        )

    def forward(self, features_NFE: Tensor) -> Tensor:
        return self.layer(features_NFE).reshape(features_NFE.shape[0], self.num_soft_tokens, self.llm_dim)
