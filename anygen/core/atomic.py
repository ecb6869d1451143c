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

    Folders are made where missing. An OSError (disk full, no permission) carries the path it is about, and leaves
    no temporary file and no old file changed; so does KeyboardInterrupt.
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
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
                temporary.append(unfinished)
                _write(unfinished, data)
            except OSError as error:
                raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        for unfinished, (path, _) in zip(temporary, files, strict=True):
            try:
                os.replace(unfinished, path)
            except OSError as error:
                raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    except BaseException:
        for unfinished in temporary:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
        raise
    for folder in {path.parent for path, _ in files}:
        sync_folder(folder)
    return [path for path, _ in files]


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
    staged = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged.mkdir()
        yield staged
        os.replace(staged, folder)
    except BaseException as error:
        if isinstance(error, OSError) and isinstance(error.filename, str):
            # By the name it would have had.
            error.filename = error.filename.replace(str(staged), str(folder))
        shutil.rmtree(staged, ignore_errors=True)
        with contextlib.suppress(OSError):
            for each in new:
                each.rmdir()
        raise
    sync_folder(folder.parent)


def _write(path: Path, data: bytes) -> None:
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the rename itself durable; some file systems cannot sync a folder, and the data is safe either way."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
