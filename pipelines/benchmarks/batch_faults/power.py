"""Loss of power: what a disk may hold after any prefix of the recorded calls, and whether a job goes on from each.

The rule is POSIX's and no kinder: the content of a file is on disk once the file was flushed, a name once its folder was.
All that was not flushed may be there, or not, each for itself.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from anygen_pipelines.benchmarks.batch_faults import trace
from anygen_pipelines.benchmarks.batch_faults.audit import Audit, audit, difference, lines
from anygen_pipelines.benchmarks.batch_faults.campaign import Campaign, Ground
from anygen_pipelines.benchmarks.batch_faults.manifests import expected
from anygen_pipelines.benchmarks.batch_faults.processes import ANYGEN
from anygen_pipelines.benchmarks.batch_faults.trace import Operation

VARIANTS = (
    "everything",
    "only what was flushed",
    "names ahead of contents",
    "contents ahead of names",
    "chance",
)


@dataclass(eq=False)
class _File:
    now: bytearray = field(default_factory=bytearray)
    flushed: bytes = b""


@dataclass(eq=False)
class _Folder:
    now: dict[str, _File | _Folder] = field(default_factory=dict)
    flushed: dict[str, _File | _Folder] = field(default_factory=dict)


class Disk:
    """A file system that remembers what of it was flushed."""

    def __init__(self) -> None:
        self.top = _Folder()

    def apply(self, operation: Operation) -> None:
        node: _File | _Folder
        if operation.kind in ("create", "make_folder"):
            folder, name = self._place(operation.path)
            folder.now[name] = _File() if operation.kind == "create" else _Folder()
            return
        if operation.kind == "remove":
            folder, name = self._place(operation.path)
            del folder.now[name]
            return
        if operation.kind == "rename":
            folder, name = self._place(operation.path)
            target, new = self._place(operation.target)
            target.now[new] = folder.now.pop(name)
            return
        node = self._node(operation.path)
        if operation.kind == "sync":
            if isinstance(node, _File):
                node.flushed = bytes(node.now)
            else:
                node.flushed = dict(node.now)
            return
        assert isinstance(node, _File)
        if operation.kind == "truncate":
            del node.now[operation.place :]
            node.now.extend(bytes(operation.place - len(node.now)))
            return
        node.now.extend(bytes(max(0, operation.place - len(node.now))))
        node.now[operation.place : operation.place + len(operation.data)] = operation.data

    def after_loss(self, variant: str, chance: random.Random) -> dict[str, bytes | None]:
        """What is there after power was lost: path -> content, None for a folder."""
        found: dict[str, bytes | None] = {}
        self._collect(self.top, "", variant, chance, found)
        return found

    def _collect(
        self,
        folder: _Folder,
        above: str,
        variant: str,
        chance: random.Random,
        found: dict[str, bytes | None],
    ) -> None:
        names_now = variant in ("everything", "names ahead of contents")
        entries = folder.now if names_now else folder.flushed
        if variant == "chance":
            entries = {}
            for name in sorted({*folder.now, *folder.flushed}):
                choice = (folder.now if chance.random() < 0.5 else folder.flushed).get(name)
                if choice is not None:
                    entries[name] = choice
        for name, node in entries.items():
            path = f"{above}{name}"
            if isinstance(node, _Folder):
                found[path] = None
                self._collect(node, f"{path}/", variant, chance, found)
            else:
                found[path] = _content(node, variant, chance)

    def _place(self, path: str) -> tuple[_Folder, str]:
        above, _, name = path.rpartition("/")
        node = self._node(above)
        assert isinstance(node, _Folder)
        return node, name

    def _node(self, path: str) -> _File | _Folder:
        node: _File | _Folder = self.top
        for name in filter(None, path.split("/")):
            assert isinstance(node, _Folder)
            node = node.now[name]
        return node


def _content(file: _File, variant: str, chance: random.Random) -> bytes:
    if variant in ("everything", "contents ahead of names"):
        return bytes(file.now)
    if variant != "chance":
        return file.flushed
    # Any of what was not flushed: a part of the new content over the old.
    cut = chance.randint(0, len(file.now))
    mixed = bytes(file.now[:cut]) + file.flushed[cut:]
    return chance.choice([bytes(file.now), file.flushed, mixed])


@dataclass(frozen=True)
class State:
    """A folder as a loss of power may leave it, after the first `after` calls."""

    after: int
    variant: str
    content: dict[str, bytes | None]

    def write(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path, data in self.content.items():
            if data is None:
                (folder / path).mkdir()
            else:
                (folder / path).write_bytes(data)


def states(operations: Sequence[Operation], seed: int = 0) -> Iterator[State]:
    """Every state that a loss of power may leave, those that are alike told once: each prefix, in each of VARIANTS."""
    chance = random.Random(seed)
    disk = Disk()
    seen = set()
    for after in range(len(operations) + 1):
        if after:
            disk.apply(operations[after - 1])
        for variant in VARIANTS:
            content = disk.after_loss(variant, chance)
            told = hashlib.sha256(repr(sorted(content.items())).encode()).digest()
            if told not in seen:
                seen.add(told)
                yield State(after, variant, content)


def lose_power(ground: Ground, most: int) -> Campaign:
    """Record what `anygen render` does, then restart from every state that a loss of power may leave, or from `most` of
    them, evenly spread. All states are checked before the restart, those restarted also after it."""
    answers = expected(ground.manifest)
    out, campaign = ground.fresh("traced"), Campaign()
    command = [*ANYGEN, "render", str(ground.manifest), "--out", str(out)]
    operations, code = trace.record(command, out, ground.work / "trace")
    if code != 0 or not audit(out, answers).holds:
        raise SystemExit(f"the traced run is not right: exit code {code}; see {out}")
    check_replay(operations, out)
    left = list(states(operations))
    campaign.times = len(left)
    chosen = {round(index * (len(left) - 1) / max(1, most - 1)) for index in range(most)}
    folder = ground.work / "lost"
    made_again = 0
    for number, state in enumerate(left):
        state.write(folder)
        where = f"after call {state.after} ({state.variant})"
        before = audit(folder)
        campaign.take(before, where)
        if number not in chosen and len(left) > most:
            continue
        code = ground.run_through(folder)
        campaign.take(audit(folder, answers), f"{where}, restarted")
        made = sum(row["state"] == "done" for row in lines(folder, Audit(), is_over=True))
        if code != 0 or made != len(answers):
            made_again += made - len(answers)
            campaign.problems.append(
                f"{where}: exit code {code}, {before.done} done before, {made} lines of done"
            )
        campaign.apart.add(difference(folder, out))
        campaign.folders += 1
        campaign.answers += len(answers)
    campaign.notes.append(
        f"{len(operations)} calls give {len(left)} different disks; each was checked, {campaign.folders} were rendered "
        f"to the end; {made_again} finished answers made again"
    )
    return campaign


def check_replay(operations: Sequence[Operation], out: Path) -> None:
    """The recorded calls, replayed, must give the folder that is there, to the byte: else the record is not whole."""
    disk = Disk()
    for operation in operations:
        disk.apply(operation)
    content = disk.after_loss("everything", random.Random(0))
    there = {
        str(path.relative_to(out)): path.read_bytes() if path.is_file() else None for path in out.rglob("*")
    }
    if content != there:
        raise SystemExit(
            f"{out}: the recorded calls do not give what is there: {sorted(set(content) ^ set(there))}"
        )
