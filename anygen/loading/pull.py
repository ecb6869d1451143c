"""Fetch what a preset's `sources` name: from the hub by its own client, from an address by a download that resumes.

Weights come as safetensors; a pickle only where the preset says so, and it is never opened here. What came is written to
a lock beside it: the revision, and size and SHA-256 of every file. A later pull takes the same revision, and refuses a file
that is not the one recorded.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from anygen.core.atomic import write_files
from anygen.core.config import ModelConfig, SourceConfig, read_config
from anygen.core.errors import CheckpointError, ConfigError, MachineError, nearest, shown
from anygen.core.hashing import file_sha256
from anygen.loading import presets, repository
from anygen.loading.download import Report, download, on_disk, unfinished
from anygen.loading.repository import UNVERIFIED, git_blob, inside, no_pickle

LOCK = "anygen.lock.json"
PULLING = ".anygen.pulling"
"""Held by the process that fetches into a folder."""
FORMAT = 1


@dataclass(frozen=True)
class File:
    """One file that was fetched; its path is relative to the folder of the lock."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Pulled:
    """What lies in `folder` now: part -> its files, and the command that makes a model of them."""

    folder: Path
    files: Mapping[str, tuple[File, ...]]
    then: str | None

    @property
    def lock(self) -> Path:
        return self.folder / LOCK


def default_folder(name: str) -> Path:
    """Where the parts of a preset are put unless a call says otherwise."""
    return Path(f"{name}-parts")


def is_here(folder: Path) -> bool:
    """Whether everything that a lock records lies beside it, by size."""
    try:
        parts = _read_lock(folder)
    except CheckpointError:
        return False
    files = [file for part in parts.values() for file in part["files"].items()]
    return bool(files) and all(
        (folder / path).is_file() and (folder / path).stat().st_size == each["size"] for path, each in files
    )


def sources(config: ModelConfig, folder: Path) -> dict[str, str]:
    """Part -> where it is published, at which revision, and what a pull into `folder` resolved that to, in words."""
    try:
        locked = _read_lock(folder)
    except CheckpointError:
        locked = {}
    return {part: _told(source, locked.get(part)) for part, source in config.sources.items()}


def _told(source: SourceConfig, record: Mapping[str, Any] | None) -> str:
    if record is None or record["repository"] != source.repository:
        return f"{source.repository}, revision {source.revision}; not pulled"
    if record["revision"]:
        named = (
            "as the preset says" if record["revision"] == source.revision else "resolved when it was pulled"
        )
        return f"{source.repository}, revision {record['revision']} ({named})"
    digests = [str(each["sha256"]) for each in record["files"].values()]
    is_given = all(source.sha256.get(name) == each["sha256"] for name, each in record["files"].items())
    named = "as the preset says" if is_given else "recorded when it was pulled"
    return f"{source.repository}, SHA-256 {', '.join(digests)} ({named})"


def pull(
    preset: str | Path,
    out: str | Path | None = None,
    offline: bool = False,
    endpoint: str | None = None,
    report: Report = lambda words: None,
) -> Pulled:
    """Fetch the parts of a preset, by name or as a YAML file, into `out`; what is there already is kept.

    `offline` (or HF_HUB_OFFLINE) takes what the hub's cache has. `endpoint` is another hub than the usual one.
    Raises ConfigError for an unknown preset, for a source that is no repository or address, and where `out` is no folder;
    MachineError for network, permission, disk and a second pull into the same folder at once; CheckpointError for a file
    that is not what the preset or the lock says."""
    config = _preset(preset)
    for part, source in config.sources.items():
        _check_repository(source.repository, f"{preset}: sources.{part}.repository")
    folder = Path(out) if out is not None else default_folder(config.name)
    with _made(folder), _alone(folder):
        return _pull(config, folder, offline, endpoint, report)


