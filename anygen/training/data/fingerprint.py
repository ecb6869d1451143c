"""What a frozen part is, as one string: caches made by one part are never read for another."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from anygen.core.hashing import fingerprint


def module_fingerprint(module: nn.Module) -> str:
    """SHA-256 (hex) over a module's configuration and every entry of its state_dict: names, shapes, types and bytes."""

    def pieces() -> Iterator[str | memoryview]:
        yield repr(getattr(module, "config", type(module).__name__))
        for name, tensor in sorted(module.state_dict().items()):
            yield f"{name} {tuple(tensor.shape)} {tensor.dtype}"
            if tensor.numel():
                yield tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data

    return fingerprint(pieces())
