"""Batch rendering that nothing can lose: a manifest in, media and results.jsonl out, resumed wherever it was stopped.

    anygen.batch.render("manifest.jsonl", "out/", model="mini")

The flow: job (the folder) -> manifest (lines) -> items (requests and keys) -> runner (leases, windows) -> executor (respond,
then draw) -> commit (files, then the line) -> ledger. docs/batch.md is the guide.
"""

from __future__ import annotations

from typing import Any

_NAMES = {
    "render": "anygen.batch.rendering",
    "estimate": "anygen.batch.rendering",
    "encode_media": "anygen.batch.encoding",
    "write_manifest": "anygen.batch.manifest",
    "Settings": "anygen.batch.runner",
    "Summary": "anygen.batch.runner",
    "verify": "anygen.batch.verification",
}
__all__ = ["Settings", "Summary", "encode_media", "estimate", "render", "verify", "write_manifest"]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_NAMES[name]), name)