def _check_repository(name: str, where: str) -> None:
    """Raises ConfigError, which begins with `where`, for what is neither an id of the hub nor an address of a file."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        if "://" not in name:
            validate_repo_id(name)
            return
        url = urlsplit(name)
        is_local = url.hostname in ("127.0.0.1", "localhost", "::1") and url.scheme == "http"
        # Asking for the port checks it.
        if not (url.scheme == "https" or is_local) or not url.hostname or url.port == 0:
            raise ValueError
    except (HFValidationError, ValueError) as error:
        raise ConfigError(
            f"{where} {shown(name)}: name/repository or an https address is accepted"
        ) from error
    if PurePosixPath(url.path).name.startswith(".") or not PurePosixPath(url.path).name:
        raise ConfigError(f"{where} {shown(name)}: names no file; the https address of one is accepted")


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Makes the folder; where the pull fails, what was made of it goes again, unless something lies in it.

    Raises ConfigError where a file stands in its place, MachineError where it cannot be made."""
    whole = [folder, *folder.parents]
    file = next((each for each in whole if each.exists() and not each.is_dir()), None)
    if file is not None:
        raise ConfigError(f"{file}: is a file; a folder is accepted")
    new = [each for each in whole if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(
            f"{folder}: cannot be made: {error.strerror}; name another folder with --out"
        ) from error
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            for each in new:
                each.rmdir()
        raise


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keeps a second pull out of the folder meanwhile. Raises MachineError where this one is the second."""
    from filelock import FileLock, Timeout

    held = FileLock(folder / PULLING, timeout=0)
    try:
        held.acquire()
    except Timeout as error:
        raise MachineError(
            f"{folder}: another pull is fetching into it; wait until it has ended, or name another folder with --out"
        ) from error
    except OSError as error:
        raise on_disk(error, folder) or error from error
    try:
        yield
    finally:
        # While it is held: whoever opens it from now on opens another.
        with contextlib.suppress(OSError):
            (folder / PULLING).unlink(missing_ok=True)
        held.release()


def _pull(config: ModelConfig, folder: Path, offline: bool, endpoint: str | None, report: Report) -> Pulled:
    locked = _read_lock(folder)
    found: dict[str, tuple[File, ...]] = {}
    done: dict[str, str] = {}
    for part, source in config.sources.items():
        if source.repository in done:  # two parts of one repository
            found[part] = found[done[source.repository]]
            continue
        done[source.repository] = part
        record = locked.get(part)
        if record is not None and record["repository"] != source.repository:
            raise CheckpointError(
                f"{folder / LOCK}: {part} came from {record['repository']}, the preset names {source.repository}; "
                "give another folder, or remove the lock"
            )
        if record is None or not _is_whole(folder, record["files"], report):
            known = record["files"] if record else {}
            if "://" in source.repository:
                revision, files = "", _address(source, folder, known, offline, report)
            else:
                pinned = None if source.revision == UNVERIFIED else source.revision
                asked = record["revision"] if record and record["revision"] else pinned
                target = folder / source.repository.rpartition("/")[2]
                snapshot = repository.fetch(source, target, asked, offline, endpoint, report)
                revision, files = snapshot.commit, _checked(snapshot, source, target, known)
            record = {
                "repository": source.repository,
                "revision": revision,
                "licence": source.licence,
                "files": {each.path: {"size": each.size, "sha256": each.sha256} for each in files},
            }
            locked[part] = record
            _write_lock(folder, config.name, locked)
        found[part] = tuple(
            File(path, each["size"], each["sha256"]) for path, each in record["files"].items()
        )
    return Pulled(folder, found, config.obtain)


def _preset(preset: str | Path) -> ModelConfig:
    name = str(preset)
    if name in presets.plans():
        return read_config(presets.plans()[name])
    if name in presets.presets():
        raise ConfigError(f"{name}: its weights lie in the package; there is nothing to pull")
    if name.endswith((".yaml", ".yml")) and Path(name).is_file():
        config = read_config(Path(name))
        if not config.sources:
            raise ConfigError(f"{name}: names no sources; there is nothing to pull")
        return config
    if name.endswith((".yaml", ".yml")):
        raise ConfigError(f"{name}: no such file; a preset's name or its YAML file is accepted")
    raise ConfigError(f"{name!r} is no preset; {nearest(name, presets.plans())}")


# The lock


def _read_lock(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / LOCK
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        parts = values["parts"]
        for part in parts.values():
            for name, each in part["files"].items():
                int(each["size"]), str(each["sha256"]), str(part["repository"]), str(part["revision"])
                inside(folder, name)
        if values["format"] != FORMAT:
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{path}: is no lock that anygen wrote; remove it, or name another folder"
        ) from error
    return dict(parts)


def _write_lock(folder: Path, name: str, parts: Mapping[str, Any]) -> None:
    values = {"format": FORMAT, "preset": name, "parts": parts}
    write_files([(folder / LOCK, (json.dumps(values, indent=1) + "\n").encode())])


def _is_whole(folder: Path, files: Mapping[str, Mapping[str, Any]], report: Report) -> bool:
    """Whether all recorded files are here. Raises CheckpointError for one that is another."""
    for name, each in files.items():
        path = folder / name
        if not path.is_file():
            return False
        report(f"checking {name}")
        _check(
            name,
            file_sha256(path),
            each["sha256"],
            f"{folder / LOCK} says",
            "remove the file to fetch it again",
        )
    return bool(files)


def _check(name: str, found: str, wanted: str, who: str, advice: str) -> None:
    if wanted not in (UNVERIFIED, "") and found != wanted:
        raise CheckpointError(f"{name}: its SHA-256 is {found}, {who} {wanted}; {advice}")


def _address(
    source: SourceConfig, folder: Path, known: Mapping[str, Any], offline: bool, report: Report
) -> tuple[File, ...]:
    """One file from an https address: to a name of its own first, so that what broke off goes on, then renamed."""
    name = PurePosixPath(urlsplit(source.repository).path).name
    no_pickle(name, source)
    wanted = known[name]["sha256"] if name in known else source.sha256.get(name, UNVERIFIED)
    who = f"{folder / LOCK} says" if name in known else "the preset says"
    path = folder / name
    if not path.is_file():
        if offline:
            raise MachineError(f"{name}: is not in {folder}, and the network is off (--offline)")
        download(source.repository, path, report)
        part = unfinished(path)
        digest = file_sha256(part)
        try:
            _check(name, digest, wanted, who, "it was not kept")
        except CheckpointError:
            part.unlink()
            raise
        os.replace(part, path)
    else:
        digest = file_sha256(path)
        _check(str(path), digest, wanted, who, "remove the file to fetch it again")
    return (File(name, path.stat().st_size, digest),)


def _checked(
    snapshot: repository.Snapshot, source: SourceConfig, target: Path, known: Mapping[str, Any]
) -> tuple[File, ...]:
    """What was fetched of a repository into `target`, each file what the hub, the preset and the lock say."""
    files = []
    for name, listed in snapshot.files.items():
        path, place = target / name, f"{target.name}/{name}"
        # Where the hub stops answering, its client takes a folder that was begun for the whole repository.
        if not path.is_file():
            raise MachineError(f"{place}: did not come; pull again")
        digest, size, advice = file_sha256(path), path.stat().st_size, "remove the file to fetch it again"
        _check(place, digest, listed.sha256 or "", "the hub says", advice)
        _check(place, digest, source.sha256.get(name, UNVERIFIED), "the preset says", advice)
        if place in known:
            locked = f"{target.parent / LOCK} says"
            _check(place, digest, known[place]["sha256"], locked, "name another folder with --out")
        if listed.size not in (None, size):
            raise MachineError(f"{place}: {size} bytes came of {listed.size}; pull again")
        if listed.blob not in (None, git_blob(path)):
            raise CheckpointError(f"{place}: is not the file of commit {snapshot.commit}; {advice}")
        files.append(File(place, size, digest))
    return tuple(files)
