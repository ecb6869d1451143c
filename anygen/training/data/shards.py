"""Rows of named tensors on disk, by key: what the feature and target caches are made of.

A shard is one safetensors file whose tensors share their first axis, with the rows' keys in its metadata. Shards are
written whole under a temporary name, flushed and renamed, so neither a kill nor a loss of power leaves a torn one; they
are never changed afterwards.
Reading maps the files, so a store may be larger than memory.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from anygen.core.atomic import staged_file
from anygen.core.hashing import fingerprint

logger = logging.getLogger(__name__)

T = TypeVar("T")

SHARD_ROWS = 1024
"""Rows of a shard at most, where `fill` writes it."""


class TensorShards:
    """A folder of shards. Keys are strings; every row holds the same named tensors with the same shapes."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._tensors: dict[str, dict[str, Tensor]] = {}
        self._place_of: dict[str, tuple[str, int]] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._indexed: set[str] = set()
        self.refresh()

    def refresh(self) -> None:
        """Take in the shards that others have written meanwhile. Raises ValueError for a file that is none."""
        if self.folder.is_dir():
            for file in sorted(self.folder.glob("*.safetensors")):
                if file.name not in self._indexed:
                    self._index(file)

    def __contains__(self, key: str) -> bool:
        return key in self._place_of

    def __len__(self) -> int:
        return len(self._place_of)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of one row; empty while the store is."""
        return dict(self._shapes)

    def missing(self, keys: Iterable[str]) -> list[str]:
        """The keys that have no row yet, each once, in the order given."""
        return [key for key in dict.fromkeys(keys) if key not in self._place_of]

    def append(self, keys: Sequence[str], rows: Mapping[str, Tensor], writer: str = "") -> None:
        """Write one shard: tensor `rows[name][i]` belongs to `keys[i]`.

        `writer` is part of the temporary name, the process's number where it is not given; whoever holds a claim on the
        shard gives always the same, so that the next attempt takes the place of what a killed one left.
        Raises ValueError if the number of rows is not that of the keys, a key is already there, or a shape differs."""
        if not keys:
            return
        shapes = {name: tuple(tensor.shape[1:]) for name, tensor in rows.items()}
        for name, tensor in rows.items():
            if len(tensor) != len(keys):
                raise ValueError(f"{self.folder}: {name} has {len(tensor)} rows for {len(keys)} keys")
        if self._shapes and shapes != self._shapes:
            raise ValueError(f"{self.folder}: rows are {shapes}, the ones already stored {self._shapes}")
        if len(self.missing(keys)) != len(keys):
            raise ValueError(f"{self.folder}: some keys are already stored or occur twice")
        name = fingerprint(["\n".join(keys)])[:20]
        file = self.folder / f"{name}.safetensors"
        tensors = {key: tensor.detach().cpu().contiguous() for key, tensor in rows.items()}
        with staged_file(file, self.folder / f".{name}.{writer or os.getpid()}.part") as unfinished:
            save_file(tensors, unfinished, metadata={"keys": json.dumps(list(keys))})
        self._index(file)

    def fill(
        self,
        wanted: Mapping[str, T],
        encode: Callable[[list[T]], Mapping[str, Tensor]],
        batch_size: int,
        what: str,
    ) -> int:
        """Append the rows of the keys of `wanted` that are not there yet; returns how many that was. `encode` makes the
        rows, name -> (N, ...), of up to `batch_size` values; `what` they are is for the log. A killed run loses one shard at
        most."""
        missing = self.missing(wanted)
        for start in range(0, len(missing), SHARD_ROWS):
            keys = missing[start : start + SHARD_ROWS]
            parts = [
                encode([wanted[key] for key in keys[first : first + batch_size]])
                for first in range(0, len(keys), batch_size)
            ]
            self.append(keys, {name: torch.cat([part[name] for part in parts]) for name in parts[0]})
            logger.info("%s: %d of %d encoded", what, start + len(keys), len(missing))
        return len(missing)

    def gather(self, keys: Sequence[str]) -> dict[str, Tensor]:
        """Name -> (len(keys), ...) on the CPU. Raises KeyError for a key without a row."""
        places = [self._place_of[key] for key in keys]
        return {
            name: torch.stack([self._shard(shard)[name][row] for shard, row in places])
            for name in self._shapes
        }

    def _index(self, file: Path) -> None:
        try:
            with safe_open(file, framework="pt") as shard:
                keys = json.loads((shard.metadata() or {})["keys"])
                shapes = {name: tuple(shard.get_slice(name).get_shape()[1:]) for name in list(shard.keys())}
        except (SafetensorError, KeyError, json.JSONDecodeError) as error:
            raise ValueError(
                f"{file}: is not a shard of this cache ({error}); delete it to have it made again"
            ) from error
        if self._shapes and shapes != self._shapes:
            raise ValueError(f"{file}: rows are {shapes}, those of the other shards {self._shapes}")
        self._shapes = shapes
        for row, key in enumerate(keys):
            self._place_of.setdefault(key, (file.name, row))
        self._indexed.add(file.name)

    def _shard(self, name: str) -> dict[str, Tensor]:
        if name not in self._tensors:
            self._tensors[name] = load_file(self.folder / name)
        return self._tensors[name]


def module_fingerprint(module: nn.Module) -> str:
    """What a frozen part is, so that a cache made by one part is never read for another: SHA-256 (hex) over its
    configuration and every entry of its state_dict, their names, shapes, types and bytes."""

    def pieces() -> Iterator[str | memoryview]:
        yield repr(getattr(module, "config", type(module).__name__))
        for name, tensor in sorted(module.state_dict().items()):
            yield f"{name} {tuple(tensor.shape)} {tensor.dtype}"
            if tensor.numel():
                yield tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data

    return fingerprint(pieces())
