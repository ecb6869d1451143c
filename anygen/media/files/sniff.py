"""What a file is, judged from its first bytes and never from its name; and whether it is all there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from anygen.core.errors import MediaError

IMAGE_CONTAINERS = ("png", "jpeg", "webp", "gif")
AUDIO_CONTAINERS = ("wav", "flac", "mp3", "ogg", "mp4", "webm")
VIDEO_CONTAINERS = ("mp4", "webm", "gif")

_SPOKEN = {"webp": "WebP", "webm": "WebM", "npy": "NumPy array"}
"""The names that are not those of the containers in capitals."""


def spoken(containers: tuple[str, ...]) -> str:
    """Containers as they are named in a sentence: "PNG, JPEG, WebP and GIF"."""
    names = [_SPOKEN.get(each, each.upper()) for each in containers]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def read_source(source: str | Path | bytes | BinaryIO, max_bytes: int) -> tuple[str, bytes]:
    """The name to use in messages, and the content. Refuses what is missing, no regular file, empty or too big,
    judged before it is read where the size is known. Raises MediaError."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        name, data = "the given bytes", bytes(source)
    elif isinstance(source, (str, Path)):
        name = str(source)
        data = _read_path(name, max_bytes)
    elif hasattr(source, "read"):
        given = getattr(source, "name", None)
        name = Path(given).name if isinstance(given, str) and given else "the given file"
        data = source.read(max_bytes + 1)
        if not isinstance(data, bytes):
            raise MediaError(f"{name}: opened as text; a file opened in binary mode is accepted")
    else:
        raise MediaError(
            f"a media source of type {type(source).__name__}; a path, bytes or a binary file is accepted"
        )
    if not data:
        raise MediaError(f"{name}: the file is empty (0 bytes); a media file is needed")
    if len(data) > max_bytes:
        raise MediaError(_too_big(name, len(data), max_bytes))
    return name, data


def read_accepted(
    source: str | Path | bytes | BinaryIO, max_bytes: int, accepted: tuple[str, ...]
) -> tuple[str, bytes, str]:
    """The name to use in messages, the content and its container. Raises MediaError as `read_source` and `accept` do."""
    name, data = read_source(source, max_bytes)
    return name, data, accept(name, data, accepted)


def _read_path(name: str, max_bytes: int) -> bytes:
    try:
        # Not blocking, so that a named pipe is refused below instead of waiting for a writer.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise MediaError(f"{name}: no such file; the path of a media file is needed") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(f"{name}: cannot be opened ({reason}); a readable media file is needed") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise MediaError(f"{name}: {kind}; the path of a media file is needed")
    with open(descriptor, "rb") as file:
        if status.st_size > max_bytes:
            raise MediaError(_too_big(name, status.st_size, max_bytes))
        return file.read(max_bytes + 1)


def _too_big(name: str, size: int, max_bytes: int) -> str:
    return f"{name}: {size / 1e6:.0f} MB or more; at most {max_bytes / 1e6:.0f} MB are accepted"


_STARTS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"\x93NUMPY": "npy",
}
_RIFF_KINDS = {(b"RIFF", b"WAVE"): "wav", (b"RF64", b"WAVE"): "wav", (b"RIFF", b"WEBP"): "webp"}
_STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
_EBML = b"\x1a\x45\xdf\xa3"


def container_of(data: bytes) -> str | None:
    """The container's short name, or None for anything that is not on the list of accepted ones."""
    for start, container in _STARTS.items():
        if data.startswith(start):
            return container
    if data[4:8] == b"ftyp" and data[8:12] not in _STILL_BRANDS:
        return "mp4"
    if data.startswith(_EBML):
        return "webm" if b"webm" in data[:64] else None
    if data.startswith(b"ID3") or _is_mpeg_audio(data):
        return "mp3"
    return _RIFF_KINDS.get((data[:4], data[8:12]))


def _is_mpeg_audio(data: bytes) -> bool:
    """Two MPEG audio layer III frame headers, the second where the first one says."""
    length = _mpeg_frame_length(data)
    return length is not None and (
        len(data) <= length + 4 or _mpeg_frame_length(data[length : length + 4]) is not None
    )


