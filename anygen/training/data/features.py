"""Features of input media, computed once by the frozen encoders and kept on disk by content.

A row is named by the SHA-256 of the file's bytes, and a store by its modality and the encoder's fingerprint: the same
file under two names is encoded once, and no run reads features that another encoder made.

Shape letters: N items, F features per item, E encoder width.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from anygen.core.errors import MediaError
from anygen.core.hashing import file_sha256
from anygen.core.modality import Modality
from anygen.media.types import MEDIA_TYPES
from anygen.training.data.examples import Example, ExampleError, MediaReference
from anygen.training.data.shards import TensorShards, module_fingerprint


class FeatureCache:
    """The features of every medium of some examples. `encoders` holds an Encoder for each modality that is read."""

    def __init__(self, folder: Path | str, encoders: Mapping[Modality, Any]) -> None:
        self.folder = Path(folder)
        self.encoders = dict(encoders)
        self._stores: dict[Modality, TensorShards] = {}
        self._key_of: dict[Path, str] = {}
        self._fingerprints: dict[int, str] = {}

    def key(self, reference: MediaReference) -> str:
        """The name of a medium's row: the SHA-256 of its file. Raises ValueError for a reference without a path."""
        if reference.path is None:
            raise ValueError(f"a {reference.modality} without a path has no features")
        if reference.path not in self._key_of:
            self._key_of[reference.path] = file_sha256(reference.path)
        return self._key_of[reference.path]

    def fill(self, examples: Iterable[Example], batch_size: int = 32) -> int:
        """Encode what is not there yet; returns how many media that was. A killed run loses one shard at most.

        Raises ExampleError naming the example's line for a file that cannot be read, or a modality without an encoder."""
        wanted: dict[Modality, dict[str, tuple[Path, str]]] = {}
        for example in examples:
            for reference in example.media:
                if reference.path is None:
                    continue
                if reference.modality not in self.encoders:
                    known = ", ".join(self.encoders) or "no modality"
                    raise ExampleError(
                        f"{example.source}: holds {reference.modality}; the model reads {known}"
                    )
                try:
                    key = self.key(reference)
                except OSError as error:
                    raise ExampleError(
                        f"{example.source}: {reference.path}: cannot be read ({error})"
                    ) from error
                wanted.setdefault(reference.modality, {}).setdefault(key, (reference.path, example.source))
        return sum(
            self.store(modality).fill(
                files, partial(self._encode, modality), batch_size, f"{modality} features"
            )
            for modality, files in wanted.items()
        )

    def gather(self, modality: Modality, keys: Sequence[str]) -> Tensor:
        """Features (N, F, E) float32 on the CPU. Raises KeyError for a medium that `fill` has not seen."""
        return self.store(modality).gather(keys)["features"]

    def _encode(self, modality: Modality, files: Sequence[tuple[Path, str]]) -> dict[str, Tensor]:
        encoder = self.encoders[modality]
        prepared = []
        for path, source in files:
            try:
                prepared.append(encoder.prepare(modality, MEDIA_TYPES[modality].open(path)))
            except MediaError as error:
                raise ExampleError(f"{source}: {error}") from error
        return {"features": self.encode(modality, prepared)}

    def encode(self, modality: Modality, prepared: Sequence[Tensor]) -> Tensor:
        """Features (N, F, E) float32 on the CPU of N media that the encoder has prepared."""
        with torch.no_grad():
            features: Tensor = self.encoders[modality].encode(modality, torch.stack(list(prepared)))
            return features.float().cpu()

    def store(self, modality: Modality) -> TensorShards:
        """The rows of one modality, as the encoder in use names them."""
        if modality not in self._stores:
            fingerprint = self._fingerprint(self.encoders[modality])
            self._stores[modality] = TensorShards(self.folder / str(modality) / fingerprint[:16])
        return self._stores[modality]

    def _fingerprint(self, encoder: Any) -> str:
        if id(encoder) not in self._fingerprints:
            self._fingerprints[id(encoder)] = encoder_fingerprint(encoder)
        return self._fingerprints[id(encoder)]


def encoder_fingerprint(encoder: Any) -> str:
    """An encoder's own `fingerprint()` where it has one, else that of its weights and configuration.

    Raises TypeError for what has neither."""
    if hasattr(encoder, "fingerprint"):
        return str(encoder.fingerprint())
    if isinstance(encoder, nn.Module):
        return module_fingerprint(encoder)
    raise TypeError(
        f"{type(encoder).__name__} is neither a torch module nor has it a fingerprint() to name its features by"
    )
