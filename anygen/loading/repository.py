"""A repository of the hub, by its own client: which of its files are wanted, and those files."""

from __future__ import annotations

import glob
import hashlib
import json
import shutil
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from anygen.core.config import SourceConfig
from anygen.core.errors import CheckpointError, ConfigError, MachineError
from anygen.loading.download import TOKEN, Report, make_room, on_disk

UNVERIFIED = "unverified"
PICKLES = (".bin", ".pt", ".pth", ".ckpt")
TEXTS = (".json", ".txt", ".model", ".md")
LEFT_OUT = ("safety_checker", "feature_extractor", "image_encoder")
"""Components of pipelines that anygen does not build."""


@dataclass(frozen=True)
class Listed:
    """What the hub says of a file, as far as it does: bytes, SHA-256 of a large one, and git's id of the others' content."""

    size: int | None = None
    sha256: str | None = None
    blob: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """What was fetched of a repository: its commit, and its files by path."""

    commit: str
    files: Mapping[str, Listed]


def fetch(
    source: SourceConfig,
    target: Path,
    revision: str | None,
    offline: bool = False,
    endpoint: str | None = None,
    report: Report = lambda words: None,
) -> Snapshot:
    """Fetch what is wanted of a repository into `target`; `revision` None is the newest. `offline` (or HF_HUB_OFFLINE) takes
    what the hub's cache has.

    Raises MachineError for network, permission and disk, CheckpointError for a repository without weights to be read."""
    from huggingface_hub import constants

    try:
        if offline or constants.HF_HUB_OFFLINE:
            return _from_cache(source, target, revision)
        return _from_hub(source, target, revision, endpoint, report)
    except (CheckpointError, ConfigError, MachineError):
        raise
    except Exception as error:
        raise _hub_error(error, source, target.parent) from error


def _from_hub(
    source: SourceConfig, target: Path, revision: str | None, endpoint: str | None, report: Report
) -> Snapshot:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Bar(tqdm):
        """Drawn on a terminal alone."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **{"disable": None, **named})  # type: ignore[no-untyped-call]

    repository = source.repository
    # Not by snapshot_download alone: it says neither sizes, for the disk, nor hashes.
    info = HfApi(endpoint=endpoint).model_info(repository, revision=revision, files_metadata=True)
    commit = str(info.sha)
    listed = {each.rfilename: each for each in info.siblings or ()}
    for name in listed:
        inside(target, name)

    def download(names: Iterable[str]) -> None:
        patterns = [glob.escape(name) for name in names]
        snapshot_download(
            repository,
            revision=commit,
            local_dir=target,
            allow_patterns=patterns,
            endpoint=endpoint,
            tqdm_class=Bar,
        )

    index = None
    if "model_index.json" in listed:
        download(["model_index.json"])
        index = json.loads((target / "model_index.json").read_text(encoding="utf-8"))
    names = choose(listed, source, index)
    needed = sum(listed[name].size or 0 for name in names if not (target / name).is_file())
    make_room(target.parent, needed)
    report(f"{repository}: {len(names)} files, {needed / 1e6:.0f} MB to fetch")
    download(names)
    files = {}
    for name in names:
        large = listed[name].lfs
        blob = listed[name].blob_id if large is None else None
        files[name] = Listed(listed[name].size, None if large is None else large.sha256, blob)
    return Snapshot(commit, files)


def _from_cache(source: SourceConfig, target: Path, revision: str | None) -> Snapshot:
    """What the hub's cache holds of a repository, copied into `target`."""
    from huggingface_hub import snapshot_download

    snapshot = Path(snapshot_download(source.repository, revision=revision, local_files_only=True))
    listed = [file.relative_to(snapshot).as_posix() for file in snapshot.rglob("*") if file.is_file()]
    index_file = snapshot / "model_index.json"
    index = json.loads(index_file.read_text(encoding="utf-8")) if index_file.is_file() else None
    names = choose(listed, source, index)
    for name in names:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file():
            shutil.copyfile((snapshot / name).resolve(), path)
    return Snapshot(snapshot.name, dict.fromkeys(names, Listed()))


