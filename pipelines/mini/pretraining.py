"""What every pretraining script of mini shares: its command line, its recipe, and a resumable run of steps with its log.

A run is a pure function of its seed: everything random in step k comes from generators seeded with (seed, k), so a
run that was stopped and resumed equals a straight one.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

logger = logging.getLogger(__name__)

RECIPES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("recipes.yaml").read_text(encoding="utf-8")
)
TOKENIZER_DIR = Path(__file__).with_name("tokenizer")
OPTIONS: dict[str, dict[str, Any]] = {
    "work": {"type": Path, "required": True, "help": "folder for the log, the checkpoint and the result"},
    "tokenizer": {"type": Path, "required": True, "help": "folder of the world's tokenizer"},
    "text-encoder": {"type": Path, "required": True, "help": "folder of the frozen text encoder"},
    "vae": {"type": Path, "required": True, "help": "folder of the frozen autoencoder"},
    "recordings": {"type": Path, "help": "ESC-10 folder; without it, stand-ins made by code"},
    "seed": {"type": int, "default": 0},
    "steps": {"type": int},
}


def command(description: str | None, *options: str, steps: int | None = None) -> argparse.ArgumentParser:
    """A parser with those of the shared options that a script takes; `steps` adds --steps and says how many."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in options if steps is None else (*options, "steps"):
        parser.add_argument(f"--{name}", **OPTIONS[name])
    if steps is not None:
        parser.set_defaults(steps=steps)
    return parser


def begin(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a script that starts: threads, log and torch's seed (where it takes one) are set."""
    options = parser.parse_args(arguments)
    set_up_script()
    if "seed" in options:
        torch.manual_seed(options.seed)
    return options


def set_up_script() -> None:
    """One thread unless OMP_NUM_THREADS says otherwise, and a log that names the time."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def num_weights(module: nn.Module) -> int:
    """How many numbers a module learns."""
    return sum(weight.numel() for weight in module.parameters())


def vocabulary(tokenizer: Any) -> dict[str, Any]:
    """What a transformers config takes from a tokenizer."""
    names = ("bos_token_id", "eos_token_id", "pad_token_id")
    return {"vocab_size": len(tokenizer), **{name: getattr(tokenizer, name) for name in names}}


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
        """Draw the average towards the module's weights: further in the first steps, when they say little."""
        decay = min(self.decay, (1 + step) / (10 + step))
        trained = dict(module.named_parameters())
        for name, value in module.state_dict().items():
            # Buffers are copied: a causal mask holds infinities, whose average is not a number.
            if name in trained:
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)


@dataclass(frozen=True)
class Schedule:
    """How long a run goes on: the learning rate warms up for `warmup` steps and falls to nothing at the last."""

    num_steps: int
    seed: int = 0
    warmup: int = 50
    save_seconds: float = 60.0


class Run:
    """The steps of one training: resumes from `work_dir`, writes `metrics.jsonl`, checkpoints every `save_seconds`.

    `trained` maps a name to a module; `decays` gives those a moving average that are to have one."""

    def __init__(
        self,
        work_dir: Path,
        schedule: Schedule,
        trained: dict[str, nn.Module],
        optimizer: torch.optim.Optimizer,
        decays: dict[str, float] | None = None,
    ) -> None:
        self.work_dir, self.schedule, self.trained, self.optimizer = work_dir, schedule, trained, optimizer
        self.average = {name: Average(trained[name], decay) for name, decay in (decays or {}).items()}
        self.base_rates = [group["lr"] for group in optimizer.param_groups]
        self.checkpoint = work_dir / "checkpoint.safetensors"
        self._last = ""
        work_dir.mkdir(parents=True, exist_ok=True)
        self.step = 0
        self._resume()

    @classmethod
    def of(
        cls,
        recipe: dict[str, Any],
        options: argparse.Namespace,
        trained: dict[str, nn.Module],
        groups: list[dict[str, Any]] | None = None,
        **optimizer: Any,
    ) -> Run:
        """The run a recipe describes, as far as the command line does not say otherwise.

        groups: groups of weights with settings of their own; None = all weights alike. optimizer: other settings of AdamW.
        """
        weights = [weight for module in trained.values() for weight in module.parameters()]
        adamw = torch.optim.AdamW(groups or weights, **{**recipe["optimizer"], **optimizer})
        schedule = Schedule(options.steps, getattr(options, "seed", 0), recipe.get("warmup", 50))
        return cls(options.work, schedule, trained, adamw, recipe.get("average"))

    @property
    def num_steps(self) -> int:
        """How many steps there are in all."""
        return self.schedule.num_steps

    def _tensors(self) -> dict[str, torch.Tensor]:
        tensors: dict[str, torch.Tensor] = {}
        for name, module in self.trained.items():
            tensors |= {f"{name}/{key}": value for key, value in module.state_dict().items()}
        for name, average in self.average.items():
            tensors |= {f"average.{name}/{key}": value for key, value in average.state.items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer/{index}/{key}": torch.as_tensor(value) for key, value in state.items()}
        return tensors

    def save(self) -> None:
        """Write all there is to go on from; a checkpoint is whole or the one before."""
        temporary = self.checkpoint.with_suffix(".tmp")
        tensors = {key: value.contiguous().clone() for key, value in self._tensors().items()}
        save_file(tensors, temporary, metadata={"step": str(self.step)})
        os.replace(temporary, self.checkpoint)

    def _resume(self) -> None:
        if not self.checkpoint.exists():
            return
        with safe_open(self.checkpoint, "pt") as file:
            self.step = int(file.metadata()["step"])
        tensors = load_file(self.checkpoint)
        for name, module in self.trained.items():
            module.load_state_dict(below(tensors, f"{name}/"))
        for name, average in self.average.items():
            average.state = below(tensors, f"average.{name}/")
        state: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in below(tensors, "optimizer/").items():
            index, field = key.split("/")
            state.setdefault(int(index), {})[field] = value
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
        logger.info("%s: resumed at step %d of %d", self.work_dir.name, self.step, self.num_steps)

    def generators(self) -> tuple[np.random.Generator, torch.Generator]:
        """The two sources of randomness of the current step."""
        seed = self.schedule.seed
        return (
            np.random.default_rng((seed, self.step)),
            torch.Generator().manual_seed(seed * 1_000_003 + self.step),
        )

    def steps(self, log_every: int = 50) -> Iterator[int]:
        """Yield each step's number; the caller computes gradients and calls `update`."""
        started, saved, first = time.monotonic(), time.monotonic(), self.step
        while self.step < self.num_steps:
            for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
                group["lr"] = rate * cosine(self.step, self.num_steps, self.schedule.warmup)
            yield self.step
            self.step += 1
            now = time.monotonic()
            if self.step == first + 20:
                left = (now - started) / 20 * (self.num_steps - self.step)
                logger.info("%s: %d steps, about %.0f s to go", self.work_dir.name, self.num_steps, left)
            if now - saved > self.schedule.save_seconds or self.step == self.num_steps:
                self.save()
                saved = now
            if self.step % log_every == 0:
                logger.info("%s %d/%d %s", self.work_dir.name, self.step, self.num_steps, self._last)

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

    def take_averages(self) -> None:
        """Give each module that has a moving average the weights of that."""
        for name, average in self.average.items():
            self.trained[name].load_state_dict(average.state)


def below(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose names begin with `prefix`, without it."""
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
