"""How much memory a model takes, from configs alone and without the network, and which options make it fit.

A part's parameters are "counted" (its real class is built on the meta device from its config.json, here or in the hub's
cache), read "from headers" of its safetensors, or "stated" by the preset. What is said here is weights: activations, the
cache and CUDA itself come on top, for which HEADROOM is kept free on an accelerator (an estimate).
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from anygen.core.config import DecoderConfig, ModelConfig, SourceConfig, from_values
from anygen.core.errors import CheckpointError, MachineError
from anygen.core.safetensors_header import check_weights, read_header
from anygen.core.saved_models import LIBRARIES, check_needed, check_saved, read_index, read_mapping, reason_of
from anygen.decoders import DECODERS
from anygen.decoders.text import NEGATIVE_FILE
from anygen.encoders import ENCODERS
from anygen.loading.build import class_of
from anygen.loading.placement import Placement

COUNTED, HEADERS, STATED = "counted", "from headers", "stated"
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
        yield Option("as it is, at single precision", {}, self.total("float32"))
        yield Option("at half precision", half, self.total("float16"))
        yield Option("at half precision, one decoder at a time", half | one, self.total("float16", True))
        yield Option(
            "with a 4-bit language model, the rest at half precision", half | four, self.total("int4")
        )
        yield Option(
            "with a 4-bit language model and one decoder at a time",
            half | four | one,
            self.total("int4", True),
        )
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


# Reading a model's sizes


def make_plan(config: ModelConfig, folder: Path, count: bool = True, whole: bool = False) -> Plan:
    """The plan of a model whose parts lie relative to `folder`, or are published elsewhere. `count` builds the real classes
    on the meta device where their configs are; without it headers come first, which takes milliseconds.

    `whole` is for a folder that should hold every part: one that is missing or cannot be built raises CheckpointError, and
    nothing is stated."""
    if whole:
        config = replace(config, sources={})
        _check_parts(config, folder)
    parts = [_llm(config, folder, count, whole)]
    for name, encoder in config.encoders.items():
        place = _place(folder / encoder.path, config.sources.get(f"encoders.{name}"), "config.json")
        kind = class_of(ENCODERS, encoder.kind, f"encoders.{name}.kind")

        def build(kind: Any = kind, place: Path | None = place, encoder: Any = encoder) -> Any:
            settings = from_values(kind.Settings, encoder.settings)
            return kind(kind.config_of(place, settings, encoder.modalities))

        # First in any case: its towers are fewer than the file's, and there is no library to wait for.
        made = _counted(f"encoders.{name}", build, place=place if whole else None) if place else None
        made = made or _from_headers(f"encoders.{name}", [place] if place else [])
        parts.append(made or _stated(f"encoders.{name}", config, 2))
    for name, captioner in config.captioners.items():
        found = _from_headers(f"captioners.{name}", [folder / captioner.path])
        parts.append(found or _stated(f"captioners.{name}", config, 2))
    parts.append(_projectors(config, folder, whole))
    for modality, decoder in config.decoders.items():
        parts += _decoder(f"decoders.{modality}", config, decoder, folder, count, whole)
    bare = [part.name for part in parts if part.how == STATED]
    if whole and bare:
        raise CheckpointError(
            f"{folder}: nothing here says how large {bare[0]} is; its config or its safetensors are expected"
        )
    return Plan(config.name, tuple(parts))


def _place(path: Path, source: SourceConfig | None, name: str) -> Path | None:
    """Where a part's config lies: its own folder, or the snapshot of its source in the hub's cache."""
    if (path / name).is_file():
        return path
    if source is None or "://" in source.repository:
        return None
    from huggingface_hub import try_to_load_from_cache

    revision = None if source.revision == "unverified" else source.revision
    found = try_to_load_from_cache(source.repository, name, revision=revision)
    return Path(found).parent if isinstance(found, str) else None


def _check_parts(config: ModelConfig, folder: Path) -> None:
    """Raises CheckpointError for the first part that does not lie in the folder, or whose config is none."""
    families: dict[str, Any] = {"encoders": config.encoders, "captioners": config.captioners}
    places = {"llm": folder / config.llm.path}
    places |= {
        f"{kind}.{name}": folder / each.path for kind, part in families.items() for name, each in part.items()
    }
    for part, place in places.items():
        _check_part(part, place, "config.json")
    for modality, each in config.decoders.items():
        kind = class_of(DECODERS, each.kind, f"decoders.{modality}.kind")
        is_pipeline = hasattr(kind, "pipeline_name")
        part = f"decoders.{modality}"
        _check_part(part, folder / each.path, "model_index.json" if is_pipeline else "config.json")


def _check_part(part: str, place: Path, name: str) -> None:
    if not (place / name).is_file():
        raise CheckpointError(
            f"{place}: holds no {name}; the config names it as {part}, a saved model is expected"
        )
    read_mapping(place / name, "a saved model's")
    check_saved(place)
    check_weights(place)


def _llm(config: ModelConfig, folder: Path, count: bool, whole: bool) -> Part:
    place = _place(folder / config.llm.path, config.sources.get("llm"), "config.json")

    def build() -> Any:
        from transformers import AutoConfig, AutoModelForCausalLM

        if whole and not _is_known(place):
            return None
        config = AutoConfig.from_pretrained(place, trust_remote_code=False, local_files_only=True)
        return AutoModelForCausalLM.from_config(config, trust_remote_code=False)

    ways: list[Callable[[], Part | None]] = [
        lambda: _counted("llm", build, "transformers", place=place if whole else None) if place else None,
        lambda: _from_headers("llm", [place] if place else []),
    ]
    found = _first(ways if count else ways[::-1]) or _stated("llm", config, 2)
    # Embeddings are a small share of a large model: all of it counts as linear where nothing is known of its layers.
    return found if found.linear else replace(found, linear=found.params)


def _is_known(place: Path | None) -> bool:
    """Whether transformers has the kind of model that a config names; of any other, headers tell."""
    from transformers import CONFIG_MAPPING

    if place is None:
        return False
    named = read_mapping(place / "config.json", "a saved model's").get("model_type")
    return isinstance(named, str) and named in CONFIG_MAPPING


def _decoder(
    part: str, config: ModelConfig, decoder: DecoderConfig, folder: Path, count: bool, whole: bool
) -> list[Part]:
    kind = class_of(DECODERS, decoder.kind, f"{part}.kind")
    path = folder / decoder.path
    if not hasattr(kind, "pipeline_name"):
        place = _place(path, config.sources.get(part), "config.json")
        found = _from_headers(
            part, [place] if place else [], lambda name: not name.startswith("text_encoder.")
        )
        text = _from_headers(
            f"{part}.text", [place] if place else [], lambda name: name.startswith("text_encoder.")
        )
        made = [found or _stated(part, config, 2)]
        return made + ([replace(text, is_needed=False)] if text else [])
    place = _place(path, config.sources.get(part), "model_index.json")
    if place is None:
        return [_stated(part, config, 2)]
    saved = read_index(place, "a folder saved by diffusers")
    given = kind.components(place)
    if whole:
        check_needed(place, saved, kind.pipeline_name, {*given, *kind.text_parts})
    left_out = {name for name, stand_in in given.items() if stand_in is None}
    components = {
        name: value
        for name, value in saved.items()
        if isinstance(value, list) and len(value) == 2 and value[1] and name not in left_out
    }
    parts = []
    for label, is_text in ((part, False), (f"{part}.text", True)):
        names = [name for name in components if (name in kind.text_parts) == is_text]
        each_one = [_component(label, place / name, components[name], count, whole) for name in names]
        sizes = [each for each in each_one if each is not None]
        if sizes:
            hows = {each.how for each in sizes}
            parts.append(
                Part(
                    label,
                    sum(each.params for each in sizes),
                    COUNTED if hows == {COUNTED} else HEADERS,
                    largest=max(each.params for each in sizes),
                    is_needed=not is_text or not (place / NEGATIVE_FILE).is_file(),
                )
            )
        elif not is_text:
            parts.append(_stated(part, config, 2))
    return parts


def _component(part: str, folder: Path, kind_of: Sequence[str], count: bool, whole: bool) -> Part | None:
    """One component of a pipeline; None for what has no weights."""
    if not (folder / "config.json").is_file():
        if whole and not any(folder.glob("*.json")):
            raise CheckpointError(f"{folder}: no such part; {folder.parent / 'model_index.json'} names it")
        return None
    import torch

    library, name = kind_of

    def build() -> Any:
        kind: Any = getattr(import_module(library), name)
        is_model = isinstance(kind, type) and issubclass(kind, torch.nn.Module)
        if not is_model:
            raise TypeError(f"{name} is no model of {library}")
        if library == "diffusers":
            return kind.from_config(kind.load_config(str(folder), local_files_only=True))
        return kind(kind.config_class.from_pretrained(folder, local_files_only=True))

    ways: list[Callable[[], Part | None]] = [
        lambda: (
            _counted(part, build, library, place=folder if whole else None) if library in LIBRARIES else None
        ),
        lambda: _from_headers(part, [folder]),
    ]
    return _first(ways if count else ways[::-1])


def _projectors(config: ModelConfig, folder: Path, whole: bool) -> Part:
    """Projectors and signal rows; what the file holds beside them takes the place of the base's own weights."""
    found = _from_headers(
        "projectors",
        [folder / "trained.safetensors"],
        lambda name: name.startswith(("input_projectors.", "output_projectors.", "signal_tokens.")),
    )
    if found is None and "trained" in config.sources:
        found = _stated("trained", config, 2)
    if found is None and config.is_trained:
        found = _counted("projectors", lambda: fresh_parts(config, folder))
    nothing = Part("projectors", 0, STATED if config.is_trained else COUNTED)
    return replace(found or nothing, name="projectors", at_single=True)


