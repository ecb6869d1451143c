"""The state of an unfinished run, on disk: what it takes to go on as if it had never stopped.

A checkpoint is a folder `step-00000200` with safetensors and one JSON file: parameters.safetensors (what trains),
optimizer.safetensors (AdamW's moments by parameter name), random-<rank>.safetensors (the generators of each process) and
state.json (the step, and the settings it was made under). It is written under another name and renamed when whole.
The learning rate and the choice of examples are functions of the step, so they need no file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from anygen.core.atomic import sync_file
from anygen.core.errors import CheckpointError

_NAME = re.compile(r"step-(\d{8})")


def save_checkpoint(
    folder: Path,
    step: int,
    parameters: Mapping[str, nn.Parameter],
    optimizer: torch.optim.Optimizer,
    random_states: list[dict[str, Tensor]],
    settings: Mapping[str, Any],
    keep: int,
) -> Path:
    """Write `folder/step-<step>` and delete all but the newest `keep`. Tensors keep their shapes (...). Raises OSError if
    the disk is full."""
    final = folder / f"step-{step:08d}"
    unfinished = folder / f".step-{step:08d}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        save_file(
            {name: each.detach().cpu().contiguous() for name, each in parameters.items()},
            unfinished / "parameters.safetensors",
        )
        save_file(optimizer_tensors(parameters, optimizer), unfinished / "optimizer.safetensors")
        for rank, state in enumerate(random_states):
            save_file(state, unfinished / f"random-{rank}.safetensors")
        state_file = unfinished / "state.json"
        state_file.write_text(
            json.dumps({"step": step, "settings": dict(settings)}, indent=2) + "\n", encoding="utf-8"
        )
        for file in unfinished.iterdir():
            sync_file(file)
        if final.exists():
            shutil.rmtree(final)
        os.replace(unfinished, final)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    for older in _folders(folder)[:-keep]:
        shutil.rmtree(older)
    return final


def latest_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint in `folder`, or None."""
    found = _folders(folder)
    return found[-1] if found else None


def load_checkpoint(
    checkpoint: Path,
    parameters: Mapping[str, nn.Parameter],
    optimizer: torch.optim.Optimizer,
    settings: Mapping[str, Any],
    rank: int = 0,
) -> tuple[int, dict[str, Tensor]]:
    """Put a checkpoint's parameters and optimizer state in place; returns its step and this process's random states.

    Raises CheckpointError where a file is damaged, names or shapes differ, or `settings` are not those it was made under."""
    try:
        state = json.loads((checkpoint / "state.json").read_text(encoding="utf-8"))
        saved = load_file(checkpoint / "parameters.safetensors")
        moments = load_file(checkpoint / "optimizer.safetensors")
        random_state = load_file(checkpoint / f"random-{rank}.safetensors")
    except (OSError, SafetensorError, json.JSONDecodeError) as error:
        raise CheckpointError(
            f"{checkpoint}: cannot be read ({error}); delete the folder to start from an older one"
        ) from error
    changed = [key for key in settings if state["settings"].get(key) != settings[key]]
    if changed:
        key = changed[0]
        raise CheckpointError(
            f"{checkpoint}: was made with {key} = {state['settings'].get(key)!r}, this run has {settings[key]!r}; "
            "give another output folder, or the old settings"
        )
    _check_names(checkpoint / "parameters.safetensors", saved, parameters)
    with torch.no_grad():
        for name, parameter in parameters.items():
            if saved[name].shape != parameter.shape:
                raise CheckpointError(
                    f"{checkpoint}: {name} is {tuple(saved[name].shape)}, the model's {tuple(parameter.shape)}"
                )
            parameter.copy_(saved[name])
    load_optimizer_tensors(parameters, optimizer, moments)
    return int(state["step"]), random_state


def optimizer_tensors(
    parameters: Mapping[str, nn.Parameter], optimizer: torch.optim.Optimizer
) -> dict[str, Tensor]:
    """The optimizer's state as `<state>/<parameter name>` -> tensor: (...) as the parameter, or () for a step counter."""
    return {
        f"{key}/{name}": torch.as_tensor(value).detach().cpu().contiguous()
        for name, parameter in parameters.items()
        for key, value in optimizer.state.get(parameter, {}).items()
    }


def load_optimizer_tensors(
    parameters: Mapping[str, nn.Parameter], optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]
) -> None:
    """The other way round, of the same shapes (...). Each value goes to its parameter's device; step counters stay where the
    optimizer wants them."""
    index_of = {id(each): index for index, each in enumerate(_in_order(optimizer))}
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        kind, _, name = key.partition("/")
        state.setdefault(index_of[id(parameters[name])], {})[kind] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def random_state() -> dict[str, Tensor]:
    """The state of torch's own generators (dropout draws from them): device -> (B,) uint8."""
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def set_random_state(state: Mapping[str, Tensor]) -> None:
    """Put back what `random_state` gave, (B,) uint8 each."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])


def _in_order(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [each for group in optimizer.param_groups for each in group["params"]]


def _check_names(file: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    missing, unexpected = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    if missing or unexpected:
        raise CheckpointError(
            f"{file}: missing {missing[:3] or 'nothing'}, unexpected {unexpected[:3] or 'nothing'}"
        )


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        each for each in folder.iterdir() if _NAME.fullmatch(each.name) and (each / "state.json").is_file()
    )
