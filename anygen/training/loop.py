"""The one training loop: AdamW, warm-up and cosine, clipping, accumulation, on accelerate.

A step's examples and its learning rate are functions of the step's number, so a run that was stopped and resumed goes
through the same numbers as one that was not (bit for bit on a CPU). Losses are sums over positions and spans, divided by
what the whole step holds: accumulating over small batches gives the gradient of the large one.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, gather_object
from torch import Tensor, nn

from anygen.core.errors import ConfigError
from anygen.training.checkpoints import (
    latest_checkpoint,
    load_checkpoint,
    random_state,
    save_checkpoint,
    set_random_state,
)
from anygen.training.data.collate import Batch
from anygen.training.data.sampling import StepSampler
from anygen.training.metrics import MetricsFile
from anygen.training.trainable import Trainable

logger = logging.getLogger(__name__)

PRECISIONS = ("no", "bf16")


@dataclass(frozen=True)
class LoopConfig:
    """How long and how fast to train.

    `batch_size` examples make a step over all processes; each process takes them `micro_batch_size` at a time (0: all
    at once). `learning_rates` overrides `learning_rate` for single groups. `min_learning_rate` is the share of the
    rate left at the last step. `precision` "bf16" computes under autocast; weights stay as loaded."""

    steps: int = 1000
    batch_size: int = 32
    micro_batch_size: int = 0
    learning_rate: float = 1e-3
    learning_rates: Mapping[str, float] = field(default_factory=dict)
    warmup_steps: int = 50
    min_learning_rate: float = 0.0
    weight_decay: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.98
    clip_norm: float = 1.0
    precision: str = "no"
    seed: int = 0
    log_every: int = 20
    checkpoint_every: int = 500
    keep_checkpoints: int = 2
    validate_every: int = 0

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "log_every", "checkpoint_every", "keep_checkpoints"):
            if getattr(self, name) < 1:
                raise ConfigError(f"loop.{name}: is {getattr(self, name)}; expected 1 or more")
        for name in (
            "micro_batch_size",
            "warmup_steps",
            "weight_decay",
            "validate_every",
            "min_learning_rate",
        ):
            if getattr(self, name) < 0:
                raise ConfigError(f"loop.{name}: is {getattr(self, name)}; expected 0 or more")
        for name in ("learning_rate", "clip_norm"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"loop.{name}: is {getattr(self, name)}; expected more than 0")
        if self.precision not in PRECISIONS:
            raise ConfigError(f"loop.precision: is {self.precision!r}; accepted are {', '.join(PRECISIONS)}")

    def rate(self, step: int) -> float:
        """The share of the learning rate at `step` (0 is the first): a straight line up, then a cosine down."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        passed = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return self.min_learning_rate + (1 - self.min_learning_rate) * 0.5 * (1 + math.cos(math.pi * passed))

    @property
    def settings(self) -> dict[str, Any]:
        """What must be the same for a stopped run to go on."""
        free = ("learning_rates", "log_every", "checkpoint_every", "keep_checkpoints", "validate_every")
        values = {name: value for name, value in vars(self).items() if name not in free}
        return {**values, "learning_rates": dict(self.learning_rates)}


Losses = Callable[[nn.Module, Batch, int], Mapping[str, Tensor]]
"""(module, batch, step) -> term -> its sum over the things `Batch.counts` counts under the same name."""


@dataclass(frozen=True, eq=False)
class Task:
    """What a run learns: `collate` makes a batch of the examples with the given numbers, which `sampler` chooses; a term's
    loss is `scales(term)` times its mean. `settings` joins what a checkpoint must agree on; `validate` measures."""

    sampler: StepSampler
    collate: Callable[[Sequence[int]], Batch]
    losses: Losses
    scales: Callable[[str], float]
    settings: Mapping[str, Any] = field(default_factory=dict)
    validate: Callable[[], Mapping[str, Any]] | None = None