def choose(names: Iterable[str], source: SourceConfig, index: Mapping[str, Any] | None = None) -> list[str]:
    """The files that are wanted of a repository: texts, and weights as safetensors; of a pipeline (`index` is its
    model_index.json) those of the components that are built. Variants such as `model.fp16.safetensors` are not.

    Raises CheckpointError where only pickles are there and the preset does not ask for them."""
    folders: dict[str, list[PurePosixPath]] = {}
    for name in names:
        path = PurePosixPath(name)
        folders.setdefault(path.parent.as_posix(), []).append(path)
    wanted = {"."}
    if index is not None:
        built = {name for name, value in index.items() if isinstance(value, list) and value and value[0]}
        wanted |= built - set(LEFT_OUT)
    chosen = []
    for folder, paths in folders.items():
        if folder not in wanted:
            continue
        chosen += [path for path in paths if path.suffix in TEXTS or path.name.upper().startswith("LICEN")]
        if folder == "." and index is not None:
            continue  # whole models as one file, which pipelines do not read
        plain = [path for path in paths if "." not in path.stem and not path.name.startswith("consolidated")]
        tensors = [path for path in plain if path.suffix == ".safetensors"]
        pickles = [path for path in plain if path.suffix in PICKLES and path.stem != "training_args"]
        if tensors:
            chosen += tensors
        elif pickles:
            no_pickle(pickles[0].as_posix(), source)
            chosen += pickles
    kept = sorted({path.as_posix() for path in chosen})
    if not any(PurePosixPath(name).suffix in (".safetensors", *PICKLES) for name in kept):
        raise CheckpointError(
            f"{source.repository}: holds no weights that anygen reads; safetensors are accepted"
        )
    return kept


def no_pickle(name: str, source: SourceConfig) -> None:
    """Raises CheckpointError for a pickle that the preset does not ask for."""
    if PurePosixPath(name).suffix in PICKLES and not source.pickles:
        raise CheckpointError(
            f"{source.repository}: {name} is a pickle, which can run code, and the preset asks for none; name a repository "
            "that has safetensors"
        )


def inside(folder: Path, name: str) -> Path:
    """A path under `folder`: what a hub or a lock names must not lead out of it. Raises ValueError."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or not name:
        raise ValueError(f"{name!r} leads out of the folder")
    return folder / pure


def git_blob(path: Path) -> str:
    """The id (SHA-1, hex) that git gives the content of a file. Raises OSError."""
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _hub_error(error: Exception, source: SourceConfig, folder: Path) -> Exception:
    """One sentence for what the hub's client raises."""
    from huggingface_hub import errors

    repository = source.repository
    status = getattr(getattr(error, "response", None), "status_code", None)
    text = str(error).strip()
    reason = textwrap.shorten(text.splitlines()[0], 200) if text else type(error).__name__
    if isinstance(error, errors.LocalEntryNotFoundError) and status is None:
        return MachineError(
            f"{repository}: is not whole in the hub's cache, and the hub cannot be reached or the network is off "
            "(HF_HUB_OFFLINE, --offline)"
        )
    if isinstance(error, errors.GatedRepoError) or status in (401, 403):
        return MachineError(f"{repository}: no permission ({status or 403}); {TOKEN}")
    if isinstance(error, errors.RevisionNotFoundError):
        return MachineError(f"{repository}: has no revision {source.revision}")
    if isinstance(error, errors.RepositoryNotFoundError):
        return MachineError(f"{repository}: is not on the hub, or is private; {TOKEN}")
    if isinstance(error, OSError) and (sentence := on_disk(error, folder)) is not None:
        return sentence
    if status is not None:
        return MachineError(f"{repository}: the hub answers {status}; {reason}")
    return MachineError(
        f"{repository}: the hub cannot be reached: {reason}; pull again, and it goes on where it is"
    )
