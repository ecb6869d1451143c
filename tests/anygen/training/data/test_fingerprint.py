"""What a frozen part is, as one string."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import nn

from anygen.training.data.fingerprint import file_fingerprint, module_fingerprint


def test_every_weight_and_its_type_count() -> None:
    torch.manual_seed(0)
    module = nn.Linear(3, 2)
    first = module_fingerprint(module)
    assert first == module_fingerprint(module)
    with torch.no_grad():
        module.bias[1] += 1e-6
    second = module_fingerprint(module)
    assert len({first, second, module_fingerprint(module.half())}) == 3


def test_a_file_is_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"some bytes")
    assert file_fingerprint(tmp_path / "a") == hashlib.sha256(b"some bytes").hexdigest()
