"""How much memory a model takes on a machine, and which options make it fit.

What is said here is weights: activations, the cache and CUDA itself come on top, for which HEADROOM is kept free on an
accelerator (an estimate). How large each part is, part_sizes.py finds out.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anygen.core.errors import MachineError
from anygen.loading.placement import Placement

HEADROOM = 1.5e9
WIDTHS = {"float32": 4.0, "float16": 2.0, "bfloat16": 2.0}
QUANTIZED = {"int8": 1.0, "int4": 0.5 + 1 / 64 + 4 / (64 * 256)}
"""Bytes of a weight of a linear layer; int4 is NF4 in blocks of 64 whose scales are 8-bit themselves (bitsandbytes)."""
INT_OF = {"8bit": "int8", "4bit": "int4"}
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
CARDS = (8, 12, 16, 24)
"""Sizes of cards, in GB, that a plan speaks of."""


@dataclass(frozen=True)
class Part:
    """One part: its parameters, how many of them are weights of linear layers that can be quantized (the language model's),
    the largest component that runs by itself, and how that is known. `at_single` parts stay at float32 whatever is asked."""

    name: str
    params: int
    how: str
    linear: int = 0
    largest: int = 0
    at_single: bool = False
    is_needed: bool = True
    """False for a text encoder that only captions and negative prompts need."""

    def num_bytes(self, precision: str) -> int:
        """As loaded at a precision of WIDTHS; the language model's also of QUANTIZED."""
        if self.at_single:
            return self.params * 4
        if precision in QUANTIZED:
            rest = self.params - self.linear
            return round(self.linear * QUANTIZED[precision] + rest * 2)
        return round(self.params * WIDTHS[precision])

    def to_dict(self) -> dict[str, Any]:
        widths = {name: round(self.params * width) for name, width in WIDTHS.items()}
        if self.linear:
            widths |= {name: self.num_bytes(name) for name in QUANTIZED}
        return {
            "part": self.name,
            "params": self.params,
            "bytes": widths,
            "how": self.how,
            "loaded_as": "float32" if self.at_single else "dtype",
            "needed": self.is_needed,
        }


@dataclass(frozen=True)
class Machine:
    """Memory in bytes: all of it (ram), and that of each accelerator as (free, all)."""

    ram: int
    cards: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "ram": self.ram,
            "cards": {name: {"free": f, "total": t} for name, (f, t) in self.cards.items()},
        }


@dataclass(frozen=True)
class Option:
    """One way to load a model: what from_pretrained is given, in words, and the bytes of its weights on the device."""

    words: str
    given: Mapping[str, Any]
    num_bytes: int

    @property
    def call(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.given.items())


