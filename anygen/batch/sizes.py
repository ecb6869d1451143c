"""How many items go into one step: as many as memory holds, found while working."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import torch

from anygen.core.devices import free_accelerator_cache

logger = logging.getLogger(__name__)

RESPOND_BATCH = 16
LARGEST = 64
SHARE = 0.8
"""Of the accelerator's free memory, what a larger batch may be expected to take."""

T = TypeVar("T")


class BatchSize:
    """The number of items of one kind of step. It doubles on an accelerator while what the last step took says that twice
    as many fit, up to `largest`; out of memory halves it for good."""

    def __init__(self, start: int, largest: int = LARGEST) -> None:
        self.now, self.largest = min(start, largest), largest

    def halve(self, tried: int) -> None:
        self.now = self.largest = max(1, tried // 2)

    def succeeded(self, count: int, grew: int, free: int) -> None:
        """`count` items were done, for which memory grew by `grew` bytes at most; `free` bytes are free now."""
        if count == self.now and self.now < self.largest and 0 < 2 * grew < SHARE * free:
            self.now = min(2 * self.now, self.largest)


def in_batches(
    items: Sequence[T],
    size: BatchSize,
    step: Callable[[Sequence[T]], Sequence[Any]],
    alone: Callable[[T], bool] = lambda item: False,
) -> Iterator[tuple[T, Any]]:
    """Each item with its result, or with the exception that it alone gave. Items that are `alone` share no step.

    Out of memory makes batches smaller; any other error has each item of the batch tried alone, so that one bad item
    costs no other. What ends a job (`ends_job`) is raised."""
    waiting = list(items)
    single: set[int] = set()
    while waiting:
        count = size.now
        is_alone = [alone(each) or id(each) in single for each in waiting[:count]]
        if any(is_alone):
            count = max(1, is_alone.index(True))
        batch = waiting[:count]
        count = len(batch)
        out_of_memory = False
        try:
            results, grew, free = _measured(step, batch)
        except Exception as error:
            if ends_job(error):
                raise
            out_of_memory = is_out_of_memory(error)
            if count == 1:
                # Without its traceback, which holds the tensors of the step.
                failed: Exception | None = error.with_traceback(None)
            else:
                failed = None
        else:
            size.succeeded(count, grew, free)
            del waiting[:count]
            yield from zip(batch, results, strict=True)
            continue
        # Here the exception is gone, and with it what its frames held.
        free_accelerator_cache()
        if failed is not None:
            del waiting[:1]
            yield batch[0], failed
        elif out_of_memory:
            size.halve(count)
            logger.warning("out of memory with %d items at once; %d from now on", count, size.now)
        else:
            single.update(id(each) for each in batch)


def _measured(
    step: Callable[[Sequence[T]], Sequence[Any]], batch: Sequence[T]
) -> tuple[Sequence[Any], int, int]:
    """What a step gives, the bytes by which the accelerator's memory grew at most, and those free afterwards."""
    if not (torch.cuda.is_available() and torch.cuda.is_initialized()):
        return step(batch), 0, 0
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    results = step(batch)
    grew = torch.cuda.max_memory_allocated() - before
    free = torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
    return results, grew, free


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in said or "can't allocate memory" in said)


def is_lost_device(error: BaseException) -> bool:
    """Whether the accelerator is of no use to this process any more."""
    if is_out_of_memory(error):
        return False
    kind = type(error).__name__
    said = str(error)
    return kind == "AcceleratorError" or (
        isinstance(error, RuntimeError)
        and any(words in said for words in ("CUDA error", "HIP error", "device-side assert"))
    )


def ends_job(error: BaseException) -> bool:
    """Whether every other item would meet the same: the disk, the device, the weights, an installation."""
    from anygen.core.errors import CheckpointError, MachineError
    from anygen.generation import Stopped

    kinds = (Stopped, OSError, MachineError, CheckpointError, ImportError)
    return isinstance(error, kinds) or is_lost_device(error)
