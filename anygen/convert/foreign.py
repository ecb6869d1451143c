"""Reading what others wrote: tensors out of a torch-saved file or safetensors, and nothing else.

A pickle can hold code. Files are opened with weights_only=True, which builds tensors and plain containers alone, by a
torch in which the known ways around it are closed (CVE-2025-32434, CVE-2026-24747: 2.10).
"""

from __future__ import annotations

import errno
import hashlib
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from anygen.errors import CheckpointError

SAFE_TORCH = (2, 10)


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file. Raises CheckpointError where there is none."""
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_sha256(path: Path, given: str | None) -> str:
    """The SHA-256 of a file. Raises CheckpointError if it is not the one that was given."""
    found = sha256_of(path)
    if given is not None and found != given.lower():
        raise CheckpointError(
            f"{path}: its SHA-256 is {found}, but {given.lower()} was given; fetch it again"
        )
    return found


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Name -> tensor of a .safetensors or torch-saved file, mapped from the disk where its format allows it.

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
    """`values`, of which each is a tensor with a name. Raises CheckpointError, which begins with `where`, if one is not."""
    for name, value in values.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise CheckpointError(
                f"{where}: {name!r} is a {type(value).__name__}; only named tensors are expected"
            )
    return {name: value.detach() for name, value in values.items()}


def _load(path: Path) -> Any:
    # Only the zip format can be mapped; a file written by torch before 1.6 is read whole.
    mapped = zipfile.is_zipfile(path)
    try:
        return torch.load(str(path), map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path}: holds something other than tensors, which could be code, and was not opened; plain "
            "weights are expected"
        ) from error
    except (RuntimeError, EOFError, ValueError, LookupError, AttributeError, TypeError, OSError) as error:
        # Of a file that stops halfway torch seeks a place before its beginning.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        reason = " ".join(str(error).split())[:120]
        raise CheckpointError(f"{path}: cannot be read as weights saved by torch: {reason}") from error


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise CheckpointError(f"{path}: cannot be read as safetensors: {error}") from error
