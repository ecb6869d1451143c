"""Fetch what a preset's `sources` name: from the hub by its own client, from an address by a download that resumes.

Weights come as safetensors; a pickle only where the preset says so, and it is never opened here. What came is written to
a lock beside it: the revision, and size and SHA-256 of every file. A later pull takes the same revision, and refuses a file
that is not the one recorded.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import json
import logging
import os
import shutil
import textwrap
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from anygen.core.atomic import write_files
from anygen.core.config import ModelConfig, SourceConfig, read_config
from anygen.core.errors import CheckpointError, ConfigError, MachineError, nearest, shown
from anygen.loading import presets

logger = logging.getLogger(__name__)

LOCK = "anygen.lock.json"
PULLING = ".anygen.pulling"
"""Held by the process that fetches into a folder."""
FORMAT = 1
UNVERIFIED = "unverified"
PICKLES = (".bin", ".pt", ".pth", ".ckpt")
TEXTS = (".json", ".txt", ".model", ".md")
LEFT_OUT = ("safety_checker", "feature_extractor", "image_encoder")
"""Components of pipelines that anygen does not build."""
CHUNK = 1 << 20
TRIES = 3
TIMEOUT = 30
Report = Callable[[str], None]
"""Told in a few words what is being done."""


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
    from huggingface_hub.utils import validate_repo_id

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
        raise _on_disk(error, folder) or error from error
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
                asked = record["revision"] if record else None
                revision, files = _repository(source, folder, asked, known, offline, endpoint, report)
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
                _inside(folder, name)
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
            name, _sha256(path), each["sha256"], f"{folder / LOCK} says", "remove the file to fetch it again"
        )
    return bool(files)


def _check(name: str, found: str, wanted: str, who: str, advice: str) -> None:
    if wanted not in (UNVERIFIED, "") and found != wanted:
        raise CheckpointError(f"{name}: its SHA-256 is {found}, {who} {wanted}; {advice}")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _inside(folder: Path, name: str) -> Path:
    """A path under `folder`: what a hub or a lock names must not lead out of it."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or not name:
        raise ValueError(f"{name!r} leads out of the folder")
    return folder / pure


def _make_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise MachineError(
            f"{folder}: {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free; name a folder on another disk "
            "with --out"
        )


