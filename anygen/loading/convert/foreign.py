"""Reading what others wrote: tensors out of a torch-saved file or safetensors, and nothing else.

A pickle can hold code. Files are opened with weights_only=True, which builds tensors and plain containers alone, by a
torch in which the known ways around it are closed (CVE-2025-32434, CVE-2026-24747: 2.10).
"""

from __future__ import annotations

import errno
import pickle
import pickletools
import re
import struct
import textwrap
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from anygen.core.errors import CheckpointError, ConfigError, printable, shown
from anygen.core.hashing import file_sha256
from anygen.core.safetensors_header import is_safetensors, read_header
from anygen.media.files import sniff

SAFE_TORCH = (2, 10)
_SHA256 = re.compile("[0-9a-fA-F]{64}")
_ZIP = b"PK"
_LFS = b"version https://git-lfs"
"""How the small text begins that git keeps in place of a large file."""
_PICKLES_OF_A_FILE = 4
"""Before torch 1.6 a file began with four pickles: a magic number, a version, the system, and what was saved."""


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file. Raises CheckpointError where there is none."""
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    return file_sha256(path)


def check_sha256(path: Path, given: str | None) -> str:
    """The SHA-256 of a file. Raises CheckpointError if it is not the one that was given, ConfigError if what was given is
    no SHA-256, before the file is read."""
    if given is not None and not _SHA256.fullmatch(given):
        raise ConfigError(f"sha256 {shown(given)}: 64 hexadecimal digits are accepted")
    found = sha256_of(path)
    if given is not None and found != given.lower():
        raise CheckpointError(
            f"{path}: its SHA-256 is {found}, but {given.lower()} was given; fetch it again"
        )
    return found


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Name -> tensor, of any shape, of a .safetensors or torch-saved file, mapped from the disk where its format allows it.

    Raises CheckpointError for a file that is neither, that holds anything but named tensors, or that holds code."""
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    return named_tensors(str(path), read_plain(path))


def read_plain(path: Path) -> Mapping[Any, Any]:
    """What a torch-saved file maps: tensors, numbers, texts and containers of them.

    Raises CheckpointError for a file that maps nothing, or that holds code."""
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    version = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
    if version < SAFE_TORCH:
        raise CheckpointError(
            f"{path}: opening it with torch {torch.__version__} could run code hidden in it; torch 2.10 or newer is needed"
        )
    values = _load(path)
    if not isinstance(values, Mapping):
        raise CheckpointError(
            f"{path}: holds a {type(values).__name__}; a mapping of names to tensors is expected"
        )
    return values


def named_tensors(where: str, values: Mapping[Any, Any]) -> dict[str, Tensor]:
    """`values`, each a plain tensor on the CPU, of any shape, with a name. Raises CheckpointError, which begins with
    `where`, if one is not."""
    for name, value in values.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise CheckpointError(
                f"{where}: {shown(name)} is a {type(value).__name__}; only named tensors are expected"
            )
        kind = _unusual(value)
        if kind is not None:
            raise CheckpointError(f"{where}: {name} is {kind}; plain dense tensors with values are expected")
    return {name: value.detach() for name, value in values.items()}


def check_floating(where: str, tensors: Mapping[str, Tensor]) -> None:
    """Raises CheckpointError, which begins with `where`, for the first tensor, of any shape, that does not hold
    floating-point numbers."""
    for name, value in tensors.items():
        if not value.is_floating_point():
            raise CheckpointError(
                f"{where}: {name} holds {str(value.dtype).removeprefix('torch.')} values; floating-point ones are expected"
            )


def _unusual(value: Tensor) -> str | None:
    if value.layout != torch.strided or value.is_nested:
        return "a sparse or nested tensor"
    if value.device.type != "cpu":
        return f"a tensor without values (on the device {value.device.type!r})"
    return "a quantized tensor" if value.is_quantized else None


def _load(path: Path) -> Any:
    _check_kind(path)
    # Only the zip format can be mapped; a file written by torch before 1.6 is read whole.
    mapped = zipfile.is_zipfile(path)
    if mapped:
        _check_records(path)
    try:
        return torch.load(str(path), map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        if not mapped and not _has_whole_pickles(path):
            raise CheckpointError(_cut(path)) from error
        raise CheckpointError(
            f"{path}: holds something other than tensors, which could be code, and was not opened; plain "
            "weights are expected"
        ) from error
    except (
        RuntimeError,
        EOFError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
        OSError,
        struct.error,
    ) as error:
        # Of a file that stops halfway torch seeks a place before its beginning.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        if not mapped:
            raise CheckpointError(_cut(path)) from error
        raise CheckpointError(
            f"{path}: cannot be read as weights saved by torch: {textwrap.shorten(str(error), 120)}"
        ) from error


def _check_kind(path: Path) -> None:
    """Raises CheckpointError for a file that does not begin as torch's do, and for one that broke off."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(1024)
    if size == 0 or (_ZIP.startswith(start[:2]) and not zipfile.is_zipfile(path)):
        raise CheckpointError(_cut(path))
    if start.startswith(_ZIP) or (start[0] == pickle.PROTO[0] and start[1:2] <= b"\x05"):
        return
    if is_safetensors(path):
        raise CheckpointError(
            f"{path}: holds safetensors under another name; name it {path.stem}.safetensors"
        )
    if start.startswith(_LFS):
        raise CheckpointError(
            f"{path}: is what git keeps in place of a large file ({size:,} bytes); fetch the file itself"
        )
    container = sniff.container_of(start)
    kind = f"a {sniff.spoken((container,))} file" if container else sniff.describe(start)
    raise CheckpointError(
        f"{path}: is {kind.replace('no known media', 'of no known')}; weights saved by torch, or safetensors, are accepted"
    )


def _check_records(path: Path) -> None:
    """Raises CheckpointError for a zip archive of which a record is not what was written: torch maps them unread."""
    name = "its list of records"
    try:
        with zipfile.ZipFile(path) as archive:
            for record in archive.infolist():
                name = f"record {record.filename}"
                # torch may be told to write no sums.
                if record.CRC:
                    with archive.open(record) as stream:
                        while stream.read(1 << 20):
                            pass
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, struct.error) as error:
        raise CheckpointError(f"{path}: is damaged ({printable(name)}); fetch it again") from error


def _has_whole_pickles(path: Path) -> bool:
    """Whether what begins a file of torch before 1.6 is there whole; nothing of it is run."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        for _ in range(_PICKLES_OF_A_FILE):
            try:
                for _ in pickletools.genops(stream):
                    pass
            except (ValueError, OverflowError, MemoryError):
                return False
            if stream.tell() >= size:
                break
    return True


def _cut(path: Path) -> str:
    return f"{path}: is not whole ({path.stat().st_size:,} bytes); fetch it again"


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError, safe_open

    read_header(path)
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise CheckpointError(f"{path}: cannot be read as safetensors: {error}") from error