def fresh_parts(config: ModelConfig, folder: Path) -> Any:
    """Projectors and signal rows as they are before any training, by the names of the groups that train them, from the
    configs of what they stand between; where they are built, torch's device context says."""
    import torch
    from transformers import AutoConfig

    from anygen.core.modality import Modality
    from anygen.loading.build import build_input_projectors
    from anygen.projectors import output

    base = AutoConfig.from_pretrained(
        folder / config.llm.path, trust_remote_code=False, local_files_only=True
    )
    dim = base.get_text_config().hidden_size
    encoders: dict[Modality, Any] = {}
    for name, each in config.encoders.items():
        kind = class_of(ENCODERS, each.kind, f"encoders.{name}.kind")
        settings = from_values(kind.Settings, each.settings)
        made = kind(kind.config_of(folder / each.path, settings, each.modalities))
        encoders |= {Modality(modality): made for modality in each.modalities}
    outputs = {
        name: output.build(
            settings, dim, config.llm.signal_tokens[name], dict(config.decoders[name].conditioning)
        )
        for name, settings in config.output_projectors.items()
    }
    # One row for what is read and one for what is said, unless the base ties the two.
    tables = 1 if getattr(base.get_text_config(), "tie_word_embeddings", False) else 2
    tokens = len(config.llm.wrappers) + sum(config.llm.signal_tokens.values())
    return torch.nn.ModuleDict(
        {
            "input_projectors": build_input_projectors(config.input_projectors, encoders, dim),
            "output_projectors": torch.nn.ModuleDict(outputs),
            "signal_tokens": torch.nn.Embedding(tables * tokens, dim),
        }
    )


