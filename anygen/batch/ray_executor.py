"""An executor on a Ray cluster: requests stream through workers that speak, then through workers that draw, and come back as
values for this process to commit.

Only this process, the driver, knows of leases and the ledger. A worker that dies takes nothing with it but the step it was
at: what it had is asked for again, alone, and given up after as many deaths as a single machine allows. Why Ray's actors
and not Ray Data: docs/decisions/0012-actors-not-ray-data.md.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from anygen.batch.commit import Made
from anygen.batch.executor import RESPOND_BATCH, Watch, failed, is_lost_device
from anygen.batch.items import MediaFile, Work, read_input
from anygen.batch.ray_workers import LLM, Drawer, Facts, Pool, Speaker, Step, Task, Worker, Workers, device_of
from anygen.batch.signals import ShouldStop
from anygen.core.errors import CheckpointError, ConfigError, MachineError, MediaError, nearest, printable
from anygen.core.modality import MEDIA, Modality
from anygen.generation import DECODE_BATCH

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
"""Between two looks at whether to stop."""
PATIENCE_SECONDS = 30.0
"""Until it is said that a worker is still waited for."""

HERE = "local"
"""The address that stands for a Ray of our own on this machine."""
STORE_BYTES = 200_000_000
"""Shared memory of a Ray of our own: what is under way between two workers, no more."""
LOOPBACK = "127.0.0.1"


class RayExecutor:
    """An Executor (executor.py) on a Ray cluster, within `with`. `model` has there what a job asks of a model.

    `name` is a preset, a hub id, or a folder that every machine has under this path; `workers` say how many there are of
    each kind ("llm", "image", "audio", "video"; one where nothing is said); those that draw are started once they are
    needed. `placed` are arguments of AnyGen.from_pretrained. A worker takes one processor of a cluster, and one GPU where
    its device is no CPU, unless `workers` says otherwise. Entering raises ConfigError, CheckpointError, MachineError."""

    def __init__(
        self,
        name: str | Path = "mini",
        address: str = HERE,
        workers: Mapping[str, Workers] | None = None,
        placed: Mapping[str, Any] | None = None,
    ) -> None:
        """Raises ConfigError for a kind of workers that there is not. Nothing is started yet."""
        kinds = (LLM, *MEDIA)
        for kind in workers or {}:
            if kind not in kinds:
                raise ConfigError(f"workers: no kind is called {kind!r}; {nearest(kind, kinds)}")
        self._name = str(Path(name).resolve()) if Path(name).is_dir() else str(name)
        self._address, self._asked, self._placed = address, dict(workers or {}), dict(placed or {})
        self._pools: dict[str, Pool] = {}
        self._under_way: dict[bytes, Task] = {}
        self._open = contextlib.ExitStack()
        self._facts: Facts | None = None
        self._waiting_since = 0.0

    @property
    def model(self) -> Facts:
        """What the workers say of the model. Raises MachineError outside of `with`."""
        if self._facts is None:
            raise MachineError("the workers are started within `with RayExecutor(...) as executor`")
        return self._facts

    def __enter__(self) -> RayExecutor:
        try:
            self._ray = self._open.enter_context(connected(self._address))
            self._open.callback(self._stop)
            self._pool(LLM).begin()
            while self._facts is None:
                for _ in self._receive(None):
                    pass
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def make(self, works: Sequence[Work], watch: Watch, should_stop: ShouldStop) -> Iterator[Made]:
        """See Executor.make. Half of `works` may stay under way, so that no worker waits between two calls."""
        for work in works:
            asked = (work.item.options, work.item.modalities, work.item.require)
            task = Task(work, repr(asked), watch.is_suspect(work))
            self._under_way[work.slot] = task
            self._pool(LLM).queue.append(task)
        while len(self._under_way) > len(works) // 2:
            if should_stop():
                return
            yield from self._dispatch()
            yield from self._receive(watch)

    def _dispatch(self) -> Iterator[Made]:
        """Give free workers what waits. What cannot even be sent is made by that."""
        for pool in self._pools.values():
            if pool.queue:
                pool.begin()
            for worker in pool.free():
                tasks = pool.take(worker)
                if pool.kind != LLM:
                    self._call(worker, tasks, [task.state for task in tasks])
                    continue
                inputs: dict[str, bytes] = {}
                sent = []
                for task in tasks:
                    try:
                        inputs |= {each.sha256: read_input(each) for each in _media(task.work)}
                    except MediaError as error:
                        yield self._finished(failed(task.work, error))
                    else:
                        sent.append(task)
                if sent:
                    self._call(worker, sent, [[task.work for task in sent], inputs])

    def _call(self, worker: Worker, tasks: list[Task], arguments: list[Any]) -> None:
        worker.tasks = tasks
        step, *states = worker.actor.run.options(num_returns=1 + len(tasks)).remote(*arguments)
        worker.call = step
        for task, state in zip(tasks, states, strict=True):
            # What it was before is kept on the cluster for as long as the call needs it.
            task.state = state

    def _receive(self, watch: Watch | None) -> Iterator[Made]:
        """Wait a little for what workers are at, and take in what came of it."""
        calls = {
            worker.call: (pool, worker)
            for pool in self._pools.values()
            for worker in pool.workers
            if worker.call is not None
        }
        come, _ = self._ray.wait(list(calls), timeout=POLL_SECONDS) if calls else ([], [])
        self._tell_if_waiting(bool(come))
        for call in come:
            pool, worker = calls[call]
            worker.call = None
            tasks, worker.tasks = worker.tasks, []
            try:
                found = self._ray.get(call)
            except self._ray.exceptions.RayTaskError as error:
                cause = error.cause
                if not (is_lost_device(cause) or isinstance(cause, self._ray.exceptions.RayError)):
                    raise cause from None
                yield from self._died(pool, worker, tasks, watch, printable(str(cause))[:200])
            except self._ray.exceptions.RayError as error:
                yield from self._died(pool, worker, tasks, watch, type(error).__name__)
            else:
                if isinstance(found, Facts):
                    self._loaded(pool, worker, found)
                else:
                    worker.room = found.room
                    yield from self._moved(found, tasks)

    def _moved(self, step: Step, tasks: Sequence[Task]) -> Iterator[Made]:
        """Send each piece of work where it is to go next, or give what was made of it."""
        for task, outcome in zip(tasks, step.outcomes, strict=True):
            if isinstance(outcome, Made):
                yield self._finished(outcome)
            else:
                task.group = repr(task.work.item.options)
                self._pool(outcome).queue.append(task)

    def _finished(self, made: Made) -> Made:
        del self._under_way[made.work.slot]
        return made

    def _loaded(self, pool: Pool, worker: Worker, facts: Facts) -> None:
        """A worker is there. Raises CheckpointError where it has another model than the others, or another anygen."""
        if self._facts is None:
            self._facts = facts
        for what in ("weights_hash", "anygen"):
            found, wanted = getattr(facts, what)[:12], getattr(self._facts, what)[:12]
            if found != wanted:
                raise CheckpointError(
                    f"a worker for {pool.kind} has the {what.replace('_', ' ')} {found}, and the first one has {wanted}; "
                    "every machine of the cluster needs the same model and the same anygen"
                )
        pool.ready(worker)

    def _died(
        self, pool: Pool, worker: Worker, tasks: Sequence[Task], watch: Watch | None, reason: str
    ) -> Iterator[Made]:
        """A worker is gone, or of no use any more: another takes its place, and its work begins again, each alone."""
        logger.warning("a worker for %s died (%s)", pool.kind, reason)
        self._ray.kill(worker.actor)
        pool.lost(worker)
        if watch is None or not tasks:
            return
        given_up = {made.work.slot: made for made in watch.died([task.work for task in tasks])}
        again = []
        for task in tasks:
            if task.work.slot in given_up:
                yield self._finished(given_up[task.work.slot])
                continue
            again.append(task)
            task.state, task.is_alone = None, True
        self._pool(LLM).queue.extendleft(reversed(again))

    def _pool(self, kind: str | Modality) -> Pool:
        """The pool of a kind, made where it is missing."""
        kind = str(kind)
        if kind not in self._pools:
            asked = self._asked.get(kind, Workers())
            is_on_cpu = str(device_of(self._placed, kind)) == "cpu"
            # On a machine of our own they share what there is; on a cluster each gets a processor, which spreads them.
            options = asked.options(0 if is_on_cpu else 1, 0 if self._address == HERE else 1)
            self._check_room(kind, asked.count, options)
            threads = int(asked.num_cpus or 0) or torch.get_num_threads()
            arguments: list[Any] = [self._name, self._placed, threads]
            if kind != LLM:
                arguments.append(Modality(kind))
            remote = self._ray.remote(Speaker if kind == LLM else Drawer).options(**options)
            room = RESPOND_BATCH if kind == LLM else DECODE_BATCH
            self._pools[kind] = Pool(kind, asked.count, room, lambda: remote.remote(*arguments))
        return self._pools[kind]

    def _check_room(self, kind: str, count: int, options: Mapping[str, Any]) -> None:
        """On a Ray of our own nothing is ever added: refuse what it can never give."""
        if self._address != HERE:
            return
        free = self._ray.available_resources()
        for name, resource in (("num_cpus", "CPU"), ("num_gpus", "GPU")):
            needed = count * options.get(name, 0)
            if needed > free.get(resource, 0):
                raise ConfigError(
                    f"{count} workers for {kind} take {needed:g} {resource}, and this machine has {free.get(resource, 0):g} "
                    "left for them; ask for fewer, for parts of one (num_gpus=0.5), or for a cluster (--ray ADDRESS)"
                )

    def _tell_if_waiting(self, has_come: bool) -> None:
        """Say now and then what the cluster has not given yet."""
        is_working = any(
            worker.is_ready and worker.call for pool in self._pools.values() for worker in pool.workers
        )
        now = time.monotonic()
        if has_come or is_working or not self._waiting_since:
            self._waiting_since = now
        elif now - self._waiting_since > PATIENCE_SECONDS:
            self._waiting_since = now
            kinds = [
                kind for kind, pool in self._pools.items() if not any(each.is_ready for each in pool.workers)
            ]
            logger.warning(
                "the cluster has started no workers yet for %s: what they take may be in use",
                ", ".join(kinds),
            )

    def _stop(self) -> None:
        """End the workers at once, whatever they are at."""
        for pool in self._pools.values():
            for worker in pool.workers:
                with contextlib.suppress(self._ray.exceptions.RayError):
                    self._ray.kill(worker.actor)
        self._pools.clear()
        self._under_way.clear()


RayMaker = RayExecutor
"""Its name of before."""


def _media(work: Work) -> list[MediaFile]:
    return [part for turn in work.item.turns for part in turn.parts if isinstance(part, MediaFile)]


# The connection: a cluster that is there already, or a Ray on this machine alone, started and ended by us.


def ray_module(is_alone: bool = False) -> Any:
    """Ray, its reports of usage switched off; `is_alone` keeps what it starts to the loopback, where this process has not
    imported it yet. Raises MachineError where it is not installed."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if is_alone:
        # What Ray does by itself on Windows and macOS. On Linux it would listen on every interface, whatever address it is
        # given, and whoever reaches it can run code.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray
    except ImportError as error:
        raise MachineError(
            "--ray needs Ray, which is not installed here; pip install 'anygen[scale]' has it"
        ) from error
    return ray


