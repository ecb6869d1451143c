"""The family of decoders: known by their declarations, loaded on first use, released on request."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from anygen.decoders.base import Decoder
from anygen.modality import Modality

logger = logging.getLogger(__name__)


class LazyDecoders(Mapping[Modality, Decoder]):
    """Modality -> decoder. A plain mapping on purpose: decoders are frozen and large, so they stay out of state_dict().

    `loaders` make them; `conditioning` is what each declares, known without loading any."""

    def __init__(
        self,
        loaders: Mapping[Modality, Callable[[], Decoder]],
        conditioning: Mapping[Modality, Mapping[str, tuple[int, ...]]],
    ) -> None:
        self._loaders, self.conditioning = dict(loaders), dict(conditioning)
        self._loaded: dict[Modality, Decoder] = {}
        self._lock = threading.Lock()

    def __getitem__(self, modality: Modality) -> Any:
        with self._lock:
            if modality not in self._loaded:
                started = time.monotonic()
                self._loaded[modality] = self._loaders[modality]()
                logger.info("%s decoder loaded in %.1f s", modality, time.monotonic() - started)
            return self._loaded[modality]

    def __iter__(self) -> Iterator[Modality]:
        return iter(self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)

    def __contains__(self, modality: object) -> bool:
        # Mapping's own would load the decoder to find out.
        return modality in self._loaders

    @property
    def loaded(self) -> tuple[Modality, ...]:
        return tuple(self._loaded)

    def release(self, modality: Modality | None = None) -> None:
        """Drop one decoder, or all of them; the next use loads it again."""
        with self._lock:
            for each in [modality] if modality is not None else list(self._loaded):
                self._loaded.pop(each, None)
