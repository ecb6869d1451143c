"""What the output projectors learn to give: the decoders' own text embeddings of captions, computed once.

A row is named by the SHA-256 of the caption, a store by its modality and the fingerprint of the decoder's text encoder.
Captions are used as they stand, here and in training (NExT-GPT cleaned them in one place and not in the other).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from anygen.core.hashing import fingerprint
from anygen.core.modality import Modality
from anygen.training.data.examples import Example, ExampleError
from anygen.training.data.shards import TensorShards, module_fingerprint

_SAMPLE_CAPTION = "a small dog on the left, and the sound of rain"


class TargetCache:
    """Caption -> conditioning for each modality that is made. `decoders` holds a Decoder for each of them."""

    def __init__(
        self, folder: Path | str, decoders: Mapping[Modality, Any], dtype: torch.dtype = torch.float32
    ) -> None:
        self.folder = Path(folder)
        self.decoders = decoders
        self.dtype = dtype
        self._stores: dict[Modality, TensorShards] = {}

    def fill(self, examples: Iterable[Example], batch_size: int = 64) -> int:
        """Encode the captions that are not there yet; returns how many.

        Raises ExampleError naming the line of a caption for a modality without a decoder, and ValueError where a text
        encoder's output is not of the shapes its decoder declares."""
        wanted: dict[Modality, dict[str, str]] = {}
        for example in examples:
            for reference in example.media:
                if reference.caption is None:
                    continue
                if reference.modality not in self.decoders:
                    known = ", ".join(self.decoders) or "no modality"
                    raise ExampleError(
                        f"{example.source}: makes {reference.modality}; the model makes {known}"
                    )
                wanted.setdefault(reference.modality, {})[caption_key(reference.caption)] = reference.caption
        return sum(
            self._store(modality).fill(
                captions, partial(self._encode, modality), batch_size, f"{modality} targets"
            )
            for modality, captions in wanted.items()
        )

    def gather(self, modality: Modality, captions: Sequence[str]) -> dict[str, Tensor]:
        """Conditioning name -> (N, ...) on the CPU. Raises KeyError for a caption that `fill` has not seen."""
        return self._store(modality).gather([caption_key(caption) for caption in captions])

    def _encode(self, modality: Modality, captions: list[str]) -> dict[str, Tensor]:
        decoder = self.decoders[modality]
        with torch.no_grad():
            conditioning = {
                name: value.to(self.dtype).cpu() for name, value in decoder.encode_text(captions).items()
            }
        declared = {name: (len(captions), *shape) for name, shape in decoder.conditioning.items()}
        found = {name: tuple(value.shape) for name, value in conditioning.items()}
        if found != declared:
            raise ValueError(f"{modality}: the text encoder gives {found}, the decoder declares {declared}")
        return conditioning

    def _store(self, modality: Modality) -> TensorShards:
        if modality not in self._stores:
            dtype = str(self.dtype).removeprefix("torch.")
            name = f"{decoder_fingerprint(self.decoders[modality])[:16]}-{dtype}"
            self._stores[modality] = TensorShards(self.folder / str(modality) / name)
        return self._stores[modality]


def caption_key(caption: str) -> str:
    """SHA-256 (hex) of a caption, exactly as written."""
    return fingerprint([caption])


def decoder_fingerprint(decoder: Any) -> str:
    """What decides a decoder's text embeddings: its own `fingerprint()` where it has one, else its `text_encoder` and what
    that makes of one caption, which the tokenizer has a part in. Raises TypeError for what has neither."""
    if hasattr(decoder, "fingerprint"):
        return str(decoder.fingerprint())
    if hasattr(decoder, "text_encoder"):
        with torch.no_grad():
            made = sorted(decoder.encode_text([_SAMPLE_CAPTION]).items())
        # Rounded, since the last bits depend on the machine.
        rounded = (f"{name} {value.float().mul(100).round().long().tolist()}" for name, value in made)
        return fingerprint([module_fingerprint(decoder.text_encoder), *rounded])
    raise TypeError(
        f"{type(decoder).__name__} has neither a fingerprint() nor a text_encoder to name its targets by"
    )
