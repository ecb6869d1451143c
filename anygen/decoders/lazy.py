"""The family of decoders: known by their declarations, loaded on first use, released on request or to keep to a budget."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from anygen.core.devices import free_accelerator_cache
from anygen.core.modality import Modality
from anygen.decoders.base import Decoder

logger = logging.getLogger(__name__)


class LazyDecoders(Mapping[Modality, Decoder]):
    """Modality -> decoder. A plain mapping on purpose: decoders are frozen and large, so they stay out of state_dict().

    `loaders` make them; `conditioning` is what each declares, known without loading any. With a `budget` in bytes, the
    least recently used ones are released before another is loaded; `sizes` says how many bytes each will take. One that is
    drawing meanwhile finishes first, and holds its memory until then."""

    def __init__(
        self,
        loaders: Mapping[Modality, Callable[[], Decoder]],
        conditioning: Mapping[Modality, Mapping[str, tuple[int, ...]]],
    ) -> None:
        self._loaders, self.conditioning = dict(loaders), dict(conditioning)
        # In the order of their last use.
        self._loaded: dict[Modality, Decoder] = {}
        self._places: dict[Modality, tuple[torch.device, str | None]] = {}
        self.budget: int | None = None
        self.sizes: dict[Modality, int] = {}
        self._lock = threading.Lock()

    def __getitem__(self, modality: Modality) -> Any:
        with self._lock:
            if modality in self._loaded:
                self._loaded[modality] = self._loaded.pop(modality)
            else:
                self._make_room(modality)
                started = time.monotonic()
                decoder = self._loaders[modality]()
                if modality in self._places:
                    decoder.place(*self._places[modality])
                self._loaded[modality] = decoder
                logger.info("%s decoder loaded in %.1f s", modality, time.monotonic() - started)
            return self._loaded[modality]

    def place(self, modality: Modality, device: torch.device, offload: str | None = None) -> None:
        """Have one decoder run on a device, now if it is loaded and else once it is; `offload` is a way of diffusers'
        to keep it on the CPU meanwhile: "model" or "sequential"."""
        with self._lock:
            if modality not in self._places and device.type == "cpu" and offload is None:
                return
            self._places[modality] = (device, offload)
            if modality in self._loaded:
                self._loaded[modality].place(device, offload)

    def _make_room(self, modality: Modality) -> None:
        """Release what was used longest ago until `modality` fits; where it does not fit alone, all others are gone."""
        if self.budget is None:
            return
        needed = self.sizes.get(modality, 0)
        while self._loaded and needed + self.num_bytes() > self.budget:
            oldest = next(iter(self._loaded))
            del self._loaded[oldest]
            logger.info("%s decoder released for %s", oldest, modality)
        free_accelerator_cache()

    def num_bytes(self) -> int:
        """What the loaded decoders take, text encoders included."""
        return sum(decoder.num_bytes() for decoder in self._loaded.values())

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
        free_accelerator_cache()
