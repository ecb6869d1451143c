"""Workers of a cluster and their pools, without Ray."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from anygen.batch.ray_workers import MOST_LOADS, Pool, Task, Workers, device_of
from anygen.core.errors import ConfigError, MachineError


def test_workers_are_read_from_the_command_line():
    assert Workers.parse("4") == Workers(4)
    assert Workers.parse("2,num_gpus=0.5,accelerator_type=T4") == Workers(2, 0.5, None, "T4")
    for wrong in ("", "0", "x", "2,gpus=1", "2,num_gpus=much"):
        with pytest.raises(ConfigError, match=r"accepted|did you mean"):
            Workers.parse(wrong)


def started() -> SimpleNamespace:
    """What stands for an actor of a cluster: it is told to load, elsewhere."""
    return SimpleNamespace(load=SimpleNamespace(remote=lambda: "loading"))


def pool(count: int, room: int = 4) -> Pool:
    found = Pool("image", count, room, started)
    found.begin()
    for worker in found.workers:
        found.ready(worker)
        worker.call = None
    return found


def test_workers_share_what_waits_group_by_group():
    found = pool(2)
    found.queue.extend(Task(None, group) for group in "aabab")
    first, second = list(found.free())
    assert [task.group for task in found.take(first)] == ["a", "a", "a"]
    assert [task.group for task in found.take(second)] == ["b"]
    found.queue.appendleft(Task(None, "b", is_alone=True))
    assert [task.is_alone for task in found.take(first)] == [True]
    assert len(found.queue) == 1


def test_a_lost_worker_is_replaced_until_they_die_while_loading():
    found = pool(1)
    found.lost(found.workers[0])
    assert len(found.workers) == 1 and not found.workers[0].is_ready
    for _ in range(MOST_LOADS - 1):
        found.lost(found.workers[0])
    with pytest.raises(MachineError, match="died one after the other"):
        found.lost(found.workers[0])


def test_a_worker_runs_where_its_part_is_placed():
    placed = {"device": {"default": "cuda", "decoders.image": "cuda:1", "llm": "cpu"}}
    found = [device_of(placed, kind) for kind in ("llm", "image", "audio")]
    assert found == ["cpu", "cuda:1", "cuda"] and device_of({}, "llm") == "cpu"
