"""Conversations, their turns and media: a database beside a folder of files. Every call is for one visitor.

What the page needs beyond the plain list: `messages` gives a conversation as anygen's chat schema for an Ask; parts are
given as Part, or as chat dicts with `text` or `path`. `settings` of an answer are plain values under the names of an Ask:
model, options, modalities, require, seed. The engine's own calls (fill, recover, turn_state, holds) are at the end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from anygen.core.errors import PromptError, printable
from anygen_ui import tables
from anygen_ui.file_store import Shelf
from anygen_ui.records import Cleaned, Conversation, Media, Part, Turn, new_id
from anygen_ui.storage_rules import DEFAULT_UPLOADS, REMOVED, StorageRule, UploadLimits

MEDIA_FOLDER = "media"
MEDIA = ("image", "audio", "video")


class Store:
    """Everything of all visitors under one folder, which only its owner may read."""

    def __init__(self, folder: str | Path, limits: UploadLimits = DEFAULT_UPLOADS) -> None:
        self.folder = Path(folder).expanduser().absolute()
        self.limits = limits
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        # One writer at a time: what two calls do to one conversation never mixes.
        self._lock = threading.RLock()
        self.database, self.notices = tables.open_database(self.folder)
        self.media_folder = self.folder / MEDIA_FOLDER
        self.shelf = Shelf(self.media_folder, self.database, self._lock, limits)

    def close(self) -> None:
        self.database.dispose()

    # Conversations

    def conversations(self, visitor: str) -> list[Conversation]:
        """This visitor's, the last used first."""
        table = tables.conversations
        query = select(table).where(table.c.visitor == visitor).order_by(table.c.updated.desc(), table.c.id)
        with self.database.connect() as connection:
            return [_conversation(row) for row in connection.execute(query)]

    def conversation(self, visitor: str, conversation: str) -> Conversation:
        """One of them. Raises PromptError for another's."""
        with self.database.connect() as connection:
            return _conversation(self._owned(connection, visitor, conversation))

    def new_conversation(self, visitor: str, title: str = "", model: str = "mini") -> Conversation:
        now = time.time()
        made = Conversation(new_id(), self._title(title), model, now, now)
        values = {"id": made.id, "visitor": visitor, "title": made.title, "model": model}
        with self._lock, self.database.begin() as connection:
            connection.execute(insert(tables.conversations).values(**values, created=now, updated=now))
        return made

    def rename(self, visitor: str, conversation: str, title: str) -> None:
        self._change(visitor, conversation, title=self._title(title))

    def set_model(self, visitor: str, conversation: str, model: str) -> None:
        self._change(visitor, conversation, model=model)

    def _change(self, visitor: str, conversation: str, **values: Any) -> None:
        table = tables.conversations
        with self._lock, self.database.begin() as connection:
            self._owned(connection, visitor, conversation)
            connection.execute(update(table).where(table.c.id == conversation).values(**values))

    def delete(self, visitor: str, conversation: str) -> None:
        """The conversation, its turns, and all files that belong to it."""
        table = tables.media
        with self._lock:
            with self.database.begin() as connection:
                self._owned(connection, visitor, conversation)
                files = connection.scalars(
                    select(table.c.file).where(table.c.conversation == conversation)
                ).all()
                connection.execute(delete(table).where(table.c.conversation == conversation))
                connection.execute(
                    delete(tables.conversations).where(tables.conversations.c.id == conversation)
                )
            for file in files:
                self.shelf.unlink(file)

    # Turns

    def turns(self, visitor: str, conversation: str) -> list[Turn]:
        """From the first to the last."""
        table = tables.turns
        query = select(table).where(table.c.conversation == conversation).order_by(table.c.position)
        with self.database.connect() as connection:
            self._owned(connection, visitor, conversation)
            files = self.shelf.paths(connection, conversation)
            return [_turn(row, files) for row in connection.execute(query)]

    def messages(
        self, visitor: str, conversation: str, before: str | None = None
    ) -> tuple[dict[str, Any], ...]:
        """The conversation, up to the turn `before`, as an Ask takes it. Files that are gone, and turns that hold nothing
        or failed, are left out."""
        messages: list[dict[str, Any]] = []
        for turn in self.turns(visitor, conversation):
            if turn.id == before:
                break
            content = [chat_part(part) for part in turn.parts if part.text or part.path]
            if content and turn.state in ("done", "stopped"):
                messages.append({"role": turn.role, "content": content})
        return tuple(messages)

    def add_user_turn(
        self, visitor: str, conversation: str, parts: Iterable[Part | Mapping[str, Any]]
    ) -> Turn:
        """What the visitor says; media are files of this visitor's (add_upload, or the gallery). Raises PromptError."""
        given = [part if isinstance(part, Part) else _given(part) for part in parts]
        if not given:
            raise PromptError("the message is empty; a text or a file is needed")
        for part in given:
            if part.type == "text" and len(part.text) > self.limits.text_characters:
                raise PromptError(
                    f"the text has {len(part.text)} characters; at most {self.limits.text_characters} are accepted"
                )
        return self._add_turn(visitor, conversation, "user", given, "done", {})

    def begin_answer(self, visitor: str, conversation: str, settings: Mapping[str, Any]) -> Turn:
        """An assistant turn that is running, for the engine to fill. `settings` are kept with it."""
        return self._add_turn(visitor, conversation, "assistant", [], "running", settings)

    def _add_turn(
        self,
        visitor: str,
        conversation: str,
        role: str,
        parts: Sequence[Part],
        state: str,
        settings: Mapping[str, Any],
    ) -> Turn:
        table, turn = tables.turns, new_id()
        with self._lock, self.database.begin() as connection:
            self._owned(connection, visitor, conversation)
            highest = select(func.max(table.c.position)).where(table.c.conversation == conversation)
            last = connection.scalar(highest)
            values = {
                "id": turn,
                "conversation": conversation,
                "position": 0 if last is None else last + 1,
                "role": role,
                "parts": [],
                "state": state,
                "settings": dict(settings),
                "error": "",
                "timings": {},
                "seed": settings.get("seed"),
            }
            connection.execute(insert(table).values(**values))
            kept = [self.shelf.keep_part(connection, visitor, conversation, turn, part) for part in parts]
            values["parts"] = kept
            connection.execute(update(table).where(table.c.id == turn).values(parts=kept))
            self._touch(connection, conversation)
            row = connection.execute(select(table).where(table.c.id == turn)).one()
            return _turn(row, self.shelf.paths(connection, conversation))

    def truncate(self, visitor: str, conversation: str, turn: str, until: str | None = None) -> None:
        """Drop this turn and all after it, up to the turn `until` where one is given, with what was generated in them;
        uploads stay, to be sent again, and so does what a turn that is kept holds."""
        table, files = tables.turns, tables.media
        with self._lock:
            with self.database.begin() as connection:
                self._owned(connection, visitor, conversation)
                position = connection.scalar(
                    select(table.c.position).where(table.c.id == turn, table.c.conversation == conversation)
                )
                if position is None:
                    raise PromptError(
                        "that turn is not in this conversation; it may have been removed already"
                    )
                theirs = table.c.conversation == conversation
                going = theirs & (table.c.position >= position)
                if until is not None:
                    end = select(table.c.position).where(theirs & (table.c.id == until)).scalar_subquery()
                    going = going & (table.c.position < end)
                rows = connection.execute(select(table.c.id, table.c.parts).where(theirs & ~going))
                held = {part["media"] for row in rows for part in row.parts if "media" in part}
                made = files.c.turn.in_(select(table.c.id).where(going)) & files.c.generated
                made = made & files.c.id.not_in(held)
                gone = connection.scalars(select(files.c.file).where(made)).all()
                connection.execute(delete(files).where(made))
                connection.execute(delete(table).where(going))
                self._touch(connection, conversation)
            for file in gone:
                self.shelf.unlink(file)

    # Media

    def add_upload(self, visitor: str, name: str, data: bytes) -> Media:
        """Keep a file that was sent: judged by its content, read whole once under anygen's limits, named by us.

        Raises MediaError with one sentence that names it as the visitor does."""
        return self.shelf.add_upload(visitor, name, data)

    def media(
        self, visitor: str, modality: str | None = None, conversation: str | None = None
    ) -> list[Media]:
        """The gallery, newest first: what was uploaded and what was generated."""
        if conversation is not None:
            self.conversation(visitor, conversation)
        return self.shelf.media(visitor, modality, conversation)

    def delete_media(self, visitor: str, media: str) -> None:
        """Remove one file; its turn says that it was removed."""
        self.shelf.delete_media(visitor, media)

    def visitor_folder(self, visitor: str) -> Path:
        """Where this visitor's files lie: side by side, so that `anygen replay` finds the inputs of each."""
        return self.shelf.visitor_folder(visitor)

    # Zips, manifests, cleaning: each has its own file

    def export_zip(self, visitor: str, conversation: str) -> bytes:
        """One conversation with its media, and a manifest to render it again."""
        from anygen_ui import archive

        return archive.export_zip(self, visitor, conversation)

    def import_zip(self, visitor: str, file: Any) -> Conversation:
        """A conversation from what export_zip made, a path, bytes or a binary file. Raises PromptError; then nothing is
        kept of it."""
        from anygen_ui import unpacking

        return unpacking.import_zip(self, visitor, file)

    def manifest(self, visitor: str, conversation: str) -> str:
        """Every answer as a line of JSONL for `anygen render`; paths as in the zip."""
        from anygen_ui import archive

        return archive.manifest(self, visitor, conversation)

    def clean(self, rule: StorageRule) -> Cleaned:
        """Remove what the rule says."""
        from anygen_ui import cleaning

        return cleaning.clean(self, rule)

    # For the engine

    def holds(self, visitor: str, path: str) -> bool:
        """Whether a path is a file of this visitor's."""
        return self.shelf.holds(visitor, path)

    def is_running(self, visitor: str, conversation: str, turn: str) -> bool:
        """Whether this is an answer of this visitor's that is to be filled."""
        table = tables.turns
        query = select(table.c.id).where(table.c.id == turn, table.c.conversation == conversation)
        with self.database.connect() as connection:
            self._owned(connection, visitor, conversation)
            return connection.scalar(query.where(table.c.state == "running")) is not None

    def turn_state(self, turn: str) -> str:
        with self.database.connect() as connection:
            state = connection.scalar(select(tables.turns.c.state).where(tables.turns.c.id == turn))
        if state is None:
            raise PromptError("there is no such answer; it may have been removed")
        return str(state)

    def fill(
        self,
        visitor: str,
        conversation: str,
        turn: str,
        parts: Sequence[Part],
        state: str = "running",
        error: str = "",
        timings: Mapping[str, float] | None = None,
    ) -> bool:
        """Put what there is of an answer into its turn; files that are new become media of the conversation.

        Where the turn is gone meanwhile, so are its files; whether it was there."""
        with self._lock:
            if not self.has_turn(conversation, turn):
                for part in parts:
                    if part.path:
                        self.shelf.unlink(self.shelf.relative(part.path))
                return False
            kept = []
            for part in parts:
                if part.type == "text":
                    kept.append({"type": "text", "text": part.text})
                    continue
                path = Path(part.path or "")
                if not self.holds(visitor, str(path)):
                    self.shelf.add(
                        visitor, path.stem, part.type, path, conversation, turn, part.caption, generated=True
                    )
                kept.append({"type": part.type, "media": path.stem, "caption": part.caption})
            table = tables.turns
            values = {"parts": kept, "state": state, "error": error, "timings": dict(timings or {})}
            with self.database.begin() as connection:
                connection.execute(update(table).where(table.c.id == turn).values(**values))
                self._touch(connection, conversation)
            return True

    def has_turn(self, conversation: str, turn: str) -> bool:
        """Whether it is there still."""
        table = tables.turns
        query = select(table.c.id).where(table.c.id == turn, table.c.conversation == conversation)
        with self.database.connect() as connection:
            return connection.scalar(query) is not None

    def recover(self) -> int:
        """Turns that no engine runs any more become stopped, with what was finished; how many there were."""
        table = tables.turns
        with self._lock, self.database.begin() as connection:
            return connection.execute(
                update(table).where(table.c.state == "running").values(state="stopped")
            ).rowcount

    # Inside

    def _owned(self, connection: Connection, visitor: str, conversation: str) -> Any:
        table = tables.conversations
        row = connection.execute(
            select(table).where(table.c.id == conversation, table.c.visitor == visitor)
        ).one_or_none()
        if row is None:
            raise PromptError("there is no such conversation among yours; it may have been deleted")
        return row

    def _touch(self, connection: Connection, conversation: str) -> None:
        table = tables.conversations
        connection.execute(update(table).where(table.c.id == conversation).values(updated=time.time()))

    def _title(self, title: str) -> str:
        return printable(title)[: self.limits.title_characters].strip()


def chat_part(part: Part) -> dict[str, Any]:
    """A part as anygen's chat schema has it."""
    return (
        {"type": "text", "text": part.text} if part.type == "text" else {"type": part.type, "path": part.path}
    )


def _given(part: Mapping[str, Any]) -> Part:
    kind = part.get("type")
    if kind == "text" and isinstance(part.get("text"), str):
        return Part("text", part["text"])
    if kind in MEDIA and isinstance(part.get("path"), str):
        return Part(str(kind), path=part["path"])
    raise PromptError("a part of the message is neither a text nor a file; those are accepted")


def _conversation(row: Any) -> Conversation:
    return Conversation(row.id, row.title, row.model, row.created, row.updated)


def _turn(row: Any, files: Mapping[str, str]) -> Turn:
    parts = []
    for part in row.parts:
        if part["type"] == "text":
            parts.append(Part("text", part["text"]))
            continue
        path = files.get(part["media"])
        note = "" if path else REMOVED
        parts.append(Part(part["type"], path=path, caption=part.get("caption", ""), note=note))
    return Turn(row.id, row.role, tuple(parts), row.state, row.seed, row.settings, row.error, row.timings)
