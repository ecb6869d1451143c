"""What a language model offers that reads media itself, by its own encoders: no captioner, no projector of ours.

Shape letters: S places of one medium, D LLM width, T positions, A axes of rotary positions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from anygen.core.modality import Modality

NATIVE_ENCODERS: dict[str, str] = {"qwen2_5_omni": "anygen.llm.qwen_omni:QwenOmni"}
"""Kind -> where it is, for its `lm_class`; made as Class.from_pretrained(folder, backbone, Settings, modalities)."""


@dataclass(frozen=True, eq=False)
class NativeFeatures:
    """A medium as the model reads it: `ids` hold its marks around its places, which `features_SD` fill from `first` on.

    `shape` is what the model's rule for positions asks of it."""

    modality: Modality
    ids: tuple[int, ...]
    features_SD: Tensor
    first: int = 1
    shape: Mapping[str, Any] = field(default_factory=dict)


class NativeEncoders(Protocol):
    """The encoders inside a language model."""

    @property
    def modalities(self) -> Sequence[Modality]:
        """The modalities it reads."""

    def encode(self, modality: Modality, media: Any) -> NativeFeatures:
        """One medium as the model reads it, the same for the same medium."""

    def positions(self, ids: Sequence[int], media: Sequence[NativeFeatures]) -> Tensor:
        """Rotary positions (A, T) of a prompt that holds `media` in this order."""
