"""Input media kept beside the answers that were made from them, under the names by which replay finds them."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from anygen.batch import durable
from anygen.batch.inputs import read_input
from anygen.batch.items import MediaFile, Work
from anygen.batch.ledger import Ledger
from anygen.core.errors import MediaError
from anygen.media.types import MEDIA_TYPES

FOLDER = "inputs"
_REMEMBERED = 4096
"""Inputs whose names are known without decoding them again."""


class KeptInputs:
    """Writes `inputs/<content hash><suffix>` beside the media of an answer; the answers of one folder share them."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder, self._ledger = folder, ledger
        self._known: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()

    def keep(self, work: Work) -> Iterator[tuple[dict[str, Any], bytes | None]]:
        """For each input its file as the ledger names it (path, bytes, sha256), whole on disk now, and its content where it
        was written just now. Raises MediaError for one that is not what was asked, OSError, MachineError."""
        beside = f"{work.stem.rpartition('/')[0]}/{FOLDER}"
        done: set[tuple[str, str]] = set()
        for turn in work.item.turns:
            for part in turn.parts:
                if isinstance(part, str) or (part.modality, part.sha256) in done:
                    continue
                done.add((part.modality, part.sha256))
                yield self._keep(part, beside)

    def _keep(self, file: MediaFile, beside: str) -> tuple[dict[str, Any], bytes | None]:
        named = self._known.get((file.modality, file.sha256))
        if named is not None:
            entry = {**named, "path": f"{beside}/{named['path']}"}
            if self._is_there(entry):
                return entry, None
        try:
            media = MEDIA_TYPES[file.modality].open(read_input(file))
        except MediaError as error:
            raise MediaError(str(error).replace("the given bytes", str(file.path), 1)) from None
        suffix, data = media.original()
        named = {
            "path": f"{media.content_hash()}{suffix}",
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        self._known[file.modality, file.sha256] = named
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        entry = {**named, "path": f"{beside}/{named['path']}"}
        # Another runner's answers may share it: one at a time writes.
        with self._ledger.alone():
            if self._is_there(entry, whole=True):
                return entry, None
            durable.write_files([(self.folder / entry["path"], data)])
        return entry, data

    def _is_there(self, entry: dict[str, Any], whole: bool = False) -> bool:
        path = self.folder / entry["path"]
        if not path.is_file() or path.is_symlink() or path.stat().st_size != entry["bytes"]:
            return False
        return not whole or hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
