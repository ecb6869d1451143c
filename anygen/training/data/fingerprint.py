"""What a frozen part is, as one string: caches made by one part are never read for another."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import nn


def module_fingerprint(module: nn.Module) -> str:
    """SHA-256 (hex) over a module's configuration and every entry of its state_dict: names, shapes, types and bytes."""
    digest = hashlib.sha256(repr(getattr(module, "config", type(module).__name__)).encode())
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy().data if flat.numel() else b"")
    return digest.hexdigest()


def file_fingerprint(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes. Raises OSError if it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
