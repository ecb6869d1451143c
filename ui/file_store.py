"""The files of all visitors: what may be sent, where it lies, which row of the database owns it, and when it goes."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from anygen.core.atomic import write_files
from anygen.core.errors import MediaError, PromptError, printable
from anygen.media import MediaLimits, open_media
from anygen.media.files import sniff
from anygen.media.provenance import sidecar
from anygen_ui import tables
from anygen_ui.tables import Cleaned, Media, Part, new_id

REMOVED = "removed to free space"
"""What stands in a conversation for a file that the rule took."""
SUFFIXES = {"jpeg": ".jpg"}
"""Container -> suffix, where it is not the container's name."""


@dataclass(frozen=True)
class StorageRule:
    """Media older than `days` go; of what is left, where it is more than `total_bytes`, the oldest generated ones go first,
    then the oldest uploads. Nothing of a conversation that is being answered goes. Words stay until they are deleted."""

    days: float = 30.0
    total_bytes: int = 10_000_000_000

    def sentence(self) -> str:
        """The rule for people."""
        return (
            f"Images, audio and videos are kept for {self.days:g} days, and up to {self.total_bytes / 1e9:g} GB of all "
            "visitors together: beyond that the oldest generated ones are removed first, then the oldest uploads. The "
            "words of a conversation stay until you delete it."
        )


@dataclass(frozen=True)
class UploadLimits:
    """The most that one visitor may send, in bytes, characters and files."""

    upload_bytes: int = 50_000_000
    visitor_bytes: int = 2_000_000_000
    """Of all that one visitor has sent and not removed, so that nobody's files push out those of all others."""
    text_characters: int = 100_000
    title_characters: int = 200
    zip_bytes: int = 500_000_000
    unpacked_bytes: int = 1_000_000_000
    zip_entries: int = 2_000
    document_bytes: int = 20_000_000
    """The JSON of an imported conversation."""


DEFAULT_UPLOADS = UploadLimits()


@dataclass(frozen=True)
class Owner:
    """Whose a file is: a visitor's, and in a conversation the turn's that holds it."""

    visitor: str
    conversation: str | None = None
    turn: str | None = None


def check_media(name: str, data: bytes, max_bytes: int) -> tuple[str, str]:
    """The modality and the suffix of a file, by its content alone, read whole under anygen's limits. Raises MediaError."""
    if not data:
        raise MediaError(f"{name}: the file is empty (0 bytes); a media file is needed")
    accepted = tuple(
        dict.fromkeys((*sniff.IMAGE_CONTAINERS, *sniff.AUDIO_CONTAINERS, *sniff.VIDEO_CONTAINERS))
    )
    container = sniff.accept(name, data, accepted)
    try:
        modality = str(open_media(data, MediaLimits(max_bytes=max_bytes)).modality)
    except MediaError as error:
        raise MediaError(str(error).replace("the given bytes", name, 1)) from None
    return modality, SUFFIXES.get(container, f".{container}")


