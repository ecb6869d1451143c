"""Files from outside, judged by their content alone."""

from __future__ import annotations

from anygen.core.errors import MediaError
from anygen.media import MediaLimits, open_media
from anygen.media.files import sniff

SUFFIXES = {"jpeg": ".jpg"}
"""Container -> suffix, where it is not the container's name."""


def check_media(name: str, data: bytes, max_bytes: int) -> tuple[str, str]:
    """The modality and the suffix of a file, by its content, read whole under anygen's limits. Raises MediaError."""
    if not data:
        raise MediaError(f"{name}: the file is empty (0 bytes); a media file is needed")
    accepted = tuple(
        dict.fromkeys((*sniff.IMAGE_CONTAINERS, *sniff.AUDIO_CONTAINERS, *sniff.VIDEO_CONTAINERS))
    )
    container = sniff.accept(name, data, accepted)
    try:
        modality = str(open_media(data, MediaLimits(max_bytes=max_bytes)).modality)
    except MediaError as error:
        raise MediaError(str(error).replace("the given bytes", name, 1)) from None
    return modality, SUFFIXES.get(container, f".{container}")
