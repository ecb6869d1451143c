"""What every decoder offers: declared conditioning in, media out, a seed an item; and what the diffusers ones share.

Shape letters: N items, L positions, C width of the conditioning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from anygen.core.errors import CheckpointError, ConfigError, printable
from anygen.core.library_logging import quiet_libraries
from anygen.core.modality import Modality
from anygen.core.safetensors_header import check_weights
from anygen.core.saved_models import check_needed, check_numbers, one_sentence, read_index

OnStep = Callable[[int, int], None]
"""Called after each denoising step with its number, from 1, and how many there are. What it raises ends the decoding."""


class Decoder(Protocol):
    """Draws one modality. Frozen: it never trains, and it is no part of any state_dict."""

    modality: Modality
    conditioning: Mapping[str, tuple[int, ...]]
    """Name -> shape of one item: `sequence` (L, C), `pooled` (C,), `mask` (L,), which is True where `sequence` is to be
    read: what its own text encoder gives."""

    def encode_text(self, captions: Sequence[str]) -> dict[str, Tensor]:
        """Conditioning of captions by the decoder's own text encoder: name -> (N, ...)."""

    def place(self, device: torch.device, offload: str | None = None) -> None:
        """Run on `device` from now on. With `offload`, wait on the CPU: each part is moved there ("model"), or each layer
        ("sequential"), when it is needed. `offloads` of its class names the ways it has."""

    def num_bytes(self) -> int:
        """What its weights take, a loaded text encoder's included."""

    def decode(
        self,
        conditioning: Mapping[str, Tensor],
        options: Any,
        generators: Sequence[torch.Generator],
        on_step: OnStep | None = None,
    ) -> list[Any]:
        """One medium an item from conditioning (N, ...). Item i depends on generators[i] and its own conditioning alone, to
        rounding. Raises FloatingPointError where what was drawn is not finite, ConfigError for a size it cannot make."""


def load_pipe(pipeline_name: str, folder: Path, dtype: torch.dtype, **components: Any) -> Any:
    """The diffusers pipeline saved in `folder`, safetensors only, without its progress bar.

    Raises CheckpointError if the folder holds no pipeline of that class."""
    index = Path(folder) / "model_index.json"
    if not index.is_file():
        raise CheckpointError(
            f"{index}: no such file; a folder saved by diffusers' {pipeline_name} is expected"
        )
    saved = read_index(Path(folder), f"a folder saved by diffusers' {pipeline_name}")
    found = saved.get("_class_name")
    if found != pipeline_name:
        raise CheckpointError(f"{index}: holds a {printable(str(found))[:80]}; a {pipeline_name} is expected")
    for name, place in saved.items():
        if isinstance(place, list) and name not in components:
            check_weights(Path(folder) / name)
    # What was saved as nothing has to be given as nothing.
    empty = dict.fromkeys(name for name, place in saved.items() if place == [None, None])
    with quiet_libraries("transformers", "diffusers"):
        import diffusers

        check_needed(Path(folder), saved, pipeline_name, components)
        kind = getattr(diffusers, pipeline_name)
        with one_sentence(f"{folder}: is no whole {pipeline_name} that diffusers can load"):
            pipe = kind.from_pretrained(
                folder, use_safetensors=True, local_files_only=True, dtype=dtype, **(empty | components)
            )
    for name, component in pipe.components.items():
        if name not in components and isinstance(component, diffusers.ConfigMixin):
            check_numbers(Path(folder) / name / component.config_name, component)
    pipe.set_progress_bar_config(disable=True)
    for component in pipe.components.values():
        if isinstance(component, torch.nn.Module):
            if (
                component.dtype != dtype
            ):  # a part given, or all of them where diffusers is older than the argument
                component.to(dtype=dtype)
            component.eval().requires_grad_(False)
    return pipe


def check_declared(
    modality: Modality, declared: Mapping[str, tuple[int, ...]], widths: Mapping[str, Any]
) -> None:
    """Raises CheckpointError unless `declared` has the names of `widths`, each of its width, and masks fit their sequence.

    A width that is no number is not known before the text encoder reads."""
    if set(declared) != set(widths):
        raise CheckpointError(
            f"{modality} decoder: takes {', '.join(sorted(widths))}; the preset declares {', '.join(sorted(declared))}"
        )
    for name, width in widths.items():
        if isinstance(width, int) and declared[name][-1] != width:
            raise CheckpointError(
                f"{modality} decoder: reads {name} of width {width}, the preset declares {declared[name]}"
            )
    if "mask" in declared and declared["mask"] != declared["sequence"][:1]:
        raise CheckpointError(
            f"{modality} decoder: the preset declares a mask {declared['mask']} for a sequence {declared['sequence']}; "
            "their lengths are the same"
        )


def check_conditioning(
    conditioning: Mapping[str, Tensor],
    declared: Mapping[str, tuple[int, ...]],
    modality: Modality,
    generators: Sequence[torch.Generator],
) -> int:
    """How many items there are. Raises ValueError unless names and shapes are as declared, and each has a generator."""
    found = {name: tuple(value.shape[1:]) for name, value in conditioning.items()}
    wanted = {name: tuple(shape) for name, shape in declared.items()}
    if found != wanted:
        raise ValueError(f"{modality}: conditioning is {found}, the decoder takes {wanted}")
    count = len(next(iter(conditioning.values())))
    if len(generators) != count:
        raise ValueError(f"{modality}: {len(generators)} generators for {count} items")
    return count


def check_finite(made: np.ndarray, modality: Modality) -> None:
    """Raises FloatingPointError where what was drawn, of any shape, holds NaN or infinity."""
    if not np.isfinite(made).all():
        raise FloatingPointError(f"{modality}: the decoder made values that are not finite; nothing is kept")


def check_multiple(modality: Modality, name: str, value: int, factor: int) -> None:
    """Raises ConfigError where a size in pixels is no multiple of `factor`."""
    if value % factor:
        nearest = max(factor, round(value / factor) * factor)
        raise ConfigError(
            f"{modality}.{name} is {value}; a multiple of {factor} is accepted, such as {nearest}"
        )


def check_frames(num_frames: int, factor: int) -> None:
    """Raises ConfigError unless the autoencoder, which keeps the first frame and every factor-th, makes that many."""
    if (num_frames - 1) % factor:
        nearest = max(1, round((num_frames - 1) / factor)) * factor + 1
        raise ConfigError(f"video.num_frames is {num_frames}; {factor}k + 1 is accepted, such as {nearest}")


def check_seconds(seconds: float, least: float, most: float) -> None:
    """Raises ConfigError where a sound of that many seconds cannot be made."""
    if not least <= seconds <= most:
        raise ConfigError(f"audio.seconds is {seconds:g}; {least:g} to {most:g} is accepted")


def chosen(options: Any, defaults: Mapping[str, Any], name: str) -> Any:
    """What the caller asked for, else what the preset says. Raises ConfigError where neither says it."""
    value = getattr(options, name, None)
    if value is None and name not in defaults:
        raise ConfigError(
            f"the preset gives the decoder no default {name}; name one among its defaults, or with the call"
        )
    return defaults[name] if value is None else value
