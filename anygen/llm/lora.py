"""LoRA (Hu et al., 2021, arXiv:2106.09685) on the language model, by peft: added for stage 3, merged for inference, saved
under plain names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from anygen.core.errors import ConfigError
from anygen.core.state import copy_state
from anygen.llm.backbone import Backbone

_ADAPTER = "default"


@dataclass(frozen=True)
class LoraSettings:
    """Rank r, scale alpha / r, dropout on the input, and the last part of the names of the layers that get one.

    The defaults are those of NExT-GPT's stage 3 (config/stage_3.yaml)."""

    rank: int = 32
    alpha: float = 32.0
    dropout: float = 0.1
    targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj")

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ConfigError(f"lora.rank: {self.rank}; expected at least 1")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"lora.dropout: {self.dropout}; expected 0 or more and less than 1")
        if not self.targets:
            raise ConfigError("lora.targets: empty; expected names of linear layers such as q_proj")


def add_lora(backbone: Backbone, settings: LoraSettings, generator: torch.Generator | None = None) -> None:
    """Put a LoRA beside every target layer, in place; it changes nothing until trained (its B is zero).

    `generator` (on the CPU) draws its A. Only the LoRA's own parameters of the language model train from then on.
    Raises ConfigError for a target that no layer has, and where there is a LoRA already."""
    from peft import LoraConfig, inject_adapter_in_model

    if _layers(backbone):
        raise ConfigError("lora: the language model has one already; merge it first")
    names = {
        name.rpartition(".")[2]
        for name, module in backbone.lm.named_modules()
        if isinstance(module, nn.Linear)
    }
    unknown = [target for target in settings.targets if target not in names]
    if unknown:
        raise ConfigError(
            f"lora.targets: no linear layer is named {unknown[0]}; there are {', '.join(sorted(names))}"
        )
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]
        lora_dropout=settings.dropout,
        target_modules=list(settings.targets),
        bias="none",
    )
    # peft initialises from the global generator: leave that as it was, and draw again from ours.
    with torch.random.fork_rng(devices=[]):
        inject_adapter_in_model(config, backbone.lm, adapter_name=_ADAPTER)
    for layer in _layers(backbone).values():
        weight = layer.lora_A[_ADAPTER].weight
        fresh = torch.empty(weight.shape)
        nn.init.kaiming_uniform_(fresh, a=math.sqrt(5), generator=generator)
        with torch.no_grad():
            weight.copy_(fresh)
    for name, parameter in backbone.lm.named_parameters():
        parameter.requires_grad_(".lora_" in name)


def lora_parameters(backbone: Backbone) -> list[nn.Parameter]:
    """What the trainable group `lora` is made of; empty without a LoRA."""
    return [parameter for name, parameter in backbone.lm.named_parameters() if ".lora_" in name]


def lora_state(backbone: Backbone) -> dict[str, Tensor]:
    """The LoRA as it is saved: `lora.<layer>.A` (R, I) and `lora.<layer>.B` (O, R); empty without one."""
    state = {}
    for name, layer in _layers(backbone).items():
        state[f"lora.{name}.A"] = layer.lora_A[_ADAPTER].weight
        state[f"lora.{name}.B"] = layer.lora_B[_ADAPTER].weight
    return state


def load_lora_state(backbone: Backbone, state: Mapping[str, Tensor]) -> None:
    """Load what `lora_state` gave into a LoRA added with the same settings.

    Raises CheckpointError for missing or unexpected names and other shapes."""
    copy_state("lora", state, lora_state(backbone))


def merge_lora(backbone: Backbone) -> None:
    """Add the LoRA into the weights, W += alpha / r * B A, and take its layers out. Nothing happens without one.

    `backbone.fingerprint()` stays that of the base."""
    layers = _layers(backbone)
    if not layers:
        return
    backbone.fingerprint()
    for name, layer in layers.items():
        layer.merge(safe_merge=True)
        parent, _, child = name.rpartition(".")
        setattr(backbone.lm.get_submodule(parent), child, layer.get_base_layer())


def place_lora(backbone: Backbone) -> None:
    """Put each adapter of a language model spread over devices where its layer runs; call it before loading adapters."""
    for layer in _layers(backbone).values():
        base = layer.get_base_layer()
        hook = getattr(base, "_hf_hook", None)
        device = base.weight.device if hook is None else torch.device(hook.execution_device)
        for family in (layer.lora_A, layer.lora_B):
            # Beside a layer whose weights wait elsewhere, an adapter has none yet.
            is_empty = family[_ADAPTER].weight.is_meta
            family.to_empty(device=device) if is_empty else family.to(device)


def _layers(backbone: Backbone) -> dict[str, Any]:
    from peft.tuners.lora import LoraLayer

    return {name: module for name, module in backbone.lm.named_modules() if isinstance(module, LoraLayer)}
