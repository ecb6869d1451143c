"""A connection to Ray: a cluster that is there already, or one on this machine alone, started and ended by us."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from anygen.core.errors import ConfigError, MachineError, printable

logger = logging.getLogger(__name__)

HERE = "local"
"""The address that stands for a Ray of our own on this machine."""
STORE_BYTES = 200_000_000
"""Shared memory of a Ray of our own: what is under way between two workers, no more."""


LOOPBACK = "127.0.0.1"


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
