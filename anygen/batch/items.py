"""One request of a manifest: read strictly, and named by a key that says all that decides what comes of it."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Any

from anygen.batch.stores import Root, StoredFile
from anygen.core.errors import MachineError, MediaError, PromptError, nearest, shown
from anygen.core.modality import INPUTS, TEXT, Modality
from anygen.core.seeds import check_seed
from anygen.media import DEFAULT_LIMITS
from anygen.media.files import sniff
from anygen.messages.message import ROLES
from anygen.messages.options import GenerationOptions
from anygen.messages.request import limits

SCHEMA = 1
"""Of the manifest and the keys; another one gives other keys."""
KEYS = ("id", "prompt", "messages", "modalities", "require", "options", "seed", "n", "meta")
MOST_SAMPLES = 1000
LONGEST_ID = 512


class ItemError(PromptError):
    """A line is no request. `id` is its id, where that could be read."""

    def __init__(self, sentence: str, id: str | None = None) -> None:
        super().__init__(sentence)
        self.id = id


@dataclass(frozen=True)
class MediaFile:
    """A medium of a request, by file and not yet opened. `sha256` is that of the file's bytes, `num_bytes` their number."""

    modality: Modality
    path: Path | StoredFile
    sha256: str
    num_bytes: int

    @property
    def name(self) -> str:
        """What sentences call it: its file's name, because results name no folder of this machine."""
        return self.path.name if isinstance(self.path, Path) else str(self.path)


def read_input(file: MediaFile) -> bytes:
    """The content of an input. Raises MediaError, also where it is not what it was when the key was made; MachineError for a
    store that cannot be reached."""
    most = DEFAULT_LIMITS.max_bytes
    if isinstance(file.path, Path):
        try:
            data = sniff.read_source(file.path, most)[1]
        except MediaError as error:
            raise MediaError(str(error).replace(str(file.path), file.name)) from None
    else:
        data = file.path.read(most)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise MediaError(f"{file.name}: was changed while the job ran")
    return data


@dataclass(frozen=True)
class Turn:
    """One message of a request: who speaks, and what."""

    role: str
    parts: tuple[str | MediaFile, ...]


@dataclass(frozen=True)
class Item:
    """One request. `seed` is the one given or derived from the key; `line` is where it stands, from 1."""

    id: str
    line: int
    key: str
    turns: tuple[Turn, ...]
    modalities: tuple[str, ...] | None
    require: tuple[str, ...]
    options: GenerationOptions
    seed: int
    n: int = 1
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """The texts of the last turn, for a reader of the results."""
        return " ".join(part for part in self.turns[-1].parts if isinstance(part, str))


@dataclass(frozen=True)
class Work:
    """One answer to be made: sample `sample` of an item. A plain value: it can be sent to another process."""

    item: Item
    sample: int = 0

    @property
    def slot(self) -> bytes:
        return slot_of(self.item.id, self.sample)

    @property
    def stem(self) -> str:
        """Where its files are, below the folder of the job: names are made from the id's hash, never of its letters."""
        name = self.slot.hex()
        return f"media/{name[:2]}/{name}"

    @property
    def seed(self) -> int:
        return (self.item.seed + self.sample) % 2**63


def slot_of(id: str, sample: int = 0) -> bytes:
    """The place of one answer in a job, 16 bytes: there is one for each id and sample."""
    return hashlib.sha256(f"{sample}:{id}".encode("utf-8", "surrogatepass")).digest()[:16]


def in_shard(slot: bytes, shard: tuple[int, int]) -> bool:
    """Whether a slot is in shard (i, n), the i-th of n from 1."""
    index, count = shard
    return int.from_bytes(hashlib.sha256(slot).digest()[:8]) % count == index - 1


def line_slot(number: int, digest: str) -> bytes:
    """The place of a line that is no request, by where it stands and what it holds."""
    return hashlib.sha256(f"line:{number}:{digest}".encode()).digest()[:16]


