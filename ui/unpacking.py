"""A conversation from a zip that archive.py made, or that somebody hostile did.

Names are compared and never followed, sizes are capped before and while unpacking, every medium is read by its content,
and all of it is in the store or nothing.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from anygen.core.errors import MediaError, PromptError, printable
from anygen.media import DEFAULT_LIMITS
from anygen.media.provenance import sidecar
from anygen_ui import tables
from anygen_ui.archive import DOCUMENT, MANIFEST, MEDIA_PREFIX, read_document
from anygen_ui.file_store import Owner, UploadLimits, check_media
from anygen_ui.store import Store
from anygen_ui.tables import Conversation, new_id

NAME = re.compile(r"media/[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.[A-Za-z0-9]{1,8}(\.json)?")
RECORD_BYTES = 5_000_000
END_RECORD, LOCATOR = 22, 20
ENTRY_BYTES = 1_000
"""Bytes of an entry in a zip's directory, at most: ours take about 120."""


def import_zip(store: Store, visitor: str, data: bytes) -> Conversation:
    """A conversation from what export_zip made. Raises PromptError; then nothing is kept of it."""
    with _archive(data, store.limits.zip_bytes) as archive:
        entries = _entries(archive, store.limits)
        document = read_document(_read(archive, entries[DOCUMENT], store.limits.document_bytes))
        named = {part["path"]: part for turn in document["turns"] for part in turn["parts"] if "path" in part}
        _check_complete(entries, named)
        size = sum(entries[name].file_size for name in named)
        try:
            store.files.check_space(visitor, size, "the zip's files")
        except MediaError as error:
            raise PromptError(str(error)) from error

        def unpack(folder: Path) -> dict[str, Path]:
            return {name: _unpack(archive, entries, named[name], folder) for name in named}

        return _kept(store, visitor, document, unpack)


@contextmanager
def _archive(data: bytes, zip_bytes: int) -> Iterator[zipfile.ZipFile]:
    """The zip in `data`, whose directory was looked at before it is read."""
    if len(data) > zip_bytes:
        raise _refused(f"is {len(data) / 1e6:.0f} MB; at most {zip_bytes / 1e6:.0f} MB are accepted")
    before, end = data[-END_RECORD - LOCATOR : -END_RECORD], data[-END_RECORD:]
    if len(end) < END_RECORD or end[:4] != b"PK\5\6":
        raise _refused("is no zip as this app writes it; an exported conversation is accepted")
    num_entries, directory = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    # The locator of a zip64 leads to another directory than the one that was looked at.
    if directory > (num_entries + 1) * ENTRY_BYTES or num_entries == 0xFFFF or before[:4] == b"PK\6\7":
        raise _refused("has a directory that is too long; an exported conversation is accepted")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OverflowError) as error:
        raise _refused(f"is damaged ({printable(str(error))[:100]}); a whole one is accepted") from error
    except zlib.error as error:
        raise _refused("is damaged (its content cannot be unpacked); a whole one is accepted") from error


