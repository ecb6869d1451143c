"""What a loss of power leaves: of two answers, every state; of a wrong order, a state that is found."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from anygen_pipelines.benchmarks.batch_faults import audit, power, trace
from anygen_pipelines.benchmarks.batch_faults.trace import Operation

COMMIT_TWO = """
import sys
from pathlib import Path
from anygen.batch.commit import Committer, Made
from anygen.batch.items import Item, Work
from anygen.batch.job import Job
from anygen.messages.options import GenerationOptions
with Job(Path(sys.argv[1])) as job:
    for id in "ab":
        item = Item(id, 1, id * 64, (), None, (), GenerationOptions(), 0)
        object.__setattr__(item, "turns", (type("Turn", (), {"parts": ("words",)})(),))
        work = Work(item)
        name = f"{work.stem}-0.png"
        Committer(job).commit(Made(work, ({"type": "image"},), ((name, b"x" * 5000), (f"{name}.json", b"{}"))))
"""


@pytest.mark.skipif(not trace.is_available(), reason="needs strace")
def test_every_state_that_a_loss_of_power_leaves_of_two_answers(tmp_path: Path) -> None:
    out = tmp_path / "out"
    operations, code = trace.record([sys.executable, "-c", COMMIT_TWO, str(out)], out, tmp_path / "trace")
    assert code == 0
    power.check_replay(operations, out)
    states = list(power.states(operations))
    assert len(states) > 40
    most = 0
    for state in states:
        state.write(tmp_path / "lost")
        found = audit.audit(tmp_path / "lost")
        assert found.holds, (state.after, state.variant, found)
        assert found.done >= most or state.variant != "only what was flushed"
        most = max(most, found.done if state.variant == "only what was flushed" else 0)


@pytest.mark.parametrize(
    "place", ["rename before the content is flushed", "the line before the names are flushed"]
)
def test_a_wrong_order_is_found(tmp_path: Path, place: str) -> None:
    line = {"id": "a", "sample": 0, "slot": "0", "state": "done"}
    line["files"] = [{"path": "media/x", "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}]
    ledger = [
        Operation("create", "results.jsonl"),
        Operation("make_folder", "media"),
        Operation("sync", ""),
    ]
    write = [Operation("create", "media/.x"), Operation("write", "media/.x", b"x")]
    content, name = [Operation("sync", "media/.x")], [Operation("rename", "media/.x", target="media/x")]
    names = [Operation("sync", "media")]
    append = [
        Operation("write", "results.jsonl", json.dumps(line).encode() + b"\n"),
        Operation("sync", "results.jsonl"),
    ]

    def torn(order: list[Operation]) -> bool:
        for state in power.states(order):
            state.write(tmp_path / "lost")
            if not audit.audit(tmp_path / "lost").holds:
                return True
        return False

    assert not torn(ledger + write + content + name + names + append)
    wrong = name + names + append if place.startswith("rename") else content + name + append + names
    assert torn(ledger + write + wrong)
