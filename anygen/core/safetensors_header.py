"""What a weight file is, told from its first bytes, before any library opens it.

The safetensors format: eight bytes with the header's length (little endian), the header as JSON, then the tensors.
https://huggingface.co/docs/safetensors describes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anygen.core.errors import CheckpointError

LARGEST_HEADER = 100_000_000
"""Bytes; the format's own limit."""
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How a torch-saved file begins: a zip archive since torch 1.6, a bare pickle before."""


def is_safetensors(file: Path) -> bool:
    """Whether a file begins as safetensors do, whatever its name: a header's length that it can have, and its brace."""
    with file.open("rb") as stream:
        start = stream.read(9)
    return start[8:] == b"{" and int.from_bytes(start[:8], "little") <= min(
        LARGEST_HEADER, file.stat().st_size
    )


def read_header(file: Path) -> dict[str, Mapping[str, Any]]:
    """Tensor -> dtype, shape and place, from the header of a whole safetensors file.

    Raises CheckpointError for a file that is a pickle, that is empty or cut short, and for any other that is none."""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            start = stream.read(8)
            length = int.from_bytes(start, "little")
            # A header of 640 bytes begins with the same two bytes as a pickle; no header is as long as a pickle would say.
            if length > min(LARGEST_HEADER, size) and start.startswith(_PICKLES):
                raise CheckpointError(
                    f"{file}: is a pickle under the name of safetensors and was not opened; safetensors are accepted, "
                    "and `anygen convert` makes them of the published pickles it knows"
                )
            if size < 8 or length > LARGEST_HEADER:
                found = f"it has {size} bytes" if size < 8 else f"a header of {length} bytes"
                raise CheckpointError(f"{file}: cannot be read as safetensors: {found}")
            if length > size - 8:
                raise CheckpointError(_cut(file, size, 8 + length))
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        end = 8 + length + max((each["data_offsets"][1] for each in header.values()), default=0)
    except (OSError, ValueError, TypeError, KeyError, LookupError, AttributeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{file}: cannot be read as safetensors: {str(error)[:100]}") from error
    if size < end:
        raise CheckpointError(_cut(file, size, end))
    return dict(header)


def check_weights(folder: Path) -> None:
    """Raises CheckpointError for the first safetensors file of a folder that is not whole, those of variants aside."""
    for file in sorted(folder.glob("*.safetensors")):
        if "." not in file.stem:
            read_header(file)


def _cut(file: Path, size: int, whole: int) -> str:
    return (
        f"{file}: is not whole, {size:,} bytes of at least {whole:,}; it broke off while it was fetched or copied: "
        "remove it and fetch it again"
    )