def train(
    module: nn.Module,
    trainable: Trainable,
    task: Task,
    config: LoopConfig,
    out: Path,
    stop_after: int | None = None,
) -> int:
    """Train to `config.steps` and return the step reached; goes on from the newest checkpoint in `out/checkpoints`.

    `out` receives metrics.jsonl and checkpoints. `stop_after` ends this call at that step with a checkpoint, as if the run
    had been cut there.
    Raises FloatingPointError naming the step if the loss or the gradient is not finite (the checkpoint before it stays),
    CheckpointError if the newest checkpoint does not belong to this run, ConfigError if the processes do not divide a
    batch."""
    accelerator = Accelerator(kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)])
    if config.batch_size % accelerator.num_processes:
        raise ConfigError(
            f"loop.batch_size: is {config.batch_size}; expected a multiple of the {accelerator.num_processes} processes"
        )
    module.to(accelerator.device)
    run = _Run(accelerator, trainable, task, config, out / "checkpoints")
    first = run.resume()
    wrapped = accelerator.prepare_model(module)
    metrics = MetricsFile(out / "metrics.jsonl", resume_at=first) if accelerator.is_main_process else None
    last = min(config.steps, stop_after or config.steps)
    interval = _Interval()
    for step in range(first, last):
        interval.add(*run.step(wrapped, step))
        done = step + 1
        if metrics is not None and (done % config.log_every == 0 or done == last):
            line = interval.line(done, task.scales, config.learning_rate * config.rate(step))
            metrics.write(line)
            seconds = line["seconds_per_step"]
            logger.info("step %d of %d: loss %.4f, %.3f s a step", done, config.steps, line["loss"], seconds)
            interval = _Interval()
        if run.is_measured(done) and task.validate is not None:
            values = task.validate()
            if metrics is not None:
                metrics.write({"step": done, **values})
        if done % config.checkpoint_every == 0 or done == last:
            run.save(done)
    return last


class _Run:
    """The state of one call of `train`, and what it does at a step."""

    def __init__(
        self,
        accelerator: Accelerator,
        trainable: Trainable,
        task: Task,
        config: LoopConfig,
        checkpoints: Path,
    ) -> None:
        self.accelerator, self.task, self.config, self.checkpoints = accelerator, task, config, checkpoints
        self.parameters = trainable.parameters
        self.optimizer = make_optimizer(trainable, config)
        self.settings = {**config.settings, **task.settings}

    def resume(self) -> int:
        """The step to begin with: that of the newest checkpoint, which is put in place, or 0."""
        process, checkpoint = self.accelerator.process_index, latest_checkpoint(self.checkpoints)
        if checkpoint is None:
            torch.manual_seed(self.config.seed + process)
            return 0
        first, random = load_checkpoint(checkpoint, self.parameters, self.optimizer, self.settings, process)
        set_random_state(random)
        logger.info("going on from %s", checkpoint)
        return first

    def step(self, module: nn.Module, step: int) -> tuple[dict[str, float], dict[str, float], float]:
        """One step of the optimizer: the sums of its loss terms, what they are sums over, and the gradient's norm."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["base_rate"] * self.config.rate(step)
        batches = self._micro_batches(step)
        counts = self._total_counts([batch.counts for batch in batches])
        sums: dict[str, float] = {}
        for index, batch in enumerate(batches):
            # Processes exchange gradients once per step, with the last of its batches.
            is_apart = index < len(batches) - 1 and self.accelerator.num_processes > 1
            with self.accelerator.no_sync(module) if is_apart else nullcontext():
                terms, loss = self._loss(module, batch, counts, step)
                for name, value in terms.items():
                    sums[name] = sums.get(name, 0.0) + float(value.detach())
                # DDP takes the mean over processes; the counts above are already those of all of them.
                self.accelerator.backward(loss * self.accelerator.num_processes)
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.config.clip_norm)
        if not norm.isfinite():
            raise FloatingPointError(f"step {step + 1}: the gradient's norm is {norm.item()}")
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return sums, counts, float(norm)

    def is_measured(self, done: int) -> bool:
        """Whether `validate` is due after so many steps; after the last it is the caller's."""
        every = self.config.validate_every
        return bool(every) and done % every == 0 and done < self.config.steps

    def save(self, done: int) -> None:
        """Write a checkpoint. Every process gives its generators' states; the first one writes."""
        states = [random_state()]
        if self.accelerator.num_processes > 1:
            states = list(gather_object(states))
        if self.accelerator.is_main_process:
            save_checkpoint(
                self.checkpoints,
                done,
                self.parameters,
                self.optimizer,
                states,
                self.settings,
                self.config.keep_checkpoints,
            )
        self.accelerator.wait_for_everyone()

    def _loss(
        self, module: nn.Module, batch: Batch, counts: Mapping[str, float], step: int
    ) -> tuple[Mapping[str, Tensor], Tensor]:
        """The terms of a batch, and its share of the step's loss."""
        device = self.accelerator.device
        with torch.autocast(device.type, torch.bfloat16, enabled=self.config.precision == "bf16"):
            terms = self.task.losses(module, batch.to(device), step)
        scaled = [
            self.task.scales(name) * value / counts[name] for name, value in terms.items() if counts.get(name)
        ]
        loss = torch.stack(scaled).sum()
        if not loss.requires_grad:
            # This batch holds nothing that the trained parts make; every process still takes part in the step.
            loss = loss + 0.0 * sum(each.sum() for each in self.parameters.values())
        if not loss.isfinite():
            shown = ", ".join(f"{name} {value.item():g}" for name, value in terms.items())
            raise FloatingPointError(f"step {step + 1}: loss {loss.item()} ({shown})")
        return terms, loss

    def _micro_batches(self, step: int) -> list[Batch]:
        """This process's share of a step, cut into batches of like length."""
        mine = self.task.sampler.step(step)[self.accelerator.process_index :: self.accelerator.num_processes]
        size = self.config.micro_batch_size or len(mine)
        return [self.task.collate(mine[start : start + size]) for start in range(0, len(mine), size)]

    def _total_counts(self, counts: Sequence[Mapping[str, int]]) -> dict[str, float]:
        """What the whole step sums over, on all processes."""
        total = _added(counts)
        return total if self.accelerator.num_processes == 1 else _added(gather_object([total]))


