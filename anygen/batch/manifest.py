"""Manifests line by line: JSONL, CSV and Parquet with one schema, read as a stream so that their length does not matter."""

from __future__ import annotations

import codecs
import csv
import hashlib
import importlib.util
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from anygen.core.atomic import write_files
from anygen.core.errors import MachineError, PromptError
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality

LONGEST_LINE = 16_000_000
"""Bytes of one line; a longer one is an error row and is read past."""
POLL_SECONDS = 0.2
SUFFIXES = (".jsonl", ".ndjson", ".csv", ".parquet")
JSON_CELLS = ("messages", "options", "meta")
LIST_CELLS = ("modalities", "require")
WHOLE_CELLS = ("seed", "n")


MODALITY_OF = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif"), IMAGE),
    **dict.fromkeys((".wav", ".flac", ".mp3", ".ogg"), AUDIO),
    **dict.fromkeys((".mp4", ".webm"), VIDEO),
}
"""By suffix, because nothing is opened here; `--dry-run` says what a file really is."""


@dataclass(frozen=True)
class Line:
    """One line: what it holds, or why it cannot be read. `digest` is of its content, for lines without an id."""

    number: int
    record: Any = None
    error: str = ""
    digest: str = ""


def read(
    path: Path, first: int = 1, follow: bool = False, should_stop: Callable[[], bool] = lambda: False
) -> Iterator[Line | None]:
    """The lines of a manifest from number `first` on; empty ones are left out. Its format is told by its suffix.

    With `follow` (JSONL alone), what is appended later comes too, and None says that nothing more is there for now.
    Raises PromptError for a file that is none, MachineError where Parquet cannot be read here."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise PromptError(f"{path}: a manifest is told by its suffix; {', '.join(SUFFIXES)} are accepted")
    if not path.is_file():
        raise PromptError(f"{path}: no such file; a manifest is needed")
    if suffix in (".csv", ".parquet"):
        if follow:
            raise PromptError(f"{path}: only JSONL can be followed")
        return _read_csv(path, first) if suffix == ".csv" else _read_parquet(path, first)
    return _read_jsonl(path, first, follow, should_stop)


def count_lines(path: Path) -> int | None:
    """How many lines a JSONL manifest has, for showing progress; of the other formats, None where that costs a reading."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return int(_parquet().ParquetFile(path).metadata.num_rows)
    if suffix == ".csv":
        return None
    count = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            count += block.count(b"\n")
    return count


def _read_jsonl(
    path: Path, first: int, follow: bool, should_stop: Callable[[], bool]
) -> Iterator[Line | None]:
    with path.open("rb") as file:
        number = 0
        while True:
            raw = _line(file, follow)
            if raw is None:
                if not follow or should_stop():
                    return
                yield None
                time.sleep(POLL_SECONDS)
                continue
            number += 1
            if number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            if number < first or not raw.strip():
                continue
            yield _parsed(number, raw)


def _line(file: BinaryIO, follow: bool) -> bytes | None:
    """The next line, cut where it is too long; None at the end, and with `follow` for one that is being written."""
    start = file.tell()
    raw = file.readline(LONGEST_LINE + 1)
    if not raw or (follow and not raw.endswith(b"\n") and len(raw) <= LONGEST_LINE):
        file.seek(start)
        return None
    rest = raw
    while len(raw) > LONGEST_LINE and rest and not rest.endswith(b"\n"):
        rest = file.readline(LONGEST_LINE)
    return raw


def _parsed(number: int, raw: bytes) -> Line:
    digest = hashlib.sha256(raw).hexdigest()
    if len(raw) > LONGEST_LINE:
        return Line(number, error=f"the line is longer than {LONGEST_LINE} bytes", digest=digest)
    try:
        return Line(
            number, json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_none), "", digest
        )
    except UnicodeDecodeError as error:
        return Line(number, error=f"the line is no UTF-8 text (byte {error.start})", digest=digest)
    except json.JSONDecodeError as error:
        return Line(number, error=f"the line is no JSON ({error.msg}, column {error.colno})", digest=digest)
    except (ValueError, RecursionError) as error:
        return Line(number, error=f"the line is no JSON that is accepted ({error})", digest=digest)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once: of two prompts, one would be lost."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise ValueError(f"the key {twice[:80]!r} stands twice")
    return found


def _none(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _read_csv(path: Path, first: int) -> Iterator[Line | None]:
    csv.field_size_limit(LONGEST_LINE)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file, strict=True)
        try:
            header = next(rows, [])
        except csv.Error as error:
            raise PromptError(f"{path}: the first row is no CSV ({error})") from error
        if "id" not in header:
            raise PromptError(
                f"{path}: the first row of a CSV manifest names its columns; id is not among them"
            )
        for name in header:
            if header.count(name) > 1:
                raise PromptError(f"{path}: the column {name[:80]!r} stands twice; each is accepted once")
        number = 0
        while True:
            number += 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield Line(number, error=f"the row is no CSV ({error})", digest=f"csv:{error}")
                continue
            if number >= first and any(cells):
                yield _from_cells(number, header, cells)


