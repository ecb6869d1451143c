"""What is said in a sound, by Whisper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from anygen.core.errors import ConfigError
from anygen.core.modality import AUDIO, Modality
from anygen.encoders.captioners.base import WritingCaptioner, check_form, prepared_sound

NO_SPEECH = ("<|nospeech|>", "<|nocaptions|>")


@dataclass(frozen=True)
class TranscriberSettings:
    """How long a transcript may be, the words around it, and how likely "no speech" must be for it to be left out
    (Radford et al., 2022, section 4.5, take 0.6). `language` None leaves it to the model."""

    max_new_tokens: int = 128
    form: str = 'a voice saying "{words}"'
    no_speech: float = 0.6
    language: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.max_new_tokens <= 400:
            raise ConfigError(f"max_new_tokens is {self.max_new_tokens}; 1 to 400 are accepted")
        check_form(self.form, "{words}")


class Transcriber(WritingCaptioner):
    """Greedy transcripts of the first window that Whisper hears (30 s); "" where it hears no speech."""

    Settings = TranscriberSettings
    modalities = (AUDIO,)
    name, kinds = "transcriber", ("whisper",)
    auto_class, auto_preparation = "AutoModelForSpeechSeq2Seq", "AutoFeatureExtractor"

    def __init__(self, model: Any, preparation: Any, tokenizer: Any, settings: TranscriberSettings) -> None:
        super().__init__(model, preparation, tokenizer, settings)
        known = tokenizer.get_vocab()
        self.no_speech_id = next((known[name] for name in NO_SPEECH if name in known), None)

    @torch.no_grad()
    def describe(self, modality: Modality, media: Any) -> str:
        features = prepared_sound(self.preparation, media)["input_features"]
        features = features.to(self.model.device, self.model.dtype)
        if self._is_silent(features):
            return ""
        language = {} if self.settings.language is None else {"language": self.settings.language}
        words = self._write(input_features=features, **language)
        return self.settings.form.format(words=words) if words else ""

    def _is_silent(self, features: torch.Tensor) -> bool:
        """Whether "no speech" is what the model would say first."""
        if self.no_speech_id is None:
            return False
        start = torch.tensor([[self.model.config.decoder_start_token_id]], device=features.device)
        logits_V = self.model(input_features=features, decoder_input_ids=start).logits[0, -1].float()
        return bool(logits_V.softmax(0)[self.no_speech_id] > self.settings.no_speech)