@dataclass(frozen=True)
class Plan:
    """What a model takes, part by part."""

    name: str
    parts: tuple[Part, ...]

    def __getitem__(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def decoder_bytes(self, precision: str) -> dict[str, int]:
        """Decoder -> bytes, with its text encoder where drawing needs that."""
        found: dict[str, int] = {}
        for part in self.parts:
            if part.name.startswith("decoders.") and part.is_needed:
                name = ".".join(part.name.split(".")[:2])
                found[name] = found.get(name, 0) + part.num_bytes(precision)
        return found

    def base_bytes(self, precision: str) -> int:
        """Everything but the decoders."""
        return sum(each.num_bytes(precision) for each in self.parts if not each.name.startswith("decoders."))

    def total(self, precision: str, one_decoder: bool = False) -> int:
        """Bytes of the weights; at int8 and int4 of the language model, what else can is at half precision."""
        decoders = self.decoder_bytes("float16" if precision in QUANTIZED else precision).values()
        return self.base_bytes(precision) + (max(decoders, default=0) if one_decoder else sum(decoders))

    def options(self) -> Iterator[Option]:
        """Ways to load it, the plainest first and the one that needs least last."""
        half, one = {"dtype": "float16"}, {"memory_budget": "one"}
        four = {"quantization": "4bit"}
        for words, given, precision in (
            ("as it is, at single precision", {}, "float32"),
            ("at half precision", half, "float16"),
            ("at half precision, one decoder at a time", half | one, "float16"),
            ("with a 4-bit language model, the rest at half precision", half | four, "int4"),
            ("with a 4-bit language model and one decoder at a time", half | four | one, "int4"),
        ):
            yield Option(words, given, self.total(precision, "memory_budget" in given))
        # A part of a decoder at a time on the accelerator; its weights wait in the machine's memory.
        largest = max(
            (2 * part.largest for part in self.parts if part.name.startswith("decoders.")), default=0
        )
        if largest:
            yield Option(
                "with a 4-bit language model, decoders waiting in the machine's memory",
                half | four | {"offload": "model"},
                self.base_bytes("int4") + largest,
            )
        yield Option(
            "with a 4-bit language model, encoders on the CPU, decoders moved over layer by layer",
            half | four | {"offload": "sequential", "device": {"default": "cuda", "encoders": "cpu"}},
            self["llm"].num_bytes("int4")
            + sum(part.num_bytes("int4") for part in self.parts if part.name == "projectors"),
        )

    def fitting(self, num_bytes: float) -> Option | None:
        """The plainest way to load it into that much memory."""
        return next((each for each in self.options() if each.num_bytes + HEADROOM <= num_bytes), None)

    def sentence(self, num_bytes: float) -> str:
        """What to do on an accelerator with that much memory."""
        option = self.fitting(num_bytes)
        if option is None:
            least = min(each.num_bytes for each in self.options())
            return (
                f"{gb(num_bytes)} is too little for any of them: the least is {gb(least + HEADROOM)}; device_map='auto' "
                "spreads the language model over the card and the machine's memory"
            )
        call = replace(option, given={"device": "cuda"} | dict(option.given)).call
        return f"{gb(num_bytes)} holds it {option.words} ({gb(option.num_bytes)} of weights; give {call})"

    def to_dict(self, machine: Machine) -> dict[str, Any]:
        precisions = (*WIDTHS, *(QUANTIZED if self["llm"].linear else ()))
        return {
            "model": self.name,
            "parts": [part.to_dict() for part in self.parts],
            "sum": {precision: self.total(precision) for precision in precisions},
            "sum_with_one_decoder": {precision: self.total(precision, True) for precision in precisions},
            "machine": machine.to_dict(),
            "fits": self.fits(machine),
            "cards": {f"{size} GB": self.sentence(size * 1e9) for size in CARDS},
        }

    def fits(self, machine: Machine) -> dict[str, str]:
        """Device -> what to do there, as a sentence."""
        found = {"cpu": self._on_cpu(machine.ram)}
        return found | {name: self.sentence(total) for name, (_, total) in machine.cards.items()}

    def fits_somewhere(self, machine: Machine) -> bool:
        """Whether some way to load it fits the machine's memory or one of its cards."""
        cards = [total for _, total in machine.cards.values()]
        return self._cpu_option(machine.ram) is not None or any(self.fitting(total) for total in cards)

    def _cpu_option(self, ram: int) -> Option | None:
        fitting = (
            each for each in self.options() if "quantization" not in each.given and each.num_bytes <= ram
        )
        return next(fitting, None)

    def _on_cpu(self, ram: int) -> str:
        option = self._cpu_option(ram)
        if option is not None:
            given = f"; give {option.call}" if option.given else ""
            return f"{gb(ram)} holds it {option.words} ({gb(option.num_bytes)} of weights{given})"
        return f"{gb(ram)} of memory is too little: {gb(self.total('float16', True))} is the least on the CPU"


def gb(num_bytes: float) -> str:
    """A size in words."""
    # Below a tenth of a GB one digit after the point says nothing.
    return f"{num_bytes / 1e9:.1f} GB" if num_bytes >= 1e8 else f"{num_bytes / 1e6:.1f} MB"


def machine(with_cards: bool = True) -> Machine:
    """This machine's memory, a container's limit where there is one. To ask a card takes some of its own."""
    import torch

    ram = 0
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        ram = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):  # no such file, or "max"
        ram = min(ram, int(CONTAINER_LIMIT.read_text(encoding="ascii")))
    cards = {}
    if with_cards and torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(index)
            cards[f"cuda:{index}"] = (int(free), int(total))
    return Machine(ram, cards)


