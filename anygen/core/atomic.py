"""Write files so that a reader sees the old one or the whole new one, whatever happens in between."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path


def write_files(files: Sequence[tuple[Path, bytes]]) -> list[Path]:
    """Write all of `files` or none: temporary names in the same folders, fsync, then rename.

    Folders are made where missing. Raises IsADirectoryError where a folder has the name, and OSError (disk full, no
    permission). Either carries the path it is about, and leaves no temporary file and no old file changed; so does
    KeyboardInterrupt.
    """
    for path, _ in files:
        if path.is_dir():
            # Found out at the rename, it would be too late for the files before it.
            raise IsADirectoryError(
                errno.EISDIR, "a folder stands where this file is to be written", str(path)
            )
    temporary: list[Path] = []
    try:
        for path, data in files:
            with _about(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                unfinished = _unfinished(path)
                temporary.append(unfinished)
                with open(unfinished, "xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
        for unfinished, (path, _) in zip(temporary, files, strict=True):
            with _about(path):
                os.replace(unfinished, path)
    except BaseException:
        for unfinished in temporary:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
        raise
    for folder in {path.parent for path, _ in files}:
        sync_folder(folder)
    return [path for path, _ in files]


@contextlib.contextmanager
def staged_file(path: Path, unfinished: Path | None = None) -> Iterator[Path]:
    """A name in the same folder to write one file to, of any length and by any library; flushed, it becomes `path` at the
    end. If anything goes wrong before, it is gone and `path` is as it was.

    Whoever gives the name (`unfinished`, in the same folder) gives always the same, so that the next attempt takes the place
    of what a killed one left. An OSError on the way names `path`."""
    unfinished = unfinished or _unfinished(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        sync_file(unfinished)
        os.replace(unfinished, path)
    except BaseException as error:
        _rename_error(error, unfinished, path)
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill, beside `folder` and so on the same disk. It becomes `folder` at the end; if anything goes wrong
    before, it is gone, with the folders above it that were made for it.

    Raises FileExistsError where `folder` is there already and holds something; an OSError on the way names `folder`."""
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(
            errno.EEXIST, "is there already; name a folder that is not, or is empty", str(folder)
        )
    new = [each for each in folder.parents if not each.exists()]
    staged = _unfinished(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged.mkdir()
        yield staged
        os.replace(staged, folder)
    except BaseException as error:
        _rename_error(error, staged, folder)
        shutil.rmtree(staged, ignore_errors=True)
        with contextlib.suppress(OSError):
            for each in new:
                each.rmdir()
        raise
    sync_folder(folder.parent)


def sync_file(path: Path) -> None:
    """Flush a file's content to disk. An OSError says why it cannot be."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to disk; some file systems cannot, and lose no content by it."""
    with contextlib.suppress(OSError):
        sync_file(folder)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


@contextlib.contextmanager
def _about(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _rename_error(error: BaseException, unfinished: Path, path: Path) -> None:
    """Let an OSError name a file by the name it would have had."""
    if isinstance(error, OSError) and isinstance(error.filename, str):
        error.filename = error.filename.replace(str(unfinished), str(path))
