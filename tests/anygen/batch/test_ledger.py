"""The ledger's lines and the leases on answers; the order of its flushes is test_order.py's, faults are test_kill.py's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from anygen.batch import verify
from anygen.batch.ledger import Leases, Ledger, write_files

from .conftest import done, text


def test_a_torn_last_line_counts_for_nothing(run, tmp_path):
    lines = [text("a"), text("b")]
    run(lines)
    ledger = tmp_path / "out" / "results.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:-20])
    assert verify(tmp_path / "out").torn

    assert run(lines).made == 1
    assert verify(tmp_path / "out").holds and len(done(tmp_path / "out")) == 2


def test_leases_die_with_their_process(tmp_path):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from anygen.batch.ledger import Leases\n"
            "leases = Leases(Path(sys.argv[1])); print(leases.take(b'x' * 16), flush=True); time.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None and holder.stdout.readline() == "True\n"
    leases = Leases(tmp_path)
    try:
        assert not leases.take(b"x" * 16) and leases.take(b"y" * 16)
        holder.kill()
        holder.wait()
        assert leases.take(b"x" * 16)
    finally:
        leases.close()


@pytest.fixture
def ledger(tmp_path):
    leases = Leases(tmp_path)
    found = Ledger(tmp_path, leases)
    yield found
    found.close()
    leases.close()


def row(number: int) -> dict[str, str]:
    return {"state": "done", "slot": f"{number:032x}", "key": str(number)}


def test_lines_are_found_where_they_begin_and_damaged_ones_are_told(ledger):
    starts = [ledger.append(row(number)) for number in range(3)]
    assert [ledger.row(start) for start in starts] == [row(0), row(1), row(2)]
    entries = list(ledger.read())
    with ledger.path.open("r+b") as file:
        file.seek(entries[1].start)
        file.write(b"x" * 5)
    assert [entry.row for entry in ledger.read()] == [row(0), None, row(2)]
    ledger.blank(entries[1])
    assert [entry.row for entry in ledger.read()] == [row(0), row(2)] and ledger.row(starts[2]) == row(2)


def test_a_torn_line_is_cut_off_by_the_next(ledger):
    ledger.append(row(0))
    with ledger.path.open("ab") as file:
        file.write(b'{"state": "do')
    assert ledger.is_torn()
    ledger.append(row(1))
    assert not ledger.is_torn() and [entry.row for entry in ledger.read()] == [row(0), row(1)]


def test_files_that_cannot_be_written_leave_no_part(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match=r"file|directory"):
        write_files([(tmp_path / "a", b"1"), (tmp_path / "file" / "b", b"2")])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
