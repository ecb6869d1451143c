"""What a process asked of the file system below one folder, in order, as strace saw it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
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

_LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += +(-?\d+)(.*)", re.DOTALL)
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
    return shutil.which("strace") is not None


def record(
    command: Sequence[str], folder: Path, trace: Path, environment: Mapping[str, str] | None = None
) -> tuple[list[Operation], int]:
    """Run a command under strace: what it did below `folder`, which does not exist yet, and its exit code."""
    calls = ",".join(CALLS + UNKNOWN)
    strace = ["strace", "-f", "-y", "-xx", "-s", "1000000000", "-e", f"trace={calls}", "-o", str(trace)]
    code = subprocess.run([*strace, *command], env=environment, capture_output=True, check=False).returncode
    return list(read(trace, folder)), code


def read(trace: Path, folder: Path) -> Iterator[Operation]:
    """The operations of a trace below `folder`, those that succeeded."""
    existing = {""}
    ends: dict[str, int] = {}
    for name, arguments, result, rest in _calls(trace):
        if result < 0:
            continue
        words = [_text(each) for each in _STRING.findall(arguments)]
        opened = _FILE.match(rest.strip()) if name == "openat" else _FILE.match(arguments)
        file = None if opened is None else _below(_text(opened[1]).decode(), folder)
        if name in UNKNOWN and file is not None:
            raise ValueError(f"{trace}: {name} below {folder} is not understood")
        if name == "openat":
            path = _below(words[0].decode("utf-8", "replace"), folder)
            if path is None:
                continue
            if "O_CREAT" in arguments and path not in existing:
                existing.add(path)
                yield Operation("create", path)
            elif "O_TRUNC" in arguments:
                yield Operation("truncate", path)
            ends[path] = 0
        elif name in ("write", "pwrite64") and file is not None:
            data = words[0][:result]
            place = int(arguments.rsplit(",", 1)[1]) if name == "pwrite64" else ends.get(file, 0)
            if name == "write":
                ends[file] = place + len(data)
            yield Operation("write", file, data, place)
        elif name in ("fsync", "fdatasync") and file is not None:
            yield Operation("sync", file)
        elif name == "ftruncate" and file is not None:
            yield Operation("truncate", file, place=int(arguments.rsplit(",", 1)[1]))
        elif name.startswith("rename"):
            source, target = (_below(each.decode("utf-8", "replace"), folder) for each in words[:2])
            if source is not None and target is not None:
                existing.discard(source)
                existing.add(target)
                yield Operation("rename", source, target=target)
        elif name.startswith(("mkdir", "unlink")):
            path = _below(words[0].decode("utf-8", "replace"), folder)
            if path:
                (existing.add if name.startswith("mkdir") else existing.discard)(path)
                yield Operation("make_folder" if name.startswith("mkdir") else "remove", path)


def _calls(trace: Path) -> Iterator[tuple[str, str, int, str]]:
    """Whole calls: name, arguments, result, what follows. A call that another thread's interrupted is put together."""
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
                yield whole[1], whole[2], int(whole[3]), whole[4]


def _text(hexed: str) -> bytes:
    return bytes.fromhex(hexed.replace("\\x", ""))


def _below(path: str, folder: Path) -> str | None:
    """A path relative to the folder ("" is the folder), or None for one elsewhere."""
    if path == str(folder):
        return ""
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None
