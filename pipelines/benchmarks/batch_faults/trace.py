"""What a process asked of the file system below one folder, in order, as strace saw it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "openat",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "unlink",
    "unlinkat",
    "ftruncate",
)
UNKNOWN = ("writev", "pwritev", "pwritev2", "fallocate", "copy_file_range", "sendfile", "linkat", "link")
"""Calls that `replay` does not know: a trace with one of them below the folder is refused, never read wrong."""

_LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += +(-?\d+).*", re.DOTALL)
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"\d+<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True)
class Operation:
    """One call that changes what is below the folder, paths relative to it. `kind` is create, truncate, write, sync, rename,
    make_folder or remove; `place` is an offset, or -1 for the file's end; `target` is what a rename makes."""

    kind: str
    path: str
    data: bytes = b""
    place: int = 0
    target: str = ""

    def __str__(self) -> str:
        more = f" to {self.target}" if self.target else f" {len(self.data)} bytes" if self.data else ""
        return f"{self.kind} {self.path}{more}"


def is_available() -> bool:
    """Whether strace is here."""
    return shutil.which("strace") is not None


def record(command: Sequence[str], folder: Path, trace: Path) -> tuple[list[Operation], int]:
    """Run a command under strace: what it did below `folder`, which does not exist yet, and its exit code."""
    calls = ",".join(CALLS + UNKNOWN)
    strace = ["strace", "-f", "-y", "-xx", "-s", "1000000000", "-e", f"trace={calls}", "-o", str(trace)]
    code = subprocess.run([*strace, *command], capture_output=True, check=False).returncode
    return list(read(trace, folder)), code


def read(trace: Path, folder: Path) -> Iterator[Operation]:
    """The operations of a trace below `folder`, those that succeeded. Raises ValueError for a call that `replay` does not
    know."""
    reader = _Reader(folder)
    for name, arguments, result in _calls(trace):
        operation = None if result < 0 else reader.operation(name, arguments, result)
        if operation is not None:
            yield operation


class _Reader:
    """Tells what calls do, in their order: which files are there, and how far each was written, depends on those before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.existing = {""}
        self.ends: dict[str, int] = {}

    def operation(self, name: str, arguments: str, result: int) -> Operation | None:
        words = [_text(each) for each in _STRING.findall(arguments)]
        if name == "openat":
            return self._open(self._below(words[0]), arguments)
        if name.startswith("rename"):
            return self._rename(self._below(words[0]), self._below(words[1]))
        if name.startswith(("mkdir", "unlink")):
            path, makes = self._below(words[0]), name.startswith("mkdir")
            if not path:
                return None
            (self.existing.add if makes else self.existing.discard)(path)
            return Operation("make_folder" if makes else "remove", path)
        opened = _FILE.match(arguments)
        file = None if opened is None else self._below(_text(opened[1]))
        if file is None:
            return None
        if name in UNKNOWN:
            raise ValueError(f"{name} of {file} below {self.folder} is not understood")
        return self._change(name, file, arguments, words[0][:result] if words else b"")

    def _open(self, path: str | None, arguments: str) -> Operation | None:
        if path is None:
            return None
        self.ends[path] = 0
        if "O_CREAT" in arguments and path not in self.existing:
            self.existing.add(path)
            return Operation("create", path)
        return Operation("truncate", path) if "O_TRUNC" in arguments else None

    def _rename(self, source: str | None, target: str | None) -> Operation | None:
        if source is None or target is None:
            return None
        self.existing.discard(source)
        self.existing.add(target)
        return Operation("rename", source, target=target)

    def _change(self, name: str, file: str, arguments: str, data: bytes) -> Operation:
        """A call on a file that is open."""
        if name in ("fsync", "fdatasync"):
            return Operation("sync", file)
        if name == "write":
            place = self.ends.get(file, 0)
            self.ends[file] = place + len(data)
            return Operation("write", file, data, place)
        place = int(arguments.rsplit(",", 1)[1])
        return (
            Operation("truncate", file, place=place)
            if name == "ftruncate"
            else Operation("write", file, data, place)
        )

    def _below(self, path: bytes) -> str | None:
        """A path relative to the folder ("" is the folder), or None for one elsewhere."""
        name = path.decode("utf-8", "replace")
        if name == str(self.folder):
            return ""
        return name.removeprefix(f"{self.folder}/") if name.startswith(f"{self.folder}/") else None


def _calls(trace: Path) -> Iterator[tuple[str, str, int]]:
    """Whole calls: name, arguments, result. A call that another thread's interrupted is put together."""
    halves: dict[str, str] = {}
    with trace.open(encoding="ascii", errors="replace") as file:
        for line in file:
            thread, _, said = line.rstrip("\n").partition(" ")
            if said.endswith("<unfinished ...>"):
                halves[thread] = said.removesuffix("<unfinished ...>").rstrip()
                continue
            resumed = re.match(r" *<\.\.\. \w+ resumed>(.*)", said)
            if resumed is not None:
                said = halves.pop(thread, "") + resumed[1]
            whole = _LINE.fullmatch(said.strip())
            if whole is not None:
                yield whole[1], whole[2], int(whole[3])


def _text(hexed: str) -> bytes:
    return bytes.fromhex(hexed.replace("\\x", ""))
