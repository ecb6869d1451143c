"""Step 1 of 5: encoders turn media into features. The table names each one without importing it."""

from __future__ import annotations

ENCODERS: dict[str, str] = {
    "imagebind": "anygen.encoders.imagebind.model:ImageBind",
}
