"""SHA-256, always as 64 hexadecimal digits: of a file, and of pieces that stand for a value (its fingerprint)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes, read piece by piece. An OSError says why it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(pieces: Iterable[str | bytes | memoryview]) -> str:
    """SHA-256 (hex) of pieces joined without a separator, text as UTF-8. They are taken one at a time, so they may be made
    as they are asked for; whoever gives several says where one ends."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece.encode() if isinstance(piece, str) else piece)
    return digest.hexdigest()