def _on_disk(error: OSError, folder: Path) -> MachineError | None:
    """An error about this machine's disk, as a sentence; None for another one."""
    if error.errno == errno.ENOSPC:
        return MachineError(
            f"{folder}: the disk is full; free some of it and pull again, which goes on from there"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return MachineError(f"{folder}: may not be written to; name another folder with --out")
    return None


# An address


def _address(
    source: SourceConfig, folder: Path, known: Mapping[str, Any], offline: bool, report: Report
) -> tuple[File, ...]:
    """One file from an https address: to a name of its own first, so that what broke off goes on, then renamed."""
    name = PurePosixPath(urlsplit(source.repository).path).name
    _no_pickle(name, source)
    wanted = known[name]["sha256"] if name in known else source.sha256.get(name, UNVERIFIED)
    who = f"{folder / LOCK} says" if name in known else "the preset says"
    path = folder / name
    if not path.is_file():
        if offline:
            raise MachineError(f"{name}: is not in {folder}, and the network is off (--offline)")
        _download(source.repository, path, report)
        part = _unfinished(path)
        digest = _sha256(part)
        try:
            _check(name, digest, wanted, who, "it was not kept")
        except CheckpointError:
            part.unlink()
            raise
        os.replace(part, path)
    else:
        digest = _sha256(path)
        _check(str(path), digest, wanted, who, "remove the file to fetch it again")
    return (File(name, path.stat().st_size, digest),)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows an address to https alone, or where it already was."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme != "https" and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            raise urllib.error.HTTPError(
                newurl, code, "it leads to an address that is not https", headers, fp
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(url: str, path: Path, report: Report) -> None:
    """Fetch `url` into the unfinished file of `path`, going on where it broke off. Raises MachineError."""
    host, part = urlsplit(url).hostname, _unfinished(path)
    tag_file = part.with_name(part.name + ".tag")
    reason = ""
    for _ in range(TRIES):
        have = part.stat().st_size if part.is_file() else 0
        tag = tag_file.read_text(encoding="utf-8") if tag_file.is_file() else ""
        headers = {"User-Agent": "anygen"}
        if have and tag:
            headers |= {"Range": f"bytes={have}-", "If-Range": tag}
        report(f"{path.name}: from {have / 1e6:.0f} MB on" if have and tag else f"{path.name}: {host}")
        try:
            opener = urllib.request.build_opener(_SafeRedirects)
            with opener.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as answer:
                goes_on = answer.status == 206
                have = have if goes_on else 0
                total = have + int(answer.headers.get("Content-Length") or 0)
                _make_room(path.parent, total - have)
                new_tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
                # A weak tag does not promise the same bytes.
                tag_file.write_text("" if new_tag.startswith("W/") else new_tag, encoding="utf-8")
                with part.open("ab" if goes_on else "wb") as file:
                    while chunk := answer.read(CHUNK):
                        file.write(chunk)
                        have += len(chunk)
            if not total or have == total:
                tag_file.unlink(missing_ok=True)
                return
            reason = f"it broke off after {have / 1e6:.1f} of {total / 1e6:.1f} MB"
        except urllib.error.HTTPError as error:
            if error.code == 416:  # there is nothing left to ask for, or the file became shorter
                part.unlink(missing_ok=True)
                reason = "it is shorter than what was fetched of it"
                continue
            raise _refused(url, error.code, f"{host}: {error.reason}") from error
        except urllib.error.URLError as error:
            reason = str(error.reason)
        except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
            kept = part.stat().st_size / 1e6 if part.is_file() else 0
            reason = f"it broke off after {kept:.1f} MB ({type(error).__name__})"
        except OSError as error:
            raise _on_disk(error, path.parent) or error from error
    raise MachineError(
        f"{path.name}: {host} cannot be read: {textwrap.shorten(reason, 200)}; pull again, and it goes on where it is"
    )


def _refused(what: str, code: int, reason: str) -> MachineError:
    if code in (401, 403):
        return MachineError(f"{what}: no permission ({code}); {_TOKEN}")
    return MachineError(f"{what}: answers {code}; {textwrap.shorten(reason, 200)}")


_TOKEN = (
    "accept the licence on its page where it asks for that, and give a token: "
    "`hf auth login`, or HF_TOKEN in the environment"
)


# A repository of the hub


def _repository(
    source: SourceConfig,
    folder: Path,
    locked: str | None,
    known: Mapping[str, Any],
    offline: bool,
    endpoint: str | None,
    report: Report,
) -> tuple[str, tuple[File, ...]]:
    """(commit, files) of a repository, fetched by the hub's client into a folder of its name."""
    from huggingface_hub import constants

    revision = locked or (None if source.revision == UNVERIFIED else source.revision)
    target = folder / source.repository.rpartition("/")[2]
    try:
        if offline or constants.HF_HUB_OFFLINE:
            commit, names = _from_cache(source, target, revision)
            sizes: dict[str, int] = {}
            digests: dict[str, str] = {}
        else:
            commit, names, sizes, digests = _from_hub(source, target, revision, endpoint, report)
    except (CheckpointError, ConfigError, MachineError):
        raise
    except Exception as error:
        raise _hub_error(error, source, folder) from error
    files = []
    for name in names:
        path = target / name
        digest = _sha256(path)
        place = f"{target.name}/{name}"
        advice = "remove the file to fetch it again"
        _check(place, digest, digests.get(name, ""), "the hub says", advice)
        _check(place, digest, source.sha256.get(name, UNVERIFIED), "the preset says", advice)
        if place in known:
            _check(
                place,
                digest,
                known[place]["sha256"],
                f"{folder / LOCK} says",
                "name another folder with --out",
            )
        if sizes.get(name, path.stat().st_size) != path.stat().st_size:
            raise MachineError(f"{place}: {path.stat().st_size} bytes came of {sizes[name]}; pull again")
        files.append(File(place, path.stat().st_size, digest))
    return commit, tuple(files)


def _from_hub(
    source: SourceConfig, target: Path, revision: str | None, endpoint: str | None, report: Report
) -> tuple[str, list[str], dict[str, int], dict[str, str]]:
    from huggingface_hub import HfApi, hf_hub_download

    repository = source.repository
    info = HfApi(endpoint=endpoint).model_info(repository, revision=revision, files_metadata=True)
    commit = str(info.sha)
    listed = {each.rfilename: each for each in info.siblings or ()}
    for name in listed:
        _inside(target, name)

    def fetch(name: str) -> Path:
        return Path(hf_hub_download(repository, name, revision=commit, local_dir=target, endpoint=endpoint))

    index = None
    if "model_index.json" in listed:
        index = json.loads(fetch("model_index.json").read_text(encoding="utf-8"))
    names = choose(listed, source, index)
    sizes = {name: size for name in names if (size := listed[name].size) is not None}
    _make_room(target.parent, sum(size for name, size in sizes.items() if not (target / name).is_file()))
    for name in names:
        report(f"{repository}: {name}")
        fetch(name)
    digests = {name: large.sha256 for name in names if (large := listed[name].lfs) is not None}
    return commit, names, sizes, digests


def _from_cache(source: SourceConfig, target: Path, revision: str | None) -> tuple[str, list[str]]:
    """What the hub's cache holds of a repository, linked (or else copied) into `target`."""
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
    return snapshot.name, names


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
            _no_pickle(pickles[0].as_posix(), source)
            chosen += pickles
    kept = sorted({path.as_posix() for path in chosen})
    if not any(PurePosixPath(name).suffix in (".safetensors", *PICKLES) for name in kept):
        raise CheckpointError(
            f"{source.repository}: holds no weights that anygen reads; safetensors are accepted"
        )
    return kept


def _no_pickle(name: str, source: SourceConfig) -> None:
    if PurePosixPath(name).suffix in PICKLES and not source.pickles:
        raise CheckpointError(
            f"{source.repository}: {name} is a pickle, which can run code, and the preset asks for none; name a repository "
            "that has safetensors"
        )


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
        return MachineError(f"{repository}: no permission ({status or 403}); {_TOKEN}")
    if isinstance(error, errors.RevisionNotFoundError):
        return MachineError(f"{repository}: has no revision {source.revision}")
    if isinstance(error, errors.RepositoryNotFoundError):
        return MachineError(f"{repository}: is not on the hub, or is private; {_TOKEN}")
    if isinstance(error, OSError) and (sentence := _on_disk(error, folder)) is not None:
        return sentence
    if status is not None:
        return MachineError(f"{repository}: the hub answers {status}; {reason}")
    return MachineError(
        f"{repository}: the hub cannot be reached: {reason}; pull again, and it goes on where it is"
    )
