"""What is said in a sound, by Whisper."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from anygen.core.errors import CheckpointError, ConfigError
from anygen.core.modality import AUDIO, Modality
from anygen.encoders.captioners.base import load_expert, load_preparation
from anygen.media.files.audio import mono_at

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
        if self.form.count("{words}") != 1 or self.form.count("{") != 1:
            raise ConfigError(f"form is {self.form!r}; words with {{words}} once are accepted")


class Transcriber:
    """Greedy transcripts of the first window that Whisper hears (30 s); "" where it hears no speech."""

    Settings = TranscriberSettings
    modalities = (AUDIO,)

    def __init__(self, model: Any, extractor: Any, tokenizer: Any, settings: TranscriberSettings) -> None:
        if model.config.model_type != "whisper":
            raise CheckpointError(f"transcriber: is a {model.config.model_type}; whisper is expected")
        self.model, self.extractor, self.tokenizer, self.settings = model, extractor, tokenizer, settings
        known = tokenizer.get_vocab()
        self.no_speech_id = next((known[name] for name in NO_SPEECH if name in known), None)
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(
        cls, folder: Path, settings: TranscriberSettings, dtype: torch.dtype | None = torch.float32
    ) -> Transcriber:
        model = load_expert(folder, "AutoModelForSpeechSeq2Seq", dtype)
        extractor = load_preparation(folder, "AutoFeatureExtractor")
        return cls(model, extractor, load_preparation(folder, "AutoTokenizer"), settings)

    @torch.no_grad()
    def describe(self, modality: Modality, media: Any) -> str:
        rate = int(self.extractor.sampling_rate)
        prepared = self.extractor(mono_at(media, rate), sampling_rate=rate, return_tensors="pt")
        features = prepared["input_features"].to(self.model.device, self.model.dtype)
        if self._is_silent(features):
            return ""
        language = {} if self.settings.language is None else {"language": self.settings.language}
        with self._lock:
            ids = self.model.generate(
                input_features=features,
                max_new_tokens=self.settings.max_new_tokens,
                do_sample=False,
                num_beams=1,
                **language,
            )
        words = str(self.tokenizer.decode(ids[0], skip_special_tokens=True)).strip()
        return self.settings.form.format(words=words) if words else ""

    def _is_silent(self, features: torch.Tensor) -> bool:
        """Whether "no speech" is what the model would say first."""
        if self.no_speech_id is None:
            return False
        start = torch.tensor([[self.model.config.decoder_start_token_id]], device=features.device)
        logits_V = self.model(input_features=features, decoder_input_ids=start).logits[0, -1].float()
        return bool(logits_V.softmax(0)[self.no_speech_id] > self.settings.no_speech)
