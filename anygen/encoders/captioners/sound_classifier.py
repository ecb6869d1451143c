"""What a sound is of, by an audio classifier of transformers, such as an Audio Spectrogram Transformer on AudioSet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from anygen.core.errors import ConfigError
from anygen.core.modality import AUDIO, Modality
from anygen.encoders.captioners.base import check_form, load_model, load_preparation, prepared_sound


@dataclass(frozen=True)
class SoundClassifierSettings:
    """How many labels are named at most, how likely one must be to follow the first, and the words around them.

    Labels of AudioSet overlap, so each is judged by itself (`sigmoid`); `softmax` is for classes that exclude each other."""

    num_labels: int = 3
    least: float = 0.2
    form: str = "the sound of {labels}"
    scores: str = "sigmoid"

    def __post_init__(self) -> None:
        if not 1 <= self.num_labels <= 20:
            raise ConfigError(f"num_labels is {self.num_labels}; 1 to 20 are accepted")
        if self.scores not in ("sigmoid", "softmax"):
            raise ConfigError(f"scores is {self.scores!r}; sigmoid or softmax is accepted")
        check_form(self.form, "{labels}")


class SoundClassifier:
    """The likeliest label, and those after it that are likely enough."""

    Settings = SoundClassifierSettings
    modalities = (AUDIO,)

    def __init__(self, model: Any, extractor: Any, settings: SoundClassifierSettings) -> None:
        self.model, self.extractor, self.settings = model, extractor, settings

    @classmethod
    def from_pretrained(
        cls, folder: Path, settings: SoundClassifierSettings, dtype: torch.dtype | None = torch.float32
    ) -> SoundClassifier:
        model = load_model(folder, "AutoModelForAudioClassification", dtype)
        return cls(model, load_preparation(folder, "AutoFeatureExtractor"), settings)

    @torch.no_grad()
    def describe(self, modality: Modality, media: Any) -> str:
        prepared = prepared_sound(self.extractor, media)
        inputs = {name: value.to(self.model.device, self.model.dtype) for name, value in prepared.items()}
        logits_V = self.model(**inputs).logits[0].float()
        scores_V = logits_V.sigmoid() if self.settings.scores == "sigmoid" else logits_V.softmax(0)
        best = scores_V.sort(descending=True, stable=True).indices[: self.settings.num_labels].tolist()
        named = best[:1] + [label for label in best[1:] if scores_V[label] >= self.settings.least]
        names = self.model.config.id2label
        labels = ", ".join(str(names[label]).lower() for label in named)
        return self.settings.form.format(labels=labels)
