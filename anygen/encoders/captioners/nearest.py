"""Zero-shot naming: of a list of descriptions the one whose feature lies nearest, in the space of an ImageBind-like encoder.

The list is the caller's, because the encoder knows no world of its own. Text is read by the encoder's text tower.
Shape letters: K descriptions, L ids, E embedding width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from anygen.core.errors import ConfigError
from anygen.core.modality import TEXT, Modality

TEXT_BATCH = 256


class TextEncoder(Protocol):
    """What the naming needs of an encoder: media and text ids (N, L) into one space, (N, 1, E)."""

    def prepare(self, modality: Modality, media: object) -> Tensor: ...

    def encode(self, modality: Modality, prepared: Tensor) -> Tensor: ...


class NearestDescription:
    """Names a medium by the nearest of `descriptions[modality]`; `text_ids` turns descriptions into ids (K, L).

    Raises ConfigError for a modality without descriptions."""

    def __init__(
        self,
        encoder: TextEncoder,
        text_ids: Callable[[list[str]], Tensor],
        descriptions: Mapping[Modality, Sequence[str]],
    ) -> None:
        for modality, each in descriptions.items():
            if not each:
                raise ConfigError(f"{modality}: no descriptions are given to choose from")
        self.encoder, self.text_ids = encoder, text_ids
        self.descriptions = {modality: tuple(each) for modality, each in descriptions.items()}
        self._texts_KE: dict[Modality, Tensor] = {}

    @property
    def modalities(self) -> tuple[Modality, ...]:
        return tuple(self.descriptions)

    def describe(self, modality: Modality, media: Any) -> str:
        feature_E = self.encoder.encode(modality, self.encoder.prepare(modality, media)[None])[0].mean(0)
        texts_KE = self._texts(modality)
        scores_K = texts_KE @ functional.normalize(feature_E.float(), dim=0)
        return self.descriptions[modality][int(scores_K.argmax())]

    def _texts(self, modality: Modality) -> Tensor:
        """Unit features of the descriptions (K, E), read once."""
        if modality not in self._texts_KE:
            known = self.descriptions[modality]
            found = [
                self.encoder.encode(TEXT, self.text_ids(list(known[start : start + TEXT_BATCH])))[:, 0]
                for start in range(0, len(known), TEXT_BATCH)
            ]
            self._texts_KE[modality] = functional.normalize(torch.cat(found).float(), dim=1)
        return self._texts_KE[modality]
