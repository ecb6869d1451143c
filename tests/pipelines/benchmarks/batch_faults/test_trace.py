"""What strace writes, read: calls in halves, names elsewhere, calls that are not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines.benchmarks.batch_faults.trace import Operation, read


def hexed(text: str) -> str:
    return "".join(f"\\x{ord(each):02x}" for each in text)


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_calls_below_the_folder_are_told_in_order(tmp_path: Path) -> None:
    file, elsewhere = hexed("/out/a"), hexed("/elsewhere")
    lines = (
        f'7 mkdir("{hexed("/out/media")}", 0777) = 0',
        f'7 openat(AT_FDCWD<{elsewhere}>, "{file}", O_WRONLY|O_CREAT, 0666) = 3<{file}>',
        f'7 write(3<{file}>, "{hexed("ab")}", 2 <unfinished ...>',
        f'8 write(4<{elsewhere}>, "{hexed("no")}", 2) = 2',
        "7 <... write resumed>) = 2",
        f'7 write(3<{file}>, "{hexed("cd")}", 2) = 1',
        f'7 pwrite64(3<{file}>, "{hexed("x")}", 1, 0) = 1',
        f"7 fsync(3<{file}>) = 0",
        f"7 ftruncate(3<{file}>, 2) = 0",
        f'7 unlink("{hexed("/out/none")}") = -1 ENOENT (No such file or directory)',
        f'7 rename("{file}", "{hexed("/out/b")}") = 0',
    )
    assert list(read(write(tmp_path / "trace", *lines), Path("/out"))) == [
        Operation("make_folder", "media"),
        Operation("create", "a"),
        Operation("write", "a", b"ab", 0),
        Operation("write", "a", b"c", 2),
        Operation("write", "a", b"x", 0),
        Operation("sync", "a"),
        Operation("truncate", "a", place=2),
        Operation("rename", "a", target="b"),
    ]


def test_a_call_that_is_not_known_is_refused(tmp_path: Path) -> None:
    line = f"7 fallocate(3<{hexed('/out/a')}>, 0, 0, 10) = 0"
    with pytest.raises(ValueError, match="fallocate of a below /out is not understood"):
        list(read(write(tmp_path / "trace", line), Path("/out")))