@dataclass(frozen=True)
class ItemReader:
    """Reads decoded lines. `makes` is what the model can make; `folder` what paths are relative to; `roots` further folders
    they may end in, `stores` those that are reached through fsspec; `hash_file` gives the SHA-256 of a file; `exact` is
    asked of every item."""

    makes: Sequence[Modality]
    reads: Sequence[Modality]
    weights_hash: str
    folder: Path
    roots: tuple[Path, ...]
    hash_file: Callable[[Path | StoredFile], str]
    exact: bool = False
    stores: tuple[Root, ...] = ()

    def item(self, record: object, line: int) -> Item:
        """The request that a line holds. Raises ItemError; MachineError for a store that cannot be reached."""
        if not isinstance(record, Mapping):
            raise ItemError(
                f"the line is {_kind(record)}; an object with id and prompt or messages is accepted"
            )
        id = _id(record.get("id"))
        try:
            return self._item(id, record, line)
        except MachineError:
            raise
        except (ValueError, OSError, RecursionError) as error:
            raise ItemError(str(error), id) from error

    def _item(self, id: str, record: Mapping[Any, Any], line: int) -> Item:
        for key in record:
            if key not in KEYS:
                raise PromptError(f"unknown key {shown(key)}; {nearest(str(key), KEYS)}")
        given = {key: value for key, value in record.items() if value is not None}
        if ("prompt" in given) == ("messages" in given):
            raise PromptError("prompt and messages: exactly one of them is needed")
        if "prompt" in given:
            turns: tuple[Turn, ...] = (Turn("user", self._parts(given["prompt"], "prompt", "user")),)
        else:
            turns = self._turns(given["messages"])
        modalities, require = _names(given, "modalities"), _names(given, "require") or ()
        limits(self.makes, modalities, require)
        options, told = _options(_mapping(given, "options"), self.exact)
        seed = check_seed(given["seed"]) if "seed" in given else None
        n = given.get("n", 1)
        if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST_SAMPLES:
            raise PromptError(f"n is {shown(n)}; a whole number from 1 to {MOST_SAMPLES} is accepted")
        key = self._key(id, turns, modalities, require, told, seed)
        return Item(
            id=id,
            line=line,
            key=key,
            turns=turns,
            modalities=modalities,
            require=require,
            options=options,
            seed=int(key[:16], 16) >> 1 if seed is None else seed,
            n=n,
            meta=_meta(given),
        )

    def _key(
        self,
        id: str,
        turns: Iterable[Turn],
        modalities: tuple[str, ...] | None,
        require: tuple[str, ...],
        options: Mapping[str, Any],
        seed: int | None,
    ) -> str:
        """SHA-256 of the canonical request: JSON with sorted keys, media as the SHA-256 of their bytes. `n` and `meta` are
        left out, because they change no answer: more samples may be asked for later."""
        messages = [
            {
                "role": turn.role,
                "content": [
                    {"type": TEXT, "text": part}
                    if isinstance(part, str)
                    else {"type": part.modality, "sha256": part.sha256}
                    for part in turn.parts
                ],
            }
            for turn in turns
        ]
        request = {
            "schema": SCHEMA,
            "weights": self.weights_hash,
            "id": id,
            "messages": messages,
            "modalities": None if modalities is None else sorted(set(modalities)),
            "require": sorted(set(require)),
            "options": options,
            "seed": seed,
        }
        return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()

    def _turns(self, messages: object) -> tuple[Turn, ...]:
        if not isinstance(messages, list) or not messages:
            raise PromptError(f"messages is {_kind(messages)}; a list of messages is accepted")
        turns = []
        for index, message in enumerate(messages):
            where = f"messages[{index}]"
            if not isinstance(message, Mapping) or set(message) != {"role", "content"}:
                raise PromptError(f"{where} is {_kind(message)}; an object with role and content is accepted")
            if message["role"] not in ROLES:
                raise PromptError(
                    f"{where}.role is {shown(message['role'])}; {', '.join(ROLES)} are accepted"
                )
            turns.append(
                Turn(message["role"], self._parts(message["content"], f"{where}.content", message["role"]))
            )
        return tuple(turns)

    def _parts(self, content: object, where: str, role: str) -> tuple[str | MediaFile, ...]:
        parts = [content] if isinstance(content, str) else content
        if not isinstance(parts, list) or not parts:
            raise PromptError(f"{where} is {_kind(content)}; a text or a list of parts is accepted")
        read = tuple(self._part(part, f"{where}[{index}]") for index, part in enumerate(parts))
        if role == "system" and not all(isinstance(part, str) for part in read):
            raise PromptError(f"{where} holds media; only text is accepted in the system message")
        return read

    def _part(self, part: object, where: str) -> str | MediaFile:
        if isinstance(part, Mapping) and set(part) == {"type", "text"} and part["type"] == TEXT:
            part = part["text"]
        if isinstance(part, str):
            if any("\ud800" <= letter <= "\udfff" for letter in part):
                raise PromptError(f"{where} holds characters that no text has; UTF-8 text is accepted")
            return part
        if not isinstance(part, Mapping) or set(part) != {"type", "path"} or part["type"] not in INPUTS:
            raise PromptError(
                f'{where} is {_kind(part)}; a text, or {{"type": {"|".join(INPUTS)}, "path": ...}} is accepted'
            )
        modality = Modality(part["type"])
        if modality not in self.reads:
            raise PromptError(f"{where} is {modality}; this model reads {', '.join(self.reads)}")
        path = self._path(part["path"], where)
        num_bytes = path.stat().st_size if isinstance(path, Path) else path.num_bytes()
        if num_bytes > DEFAULT_LIMITS.max_bytes:
            raise MediaError(
                f"{where}.path {shown(part['path'])} has {num_bytes} bytes; at most {DEFAULT_LIMITS.max_bytes} are accepted"
            )
        return MediaFile(modality, path, self.hash_file(path), num_bytes)

    def _path(self, value: object, where: str) -> Path | StoredFile:
        """Where a path ends after every link, which must be a file below the manifest's folder or a root."""
        if not isinstance(value, str) or not value or "\0" in value:
            raise PromptError(f"{where}.path is {shown(value)}; a file name is accepted")
        for store in self.stores:
            if store.holds(value):
                return store.file(value)
        try:
            found = (self.folder / value).resolve()
            is_file = found.is_file()
        except UnicodeEncodeError:
            raise PromptError(f"{where}.path {shown(value)} holds characters that no file name has") from None
        except (OSError, RuntimeError) as error:
            # A link that leads to itself (RuntimeError before Python 3.13), a name too long for the file system.
            why = getattr(error, "strerror", None) or "a link leads to itself"
            raise PromptError(f"{where}.path {shown(value)} cannot be followed ({why})") from error
        if not any(found.is_relative_to(root) for root in (self.folder, *self.roots)):
            raise PromptError(
                f"{where}.path {shown(value)} leaves the manifest's folder; name a folder with --roots to allow it"
            )
        if not is_file:
            raise MediaError(f"{where}.path {shown(value)} is no file")
        return found