def _mpeg_frame_length(head: bytes) -> int | None:
    """Bytes of the layer III frame whose header is `head` (ISO 11172-3, 13818-3), or None if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    is_first = version == 3
    kilobits = (
        (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
        if is_first
        else (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    )[bitrate - 1]
    sample_rate = (44100, 48000, 32000)[rate] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if is_first else 72) * kilobits * 1000 // sample_rate + (head[2] >> 1 & 1)


_OTHERS = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"BM": "a BMP image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    _EBML: "a Matroska video",
    b"FORM": "an AIFF sound",
    b"MThd": "a MIDI file",
    b"\x1f\x8b": "a gzip archive",
    b"\x7fELF": "a program",
    b"\x80\x02": "a Python pickle",
    b"8BPS": "a Photoshop document",
}


def describe(data: bytes) -> str:
    """What a file that is on no list looks like, for a message."""
    for start, name in _OTHERS.items():
        if data.startswith(start):
            return name
    if data[4:8] == b"ftyp":
        return "an HEIC or AVIF image"
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return "an AVI video"
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if start.startswith((b"<?xml", b"<svg")):
        return "an XML or SVG document"
    if not any(byte < 9 or 14 <= byte < 32 for byte in data[:512]):
        return "a text file"
    return "no known media format"


def accept(name: str, data: bytes, accepted: tuple[str, ...]) -> str:
    """The container of `data`. Raises MediaError, saying what was found and what is accepted, for another or a cut one."""
    container = container_of(data)
    if container is None:
        raise MediaError(f"{name}: {describe(data)}; {spoken(accepted)} are accepted")
    if container not in accepted:
        raise MediaError(f"{name}: a {spoken((container,))} file; {spoken(accepted)} are accepted")
    missing = missing_bytes(container, data)
    if missing:
        raise MediaError(
            f"{name}: a truncated {spoken((container,))} file, {missing} bytes are missing; a whole file is accepted"
        )
    return container


def damaged(name: str, container: str) -> MediaError:
    """The error of a file whose decoder gives up, whatever the decoder raised."""
    return MediaError(f"{name}: a damaged or truncated {spoken((container,))} file; a whole file is accepted")


def missing_bytes(container: str, data: bytes) -> int:
    """How many bytes the container's own sizes promise beyond the end of the file; 0 where they say nothing.

    MP3, OGG and FLAC frames stand for themselves, PNG, JPEG and GIF are judged by their decoder.
    """
    if container in ("wav", "webp") and data[:4] == b"RIFF":
        return _missing_riff(data)
    measure = {"mp4": _missing_boxes, "webm": _missing_segment}.get(container)
    return 0 if measure is None else measure(data)


MAX_PIECES = 100_000
"""Chunks or boxes looked at in one file: an honest one has tens, a long fragmented clip some thousands."""


def riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The chunks of a RIFF file: (name, start of the content, size as written)."""
    at = 12
    for _ in range(MAX_PIECES):
        if at + 8 > len(data):
            return
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], at + 8, size
        at += 8 + size + (size & 1)


def _missing_riff(data: bytes) -> int:
    # A program writing to a pipe does not know the length: it writes 0 or the largest number, and that is no fault.
    unknown = (0, 0xFFFFFFFF, 0xFFFFFFFF - 36, 0x7FFFFFFF, 0x7FFFF000)
    for _, start, size in riff_chunks(data):
        if size not in unknown and start + size > len(data):
            return start + size - len(data)
    return 0


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int, int]]:
    """The boxes of an MP4 file or of one box's content: (name, start of the box, start of its content, its end)."""
    end = len(data) if end is None else end
    at = start
    for _ in range(MAX_PIECES):
        if at + 8 > end:
            return
        size, header = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < header:
            return
        yield data[at + 4 : at + 8], at, at + header, at + size
        at += size


def _missing_boxes(data: bytes) -> int:
    return max(0, max((end for _, _, _, end in boxes(data)), default=0) - len(data))


def _missing_segment(data: bytes) -> int:
    """EBML (RFC 8794): the header element, then the Segment with its size; all ones means not known."""
    at = 4
    size, length = _ebml_number(data, at)
    if size is None:
        return 0
    at += length + size
    if data[at : at + 4] != b"\x18\x53\x80\x67":
        return 0
    size, length = _ebml_number(data, at + 4)
    return 0 if size is None else max(0, at + 4 + length + size - len(data))


def _ebml_number(data: bytes, at: int) -> tuple[int | None, int]:
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    if first == 0:
        return None, 1
    value = int.from_bytes(data[at : at + length], "big") & ((1 << 7 * length) - 1)
    return (None if value == (1 << 7 * length) - 1 else value), length
