"""The order of write, flush and rename, recorded, and every prefix of it recovered as after a loss of power."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from anygen.batch import ledger, verify

from .conftest import done, files, picture, text


@dataclass
class Recorder:
    """Every disk operation of a job, in order: (what, names or data)."""

    root: Path
    steps: list[tuple] = field(default_factory=list)

    def name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


@pytest.fixture
def recorder(monkeypatch, tmp_path):
    found = Recorder(tmp_path / "out")
    real = {
        name: getattr(ledger, name)
        for name in ("write", "sync_file", "rename", "sync_folder", "write_at", "sync_open")
    }

    def write(path, data):
        real["write"](path, data)
        found.steps.append(("write", found.name(path), data))

    def sync_file(path):
        real["sync_file"](path)
        found.steps.append(("sync", found.name(path)))

    def rename(source, target):
        real["rename"](source, target)
        found.steps.append(("rename", found.name(source), found.name(target)))

    def sync_folder(folder):
        real["sync_folder"](folder)
        if folder.is_relative_to(found.root):
            found.steps.append(("sync_folder", found.name(folder)))

    def write_at(descriptor, data, place):
        found.steps.append(("append", data, place))
        return real["write_at"](descriptor, data, place)

    def sync_open(descriptor):
        real["sync_open"](descriptor)
        found.steps.append(("sync_ledger",))

    for name, function in locals().items():
        if name in real:
            monkeypatch.setattr(ledger, name, function)
    return found


@dataclass
class Disk:
    """What a loss of power leaves. `seen` is what the running system saw; `safe` is what was flushed."""

    seen: dict[str, bytes] = field(default_factory=dict)
    safe: dict[str, bytes] = field(default_factory=dict)
    flushed: dict[str, bytes] = field(default_factory=dict)
    ledger: bytes = b""
    safe_ledger: bytes = b""

    def take(self, step: tuple) -> None:
        what, *rest = step
        if what == "write":
            self.seen[rest[0]] = rest[1]
            self.flushed.pop(rest[0], None)
        elif what == "sync":
            self.flushed[rest[0]] = self.seen[rest[0]]
        elif what == "rename":
            self.seen[rest[1]] = self.seen.pop(rest[0])
            if rest[0] in self.flushed:
                self.flushed[rest[1]] = self.flushed.pop(rest[0])
            else:
                self.flushed.pop(rest[1], None)
        elif what == "sync_folder":
            # A name that is flushed leads to what was flushed of its file: nothing, where nothing was.
            inside = {name for name in self.seen if str(Path(name).parent) == rest[0]}
            self.safe |= {name: self.flushed.get(name, b"") for name in inside}
        elif what == "append":
            self.ledger = self.ledger[: rest[1]] + rest[0]
        elif what == "sync_ledger":
            self.safe_ledger = self.ledger

    def states(self):
        """The disk after power was lost here: all, what was flushed alone, names without their content, half a line."""
        yield "all", self.seen, self.ledger
        yield "flushed", self.safe, self.safe_ledger
        yield "names", {name: self.flushed.get(name, b"") for name in self.seen}, self.ledger
        half = len(self.safe_ledger) + (len(self.ledger) - len(self.safe_ledger)) // 2
        yield "half", self.safe, self.ledger[:half]


def test_every_prefix_of_the_order_recovers(run, recorder, tmp_path, monkeypatch):
    lines = [text("a"), picture("b"), picture("c")]
    run(lines, exact=True)
    steps, wanted = list(recorder.steps), files(tmp_path / "out")
    monkeypatch.undo()

    disk, tried = Disk(), set()
    for number, step in enumerate([None, *steps]):
        if step is not None:
            disk.take(step)
        for kind, found, written in disk.states():
            state = (tuple(sorted(found.items())), written)
            if state in tried:
                continue
            tried.add(state)
            folder = tmp_path / f"{number}-{kind}"
            for name, data in found.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
            folder.mkdir(exist_ok=True)
            (folder / "results.jsonl").write_bytes(written)
            before = done(folder) if not written or written.endswith(b"\n") else {}
            summary = run(lines, out=folder.name, exact=True)
            assert summary.done == 3 and len(done(folder)) == 3, (number, kind, step)
            assert summary.made == 3 - len(before) or kind != "flushed", "what was flushed is not made again"
            assert files(folder) == wanted, (number, kind, step)
            assert verify(folder).holds
            shutil.rmtree(folder)
    assert len(tried) > 15


def test_a_line_is_written_after_all_it_names(run, recorder, tmp_path):
    run([picture("b"), picture("c")])
    steps = recorder.steps
    for row in done(tmp_path / "out").values():
        line = next(
            i for i, step in enumerate(steps) if step[0] == "append" and row["slot"].encode() in step[1]
        )
        renamed = []
        for each in row["files"]:
            name = each["path"]
            part = ledger.temporary(Path(name)).as_posix()
            write = next(i for i, step in enumerate(steps) if step[:2] == ("write", part))
            sync = steps.index(("sync", part))
            rename = steps.index(("rename", part, name))
            assert write < sync < rename < line
            renamed.append(rename)
        folder = str(Path(name).parent)
        flushed = next(i for i in range(max(renamed), line) if steps[i] == ("sync_folder", folder))
        assert max(renamed) < flushed < line and steps[line + 1] == ("sync_ledger",)
        # A folder that was made is itself flushed into the one above it.
        made = next(i for i, step in enumerate(steps) if step == ("sync_folder", "media"))
        assert made < line