def _id(value: object) -> str:
    if isinstance(value, Integral) and not isinstance(value, bool) and abs(int(value)) < 10**18:
        return str(int(value))
    if not isinstance(value, str) or not value or len(value) > LONGEST_ID:
        raise ItemError(f"id is {shown(value)}; a text of 1 to {LONGEST_ID} characters is needed")
    return value


def _options(given: Mapping[str, Any], exact: bool) -> tuple[GenerationOptions, Mapping[str, Any]]:
    """The options of a line, and what `to_dict` says of them. Most lines of a manifest share theirs, and checking them is
    half of what reading a line costs."""
    try:
        text = json.dumps(given)
    except TypeError:
        # Of a Parquet file: values that JSON has not. The check names them.
        return _read_options(given, exact)
    return _options_of(text, exact)


@functools.lru_cache(maxsize=256)
def _options_of(text: str, exact: bool) -> tuple[GenerationOptions, Mapping[str, Any]]:
    return _read_options(json.loads(text), exact)


def _read_options(given: Mapping[str, Any], exact: bool) -> tuple[GenerationOptions, Mapping[str, Any]]:
    options = GenerationOptions.from_dict(given)
    if exact and not options.exact:
        options = dataclasses.replace(options, exact=True)
    return options, options.to_dict()


def _names(given: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise PromptError(f"{name} is {_kind(value)}; a list of modalities is accepted")
    return tuple(value)


def _mapping(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name, {})
    if not isinstance(value, Mapping):
        raise PromptError(f"{name} is {_kind(value)}; an object is accepted")
    return value


def _meta(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept in the results. It must be JSON: a line that the ledger cannot take would end the job."""
    meta = _mapping(given, "meta")
    try:
        json.dumps(meta, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise PromptError(f"meta holds what JSON has not ({error}); an object of JSON is accepted") from error
    return meta


def _kind(value: object) -> str:
    """A value as a sentence shows it, containers by what they are."""
    if isinstance(value, Mapping):
        return f"an object with the keys {', '.join(map(str, value))[:80] or '(none)'}"
    return f"a list of {len(value)}" if isinstance(value, list) else shown(value)
