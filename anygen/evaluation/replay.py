"""Make a file again from its record, and say whether the same came out, or what is missing or differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from anygen.core.errors import MediaError
from anygen.core.modality import MEASUREMENTS, TEXT, Modality
from anygen.media import provenance
from anygen.media.types import MEDIA_TYPES, Audio, Image, Video, open_media
from anygen.messages.message import ROLES, Message
from anygen.messages.options import GenerationOptions

if TYPE_CHECKING:
    from anygen.messages.reply import Reply
    from anygen.model import AnyGen


@dataclass(frozen=True)
class Comparison:
    """One file beside what was made again.

    `same` is to rounding where it was made in a batch. `largest` is the largest difference: of a pixel out of 255, of a
    sample out of 1; None for words, and where the two have different shapes or one of them is missing."""

    path: Path
    same: bool
    largest: float | None
    sentence: str


@dataclass(frozen=True, eq=False)
class Replay:
    """What came of it. `differences` are the versions and weights that are not those of the record."""

    reply: Reply
    comparisons: tuple[Comparison, ...]
    differences: tuple[str, ...] = field(default=())

    @property
    def same(self) -> bool:
        return all(each.same for each in self.comparisons)


def read_record(path: str | Path) -> dict[str, Any]:
    """The record of a file, complete enough to replay. Raises MediaError."""
    record = provenance.read(path)
    missing = [key for key in ("messages", "seed", "model", "options") if key not in record]
    if missing:
        raise MediaError(
            f"{path}: its record has no {missing[0]}, so it cannot be made again; a whole record is needed"
        )
    wrong = next((name for name, is_right in _shape(record) if not is_right), None)
    if wrong is not None:
        raise MediaError(
            f"{path}: its record's {wrong} is not as anygen writes it, so it cannot be made again"
        )
    return record


def _shape(record: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each entry of a record, which anybody may have written, and whether it has the form that `provenance` gives it."""

    def is_part(part: Any) -> bool:
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            return False
        return isinstance(part.get("text" if part["type"] == TEXT else "hash"), str)

    def is_turn(turn: Any) -> bool:
        if not isinstance(turn, dict) or not isinstance(turn.get("content"), list):
            return False
        return turn.get("role") in ROLES and all(map(is_part, turn["content"]))

    def is_names(value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)

    model, part, versions = record["model"], record.get("part", {}), record.get("versions", {})
    yield (
        "model",
        isinstance(model, dict) and all(isinstance(model.get(k), str) for k in ("name", "weights_hash")),
    )
    yield "seed", isinstance(record["seed"], int)
    yield "options", isinstance(record["options"], dict)
    yield "messages", isinstance(record["messages"], list) and all(map(is_turn, record["messages"]))
    yield "modalities", is_names(record.get("modalities", []))
    yield "require", is_names(record.get("require", []))
    yield "batch_size", isinstance(record.get("batch_size", 1), int)
    yield "part", isinstance(part, dict) and isinstance(part.get("index", 0), int)
    yield "versions", isinstance(versions, dict) and is_names(list(versions.values()))


def asked(
    record: Mapping[str, Any], name: str, inputs: Iterable[str | Path] = (), folder: Path | None = None
) -> list[Message]:
    """The messages of a record, their media found by content hash among `inputs` and in `folder` and `folder`/inputs.

    Raises MediaError naming the input that is missing."""
    candidates = [Path(each) for each in inputs]
    if folder is not None:
        named = folder / "inputs"
        candidates += sorted(named.iterdir()) if named.is_dir() else []
        candidates += sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".json")
    found = _Finder(name, candidates)
    messages = []
    for turn in record["messages"]:
        parts = [
            part["text"] if part["type"] == TEXT else found.media(part["type"], part["hash"])
            for part in turn["content"]
        ]
        messages.append(Message(turn["role"], tuple(parts)))
    return messages


class _Finder:
    """Looks for media by content hash; opens each candidate once, and once more as each measurement that is asked for."""

    def __init__(self, name: str, candidates: Sequence[Path]) -> None:
        self.name = name
        self.candidates = list(dict.fromkeys(candidates))
        # By what they are still to be opened as: nothing in a file of a measurement says that it is one.
        self.unopened: dict[str, list[Path]] = {}
        self.known: dict[str, Any] = {}

    def media(self, modality: str, digest: str) -> Any:
        is_measured = modality in MEASUREMENTS
        unopened = self.unopened.setdefault(modality if is_measured else "", list(self.candidates))
        # A file kept by anygen is named by its hash, so those that may fit come first.
        order = sorted(unopened, key=lambda path: path.stem != digest)
        while digest not in self.known and order:
            path = order.pop(0)
            unopened.remove(path)
            try:
                media = MEDIA_TYPES[Modality(modality)].open(path) if is_measured else open_media(path)
            except MediaError:
                continue
            self.known[media.content_hash()] = media
            if isinstance(media, Video) and media.audio is not None:
                self.known.setdefault(media.audio.content_hash(), media.audio)
        if digest not in self.known:
            raise MediaError(
                f"{self.name}: the input {modality} {digest[:12]} is missing; give the file it was with --input, "
                "or keep inputs/ beside the output"
            )
        return self.known[digest]


