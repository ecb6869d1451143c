"""What several commands take: which model, where it runs, what to write where, how to sample."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from typing import Any, NoReturn

from anygen.cli.exits import UsageError
from anygen.messages.options import LIMITS, OPTION_TYPES, GenerationOptions

CALL_OPTIONS = ("max_new_tokens", "temperature", "top_p", "conditioning")
PLACED = {
    "device": ("NAME", "cpu (the default), cuda, cuda:1, mps, auto; or part=device,part=device"),
    "dtype": ("NAME", "float32 (the default), float16 or bfloat16"),
    "quantization": ("BITS", "4bit or 8bit: the language model, by bitsandbytes"),
    "device_map": ("NAME", "auto: spread the language model over all there is (accelerate)"),
    "offload": (
        "WAY",
        "model or sequential: decoders wait on the CPU (diffusers); or modality=way,modality=way",
    ),
    "memory_budget": ("GB", "of the decoders: GB, one (at a time) or all"),
}
"""Argument of `AnyGen.from_pretrained` -> what stands for its value, and what --help says."""


class Parser(argparse.ArgumentParser):
    """argparse with errors of one sentence and the nearest known name, without guessing at shortened ones."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **settings)

    def error(self, message: str) -> NoReturn:
        """Raises UsageError, in place of ending the process."""
        raise UsageError(f"{self.prog}: {message}")


def add_model(parser: Parser) -> None:
    """Which model."""
    parser.add_argument(
        "--model", default="mini", metavar="NAME", help="a preset, a folder or a hub id (default mini)"
    )


def add_placement(parser: Parser) -> None:
    """Where its parts run."""
    group = parser.add_argument_group(
        "placement", "where the parts run, and at what precision (docs/placement.md)"
    )
    for name, (metavar, words) in PLACED.items():
        kind = value if name == "memory_budget" else str
        group.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=words)


def placed(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a command line says about placement, as `AnyGen.from_pretrained` takes it."""
    return {
        name: _by_part(getattr(arguments, name)) for name in PLACED if getattr(arguments, name) is not None
    }


def _by_part(value: Any) -> Any:
    """`decoders=cuda:1,default=cuda` as a mapping; anything else as it is."""
    if not isinstance(value, str) or "=" not in value:
        return value
    pairs = [each.partition("=") for each in names(value)]
    return {name.strip(): place.strip() for name, _, place in pairs}


def add_out(parser: Parser) -> None:
    """Where a reply is written."""
    parser.add_argument(
        "--out", metavar="DIR", help="where to write (default out/; files of the same name are replaced)"
    )
    parser.add_argument(
        "--stem", default="reply", metavar="NAME", help="files are STEM-INDEX.png, .wav, .mp4 (default reply)"
    )
    parser.add_argument(
        "--keep-inputs", action="store_true", help="copy the input media to DIR/inputs, for replay"
    )


def add_options(parser: Parser) -> None:
    """How to sample: what GenerationOptions holds, an option a field."""
    group = parser.add_argument_group(
        "sampling", "of the words, then of each medium; the model has a default for each"
    )
    for name in CALL_OPTIONS:
        spelled = f"--{name.replace('_', '-')}"
        group.add_argument(spelled, dest=name, type=value, metavar="VALUE", help=_accepted(name))
    group.add_argument("--exact", action="store_true", help="the same bytes in any batch")
    for modality, kind in OPTION_TYPES.items():
        for field in dataclasses.fields(kind):
            dotted = f"{modality}.{field.name}"
            group.add_argument(
                f"--{dotted}", dest=dotted, type=value, metavar="VALUE", help=_accepted(field.name)
            )


def _accepted(name: str) -> str:
    """What an option takes, for --help."""
    if name == "conditioning":
        return "projector (learned, the default) or caption (the decoder's own text encoder)"
    if name == "negative_prompt":
        return "a text: what should not be there"
    low, high = getattr(LIMITS, name)
    # How far a size must divide is the decoder's own affair; its sentence names the nearest one it can make.
    return f"{low:g} to {high:g}" + (
        ", a multiple of what the decoder needs" if name in ("height", "width") else ""
    )


def names(text: str) -> tuple[str, ...]:
    """The words between commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def value(text: str) -> Any:
    """A number where it is one; GenerationOptions says what is accepted."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def options_from(arguments: argparse.Namespace) -> GenerationOptions:
    """The options of a command line. Raises ConfigError."""
    values: dict[str, Any] = {
        name: getattr(arguments, name) for name in CALL_OPTIONS if getattr(arguments, name) is not None
    }
    if arguments.exact:
        values["exact"] = True
    for modality, kind in OPTION_TYPES.items():
        for field in dataclasses.fields(kind):
            value = getattr(arguments, f"{modality}.{field.name}")
            if value is not None:
                text = field.name == "negative_prompt"
                values.setdefault(str(modality), {})[field.name] = str(value) if text else value
    return GenerationOptions.from_dict(values)
