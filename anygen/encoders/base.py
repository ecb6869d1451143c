"""What every encoder offers: prepare one item on the CPU, then encode a batch of prepared items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor

from anygen.core.modality import Modality

# N items, F features per item, E encoder width


class Encoder(Protocol):
    """Turns media into features. Frozen: it never trains inside anygen's stages."""

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """The modalities it reads."""

    @property
    def feature_dim(self) -> int:
        """E, the width of one feature."""

    @property
    def num_features(self) -> Mapping[Modality, int]:
        """F for each modality it reads."""

    def prepare(self, modality: Modality, media: object) -> Tensor:
        """One media item as a CPU tensor whose shape depends on the modality alone, so that items stack."""

    def encode(self, modality: Modality, prepared: Tensor) -> Tensor:
        """Stacked prepared items (N, ...) as features_NFE float32, without gradient; what it runs at is its own affair."""