def differences(record: Mapping[str, Any], model: AnyGen) -> tuple[str, ...]:
    """What is not as it was when the file was made, one phrase each: weights, anygen, Python, libraries."""
    import anygen

    found = []
    weights = record["model"].get("weights_hash", "")
    if weights != model.weights_hash:
        found.append(f"the weights were {weights[:12]} and are {model.weights_hash[:12]}")
    if record.get("anygen") != anygen.__version__:
        found.append(f"anygen was {record.get('anygen')} and is {anygen.__version__}")
    now = provenance.versions()
    for name, was in record.get("versions", {}).items():
        if now.get(name) != was:
            found.append(f"{name} was {was} and is {now.get(name, 'not installed')}")
    return tuple(found)


def outputs(path: Path, record: Mapping[str, Any]) -> list[tuple[int, Path]]:
    """The media files that a path stands for: itself, the file its sidecar lies beside, or all of a reply's JSON."""
    if path.suffix != ".json":
        return [(int(record.get("part", {}).get("index", 0)), path)]
    beside = path.with_suffix("")
    if "part" in record:
        return [(int(record["part"]["index"]), beside)]
    # The name alone: a path in a file that someone sent must not lead elsewhere.
    return [
        (index, path.parent / Path(part["path"]).name)
        for index, part in enumerate(_parts(path))
        if "path" in part
    ]


def _parts(path: Path) -> list[dict[str, str]]:
    """The parts that a reply's JSON lists. Raises MediaError."""
    found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8")).get("parts", [])
    right = isinstance(found, list) and all(
        isinstance(part, dict) and all(isinstance(value, str) for value in part.values()) for part in found
    )
    if not right:
        raise MediaError(f"{path}: its parts are not as anygen writes them")
    return found


def replay(model: AnyGen, path: str | Path, inputs: Iterable[str | Path] = (), **callbacks: Any) -> Replay:
    """Make the reply that `path` came from again and compare. `callbacks` go to the model's `generate`.

    Raises MediaError where there is no record, or an input or an output is missing."""
    path = Path(path)
    record = read_record(path)
    messages = asked(record, str(path), inputs, path.parent)
    files = outputs(path, record)
    reply = model.generate(
        messages,
        seed=record["seed"],
        options=GenerationOptions.from_dict(record["options"]),
        modalities=record.get("modalities"),
        require=record.get("require", ()),
        **callbacks,
    )
    batch_size = record.get("batch_size", 1)
    compared = [_compared(file, index, reply, batch_size) for index, file in files]
    if path.suffix == ".json" and "part" not in record:
        compared.insert(0, _compared_texts(path, reply))
    return Replay(reply, tuple(compared), differences(record, model))


def _compared_texts(path: Path, reply: Reply) -> Comparison:
    """The words of a reply's JSON, and that it has as many parts in the same places."""
    before = [part.get("text") for part in _parts(path)]
    after = [part if isinstance(part, str) else None for part in reply.parts]
    same = before == after
    return Comparison(path, same, None, f"{path.name}: {'the same' if same else 'other'} words")


def _compared(path: Path, index: int, reply: Reply, batch_size: int) -> Comparison:
    old = open_media(path)
    if index >= len(reply.parts) or isinstance(reply.parts[index], str):
        return Comparison(
            path, False, None, f"{path.name}: part {index} of the new reply is no {old.modality}"
        )
    # Through the same encoder as the file: sounds have 16 bits, clips are compressed.
    new = open_media(reply.parts[index].encode())
    if new.modality != old.modality:
        return Comparison(path, False, None, f"{path.name}: was {old.modality}, is now {new.modality}")
    unit, scale = ("sample", 1.0) if isinstance(old, Audio) else ("pixel", 255.0)
    before, after = _values(old), _values(new)
    if before.shape != after.shape:
        return Comparison(
            path, False, None, f"{path.name}: the shape was {before.shape} and is {after.shape}"
        )
    largest = float(np.abs(before.astype(np.float32) - after.astype(np.float32)).max()) / scale
    if largest == 0:
        return Comparison(path, True, 0.0, f"{path.name}: the same {unit}s")
    shown = f"{largest * 255:.0f}/255 of a {unit}" if unit == "pixel" else f"{largest:.2g} of a {unit}"
    if batch_size > 1 and largest <= (1e-3 if isinstance(old, Audio) else 2 / 255):
        return Comparison(
            path,
            True,
            largest,
            f"{path.name}: the same to rounding ({shown}): it was made in a batch of {batch_size}",
        )
    return Comparison(path, False, largest, f"{path.name}: not the same, the largest difference is {shown}")


def _values(media: Image | Audio | Video) -> np.ndarray:
    if isinstance(media, Image):
        return media.pixels
    return media.samples if isinstance(media, Audio) else media.frames