def _first(ways: Iterable[Callable[[], Part | None]]) -> Part | None:
    return next((found for found in (way() for way in ways) if found is not None), None)


def _counted(part: str, build: Callable[[], Any], *libraries: str, place: Path | None = None) -> Part | None:
    """A part by its real class on the meta device; None where that cannot be built from its config alone, or, with the
    `place` of that config, a CheckpointError."""
    import torch

    from anygen.core.library_logging import quiet_libraries

    try:
        with quiet_libraries(*libraries), torch.device("meta"):
            made = build()
    # A config of another version, or a class that computes while it is built: headers tell too.
    except Exception as error:
        if place is not None and not isinstance(error, NotImplementedError):
            raise CheckpointError(
                f"{place / 'config.json'}: no model can be built of it ({reason_of(error)})"
            ) from error
        return None
    if made is None:
        return None
    params = sum(value.numel() for value in made.parameters()) + _kept_buffers(made)
    head = made.get_output_embeddings() if hasattr(made, "get_output_embeddings") else None
    linear = sum(
        each.weight.numel()
        for each in made.modules()
        if isinstance(each, torch.nn.Linear) and each is not head
    )
    return Part(part, params, COUNTED, linear=linear if part == "llm" else 0)


def _kept_buffers(module: Any) -> int:
    """Values of the buffers that are saved with a module: tables of positions can be large."""
    return sum(
        value.numel()
        for each in module.modules()
        for name, value in each.named_buffers(recurse=False)
        if name not in each._non_persistent_buffers_set
    )


