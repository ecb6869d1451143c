from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from anygen.core.errors import MediaError
from anygen.media.files import sniff

MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""128 kbit/s at 44100 Hz: 417 bytes."""
EBML = b"\x1a\x45\xdf\xa3"
STARTS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xdb",
    "gif": b"GIF89a",
    "wav": b"RF64\xff\xff\xff\xffWAVE",
    "webp": b"RIFF\4\0\0\0WEBP",
    "flac": b"fLaC",
    "ogg": b"OggS",
    "npy": b"\x93NUMPY",
    "mp4": b"\0\0\0\x10ftypdash\0\0\0\0",
    "webm": EBML + b"\x8bB\x82\x84webm",
    "mp3": MP3_FRAME * 2,
}


@pytest.mark.parametrize("container", STARTS)
def test_each_container_is_known_by_its_first_bytes_alone(container: str) -> None:
    assert sniff.container_of(STARTS[container] + bytes(20)) == container


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (MP3_FRAME[:3] + b"words, no second frame" * 40, "a text file"),
        (b"\xff\xfb" + b"\xf0" + bytes(500), "no known media format"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmp42", "an HEIC or AVIF image"),
        (EBML + b"B\x82\x88matroska", "a Matroska video"),
        (b"RIFF\4\0\0\0AVI ", "an AVI video"),
        (b"BMW is a car maker", "a BMP image"),
        (b"hello", "a text file"),
        (b" <!DOCTYPE html>", "a web page"),
        (b"\x80\x02}q", "a Python pickle"),
    ],
)
def test_what_is_on_no_list_is_refused_and_named(data: bytes, found: str) -> None:
    assert sniff.container_of(data) is None
    with pytest.raises(MediaError, match=f"^x: {found}; PNG and WebM are accepted$"):
        sniff.accept("x", data, ("png", "webm"))


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        (b"RIFF\x30\0\0\0WAVEdata\x10\0\0\0" + bytes(6), 10),
        (b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x64mdat" + bytes(12), 80),
        (EBML + b"\x88B\x82\x84webm\0" + b"\x18\x53\x80\x67\x90" + bytes(4), 12),
    ],
)
def test_a_file_that_ends_early_is_told_from_a_whole_one(data: bytes, missing: int) -> None:
    containers = ("wav", "mp4", "webm")
    with pytest.raises(MediaError, match=f"a truncated .* file, {missing} bytes are missing"):
        sniff.accept("x", data, containers)
    assert sniff.read_accepted(data + bytes(missing), 1000, containers)[2] in containers


def test_a_length_that_a_pipe_did_not_know_is_no_fault() -> None:
    for size in (0, 0xFFFFFFFF):
        data = b"RIFF" + struct.pack("<I", size) + b"WAVEdata" + struct.pack("<I", size) + bytes(8)
        assert sniff.missing_bytes("wav", data) == 0


def test_a_source_is_a_path_bytes_or_an_open_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sniff.read_source(tmp_path / "a", 3) == (str(tmp_path / "a"), b"abc")
    assert sniff.read_source(memoryview(b"abc"), 3) == ("the given bytes", b"abc")
    assert sniff.read_source(io.BytesIO(b"abc"), 3) == ("the given file", b"abc")
    for source in (tmp_path / "a", b"abc", io.BytesIO(b"abc")):
        with pytest.raises(MediaError, match="0 MB or more; at most 0 MB are accepted"):
            sniff.read_source(source, 2)
    with pytest.raises(MediaError, match="opened as text"):
        sniff.read_source(io.StringIO("abc"), 3)
    with pytest.raises(MediaError, match="a media source of type int"):
        sniff.read_source(5, 3)


def test_containers_are_named_as_people_name_them() -> None:
    assert (
        sniff.spoken(("png", "webp", "npy")) == "PNG, WebP and NumPy array"
        and sniff.spoken(("gif",)) == "GIF"
    )