def _added(counts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return total


def make_optimizer(trainable: Trainable, config: LoopConfig) -> torch.optim.AdamW:
    """AdamW with one parameter group per trained group and kind: matrices decay, vectors and signal rows do not.

    Raises ConfigError for a learning rate of a group that does not train."""
    for group in config.learning_rates:
        if group not in trainable.groups:
            raise ConfigError(
                f"loop.learning_rates.{group}: does not train; what does is {', '.join(trainable.groups)}"
            )
    groups: list[dict[str, Any]] = []
    for name, found in trainable.groups.items():
        rate = float(config.learning_rates.get(name, config.learning_rate))
        decaying = [each for each in found.values() if each.ndim >= 2 and name != "signal_tokens"]
        others = [each for each in found.values() if not (each.ndim >= 2 and name != "signal_tokens")]
        for members, decay in ((decaying, config.weight_decay), (others, 0.0)):
            if members:
                groups.append({"params": members, "lr": rate, "base_rate": rate, "weight_decay": decay})
    return torch.optim.AdamW(groups, betas=(config.beta1, config.beta2), fused=True)


class _Interval:
    """What happened since the last line of the metrics."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.counts: dict[str, float] = {}
        self.norms: list[float] = []
        self.start = time.perf_counter()

    def add(self, sums: Mapping[str, float], counts: Mapping[str, float], norm: float) -> None:
        for name, value in sums.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
            self.counts[name] = self.counts.get(name, 0) + counts[name]
        self.norms.append(norm)

    def line(self, step: int, scales: Callable[[str], float], rate: float) -> dict[str, Any]:
        seconds = (time.perf_counter() - self.start) / len(self.norms)
        means = {
            name: value / self.counts[name] for name, value in sorted(self.sums.items()) if self.counts[name]
        }
        return {
            "step": step,
            "loss": sum(scales(name) * value for name, value in means.items()),
            "losses": means,
            "learning_rate": rate,
            "gradient_norm": sum(self.norms) / len(self.norms),
            "seconds_per_step": seconds,
            "targets_per_second": self.counts.get("text", 0) / (seconds * len(self.norms)),
        }
