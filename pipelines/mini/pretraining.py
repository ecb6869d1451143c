"""What every pretraining script of mini shares: a resumable run of steps, its log, and its plan.

A run is a pure function of its seed: everything random in step k comes from generators seeded with (seed, k), so a
run that was stopped and resumed equals a straight one.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

logger = logging.getLogger(__name__)


def set_up_script() -> None:
    """One thread unless OMP_NUM_THREADS says otherwise, and a log that names the time."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def cosine(step: int, num_steps: int, warmup: int = 50, floor: float = 0.0) -> float:
    """Learning rate factor: linear warm-up, then a cosine to `floor`."""
    if step < warmup:
        return (step + 1) / warmup
    share = (step - warmup) / max(num_steps - warmup, 1)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(share, 1)))


class Average(nn.Module):
    """An exponential moving average of a module's weights, held as a plain copy of its state."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        super().__init__()
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        trained = dict(module.named_parameters())
        for name, value in module.state_dict().items():
            # Buffers are copied: a causal mask holds infinities, whose average is not a number.
            if name in trained:
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)


class Run:
    """The steps of one training: resumes from `work_dir`, writes `metrics.jsonl`, checkpoints every `save_seconds`.

    `trained` maps a name to a module; `average` may hold moving averages by the same names."""

    def __init__(
        self,
        work_dir: Path,
        num_steps: int,
        trained: dict[str, nn.Module],
        optimizer: torch.optim.Optimizer,
        average: dict[str, Average] | None = None,
        seed: int = 0,
        warmup: int = 50,
        save_seconds: float = 60.0,
    ) -> None:
        self.work_dir, self.num_steps, self.trained, self.optimizer = work_dir, num_steps, trained, optimizer
        self.average, self.seed, self.warmup, self.save_seconds = average or {}, seed, warmup, save_seconds
        self.base_rates = [group["lr"] for group in optimizer.param_groups]
        work_dir.mkdir(parents=True, exist_ok=True)
        self.step = 0
        self._resume()

    @property
    def _checkpoint(self) -> Path:
        return self.work_dir / "checkpoint.safetensors"

    def _tensors(self) -> dict[str, torch.Tensor]:
        tensors = {}
        for name, module in self.trained.items():
            tensors |= {f"{name}/{key}": value for key, value in module.state_dict().items()}
        for name, average in self.average.items():
            tensors |= {f"average.{name}/{key}": value for key, value in average.state.items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer/{index}/{key}": torch.as_tensor(value) for key, value in state.items()}
        return tensors

    def save(self) -> None:
        temporary = self._checkpoint.with_suffix(".tmp")
        tensors = {key: value.contiguous().clone() for key, value in self._tensors().items()}
        save_file(tensors, temporary, metadata={"step": str(self.step)})
        os.replace(temporary, self._checkpoint)

    def _resume(self) -> None:
        if not self._checkpoint.exists():
            return
        from safetensors import safe_open

        with safe_open(self._checkpoint, "pt") as file:
            self.step = int(file.metadata()["step"])
        tensors = load_file(self._checkpoint)

        def part(prefix: str) -> dict[str, torch.Tensor]:
            return {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}

        for name, module in self.trained.items():
            module.load_state_dict(part(f"{name}/"))
        for name, average in self.average.items():
            average.state = part(f"average.{name}/")
        state: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in part("optimizer/").items():
            index, field = key.split("/")
            state.setdefault(int(index), {})[field] = value
        whole = self.optimizer.state_dict()
        whole["state"] = state
        self.optimizer.load_state_dict(whole)
        logger.info("%s: resumed at step %d of %d", self.work_dir.name, self.step, self.num_steps)

    def generators(self) -> tuple[np.random.Generator, torch.Generator]:
        """The two sources of randomness of the current step."""
        return (
            np.random.default_rng((self.seed, self.step)),
            torch.Generator().manual_seed(self.seed * 1_000_003 + self.step),
        )

    def steps(self, log_every: int = 50) -> Iterator[int]:
        """Yield each step's number; the caller computes gradients and calls `update`."""
        started, saved, first = time.monotonic(), time.monotonic(), self.step
        while self.step < self.num_steps:
            for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
                group["lr"] = rate * cosine(self.step, self.num_steps, self.warmup)
            yield self.step
            self.step += 1
            now = time.monotonic()
            if self.step == first + 20:
                left = (now - started) / 20 * (self.num_steps - self.step)
                logger.info("%s: %d steps, about %.0f s to go", self.work_dir.name, self.num_steps, left)
            if now - saved > self.save_seconds or self.step == self.num_steps:
                self.save()
                saved = now
            if self.step % log_every == 0:
                logger.info("%s %d/%d %s", self.work_dir.name, self.step, self.num_steps, self._last)

    _last: str = ""

    def update(self, loss: torch.Tensor, clip: float = 1.0, **numbers: float) -> None:
        """Backpropagate, step, average, log. Raises FloatingPointError when the loss is not finite."""
        if not loss.isfinite():
            raise FloatingPointError(f"step {self.step}: loss {loss.item()}")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in self.optimizer.param_groups:
            nn.utils.clip_grad_norm_(group["params"], clip)
        self.optimizer.step()
        for name, average in self.average.items():
            average.update(self.trained[name], self.step)
        row = {"step": self.step, "loss": loss.item(), **numbers}
        self._last = " ".join(f"{key} {value:.4g}" for key, value in row.items() if key != "step")
        with (self.work_dir / "metrics.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")


def halve(module: nn.Module) -> nn.Module:
    """The module in float16 for storage."""
    return module.to(torch.float16)
