"""AudioCraft's MusicGen and AudioGen -> a folder in transformers' form, which decoders/musicgen.py loads.

AudioCraft publishes two files: the language model (state_dict.bin) and the codec (compression_state_dict.bin), each with
its config as YAML. The T5 that reads captions is in neither: the config has its name, and the user its folder.
Format: audiocraft 1.3.0, utils/export.py and models/loaders.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from anygen.core.atomic import staged_folder
from anygen.core.errors import CheckpointError, shown
from anygen.core.library_logging import quiet_libraries
from anygen.decoders.musicgen import CLASS
from anygen.loading.convert.audiocraft_config import (
    DESCRIPTION,
    Settings,
    codec_config,
    decoder_config,
    generation_config,
)
from anygen.loading.convert.audiocraft_names import (
    CODEC,
    LM,
    TEXT_ENCODER,
    empty_model,
    origins,
    published_shapes,
)
from anygen.loading.convert.coverage import Converted, Coverage, check, shapes_of
from anygen.loading.convert.foreign import check_sha256, named_tensors, read_plain
from anygen.loading.convert.t5 import TextEncoder, open_t5
from anygen.loading.convert.writing import Plan, write_safetensors

FILE, CODEC_FILE = "state_dict.bin", "compression_state_dict.bin"
WEIGHTS = "model.safetensors"
_ENTRIES = {"best_state", "xp.cfg", "version", "exported"}


@quiet_libraries("transformers")
def convert_audiocraft(
    source: Path,
    out: Path,
    text_encoder: Path,
    sha256: str | None = None,
    codec_sha256: str | None = None,
) -> Converted:
    """Make the model folder `out` of the two files in `source` and the T5 in the folder `text_encoder`.

    Weights keep their types. `sha256` and `codec_sha256` are what state_dict.bin and compression_state_dict.bin must be.
    Raises CheckpointError for missing, unexpected or reshaped tensors, another architecture (stereo, melody, MAGNeT), or a
    T5 that does not fit; MachineError where omegaconf is not installed."""
    for name in (FILE, CODEC_FILE):
        if not (source / name).is_file():
            raise CheckpointError(
                f"{source}: holds no {name}; a folder with {FILE} and {CODEC_FILE}, "
                "as AudioCraft publishes them, is expected"
            )
    paths = {LM: source / FILE, CODEC: source / CODEC_FILE}
    hashes = {
        paths[LM]: check_sha256(paths[LM], sha256),
        paths[CODEC]: check_sha256(paths[CODEC], codec_sha256),
    }
    found: dict[str, Mapping[str, Tensor]] = {}
    settings: dict[str, Settings] = {}
    notes: list[str] = []
    for part, path in paths.items():
        settings[part], found[part], left_out = _read(path)
        notes += left_out
    decoder, codec = decoder_config(settings[LM]), codec_config(settings[CODEC])
    _check_codes(source, decoder, codec)
    text = open_t5(text_encoder)
    notes += _check_text_encoder(settings[LM], found[LM], text)
    found[TEXT_ENCODER] = text.tensors
    hashes[text.file] = check_sha256(text.file, None)
    model = _model(source, text, codec, decoder)
    expected = published_shapes(model)
    where = {**paths, TEXT_ENCODER: text.file}
    coverage = _sum(
        [
            check(str(where[part]), shapes_of(found[part]), expected[part])
            for part in (LM, CODEC, TEXT_ENCODER)
        ]
    )
    with staged_folder(out) as folder:
        written = write_safetensors(folder / WEIGHTS, _plans(model, found), source=str(source))
        config = model.config
        config.architectures, config.dtype = [CLASS], "float32"
        config.save_pretrained(folder)
        generation_config(settings[LM], codec.frame_rate).save_pretrained(folder)
        for file in text.tokenizer:
            shutil.copyfile(file, folder / file.name)
    return Converted(out, coverage, hashes, {out / WEIGHTS: written}, (*notes, *text.notes))


def _read(path: Path) -> tuple[Settings, dict[str, Tensor], list[str]]:
    """One file: its config, its tensors, and notes on what else is in it."""
    values = read_plain(path)
    if "pretrained" in values:
        raise CheckpointError(
            f"{path}: holds no weights, only the name of a model that does ({shown(values['pretrained'])}); "
            "weights are expected"
        )
    missing = [name for name in ("best_state", "xp.cfg") if name not in values]
    if missing:
        raise CheckpointError(
            f"{path}: has no {' and no '.join(missing)} (found: {', '.join(sorted(map(str, values))[:5]) or 'nothing'}); "
            "a file that audiocraft exported is expected"
        )
    state = values["best_state"]
    if not isinstance(state, Mapping):
        raise CheckpointError(
            f"{path}: its best_state is a {type(state).__name__}; names and tensors are expected"
        )
    others = sorted(str(name) for name in values if name not in _ENTRIES)
    notes = [f"{path.name} also holds {', '.join(others)}, which is left out"] if others else []
    return Settings(str(path), values["xp.cfg"]), named_tensors(str(path), state), notes


def _check_codes(source: Path, decoder: Any, codec: Any) -> None:
    ours, theirs = (
        (decoder.num_codebooks, decoder.vocab_size),
        (codec.num_quantizers, codec.codebook_size),
    )
    if ours != theirs:
        raise CheckpointError(
            f"{source}: {FILE} writes {ours[0]} codebooks of {ours[1]} codes, {CODEC_FILE} reads "
            f"{theirs[0]} of {theirs[1]}; two files of one model are expected"
        )


def _check_text_encoder(settings: Settings, tensors: Mapping[str, Tensor], text: TextEncoder) -> list[str]:
    """Notes on what it cannot know. Raises CheckpointError for a T5 of other sizes than the model was trained with."""
    name = settings.get(f"{DESCRIPTION}.t5.name")
    text.check_name(str(name), settings.where)
    projection = tensors.get(f"condition_provider.{DESCRIPTION}.output_proj.weight")
    width = projection.shape[1] if projection is not None and projection.ndim == 2 else text.width
    if width != text.width:
        raise CheckpointError(
            f"{text.folder}: is {text.width} wide, but {settings.where} was trained with {name}, which is {width} wide"
        )
    notes = [f"its captions are read by {name}; {text.folder.name} has to be that one"]
    if settings.get(f"{DESCRIPTION}.t5.normalize_text", False):
        notes.append("it was trained on captions without stop words, in their basic forms (normalize_text)")
    return notes


def _model(source: Path, text: TextEncoder, codec: Any, decoder: Any) -> Any:
    if text.width == decoder.hidden_size:
        raise CheckpointError(
            f"{source}: its language model is as wide as its text encoder ({text.width}), and between two of one width "
            f"transformers' {CLASS} has no projection; two widths are accepted"
        )
    try:
        return empty_model(text.config, codec, decoder)
    except (ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise CheckpointError(f"{source}: its configs describe no {CLASS}: {reason}") from error


def _plans(model: nn.Module, found: Mapping[str, Mapping[str, Tensor]]) -> dict[str, Plan]:
    shapes = shapes_of(model.state_dict())
    plans = {}
    for name, origin in origins(model).items():
        value = found[origin.file][origin.name]
        plans[name] = Plan(value.dtype, shapes[name], partial(_part, value, origin.third))
    return plans


def _part(value: Tensor, third: int | None) -> Tensor:
    return value if third is None else value.chunk(3)[third]


def _sum(each: list[Coverage]) -> Coverage:
    """Of several files, each complete."""
    return Coverage(sum(one.expected for one in each), sum(one.matched for one in each), (), (), ())
