"""A T5 as published on the hub: its encoder's tensors, its config and its tokenizer's files, for a model that holds one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from anygen.core.errors import CheckpointError, shown
from anygen.loading.convert.foreign import read_tensors

FILES = ("model.safetensors", "pytorch_model.bin")
TOKENIZER_CONFIG = "tokenizer_config.json"
VOCABULARIES = ("tokenizer.json", "spiece.model")
_OTHER_TOKENIZER_FILES = ("special_tokens_map.json", "added_tokens.json")
_DECODER = ("decoder.", "lm_head.")
_TABLE, _TABLE_AGAIN = "shared.weight", "encoder.embed_tokens.weight"

SIZES = {
    "t5-small": (512, 6, 2048),
    "t5-base": (768, 12, 3072),
    "t5-large": (1024, 24, 4096),
    "google/flan-t5-small": (512, 8, 1024),
    "google/flan-t5-base": (768, 12, 2048),
    "google/flan-t5-large": (1024, 24, 2816),
}
"""d_model, num_layers and d_ff of published ones, by which two of one width are told apart. C. Raffel et al., 2020,
arXiv:1910.10683; H. W. Chung et al., 2022, arXiv:2210.11416."""


@dataclass(frozen=True)
class TextEncoder:
    """The encoder of a T5: its names as T5EncoderModel has them, and the files of its tokenizer."""

    folder: Path
    file: Path
    config: Any
    tensors: Mapping[str, Tensor]
    tokenizer: Sequence[Path]
    notes: tuple[str, ...]

    @property
    def width(self) -> int:
        return int(self.config.d_model)

    def check_name(self, name: str, where: str) -> None:
        """Raises CheckpointError if `name`, which `where` asks for, is a published T5 of other sizes."""
        config = self.config
        sizes = (config.d_model, config.num_layers, config.d_ff)
        wanted = SIZES.get(name, sizes)
        if sizes != wanted:
            raise CheckpointError(
                f"{self.folder}: has (d_model, num_layers, d_ff) {sizes}; {name} has {wanted}, and that is what {where} "
                "was trained with"
            )


def open_t5(folder: Path) -> TextEncoder:
    """The T5 in `folder`, whole or its encoder alone. Raises CheckpointError for anything else."""
    index = folder / "config.json"
    if not index.is_file():
        raise CheckpointError(f"{folder}: holds no config.json; the folder of a T5 as published is expected")
    try:
        values = json.loads(index.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{index}: is no JSON: {error}") from error
    kind = values.get("model_type") if isinstance(values, dict) else None
    if kind != "t5":
        raise CheckpointError(f"{index}: is of a model of type {shown(kind)}; a T5 is expected")
    file = next((folder / name for name in FILES if (folder / name).is_file()), None)
    if file is None:
        raise CheckpointError(f"{folder}: holds neither {' nor '.join(FILES)}; a T5 in one file is expected")
    if not (folder / TOKENIZER_CONFIG).is_file() or not any(
        (folder / each).is_file() for each in VOCABULARIES
    ):
        raise CheckpointError(
            f"{folder}: holds no tokenizer; {TOKENIZER_CONFIG} and {' or '.join(VOCABULARIES)} are expected"
        )
    try:
        from transformers import T5Config

        config = T5Config.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        # transformers and huggingface_hub each have their own errors for a value that a config may not have.
        raise CheckpointError(
            f"{index}: is no config of a T5: {' '.join(str(error).split())[:160]}"
        ) from error
    found = read_tensors(file)
    tensors = {name: value for name, value in found.items() if not name.startswith(_DECODER)}
    left_out = len(found) - len(tensors)
    # Some files have the one table under two names, some under the other name alone.
    again = tensors.pop(_TABLE_AGAIN, None)
    if again is not None:
        tensors.setdefault(_TABLE, again)
    names = (TOKENIZER_CONFIG, *VOCABULARIES, *_OTHER_TOKENIZER_FILES)
    return TextEncoder(
        folder,
        file,
        config,
        tensors,
        [folder / name for name in names if (folder / name).is_file()],
        (f"{left_out} tensors of {folder.name}'s own decoder are left out",) if left_out else (),
    )
