from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from anygen.core.hashing import file_sha256, fingerprint


def test_a_files_hash_is_that_of_its_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(data)
    assert file_sha256(tmp_path / "a") == hashlib.sha256(data).hexdigest()
    with pytest.raises(FileNotFoundError):
        file_sha256(tmp_path / "b")


def test_a_fingerprint_is_that_of_all_pieces_in_order() -> None:
    values = np.arange(6, dtype="<f4").reshape(2, 3)
    pieces = ["grün ", b"\0\1", memoryview(values)]
    whole = "grün ".encode() + b"\0\1" + values.tobytes()
    assert fingerprint(pieces) == fingerprint(iter([whole])) == hashlib.sha256(whole).hexdigest()
    assert fingerprint(reversed(pieces)) != fingerprint(pieces)
