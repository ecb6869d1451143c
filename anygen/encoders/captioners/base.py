"""What every captioner offers: one medium in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from anygen.core.errors import CheckpointError
from anygen.core.library_logging import quiet_libraries
from anygen.core.modality import Modality
from anygen.core.saved_models import check_saved, one_sentence


class Captioner(Protocol):
    """Names media in words. Frozen: it never trains, and it is no part of any state_dict."""

    @property
    def modalities(self) -> Sequence[Modality]:
        """The modalities it names."""

    def describe(self, modality: Modality, media: Any) -> str:
        """One medium in words, the same for the same medium; "" where there is nothing to say of it."""


def load_expert(folder: Path, auto_class: str, dtype: torch.dtype | None) -> Any:
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
