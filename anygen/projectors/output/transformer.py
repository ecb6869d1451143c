"""NExT-GPT's output projector: learned queries read the signal tokens through a small transformer.

The layout and its names (fc, tfm, model, query_embs) are those of NExT-GPT's TextFcLayer, whose checkpoints load as
they are; the design is GILL's mapper (Koh et al., 2023, "Generating Images with Multimodal Language Models").
Legend: N items, T signal tokens, D LLM width, H hidden width, L positions, C width of the conditioning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from anygen.core.config import MAX_SIZE, check_size
from anygen.core.errors import ConfigError
from anygen.projectors.output.conditioning import ConditioningHead


@dataclass(frozen=True)
class TransformerOutputSettings:
    """Sizes; the defaults are NExT-GPT's. `num_queries` and `out_dim`, if given, must be the decoder's.

    Off by default, because NExT-GPT has none of them: `positions` adds a learned vector to each signal token, so that
    their order counts; `input_norm` normalises what comes in; `normalize` makes each position a unit vector, as CLAP's
    embeddings are."""

    hidden_dim: int = 512
    ffn_dim: int = 2048
    encoder_layers: int = 4
    decoder_layers: int = 4
    heads: int = 4
    num_queries: int | None = None
    out_dim: int | None = None
    positions: bool = False
    input_norm: bool = False
    normalize: bool = False

    def __post_init__(self) -> None:
        for name in ("hidden_dim", "ffn_dim", "encoder_layers", "decoder_layers", "heads"):
            check_size(
                f"output_projectors.{name}", getattr(self, name), 1024 if "layers" in name else MAX_SIZE
            )
        if self.hidden_dim % self.heads:
            raise ConfigError(
                f"output_projectors.heads: {self.heads} do not divide hidden_dim {self.hidden_dim}"
            )


class TransformerOutputProjector(ConditioningHead):
    """hidden + input embeddings (N, T, D) -> (N, L, C), or (N, C) for a pooled conditioning.

    Linear D -> H, a pre-norm transformer (ReLU, no dropout, no masks) from the signal tokens to L learned queries,
    linear H -> C."""

    Settings = TransformerOutputSettings

    def __init__(
        self,
        settings: TransformerOutputSettings,
        name: str,
        shape: tuple[int, ...],
        llm_dim: int,
        num_signal_tokens: int,
    ) -> None:
        super().__init__(name, shape, settings.num_queries, settings.out_dim, settings.normalize)
        length, width = self.size
        hidden = settings.hidden_dim
        self.norm = nn.LayerNorm(llm_dim) if settings.input_norm else None
        self.fc = nn.Linear(llm_dim, hidden)
        self.positions = (
            nn.Parameter(torch.zeros(1, num_signal_tokens, hidden)) if settings.positions else None
        )
        shared = {"d_model": hidden, "nhead": settings.heads, "dim_feedforward": settings.ffn_dim}
        layer: dict[str, Any] = {**shared, "dropout": 0.0, "batch_first": True, "norm_first": True}
        # Built by hand because nn.Transformer asks for nested tensors, which pre-norm layers lack, and warns.
        encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**layer),
            settings.encoder_layers,
            nn.LayerNorm(hidden),
            enable_nested_tensor=False,
        )
        self.tfm = nn.Transformer(**layer, num_decoder_layers=settings.decoder_layers, custom_encoder=encoder)
        self.query_embs = nn.Parameter(torch.randn(1, length, hidden))
        self.model = nn.Linear(hidden, width)

    @torch.no_grad()
    def calibrate(self, hidden_NTD: Tensor, input_embeddings_NTD: Tensor) -> bool:
        """Set scale and shift of the input norm so that what differs between these items has mean 0 and spread 1.

        What a frozen language model says at a signal token is mostly the same whatever was asked for; without this, most
        of training goes into finding the small rest. Returns False, and changes nothing, without an input norm."""
        if self.norm is None:
            return False
        x_NTD = nn.functional.layer_norm(
            (hidden_NTD + input_embeddings_NTD).float(), self.norm.normalized_shape
        )
        # Each signal token has a mean of its own; the shift is shared, the positions' differences are learned.
        spread_D = (x_NTD - x_NTD.mean(0)).square().mean((0, 1)).sqrt() + 1e-3
        self.norm.weight.copy_(1 / spread_D)
        self.norm.bias.copy_(-x_NTD.mean((0, 1)) / spread_D)
        return True

    def forward(self, hidden_NTD: Tensor, input_embeddings_NTD: Tensor) -> Tensor:
        x_NTD = hidden_NTD + input_embeddings_NTD
        if self.norm is not None:
            x_NTD = self.norm(x_NTD)
        x_NTH = self.fc(x_NTD)
        if self.positions is not None:
            x_NTH = x_NTH + self.positions
        queries_NLH = self.query_embs.expand(x_NTH.shape[0], -1, -1)
        return self.finish(self.model(self.tfm(x_NTH, queries_NLH)))
