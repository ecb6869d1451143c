"""What `anygen render` takes about a Ray cluster, and where answers are made accordingly."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from anygen.cli.arguments import placed
from anygen.cli.exits import UsageError
from anygen.cli.terminal import load
from anygen.core.modality import MEDIA

if TYPE_CHECKING:
    from anygen.batch.executor import Executor
    from anygen.batch.ray_workers import Workers

KINDS = ("llm", *map(str, MEDIA))


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Where answers are made."""
    group = parser.add_argument_group("cluster", "where answers are made, by Ray (docs/scale.md)")
    group.add_argument(
        "--ray",
        nargs="?",
        const="local",
        metavar="ADDRESS",
        help="HOST:PORT of a cluster's head, or auto for the cluster that this machine belongs to; alone, a Ray of its own",
    )
    for kind in KINDS:
        what = "speak" if kind == KINDS[0] else f"draw {kind}"
        group.add_argument(
            f"--ray-{kind}",
            type=_workers,
            metavar="N[,...]",
            help=f"workers that {what} (default 1), and what each takes: 2,num_gpus=0.5,num_cpus=4,accelerator_type=T4",
        )


@contextmanager
def model_and_maker(arguments: argparse.Namespace) -> Iterator[tuple[Any, Executor | None]]:
    """The model that a command line names, and who makes with it; None is this process. Raises UsageError for what goes not
    together."""
    workers = {kind: getattr(arguments, f"ray_{kind}") for kind in KINDS}
    workers = {kind: each for kind, each in workers.items() if each is not None}
    if arguments.ray is None:
        if workers:
            raise UsageError(f"anygen render: --ray-{next(iter(workers))} goes with --ray")
        yield load(arguments.model, placed(arguments)), None
        return
    if arguments.dry_run:
        raise UsageError("anygen render: --dry-run estimates for this machine; leave --ray out")
    from anygen.batch.ray_executor import RayExecutor

    with RayExecutor(arguments.model, arguments.ray, workers, placed(arguments)) as maker:
        yield maker.model, maker


def _workers(text: str) -> Workers:
    from anygen.batch.ray_workers import Workers
    from anygen.core.errors import ConfigError

    try:
        return Workers.parse(text)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