def check_fits(
    plan: Plan, placement: Placement, precision: str, has: Machine
) -> tuple[int | None, dict[str, int]]:
    """The budget for decoders in bytes, None where all of them may stay, and what each of them takes.

    Raises MachineError where the weights cannot fit: on the machine's memory as a whole, on what a card has free."""
    quantized = INT_OF.get(placement.quantization) if isinstance(placement.quantization, str) else None
    decoders = plan.decoder_bytes(precision)
    # Device -> part -> bytes: of what stays, and of decoders, which can take turns.
    needs: dict[str, dict[str, int]] = {}
    by_device: dict[str, dict[str, int]] = {}
    for part in plan.parts:
        if part.name.startswith("decoders.") or (part.name == "llm" and placement.device_map is not None):
            continue
        device = str(placement.of("llm" if part.name == "projectors" else part.name))
        size = part.num_bytes(quantized if quantized and part.name == "llm" else precision)
        needs.setdefault(device, {})[part.name] = size
    for name, size in decoders.items():
        by_device.setdefault("cpu" if name in placement.offload else str(placement.of(name)), {})[name] = size
    budget = _asked_budget(placement, decoders)
    for device in {*needs, *by_device}:
        room = has.ram if device == "cpu" else has.cards.get(device, (0, 0))[0] - HEADROOM
        if (device != "cpu" and device not in has.cards) or not has.ram:
            continue  # nobody can say how much it has
        held, here = needs.get(device, {}), by_device.get(device, {})
        largest = dict([max(here.items(), key=lambda each: each[1])] if here else [])
        asked = held | (here if placement.memory_budget == "all" else largest)
        if sum(asked.values()) > room:
            raise MachineError(_too_much(plan, device, asked, quantized or precision, has))
        if placement.memory_budget is None and sum({**held, **here}.values()) > room and len(by_device) == 1:
            budget = int(room - sum(held.values()))
    return budget, decoders


def _asked_budget(placement: Placement, decoders: Mapping[str, int]) -> int | None:
    """The bytes that decoders were given, None for as many as fit or all; MachineError where one takes more."""
    if placement.memory_budget == "one":
        return 0
    if not isinstance(placement.memory_budget, int):
        return None
    name, size = max(decoders.items(), key=lambda each: each[1], default=("", 0))
    if size > placement.memory_budget:
        raise MachineError(
            f"memory_budget is {gb(placement.memory_budget)}, but {name} alone takes {gb(size)}; that much is accepted"
        )
    return placement.memory_budget


def _too_much(plan: Plan, device: str, asked: Mapping[str, int], precision: str, has: Machine) -> str:
    parts = ", ".join(
        f"{name} {size / 1e9:.1f}" for name, size in sorted(asked.items(), key=lambda each: -each[1])
    )
    if device == "cpu":
        return (
            f"{plan.name}: needs {gb(sum(asked.values()))} of memory ({parts}; {precision}), and this machine has "
            f"{gb(has.ram)}: {plan.fits(has)['cpu']}"
        )
    free = has.cards[device][0]
    return (
        f"{plan.name}: needs {gb(sum(asked.values()) + HEADROOM)} on {device} ({parts}, and {gb(HEADROOM)} to work with; "
        f"{precision}), where {gb(free)} are free: {plan.sentence(free)}"
    )