def _from_headers(
    part: str, places: Iterable[Path], wanted: Callable[[str], bool] = lambda name: True
) -> Part | None:
    """A part by the headers of its safetensors, those of a variant (`model.fp16.safetensors`) aside."""
    shapes: dict[str, list[int]] = {}
    for place in places:
        files = [place] if place.is_file() else sorted(place.glob("*.safetensors"))
        for file in files:
            if "." not in file.stem:
                shapes |= {name: shape for name, shape in read_shapes(file).items() if wanted(name)}
    if not shapes:
        return None
    linear = sum(
        math.prod(shape)
        for name, shape in shapes.items()
        if len(shape) == 2 and not any(word in name for word in ("embed", "lm_head", "wte"))
    )
    params = sum(math.prod(shape) for shape in shapes.values())
    return Part(part, params, HEADERS, linear=linear if part == "llm" else 0)


def read_shapes(file: Path) -> dict[str, list[int]]:
    """Tensor -> shape from the header of a safetensors file. Raises CheckpointError."""
    try:
        return {name: list(each["shape"]) for name, each in read_header(file).items()}
    except (TypeError, KeyError) as error:
        raise CheckpointError(f"{file}: cannot be read as safetensors: {str(error)[:100]}") from error


def _stated(part: str, config: ModelConfig, width: int) -> Part:
    """What the preset says a part takes, `width` bytes a parameter."""
    source = config.sources.get(part)
    return Part(part, round(source.memory_gb * 1e9 / width) if source else 0, STATED)


# Whether a placement fits


def check_fits(
    plan: Plan, placement: Placement, precision: str, has: Machine
) -> tuple[int | None, dict[str, int]]:
    """The budget for decoders in bytes, None where all of them may stay, and what each of them takes.

    Raises MachineError where the weights cannot fit: on the machine's memory as a whole, on what a card has free."""
    quantized = INT_OF.get(placement.quantization) if isinstance(placement.quantization, str) else None
    decoders = plan.decoder_bytes(precision)
    needs: dict[str, dict[str, int]] = {}
    for part in plan.parts:
        if part.name == "llm" and placement.device_map is not None:
            continue
        if not part.name.startswith("decoders."):
            device = str(placement.of("llm" if part.name == "projectors" else part.name))
            size = part.num_bytes(quantized if quantized and part.name == "llm" else precision)
            needs.setdefault(device, {})[part.name] = size
    by_device: dict[str, dict[str, int]] = {}
    for name, size in decoders.items():
        by_device.setdefault("cpu" if name in placement.offload else str(placement.of(name)), {})[name] = size
    budget: int | None = placement.memory_budget if isinstance(placement.memory_budget, int) else None
    if placement.memory_budget == "one":
        budget = 0
    elif budget is not None and max(decoders.values(), default=0) > budget:
        name, size = max(decoders.items(), key=lambda each: each[1])
        raise MachineError(
            f"memory_budget is {gb(budget)}, but {name} alone takes {gb(size)}; that much is accepted"
        )
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
