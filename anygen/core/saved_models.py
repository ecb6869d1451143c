"""Folders that transformers and diffusers saved, read with distrust: what their JSON may say, and one sentence where they
cannot be loaded."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from anygen.core.errors import (
    CheckpointError,
    ConfigError,
    MachineError,
    is_out_of_memory,
    printable,
    shown,
)
from anygen.core.library_logging import quiet_libraries

CODE_KEYS = ("attn_implementation", "_attn_implementation", "experts_implementation")
"""Keys under which a config may name code on the hub, as `owner/name`."""


def read_mapping(file: Path, expected: str) -> dict[str, Any]:
    """The JSON object in a file; `expected` says whose file it is. Raises CheckpointError."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"{file}: no such file; {expected} is expected") from error
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{file}: cannot be read as JSON; {expected} is expected") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"{file}: holds {shown(values)}; {expected} is expected, a mapping")
    return values


def check_saved(folder: Path) -> None:
    """Raises CheckpointError where a folder's config.json names code to fetch, or an index of weights other folders'."""
    file = folder / "config.json"
    if file.is_file():
        config = read_mapping(file, "a config saved by transformers or diffusers")
        for each in (config, *(value for value in config.values() if isinstance(value, Mapping))):
            for key in CODE_KEYS:
                if isinstance(each.get(key), str) and "/" in each[key]:
                    raise CheckpointError(
                        f"{file}: {key} is {shown(each[key])}, code on the hub, which is never run; "
                        "eager, sdpa or none is accepted"
                    )
    for index in sorted(folder.glob("*.safetensors.index.json")):
        places = read_mapping(index, "an index saved by transformers or diffusers").get("weight_map")
        if not isinstance(places, dict):
            raise CheckpointError(f"{index}: has no weight_map; one of tensors to files is expected")
        for name in places.values():
            if not is_plain(name):
                raise CheckpointError(f"{index}: names {shown(name)}; files of its own folder are accepted")


def read_index(folder: Path, expected: str) -> dict[str, Any]:
    """The model_index.json of a pipeline that diffusers saved. Raises CheckpointError, also for a component whose class is
    of a library other than diffusers and transformers, or whose folder brings code."""
    index = folder / "model_index.json"
    saved = read_mapping(index, expected)
    for name, place in saved.items():
        if not isinstance(place, list) or place == [None, None]:
            continue
        if len(place) != 2 or not all(isinstance(each, str) for each in place) or not is_plain(name):
            raise CheckpointError(f"{index}: {shown(name)} is {shown(place)}; [library, class] is accepted")
        library, kind = place
        if library not in LIBRARIES and not _is_pipeline(library):
            raise CheckpointError(
                f"{index}: {name} is of {shown(library)}; a class of {' or '.join(LIBRARIES)} is accepted"
            )
        part = folder / name
        check_saved(part)
        if kind.startswith("Auto") and not kind.startswith("Autoencoder"):
            for file in sorted(part.glob("*config.json")):
                if "auto_map" in read_mapping(file, "a config saved by transformers or diffusers"):
                    raise CheckpointError(f"{file}: names code of its own (auto_map), which is never run")
        if (part / "config.json").is_file():
            read_mapping(part / "config.json", "a config saved by transformers or diffusers")
    return saved


def check_needed(folder: Path, saved: Mapping[str, Any], pipeline_name: str, given: Collection[str]) -> None:
    """Raises CheckpointError for a component that was saved as nothing, is not given, and is needed by the pipeline."""
    with quiet_libraries("transformers", "diffusers"):
        import diffusers

        optional = getattr(diffusers, pipeline_name)._optional_components
    for name, place in saved.items():
        if place == [None, None] and name not in given and name not in optional:
            raise CheckpointError(
                f"{folder / 'model_index.json'}: {name} is null; a {pipeline_name} needs one"
            )


def check_numbers(file: Path, component: Any) -> None:
    """Raises CheckpointError where a component of diffusers was read with no number where its class has one."""
    for name, each in inspect.signature(type(component).__init__).parameters.items():
        value = component.config.get(name, each.default)
        is_number = isinstance(each.default, (int, float)) and not isinstance(each.default, bool)
        if is_number and isinstance(value, (str, Mapping)):
            raise CheckpointError(f"{file}: {name} is {shown(value)}; a number is accepted")


LIBRARIES = ("diffusers", "transformers")


def _is_pipeline(name: str) -> bool:
    """Whether diffusers has a pipeline's folder of that name, which holds components that only it uses."""
    import diffusers

    return (
        re.fullmatch(r"[a-z0-9_]+", name) is not None
        and (Path(diffusers.__file__).parent / "pipelines" / name).is_dir()
    )


def is_plain(name: Any) -> bool:
    """Whether a name can only mean a file or a folder right here."""
    return isinstance(name, str) and name not in ("", ".", "..") and not any(each in name for each in "/\\\0")


def reason_of(error: BaseException) -> str:
    """What a library said, on one line and short; what it advises to do with unknown code is left out."""
    text = printable(str(error)) or type(error).__name__
    if "trust_remote_code" in text or "custom code" in text:
        return "it brings code of its own, which is never run"
    if "ignore_mismatched_sizes" in text:
        return "its sizes are not those of the weights beside it"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    # Python's own kinds say little without their names.
    is_own = isinstance(error, (KeyError, ZeroDivisionError, AttributeError, AssertionError))
    return (f"{type(error).__name__}: {text}" if is_own else text)[:200]


@contextlib.contextmanager
def one_sentence(what: str, numbers: str | None = None) -> Iterator[None]:
    """Raises CheckpointError `what: reason` for whatever a library raises of a folder; memory that ran out stays what it is.

    `numbers` is said in the place of `what` where the folder was read, but cannot be built as its config says."""
    try:
        yield
    except (CheckpointError, ConfigError, MachineError):
        raise
    except ImportError as error:
        raise CheckpointError(
            f"{what}: it asks for a library that is not here: {reason_of(error)}"
        ) from error
    # Libraries raise of a wrong number whatever their code happens to trip over.
    except Exception as error:
        if is_out_of_memory(error):
            raise
        is_read = numbers is not None and not isinstance(error, (OSError, ValueError))
        if is_read:
            raise CheckpointError(f"{numbers} ({reason_of(error)})") from error
        raise CheckpointError(f"{what}: {reason_of(error)}") from error
