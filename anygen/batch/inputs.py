"""The bytes of a request's media, from this machine's folders or from a store, as they were when the request was read."""

from __future__ import annotations

import hashlib
from pathlib import Path

from anygen.batch.items import MediaFile
from anygen.core.errors import MediaError
from anygen.media import DEFAULT_LIMITS
from anygen.media.files import sniff


def read_input(file: MediaFile) -> bytes:
    """The content of an input. Raises MediaError, also where it is not what it was when the key was made; MachineError for a
    store that cannot be reached."""
    most = DEFAULT_LIMITS.max_bytes
    if isinstance(file.path, Path):
        try:
            data = sniff.read_source(file.path, most)[1]
        except MediaError as error:
            raise MediaError(str(error).replace(str(file.path), file.name)) from None
    else:
        data = file.path.read(most)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise MediaError(f"{file.name}: was changed while the job ran")
    return data
