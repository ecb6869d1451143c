"""A safetensors file written tensor by tensor, so that no second copy of the weights is ever in memory.

The format: eight bytes with the header's length (little endian), the header as JSON (name -> dtype, shape and where its
bytes lie), then the bytes. https://huggingface.co/docs/safetensors describes it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from anygen.core.errors import CheckpointError
from anygen.loading.convert.foreign import sha256_of

_DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


@dataclass(frozen=True)
class Plan:
    """A tensor before it is there: what it will be, and how to make it when its turn comes."""

    dtype: torch.dtype
    shape: Sequence[int]
    make: Callable[[], Tensor]


def planned(value: Tensor) -> Plan:
    """The plan of a tensor of any shape that is there already, or mapped from a file."""
    return Plan(value.dtype, tuple(value.shape), lambda: value)


def write_safetensors(
    path: Path, plans: Mapping[str, Plan], not_finite: Collection[str] = (), source: str | None = None
) -> str:
    """Write the tensors of `plans` to `path`, one at a time, and read the file again: its SHA-256 (hex). `source` is what
    messages name where the tensors are at fault; `path` unless given.

    Raises CheckpointError where what lies on the disk is not what was written, and for values that are not finite in any
    tensor but those of `not_finite`; OSError, which names the file, where it cannot be written."""
    try:
        return _write(path, plans, not_finite, source or str(path))
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _write(path: Path, plans: Mapping[str, Plan], not_finite: Collection[str], source: str) -> str:
    # Wide types first, so that every tensor starts at a multiple of its own width.
    order = sorted(plans, key=lambda name: (-plans[name].dtype.itemsize, name))
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name in order:
        plan = plans[name]
        if plan.dtype not in _DTYPES:
            raise CheckpointError(
                f"{source}: {name} is {plan.dtype}; {', '.join(_DTYPES.values())} can be written"
            )
        start, end = end, end + plan.dtype.itemsize * torch.Size(plan.shape).numel()
        header[name] = {"dtype": _DTYPES[plan.dtype], "shape": list(plan.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    digest = hashlib.sha256()
    with path.open("xb") as file:
        for piece in (len(text).to_bytes(8, "little"), text):
            digest.update(piece)
            file.write(piece)
        for name in order:
            value = plans[name].make().detach().to("cpu", plans[name].dtype).contiguous()
            if tuple(value.shape) != tuple(plans[name].shape):
                raise CheckpointError(
                    f"{source}: {name} came out as {tuple(value.shape)}, not as {tuple(plans[name].shape)}"
                )
            if value.is_floating_point() and not bool(value.isfinite().all()) and name not in not_finite:
                raise CheckpointError(
                    f"{source}: {name} holds values that are not finite; finite ones are accepted"
                )
            data = value.reshape(-1).view(torch.uint8).numpy().data
            digest.update(data)
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    written = digest.hexdigest()
    if sha256_of(path) != written:
        raise CheckpointError(
            f"{path}: what lies on the disk is not what was written; the disk may be failing"
        )
    return written