def _from_cells(number: int, header: list[str], cells: list[str]) -> Line:
    digest = hashlib.sha256("\0".join(cells).encode("utf-8", "surrogateescape")).hexdigest()
    if len(cells) != len(header):
        return Line(number, error=f"the row has {len(cells)} cells for {len(header)} columns", digest=digest)
    try:
        record = {name: _cell(name, cell) for name, cell in zip(header, cells, strict=True) if cell != ""}
    except (ValueError, RecursionError) as error:
        return Line(number, error=str(error), digest=digest)
    return Line(number, record, "", digest)


def _cell(name: str, text: str) -> Any:
    """What a cell holds: JSON for messages, options and meta; a list between commas; a whole number; else its text."""
    if name in JSON_CELLS:
        try:
            return json.loads(text, object_pairs_hook=_once, parse_constant=_none)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{name}: the cell is no JSON ({error})") from None
    if name in LIST_CELLS:
        return [each.strip() for each in text.split(",") if each.strip()]
    if name in WHOLE_CELLS:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{name} is {text[:80]!r}; a whole number is accepted") from None
    return text


def _parquet() -> Any:
    if importlib.util.find_spec("pyarrow") is None:
        raise MachineError(
            "a Parquet manifest needs the package pyarrow, which is not installed: pip install 'anygen[batch]'"
        )
    import pyarrow.parquet

    return pyarrow.parquet


def _read_parquet(path: Path, first: int) -> Iterator[Line | None]:
    import pyarrow

    try:
        file = _parquet().ParquetFile(path)
    except pyarrow.ArrowException as error:
        raise PromptError(f"{path}: is no Parquet file ({str(error).splitlines()[0]})") from error
    with file:
        number = 0
        batches = file.iter_batches(batch_size=256)
        while True:
            try:
                batch = next(batches, None)
            except (pyarrow.ArrowException, OSError) as error:
                sentence = str(error).splitlines()[0]
                raise PromptError(f"{path}: is damaged after row {number} ({sentence})") from error
            if batch is None:
                return
            for row in batch.to_pylist():
                number += 1
                if number >= first:
                    yield _from_row(number, row)


def _from_row(number: int, row: Mapping[str, Any]) -> Line:
    digest = hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).hexdigest()
    try:
        record = {
            name: _cell(name, value) if isinstance(value, str) and name in JSON_CELLS else _plain(value)
            for name, value in row.items()
            if value is not None
        }
    except (ValueError, RecursionError) as error:
        return Line(number, error=str(error), digest=digest)
    return Line(number, record, "", digest)


def _plain(value: Any) -> Any:
    """A value without the empty fields that Parquet's structs have where rows differ."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    return [_plain(each) for each in value] if isinstance(value, list) else value


class DuplicateIds:
    """The ids of one reading of a manifest, in a private database on disk that is gone when closed: ten million of them take
    no memory."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("CREATE TABLE ids(slot BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def first_line(self, slot: bytes, line: int) -> int:
        """The line that an id stood in first, of those asked about so far."""
        row = self._database.execute("SELECT line FROM ids WHERE slot = ?", (slot,)).fetchone()
        if row is not None:
            return int(row[0])
        self._database.execute("INSERT INTO ids VALUES (?, ?)", (slot, line))
        return line

    def close(self) -> None:
        self._database.close()


def write_manifest(
    path: str | Path,
    source: str | Path,
    prompt: str = "",
    modalities: Sequence[str] | None = None,
    require: Sequence[str] = (),
) -> int:
    """Write a JSONL manifest at `path` with a line for each medium of the folder `source`, `prompt` after it, or for each
    line of the text file `source`, after `prompt`; how many.

    Raises PromptError for a source that holds nothing, or a file that is there already."""
    path, source = Path(path), Path(source)
    if path.suffix.lower() != ".jsonl":
        raise PromptError(
            f"{path}: a manifest made from a template is JSONL; a name ending in .jsonl is accepted"
        )
    if path.exists():
        raise PromptError(f"{path}: is there already; name a file that is not")
    asked: dict[str, Any] = {} if modalities is None else {"modalities": list(modalities)}
    asked |= {"require": list(require)} if require else {}
    requests = list(_of_folder(source, path, prompt) if source.is_dir() else _of_prompts(source, prompt))
    if not requests:
        raise PromptError(f"{source}: holds no {'media' if source.is_dir() else 'prompts'}")
    lines = (json.dumps({**request, **asked}, ensure_ascii=False) + "\n" for request in requests)
    write_files([(path, "".join(lines).encode())])
    return len(requests)


def _of_folder(folder: Path, manifest: Path, prompt: str) -> Iterator[dict[str, Any]]:
    beside = manifest.resolve().parent
    for file in sorted(folder.rglob("*")):
        modality: Modality | None = MODALITY_OF.get(file.suffix.lower())
        if modality is None or not file.is_file():
            continue
        part = {"type": str(modality), "path": os.path.relpath(file.resolve(), beside)}
        yield {"id": file.relative_to(folder).as_posix(), "prompt": [part, prompt] if prompt else [part]}


def _of_prompts(file: Path, before: str) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{file}: cannot be read as text ({error}); a list of prompts is needed") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield {"id": f"{number:06d}", "prompt": f"{before} {line.strip()}".strip()}