def _entries(archive: zipfile.ZipFile, limits: UploadLimits) -> dict[str, zipfile.ZipInfo]:
    """The files of a zip by name, where every one of them is one that we would have written."""
    listed = archive.infolist()
    if len(listed) > limits.zip_entries:
        raise _refused(f"holds {len(listed)} files; at most {limits.zip_entries} are accepted")
    total = sum(each.file_size for each in listed)
    if total > limits.unpacked_bytes:
        raise _refused(
            f"unpacks to {total / 1e6:.0f} MB; at most {limits.unpacked_bytes / 1e6:.0f} MB are accepted"
        )
    entries: dict[str, zipfile.ZipInfo] = {}
    for each in listed:
        _check_entry(each)
        name = each.orig_filename
        if name in entries:
            raise _refused(f"holds {printable(name)[:80]} twice; once is accepted")
        if name != MEDIA_PREFIX:
            entries[name] = each
    if DOCUMENT not in entries:
        raise _refused(f"holds no {DOCUMENT}; an exported conversation is accepted")
    return entries


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """Raises PromptError where a file is none that we would have written; its content is not looked at."""
    name = entry.orig_filename
    shown = printable(name)[:80]
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & 1:
        raise _refused(f"holds {shown}, which is encrypted; files that are not are accepted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(f"holds {shown}, which is packed in an unusual way; stored and deflated are accepted")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(f"holds {shown}, which is a link or a device; plain files are accepted")
    if name not in (DOCUMENT, MANIFEST, MEDIA_PREFIX) and not NAME.fullmatch(name):
        raise _refused(
            f"holds {shown}; {DOCUMENT}, {MANIFEST} and plain names in {MEDIA_PREFIX} are accepted"
        )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """One file, never more than it says and than `most` bytes."""
    if entry.file_size > most:
        raise _refused(
            f"holds {entry.filename} of {entry.file_size / 1e6:.0f} MB; at most {most / 1e6:.0f} MB are accepted"
        )
    with archive.open(entry) as opened:
        data = opened.read(most + 1)
    if len(data) != entry.file_size:
        raise _refused(f"is damaged ({entry.filename} is not as long as it says); a whole one is accepted")
    return data


def _check_complete(entries: Mapping[str, Any], named: Mapping[str, Any]) -> None:
    """Every file that a turn names is there, and no other."""
    missing = next((name for name in named if name not in entries), None)
    if missing is not None:
        raise _refused(f"holds no {printable(missing)[:80]}, which a turn names; all of its files are needed")
    for name in set(entries) - {DOCUMENT, MANIFEST}:
        if name not in named and name.removesuffix(".json") not in named:
            raise _refused(f"holds {name}, which no turn names; what belongs to the conversation is accepted")


def _kept(
    store: Store, visitor: str, document: Mapping[str, Any], unpack: Callable[[Path], dict[str, Path]]
) -> Conversation:
    """All of it in the store: files first into a folder of their own, then moved, then one transaction."""
    made = store.unsaved_conversation(document["title"], document["model"])
    stage = store.folder / f".import-{made.id}"
    moved: list[Path] = []
    target = store.files.visitor_folder(visitor)
    try:
        stage.mkdir()
        files = {name: target / path.name for name, path in unpack(stage).items()}
        for path in sorted(stage.iterdir()):
            moved.append(path.rename(target / path.name))
        store.insert_all(_rows(made, visitor, document, files, store))
    except BaseException as error:
        for path in moved:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise PromptError(f"the zip cannot be kept here ({error.strerror})") from error
        raise
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return made


def _unpack(
    archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], part: Mapping[str, Any], folder: Path
) -> Path:
    """One medium, and the record beside it, under a name of ours."""
    name = part["path"]
    data = _read(archive, entries[name], DEFAULT_LIMITS.max_bytes)
    try:
        modality, suffix = check_media(name, data, DEFAULT_LIMITS.max_bytes)
    except MediaError as error:
        raise _refused(f"holds {error}") from error
    if modality != part["type"]:
        raise _refused(
            f"holds {name}, which is {modality} where a turn says {part['type']}; files as exported are accepted"
        )
    path = folder / (new_id() + suffix)
    path.write_bytes(data)
    if (record := entries.get(f"{name}.json")) is not None:
        text = _read(archive, record, RECORD_BYTES)
        try:
            is_record = isinstance(json.loads(text), dict)
        except (ValueError, RecursionError):
            is_record = False
        if not is_record:
            raise _refused(
                f"holds {name}.json, which is no record; what anygen writes beside a file is accepted"
            )
        sidecar(path).write_bytes(text)
    return path


def _rows(
    made: Conversation, visitor: str, document: Mapping[str, Any], files: Mapping[str, Path], store: Store
) -> list[tuple[Table, dict[str, Any]]]:
    """What to insert, in order, as (table, values)."""
    rows: list[tuple[Table, dict[str, Any]]] = [(tables.conversations, {"visitor": visitor, **vars(made)})]
    owned: set[str] = set()
    for position, turn in enumerate(document["turns"]):
        owner = Owner(visitor, made.id, new_id())
        parts, media = [], []
        for part in turn["parts"]:
            if part["type"] == "text":
                parts.append(part)
                continue
            path = files.get(part.get("path", ""))
            # A file that was gone when it was exported is still gone.
            name = path.stem if path is not None else new_id()
            parts.append({"type": part["type"], "media": name, "caption": part["caption"]})
            if path is not None and name not in owned:
                owned.add(name)
                row = store.files.row(path, part["type"], owner, part["caption"], part["generated"])
                media.append((tables.media, row | {"created": made.created}))
        values = {name: turn[name] for name in ("role", "state", "seed", "settings", "error", "timings")}
        place = {"id": owner.turn, "conversation": made.id, "position": position, "parts": parts}
        rows += [(tables.turns, values | place), *media]
    return rows


def _refused(what: str) -> PromptError:
    return PromptError(f"the zip {what}")
