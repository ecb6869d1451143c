"""A published Vicuna delta added to the LLaMA weights it was taken from, file by file, as safetensors.

Vicuna v0 was published as differences, because LLaMA's licence forbade more. Its deltas have 32001 rows where LLaMA has
32000: the last is a [PAD] token that FastChat had added to the tokenizer. It is left out here: LLaMA's tokenizer is kept
as it is, and NExT-GPT's own tokens begin at id 32000.
"""

from __future__ import annotations

import json
import shutil
from functools import lru_cache, partial
from pathlib import Path

from torch import Tensor

from anygen.core.atomic import staged_folder
from anygen.core.errors import CheckpointError
from anygen.loading.convert.coverage import Converted, compare
from anygen.loading.convert.foreign import check_floating, read_tensors, sha256_of
from anygen.loading.convert.writing import Plan, write_safetensors

TABLES = ("model.embed_tokens.weight", "lm_head.weight")
INDEX = "model.safetensors.index.json"
_NO_WEIGHT = ".rotary_emb.inv_freq"
_COPIED = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
)


def add_delta(base: Path, delta: Path, out: Path) -> Converted:
    """Write `base` + `delta` to `out`, in the type and the files of the base, with the base's tokenizer.

    Raises CheckpointError where the two do not have the same tensors of the same shapes, but for rows of the vocabulary
    that only the delta has."""
    ours, theirs = _Weights(base), _Weights(delta)
    shapes = ours.shapes
    delta_shapes = theirs.shapes
    extra = {
        name: delta_shapes[name][0] - shapes[name][0]
        for name in TABLES
        if len(shapes.get(name, ())) == len(delta_shapes.get(name, ())) == 2
        and delta_shapes[name][0] > shapes[name][0]
    }
    cut = {
        name: (shapes[name][0], *shape[1:]) if name in extra else shape
        for name, shape in delta_shapes.items()
    }
    coverage = compare(cut, shapes)
    if not coverage.is_complete:
        raise CheckpointError(f"{delta}: is no delta of {base}: {coverage.sentence()}")
    if not shapes:
        raise CheckpointError(f"{base}: holds no weights")

    def total(name: str) -> Tensor:
        value = ours.get(name)
        return (value.float() + theirs.get(name)[: len(value)].float()).to(value.dtype)

    written = {}
    with staged_folder(out) as folder:
        listed: dict[str, str] = {}
        for number, names in enumerate(ours.by_file.values(), 1):
            file = f"model-{number:05d}-of-{len(ours.by_file):05d}.safetensors"
            plans = {name: Plan(ours.get(name).dtype, shapes[name], partial(total, name)) for name in names}
            written[out / file] = write_safetensors(folder / file, plans, source=f"{base} + {delta}")
            listed |= dict.fromkeys(names, file)
        size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
        index = {"metadata": {"total_size": size}, "weight_map": listed}
        (folder / INDEX).write_text(json.dumps(index, indent=1) + "\n")
        for name in _COPIED:
            if (base / name).is_file():
                shutil.copyfile(base / name, folder / name)
    notes = tuple(
        f"{name}: the last {rows} of the delta's {delta_shapes[name][0]} rows are left out ([PAD], which FastChat "
        f"added); the base's {shapes[name][0]} are kept"
        for name, rows in extra.items()
    )
    sources = {path: sha256_of(path) for path in (*ours.by_file, *theirs.by_file)}
    return Converted(out, coverage, sources, written, notes)


class _Weights:
    """The tensors of a folder of .safetensors or .bin files, one or two files open at a time."""

    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
        if not files:
            raise CheckpointError(f"{folder}: holds neither .safetensors nor pytorch_model*.bin files")
        self._open = lru_cache(maxsize=2)(read_tensors)
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.by_file: dict[Path, list[str]] = {}
        self._file: dict[str, Path] = {}
        for file in files:
            tensors = self._open(file)
            check_floating(str(file), tensors)
            for name, value in tensors.items():
                # Old files hold the rotary frequencies, which every model computes itself.
                if name.endswith(_NO_WEIGHT):
                    continue
                if name in self.shapes:
                    raise CheckpointError(f"{file}: holds {name}, which {self._file[name].name} already does")
                self.shapes[name], self._file[name] = tuple(value.shape), file
                self.by_file.setdefault(file, []).append(name)

    def get(self, name: str) -> Tensor:
        return self._open(self._file[name])[name]
