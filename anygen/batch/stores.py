"""Folders that fsspec reaches (S3, GCS, Azure, HDFS, memory): where inputs may lie, and where results are copied.

Only what the operator names with a URL is ever opened; a manifest may name files below it, and nothing else. The ledger
stays in a folder of this machine (or one that it has mounted), because no store has locks or appends.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from anygen.core.errors import ConfigError, MachineError, MediaError, printable, shown
from anygen.core.hashing import file_sha256

logger = logging.getLogger(__name__)

TRIES = 3
"""Of a copy, a second apart and then two."""
_BLOCK = 1 << 20
_REFUSED = ("", ".", "..")
_SPECIAL = set("\\%?#*[]\0")

T = TypeVar("T")


def fingerprint(path: Path | StoredFile) -> str:
    """SHA-256 of a file's bytes, here or in a store."""
    return file_sha256(path) if isinstance(path, Path) else path.fingerprint()


def is_url(name: object) -> bool:
    """Whether this names a folder in a store, not one of this machine."""
    return isinstance(name, str) and "://" in name


@dataclass(frozen=True)
class Root:
    """A folder in a store, by its URL. Files below it have the URL and their name."""

    url: str
    system: Any
    folder: str

    @classmethod
    def open(cls, url: str) -> Root:
        """Raises ConfigError for a URL that means no one folder, MachineError where its package is missing."""
        if "::" in url:
            raise ConfigError(f"{url}: chained URLs are not accepted; one folder's is")
        try:
            from fsspec.core import url_to_fs

            system, folder = url_to_fs(url)
        except ImportError as error:
            raise MachineError(f"{url}: {printable(str(error))}") from error
        except ValueError as error:
            raise ConfigError(f"{url}: {printable(str(error))}") from error
        return cls(url.rstrip("/"), system, folder.rstrip("/"))

    def holds(self, url: str) -> bool:
        """Whether a URL is of something below this folder."""
        return url.startswith(f"{self.url}/")

    def file(self, url: str) -> StoredFile:
        """A file below this folder. Raises MediaError for what is none or leads elsewhere."""
        name = url.removeprefix(f"{self.url}/")
        if "::" in name or _SPECIAL & set(name) or any(each in _REFUSED for each in name.split("/")):
            raise MediaError(f"{shown(url)}: a plain name below {self.url} is accepted")
        found = StoredFile(self, name)
        if self._is_here():
            # A store that is a folder of this machine may hold links.
            real = Path(found.path).resolve()
            if not real.is_relative_to(Path(self.folder).resolve()):
                raise MediaError(f"{shown(url)}: leaves {self.url}")
        return found

    def _is_here(self) -> bool:
        from fsspec.implementations.local import LocalFileSystem

        return isinstance(self.system, LocalFileSystem)


@dataclass(frozen=True)
class StoredFile:
    """A file in a store. Its methods raise MediaError where it is none, MachineError where the store cannot be reached."""

    root: Root
    name: str

    def __str__(self) -> str:
        return f"{self.root.url}/{self.name}"

    @property
    def path(self) -> str:
        return f"{self.root.folder}/{self.name}"

    def num_bytes(self) -> int:
        """Its size. Raises MediaError for what has none."""
        about = self._ask(lambda: self.root.system.info(self.path))
        if about.get("type") != "file" or about.get("size") is None:
            raise MediaError(f"{self}: is no file of a known size")
        return int(about["size"])

    def tag(self) -> str:
        """What the store says of the file; it changes whenever the file is written."""
        return str(self._ask(lambda: self.root.system.ukey(self.path)))

    def fingerprint(self) -> str:
        """SHA-256 of its bytes."""

        def read() -> str:
            digest = hashlib.sha256()
            with self.root.system.open(self.path, "rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
            return digest.hexdigest()

        return self._ask(read)

    def read(self, max_bytes: int) -> bytes:
        """Its content. Raises MediaError where that is empty, or longer than `max_bytes`."""

        def read() -> bytes:
            with self.root.system.open(self.path, "rb") as file:
                return bytes(file.read(max_bytes + 1))

        data = self._ask(read)
        if not 0 < len(data) <= max_bytes:
            raise MediaError(f"{self}: has {len(data)} bytes or more; 1 to {max_bytes} are accepted")
        return data

    def _ask(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise MediaError(f"{self}: is no file that can be read here ({type(error).__name__})") from error
        except MediaError:
            raise
        except Exception as error:
            # Every client of a store has its own kinds of errors.
            raise MachineError(_unreachable(str(self), error)) from error


class StoreCopies:
    """A job's files in a folder of a store. An answer's are there before the ledger says that it is done.

    Raises OSError where the store does not take them, which ends a job."""

    def __init__(self, url: str) -> None:
        self.root = Root.open(url)
        self._made: set[str] = set()

    def put(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Write (name, content) below the folder, over files of those names."""
        contents = {f"{self.root.folder}/{name}": data for name, data in files}
        for folder in {path.rpartition("/")[0] for path in contents} - self._made:
            self._try(lambda folder=folder: self.root.system.makedirs(folder, exist_ok=True))  # type: ignore[misc]
            self._made.add(folder)
        if contents:
            self._try(lambda: self.root.system.pipe(contents))

    def remove(self, names: Iterable[str]) -> None:
        """What no line names any more; where that fails it stays, and counts for nothing."""
        for name in names:
            with contextlib.suppress(Exception):
                self.root.system.rm_file(f"{self.root.folder}/{name}")

    def put_file(self, path: Path, name: str) -> None:
        """Copy a file of this machine, piece by piece."""
        self._try(lambda: self.root.system.put_file(str(path), f"{self.root.folder}/{name}"))

    def sizes(self, folder: str) -> dict[str, int]:
        """Name -> bytes of the files in a folder below; empty where there is none."""

        def ask() -> dict[str, int]:
            try:
                listed = self.root.system.ls(f"{self.root.folder}/{folder}", detail=True, refresh=True)
            except FileNotFoundError:
                return {}
            return {each["name"].rpartition("/")[2]: each["size"] for each in listed}

        return self._try(ask)

    def _try(self, step: Callable[[], T]) -> T:
        for trial in range(TRIES):
            try:
                return step()
            except Exception as error:
                if trial == TRIES - 1:
                    raise OSError(errno.EIO, _unreachable("the store", error), self.root.url) from error
                logger.warning("%s: %s; trying again", self.root.url, error)
                time.sleep(trial + 1)
        raise AssertionError


def _unreachable(what: str, error: Exception) -> str:
    said = printable(str(error))[:300]
    return f"{what} cannot be used ({type(error).__name__}: {said}); run the same again to go on"
