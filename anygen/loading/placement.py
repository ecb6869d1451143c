"""Where each part of a model runs, at what precision, and how many decoders stay in memory: said once, at loading.

Parts are `llm` (projectors go with it), `encoders`, `encoders.NAME`, `decoders` and `decoders.MODALITY`. Noise and
sampling stay with generators of the CPU wherever a part runs, so that a seed means the same everywhere.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

import torch
from torch import nn

from anygen.core.devices import CPU, OFFLOADS
from anygen.core.errors import ConfigError, MachineError, nearest, shown
from anygen.core.modality import Modality

if TYPE_CHECKING:
    from anygen.core.config import ModelConfig
    from anygen.model import AnyGen

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
QUANTIZATIONS = ("4bit", "8bit")
DEVICES = "cpu, cuda, cuda:1, mps and auto"
OTHERS = "default"
"""The key of a mapping of devices for the parts it does not name."""


class Placed(TypedDict, total=False):
    """What `from_pretrained` may be given of where parts run.

    `device` is one for all parts ("cpu", "cuda", "cuda:1", "mps", "auto") or a mapping of parts; `device_map`
    (accelerate's), `quantization` ("4bit", "8bit" or a config of transformers) are the language model's, `offload` ("model",
    "sequential", or a mapping of modalities) the decoders'. `memory_budget` is for decoders: GB, "one" at a time, "all", or
    None for as many as fit."""

    device: str | torch.device | Mapping[str, Any]
    device_map: str | Mapping[str, Any] | None
    quantization: Any
    offload: str | Mapping[str, str] | None
    memory_budget: float | str | None


@dataclass(frozen=True)
class Placement:
    """What `from_pretrained` was asked for, checked. `devices` has every part of the model, and `offload` those decoders
    that wait on the CPU. `memory_budget` is in bytes; "one" is a decoder at a time, "all" keeps all, None as many as fit."""

    devices: Mapping[str, torch.device] = field(default_factory=dict)
    device_map: str | Mapping[str, Any] | None = None
    quantization: Any = None
    offload: Mapping[str, str] = field(default_factory=dict)
    memory_budget: int | str | None = None

    def of(self, part: str) -> torch.device:
        return self.devices.get(part, CPU)

    @property
    def is_loaded_in_place(self) -> bool:
        """Whether transformers puts the language model where it belongs, because it could not be moved there later."""
        return self.device_map is not None or self.quantization is not None

    def llm_arguments(self, dtype: torch.dtype | None) -> dict[str, Any]:
        """What transformers' from_pretrained is told about the language model. Raises MachineError."""
        if not self.is_loaded_in_place:
            return {}
        arguments: dict[str, Any] = {"device_map": self.device_map or {"": str(self.of("llm"))}}
        if self.quantization is not None:
            arguments["quantization_config"] = _quantization_config(self.quantization, dtype)
        return arguments


def as_dtype(dtype: torch.dtype | str) -> torch.dtype:
    """A precision by its name, or itself. Raises ConfigError."""
    if isinstance(dtype, str) and dtype in DTYPES:
        return DTYPES[dtype]
    if dtype not in DTYPES.values():
        raise ConfigError(f"dtype is {shown(dtype)}; {', '.join(DTYPES)} are accepted")
    return dtype  # type: ignore[return-value]


def check_placement(
    config: ModelConfig,
    device: str | torch.device | Mapping[str, Any] = "cpu",
    device_map: str | Mapping[str, Any] | None = None,
    quantization: Any = None,
    offload: str | Mapping[str, str] | None = None,
    memory_budget: float | str | None = None,
) -> Placement:
    """The placement of a model's parts. Raises ConfigError for what cannot be meant, MachineError for what this machine
    does not have. Loads nothing."""
    parts = parts_of(config)
    if isinstance(device, Mapping):
        by_part = _by_part(device, parts, "device")
        devices = {part: check_device(by_part.get(part, device.get(OTHERS, "cpu"))) for part in parts}
    else:
        devices = dict.fromkeys(parts, check_device(device))
    decoders = [part for part in parts if part.startswith("decoders.")]
    if offload is None:
        offloaded: dict[str, str] = {}
    elif isinstance(offload, Mapping):
        named = {
            key if "." in key or key == "decoders" else f"decoders.{key}": v for key, v in offload.items()
        }
        offloaded = _by_part(named, decoders, "offload")
    else:
        offloaded = dict.fromkeys(decoders, offload)
    for part, how in offloaded.items():
        if how not in OFFLOADS:
            raise ConfigError(f"offload is {shown(how)}; {' and '.join(OFFLOADS)} are accepted")
        if devices[part] == CPU:
            raise MachineError(
                f"offload: {part} is placed on the cpu, where there is nothing to offload; give it an accelerator "
                "(device='cuda'), or leave offload out"
            )
    if isinstance(quantization, str) and quantization not in QUANTIZATIONS:
        raise ConfigError(
            f"quantization is {shown(quantization)}; {', '.join(QUANTIZATIONS)} and a quantization config of "
            "transformers are accepted"
        )
    if isinstance(quantization, str):
        check_bitsandbytes(quantization, devices["llm"])
    return Placement(devices, device_map, quantization, offloaded, _budget(memory_budget))


def parts_of(config: ModelConfig) -> tuple[str, ...]:
    """The parts that a device can be named for."""
    return (
        "llm",
        *(f"encoders.{name}" for name in config.encoders),
        *(f"decoders.{name}" for name in config.decoders),
    )


def _by_part(given: Mapping[str, Any], parts: Iterable[str], what: str) -> dict[str, Any]:
    """Part -> value, where a part has one: its own before its family's."""
    parts = tuple(parts)
    families = {part.partition(".")[0] for part in parts if "." in part}
    known = {*parts, *families, *([OTHERS] if what == "device" else [])}
    for key in given:
        if key not in known:
            raise ConfigError(f"{what}.{key}: no such part; {nearest(str(key), known)}")
    named = {part: given[part.partition(".")[0]] for part in parts if part.partition(".")[0] in given}
    return named | {part: given[part] for part in parts if part in given}


def check_device(device: Any) -> torch.device:
    """A device of this machine by its name; "auto" is the first accelerator there is, or the CPU.

    Raises ConfigError for what is no device, MachineError for one that is not here."""
    if device == "auto":
        has_cuda = torch.cuda.is_available()
        return torch.device("cuda:0" if has_cuda else "mps" if torch.backends.mps.is_available() else "cpu")
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ConfigError(f"device is {shown(device)}; {DEVICES} are accepted") from error
    if found.type == "cpu":
        return CPU
    if found.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        found = torch.device("cuda", found.index or 0)
        if found.index >= count:
            raise MachineError(
                f"device {found}: this machine has {_cards(count)}; {_here(count)} are accepted"
            )
        return found
    if found.type == "mps":
        if not torch.backends.mps.is_available():
            raise MachineError("device mps: this machine has none; cpu and auto are accepted")
        return found
    raise ConfigError(f"device is {shown(str(device))}; {DEVICES} are accepted")


def _cards(count: int) -> str:
    return f"{count} CUDA device{'' if count == 1 else 's'}" if count else "no CUDA device that torch can use"


def _here(count: int) -> str:
    return ", ".join([f"cuda:{index}" for index in range(count)] + ["cpu"]) + " and auto"


def _budget(budget: float | str | None) -> int | str | None:
    if budget is None or budget in ("all", "one"):
        return budget
    if isinstance(budget, bool) or not isinstance(budget, (int, float)) or not 0 < budget < 1e6:
        raise ConfigError(f"memory_budget is {shown(budget)}; a number of GB, 'one' and 'all' are accepted")
    return int(budget * 1e9)


def check_bitsandbytes(quantization: str, device: torch.device) -> None:
    """Raises MachineError where transformers' 4- and 8-bit weights cannot be had."""
    if importlib.util.find_spec("bitsandbytes") is None:
        raise MachineError(
            f"quantization {quantization} needs the package bitsandbytes, which is not installed: "
            "pip install 'anygen[quantization]'"
        )
    import bitsandbytes

    supported = set(getattr(bitsandbytes, "supported_torch_devices", ("cuda",)))
    if device.type not in supported:
        raise MachineError(
            f"quantization {quantization}: the installed bitsandbytes does not run on {device.type}, only on "
            f"{', '.join(sorted(supported))}; dtype='float16' halves the memory without it"
        )


def _quantization_config(quantization: Any, dtype: torch.dtype | None) -> Any:
    """bitsandbytes' settings as transformers takes them; a config of transformers as it is."""
    if not isinstance(quantization, str):
        return quantization
    from transformers import BitsAndBytesConfig

    if quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=dtype,
        bnb_4bit_use_double_quant=True,
    )


def place(model: AnyGen, placement: Placement) -> None:
    """Move every part of a loaded AnyGen to where it belongs; decoders when they are loaded."""
    if not placement.is_loaded_in_place and placement.of("llm") != CPU:
        model.backbone.to(placement.of("llm"))
    for family in (model.input_projectors, model.output_projectors):
        family.to(model.backbone.device)
    for name, each in model.config.encoders.items():
        for modality in each.modalities:
            encoder = model.encoders[Modality(modality)]
            if isinstance(encoder, nn.Module):
                encoder.to(placement.of(f"encoders.{name}"))
    for modality in model.decoders:
        part = f"decoders.{modality}"
        device = placement.of(part)
        if device != CPU:
            model.decoders.place(modality, device, placement.offload.get(part))
