"""What every captioner offers: one medium in, words out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import torch

from anygen.core.errors import CheckpointError, ConfigError
from anygen.core.library_logging import quiet_libraries
from anygen.core.modality import Modality
from anygen.core.saved_models import check_saved, one_sentence
from anygen.media.resampling import mono_at


class Captioner(Protocol):
    """Names media in words. Frozen: it never trains, and it is no part of any state_dict."""

    @property
    def modalities(self) -> Sequence[Modality]:
        """The modalities it names."""

    def describe(self, modality: Modality, media: Any) -> str:
        """One medium in words, the same for the same medium; "" where there is nothing to say of it."""


def load_model(folder: Path, auto_class: str, dtype: torch.dtype | None) -> Any:
    """The transformers model saved in `folder`, safetensors only, frozen. Raises CheckpointError if it is not one."""
    if not (Path(folder) / "config.json").is_file():
        raise CheckpointError(f"{folder}: holds no config.json; a folder saved by transformers is expected")
    check_saved(Path(folder))
    with quiet_libraries("transformers"):
        import transformers

        with one_sentence(f"{folder}: cannot be loaded as {auto_class}"):
            model = getattr(transformers, auto_class).from_pretrained(
                folder,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                dtype=dtype or "auto",
            )
    return model.eval().requires_grad_(False)


def load_preparation(folder: Path, auto_class: str) -> Any:
    """The processor saved beside a model. Raises CheckpointError if there is none."""
    with quiet_libraries("transformers"):
        import transformers

        with one_sentence(f"{folder}: its {auto_class} cannot be loaded"):
            return getattr(transformers, auto_class).from_pretrained(
                folder, trust_remote_code=False, local_files_only=True
            )


def prepared_sound(extractor: Any, media: Any) -> Any:
    """A sound as its model's feature extractor prepares it: name -> (1, ...)."""
    rate = int(extractor.sampling_rate)
    return extractor(mono_at(media, rate), sampling_rate=rate, return_tensors="pt")


def check_form(form: str, place: str) -> None:
    """Raises ConfigError unless the words around what is said have one place for it, and no other braces."""
    if form.count(place) != 1 or form.count("{") != 1:
        raise ConfigError(f"form is {form!r}; words with {place} once are accepted")


class WritingCaptioner:
    """What captioners share whose model writes words, greedily: a model of one of `kinds`, what prepares its media, and
    its tokenizer. Raises CheckpointError for a model of another kind."""

    name: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    auto_class: ClassVar[str]
    auto_preparation: ClassVar[str]

    def __init__(self, model: Any, preparation: Any, tokenizer: Any, settings: Any) -> None:
        if model.config.model_type not in self.kinds:
            raise CheckpointError(
                f"{self.name}: is a {model.config.model_type}; {' or '.join(self.kinds)} is expected"
            )
        self.model, self.preparation, self.tokenizer = model, preparation, tokenizer
        self.settings = settings
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, folder: Path, settings: Any, dtype: torch.dtype | None = torch.float32) -> Self:
        """Model, preparation and tokenizer saved in `folder`. Raises CheckpointError if one of them cannot be loaded."""
        model = load_model(folder, cls.auto_class, dtype)
        preparation = load_preparation(folder, cls.auto_preparation)
        return cls(model, preparation, load_preparation(folder, "AutoTokenizer"), settings)

    def _write(self, **inputs: Any) -> str:
        """The words that follow from the model's inputs, one call at a time."""
        with self._lock:
            ids = self.model.generate(
                max_new_tokens=self.settings.max_new_tokens, do_sample=False, num_beams=1, **inputs
            )
        return str(self.tokenizer.decode(ids[0], skip_special_tokens=True)).strip()