@contextmanager
def connected(address: str, num_cpus: float | None = None) -> Iterator[Any]:
    """Ray, connected to `address`: "local" starts one here that nobody else reaches, "auto" finds the cluster this machine
    belongs to, HOST:PORT is a cluster's head. A connection that this process has is used and left open.

    Raises ConfigError, MachineError."""
    ray = ray_module(address == HERE)
    if ray.is_initialized():
        yield ray
        return
    if address.startswith("ray://"):
        raise ConfigError(
            f"--ray {address}: Ray Client is not supported; run the command on a machine of the cluster, with --ray auto"
        )
    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == HERE:
        settings |= {
            "include_dashboard": False,
            "object_store_memory": STORE_BYTES,
            "num_cpus": num_cpus,
        }
    try:
        with _signals_kept():
            ray.init(address=address, **settings)
    except (ConnectionError, RuntimeError, ValueError, OSError, TimeoutError) as error:
        said = printable(str(error))[:300]
        raise MachineError(f"--ray {address}: no Ray can be had there ({said})") from error
    if address == HERE and ray.util.get_node_ip_address() != LOOPBACK:
        logger.warning("Ray was imported before, and listens on every interface of this machine")
    try:
        yield ray
    finally:
        with _signals_kept():
            ray.shutdown()


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray takes SIGTERM for itself; whoever had it gets it back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
