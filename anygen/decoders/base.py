"""What every decoder offers: declared conditioning in, media out, a seed an item; and what the diffusers ones share.

Shape letters: N items, L positions, C width of the conditioning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from anygen.errors import CheckpointError, ConfigError
from anygen.modality import Modality
from anygen.quiet import quiet_libraries

OnStep = Callable[[int, int], None]
"""Called after each denoising step with its number, from 1, and how many there are. What it raises ends the decoding."""


class Decoder(Protocol):
    """Draws one modality. Frozen: it never trains, and it is no part of any state_dict."""

    modality: Modality
    conditioning: Mapping[str, tuple[int, ...]]
    """Name -> shape of one item: `sequence` (L, C), `pooled` (C,), `mask` (L,): what its own text encoder gives."""

    def encode_text(self, captions: Sequence[str]) -> dict[str, Tensor]:
        """Conditioning of captions by the decoder's own text encoder: name -> (N, ...)."""

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
    import json

    index = Path(folder) / "model_index.json"
    if not index.is_file():
        raise CheckpointError(
            f"{index}: no such file; a folder saved by diffusers' {pipeline_name} is expected"
        )
    found = json.loads(index.read_text())["_class_name"]
    if found != pipeline_name:
        raise CheckpointError(f"{index}: holds a {found}; a {pipeline_name} is expected")
    with quiet_libraries("transformers", "diffusers"):
        import diffusers

        pipe = getattr(diffusers, pipeline_name).from_pretrained(
            folder, use_safetensors=True, local_files_only=True, **components
        )
        if dtype != torch.float32:
            pipe.to(dtype=dtype)
    pipe.set_progress_bar_config(disable=True)
    for component in pipe.components.values():
        if isinstance(component, torch.nn.Module):
            component.eval().requires_grad_(False)
    return pipe


def token_ids(tokenizer: Any, captions: Sequence[str], length: int) -> tuple[Tensor, Tensor]:
    """Ids and mask (N, length) int64 of captions: begin, words, end, padding. What is too long loses words, never its end.

    Begin and end are put by hand where the tokenizer does not put them itself."""
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    pad = end if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    ids = torch.full((len(captions), length), pad)
    mask = torch.zeros((len(captions), length), dtype=torch.long)
    for row, caption in enumerate(captions):
        words = tokenizer(caption, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        line = [begin, *words[: length - 2], end]
        ids[row, : len(line)] = torch.tensor(line)
        mask[row, : len(line)] = 1
    return ids, mask


def check_conditioning(
    conditioning: Mapping[str, Tensor], declared: Mapping[str, tuple[int, ...]], modality: Modality
) -> int:
    """How many items there are. Raises ValueError unless names and shapes are as declared."""
    found = {name: tuple(value.shape[1:]) for name, value in conditioning.items()}
    wanted = {name: tuple(shape) for name, shape in declared.items()}
    if found != wanted:
        raise ValueError(f"{modality}: conditioning is {found}, the decoder takes {wanted}")
    return len(next(iter(conditioning.values())))


def check_multiple(modality: Modality, name: str, value: int, factor: int) -> None:
    if value % factor:
        nearest = max(factor, round(value / factor) * factor)
        raise ConfigError(
            f"{modality}.{name} is {value}; a multiple of {factor} is accepted, such as {nearest}"
        )


def chosen(options: Any, defaults: Mapping[str, Any], name: str) -> Any:
    """What the caller asked for, else what the preset says."""
    value = getattr(options, name, None)
    return defaults[name] if value is None else value