class FileStore:
    """Files below `folder`, a folder for each visitor, and their rows. `lock` is the store's: one writer at a time."""

    def __init__(self, folder: Path, database: Engine, lock: threading.RLock, limits: UploadLimits) -> None:
        self.folder, self.database, self.limits = folder, database, limits
        self._lock = lock
        folder.mkdir(parents=True, exist_ok=True)

    def add_upload(self, visitor: str, name: str, data: bytes) -> Media:
        """Keep a file that was sent: judged by its content, read whole once under anygen's limits, named by us.

        Raises MediaError with one sentence that names it as the visitor does."""
        shown = printable(Path(name.replace("\\", "/")).name)[:80] or "the file"
        if len(data) > self.limits.upload_bytes:
            raise MediaError(
                f"{shown}: {len(data) / 1e6:.1f} MB; at most {self.limits.upload_bytes / 1e6:g} MB are accepted"
            )
        self.check_space(visitor, len(data), shown)
        modality, suffix = check_media(shown, data, self.limits.upload_bytes)
        path = self.visitor_folder(visitor) / (new_id() + suffix)
        try:
            write_files([(path, data)])
        except OSError as error:
            raise MediaError(f"{shown}: cannot be kept here ({error.strerror})") from None
        return self.add(path, modality, Owner(visitor), caption=shown)

    def check_space(self, visitor: str, num_bytes: int, name: str) -> None:
        """Raises MediaError where so much more is more than one visitor may send in all."""
        table = tables.media
        query = select(func.sum(table.c.bytes)).where(table.c.visitor == visitor, ~table.c.generated)
        with self.database.connect() as connection:
            held = connection.scalar(query) or 0
        if held + num_bytes > self.limits.visitor_bytes:
            raise MediaError(
                f"{name}: {num_bytes / 1e6:.1f} MB, and your other files are {held / 1e6:.1f} MB; at most "
                f"{self.limits.visitor_bytes / 1e6:g} MB are kept for one visitor, so remove some of them first"
            )

    def media(
        self, visitor: str, modality: str | None = None, conversation: str | None = None
    ) -> list[Media]:
        """The gallery, newest first: what was uploaded and what was generated."""
        table = tables.media
        query = select(table).where(table.c.visitor == visitor).order_by(table.c.created.desc(), table.c.id)
        if modality is not None:
            query = query.where(table.c.modality == modality)
        if conversation is not None:
            query = query.where(table.c.conversation == conversation)
        with self.database.connect() as connection:
            return [self._medium(row) for row in connection.execute(query)]

    def visitor_folder(self, visitor: str) -> Path:
        """Where this visitor's files lie: side by side, so that `anygen replay` finds the inputs of each."""
        folder = self.folder / hashlib.sha256(visitor.encode()).hexdigest()[:32]
        folder.mkdir(exist_ok=True)
        return folder

    def add(
        self, path: Path, modality: str, owner: Owner, caption: str = "", generated: bool = False
    ) -> Media:
        """A file that lies in its visitor's folder becomes a row; its id is the file's stem."""
        values = self.row(path, modality, owner, caption, generated)
        table = tables.media
        with self._lock, self.database.begin() as connection:
            connection.execute(insert(table).values(**values))
            return self._medium(connection.execute(select(table).where(table.c.id == path.stem)).one())

    def row(self, path: Path, modality: str, owner: Owner, caption: str, generated: bool) -> dict[str, Any]:
        """What stands in the database for a file of an owner's."""
        return {
            "id": path.stem,
            **vars(owner),
            "modality": modality,
            "file": self.relative(path),
            "caption": caption,
            "generated": generated,
            "bytes": path.stat().st_size,
            "created": time.time(),
        }

    def holds(self, visitor: str, path: str) -> bool:
        """Whether a path is a file of this visitor's."""
        table = tables.media
        mine = (table.c.visitor == visitor) & (table.c.file == self.relative(path))
        with self.database.connect() as connection:
            found = connection.scalar(select(table.c.id).where(mine))
        return found is not None and Path(path).is_file()

    def keep_part(self, connection: Connection, owner: Owner, part: Part) -> dict[str, Any]:
        """A part as the database holds it; a file of another conversation is copied, so that each owns its own. Raises
        PromptError for a file that is not the owner's."""
        if part.type == "text":
            return {"type": "text", "text": part.text}
        table = tables.media
        mine = (table.c.visitor == owner.visitor) & (table.c.file == self.relative(part.path or ""))
        row = connection.execute(select(table).where(mine)).one_or_none()
        if row is None or not (self.folder / row.file).is_file():
            raise PromptError("a file of the message is not among your uploads or images; upload it again")
        if row.conversation in (None, owner.conversation):
            if not row.generated:
                connection.execute(update(table).where(table.c.id == row.id).values(**vars(owner)))
            return {"type": row.modality, "media": row.id, "caption": row.caption}
        copy = new_id()
        file = str(Path(row.file).with_name(copy + Path(row.file).suffix))
        for source, target in (
            (self.folder / row.file, self.folder / file),
            (sidecar(self.folder / row.file), sidecar(self.folder / file)),
        ):
            if source.is_file():
                shutil.copyfile(source, target)
        values = {**row._mapping, "id": copy, "file": file, "generated": False, "created": time.time()}
        connection.execute(insert(table).values(**values | vars(owner)))
        return {"type": row.modality, "media": copy, "caption": row.caption}

    def paths(self, connection: Connection, conversation: str) -> dict[str, str]:
        """Id -> path of the conversation's media that are there."""
        table = tables.media
        rows = connection.execute(
            select(table.c.id, table.c.file).where(table.c.conversation == conversation)
        )
        paths = {row.id: self.folder / row.file for row in rows}
        return {media: str(path) for media, path in paths.items() if path.is_file()}

    def relative(self, path: str | Path) -> str:
        """A path below the folder of media; "" for any other, which no row has."""
        path = Path(os.path.realpath(path))
        root = Path(os.path.realpath(self.folder))
        return str(path.relative_to(root)) if path.is_relative_to(root) else ""

    def unlink(self, file: str | Path) -> None:
        """Remove a file, given below the folder of media, and the record beside it."""
        path = self.folder / file
        for each in (path, sidecar(path)):
            with suppress(OSError):
                each.unlink(missing_ok=True)

    def clean(self, rule: StorageRule) -> Cleaned:
        """Apply `rule`; what was removed. Files that no row names (of a database that was set aside, say) go by age
        alone."""
        oldest = time.time() - rule.days * 86400
        table = tables.media
        with self._lock:
            with self.database.connect() as connection:
                running = select(tables.turns.c.conversation).where(tables.turns.c.state == "running")
                busy = set(connection.scalars(running.distinct()))
                rows = connection.execute(
                    select(table).order_by(table.c.generated.desc(), table.c.created)
                ).all()
            sizes = {row.id: _size(self.folder / row.file) for row in rows}
            known = {str(self.folder / row.file) for row in rows}
            strays = [path for path in _files(self.folder) if str(path) not in known]
            old_strays = [path for path in strays if path.stat().st_mtime < oldest]
            total = sum(sizes.values()) + sum(_size(path) for path in strays if path not in old_strays)
            removable = [row for row in rows if row.conversation is None or row.conversation not in busy]
            gone = [row for row in removable if row.created < oldest]
            freed = sum(sizes[row.id] for row in gone)
            for row in removable:
                if total - freed <= rule.total_bytes:
                    break
                if row not in gone:
                    gone.append(row)
                    freed += sizes[row.id]
            with self.database.begin() as connection:
                for row in gone:
                    connection.execute(delete(table).where(table.c.id == row.id))
            for row in gone:
                self.unlink(row.file)
            for path in old_strays:
                freed += _size(path)
                self.unlink(path.relative_to(self.folder))
        return Cleaned(len(gone) + len(old_strays), freed)

    def _medium(self, row: Any) -> Media:
        values = {name: value for name, value in row._mapping.items() if name not in ("visitor", "file")}
        return Media(path=str(self.folder / row.file), **values)


def _files(folder: Path) -> list[Path]:
    """Every file below `folder` that is no record beside a file."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    beside = {sidecar(path) for path in found}
    return [path for path in found if path not in beside]


def _size(path: Path) -> int:
    """A file's bytes, with those of the record beside it."""
    return sum(each.stat().st_size for each in (path, sidecar(path)) if each.is_file())
