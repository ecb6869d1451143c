"""The files of all visitors: what was uploaded and what was generated, as files and as rows of the database."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from anygen.core.atomic import write_files
from anygen.core.errors import MediaError, PromptError, printable
from anygen.media.provenance import sidecar
from anygen_ui import tables
from anygen_ui.records import Media, Part, new_id
from anygen_ui.storage_rules import UploadLimits
from anygen_ui.uploads import check_media


class Shelf:
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
        self.check_room(visitor, len(data), shown)
        modality, suffix = check_media(shown, data, self.limits.upload_bytes)
        media = new_id()
        path = self.visitor_folder(visitor) / (media + suffix)
        try:
            write_files([(path, data)])
        except OSError as error:
            raise MediaError(f"{shown}: cannot be kept here ({error.strerror})") from None
        return self.add(visitor, media, modality, path, caption=shown)

    def check_room(self, visitor: str, num_bytes: int, name: str) -> None:
        """Raise MediaError where so much more is more than one visitor may send in all."""
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

    def delete_media(self, visitor: str, media: str) -> None:
        """Remove one file; its turn says that it was removed."""
        table = tables.media
        with self._lock:
            with self.database.begin() as connection:
                mine = (table.c.id == media) & (table.c.visitor == visitor)
                file = connection.scalar(select(table.c.file).where(mine))
                if file is None:
                    raise PromptError("that file is not among yours; it may have been removed already")
                connection.execute(delete(table).where(mine))
            self.unlink(file)

    def visitor_folder(self, visitor: str) -> Path:
        """Where this visitor's files lie: side by side, so that `anygen replay` finds the inputs of each."""
        folder = self.folder / hashlib.sha256(visitor.encode()).hexdigest()[:32]
        folder.mkdir(exist_ok=True)
        return folder

    def add(
        self,
        visitor: str,
        media: str,
        modality: str,
        path: Path,
        conversation: str | None = None,
        turn: str | None = None,
        caption: str = "",
        generated: bool = False,
    ) -> Media:
        values = {
            "id": media,
            "visitor": visitor,
            "conversation": conversation,
            "turn": turn,
            "modality": modality,
            "file": self.relative(path),
            "caption": caption,
            "generated": generated,
            "bytes": path.stat().st_size,
            "created": time.time(),
        }
        with self._lock, self.database.begin() as connection:
            connection.execute(insert(tables.media).values(**values))
            row = connection.execute(select(tables.media).where(tables.media.c.id == media)).one()
        return self._medium(row)

    def holds(self, visitor: str, path: str) -> bool:
        """Whether a path is a file of this visitor's."""
        table = tables.media
        with self.database.connect() as connection:
            found = connection.scalar(
                select(table.c.id).where(table.c.visitor == visitor, table.c.file == self.relative(path))
            )
        return found is not None and Path(path).is_file()

    def keep_part(
        self, connection: Connection, visitor: str, conversation: str, turn: str, part: Part
    ) -> dict[str, Any]:
        """A part as the database holds it; a file of another conversation is copied, so that each owns its own."""
        if part.type == "text":
            return {"type": "text", "text": part.text}
        table = tables.media
        row = connection.execute(
            select(table).where(table.c.visitor == visitor, table.c.file == self.relative(part.path or ""))
        ).one_or_none()
        if row is None or not (self.folder / row.file).is_file():
            raise PromptError("a file of the message is not among your uploads or pictures; upload it again")
        if row.conversation in (None, conversation):
            if not row.generated:
                owner = {"conversation": conversation, "turn": turn}
                connection.execute(update(table).where(table.c.id == row.id).values(**owner))
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
        connection.execute(insert(table).values(**values | {"conversation": conversation, "turn": turn}))
        return {"type": row.modality, "media": copy, "caption": row.caption}

    def paths(self, connection: Connection, conversation: str) -> dict[str, str]:
        """Id -> path of the conversation's media that are there."""
        table = tables.media
        rows = connection.execute(
            select(table.c.id, table.c.file).where(table.c.conversation == conversation)
        )
        paths = {row.id: self.folder / row.file for row in rows}
        return {media: str(path) for media, path in paths.items() if path.is_file()}

    def _medium(self, row: Any) -> Media:
        values = {name: value for name, value in row._mapping.items() if name not in ("visitor", "file")}
        return Media(path=str(self.folder / row.file), **values)

    def relative(self, path: str | Path) -> str:
        """A path below the folder of media; "" for any other, which no row has."""
        path = Path(os.path.realpath(path))
        root = Path(os.path.realpath(self.folder))
        return str(path.relative_to(root)) if path.is_relative_to(root) else ""

    def unlink(self, file: str) -> None:
        path = self.folder / file
        for each in (path, sidecar(path)):
            with suppress(OSError):
                each.unlink(missing_ok=True)

    def _title(self, title: str) -> str:
        return printable(title)[: self.limits.title_characters].strip()
