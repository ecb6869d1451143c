"""Conversations and their turns in a database, beside a folder of files (file_store.py). Every call is for one visitor.

`settings` of an answer are plain values under the names of an Ask: model, options, modalities, require, seed. The engine's
own calls (fill, recover, turn_state, is_running, has_turn) are at the end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from anygen.core.errors import PromptError, printable
from anygen_ui import tables
from anygen_ui.file_store import DEFAULT_UPLOADS, REMOVED, FileStore, Owner, UploadLimits
from anygen_ui.tables import Conversation, Media, Part, Turn, new_id

MEDIA_FOLDER = "media"


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
        self.files = FileStore(self.folder / MEDIA_FOLDER, self.database, self._lock, limits)

    def close(self) -> None:
        """Let go of the database."""
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

    def unsaved_conversation(self, title: str, model: str) -> Conversation:
        """A new one that is in no database yet."""
        now = time.time()
        return Conversation(
            new_id(), printable(title)[: self.limits.title_characters].strip(), model, now, now
        )

    def new_conversation(self, visitor: str, title: str = "", model: str = "mini") -> Conversation:
        """An empty one."""
        made = self.unsaved_conversation(title, model)
        self.insert_all([(tables.conversations, {"visitor": visitor, **vars(made)})])
        return made

    def insert_all(self, rows: Iterable[tuple[Table, Mapping[str, Any]]]) -> None:
        """Put rows into their tables, all of them or none."""
        with self._lock, self.database.begin() as connection:
            for table, values in rows:
                connection.execute(insert(table), dict(values))

    def rename(self, visitor: str, conversation: str, title: str) -> None:
        """Give it another title. Raises PromptError for another's."""
        table = tables.conversations
        shown = self.unsaved_conversation(title, "").title
        with self._lock, self.database.begin() as connection:
            self._owned(connection, visitor, conversation)
            connection.execute(update(table).where(table.c.id == conversation).values(title=shown))

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
                self.files.unlink(file)

    # Turns

    def turns(self, visitor: str, conversation: str) -> list[Turn]:
        """From the first to the last."""
        table = tables.turns
        query = select(table).where(table.c.conversation == conversation).order_by(table.c.position)
        with self.database.connect() as connection:
            self._owned(connection, visitor, conversation)
            files = self.files.paths(connection, conversation)
            return [_turn(row, files) for row in connection.execute(query)]

    def add_user_turn(self, visitor: str, conversation: str, parts: Sequence[Part]) -> Turn:
        """What the visitor says; media are files of this visitor's (add_upload, or the gallery). Raises PromptError."""
        if not parts:
            raise PromptError("the message is empty; a text or a file is needed")
        for part in parts:
            if part.type == "text" and len(part.text) > self.limits.text_characters:
                raise PromptError(
                    f"the text has {len(part.text)} characters; at most {self.limits.text_characters} are accepted"
                )
        return self._add_turn(visitor, conversation, "user", parts, "done", {})

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
            values: dict[str, Any] = {
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
            owner = Owner(visitor, conversation, turn)
            kept = [self.files.keep_part(connection, owner, part) for part in parts]
            values["parts"] = kept
            connection.execute(update(table).where(table.c.id == turn).values(parts=kept))
            self._touch(connection, conversation)
            row = connection.execute(select(table).where(table.c.id == turn)).one()
            return _turn(row, self.files.paths(connection, conversation))

    def truncate(self, visitor: str, conversation: str, turn: str, until: str | None = None) -> None:
        """Drop this turn and all after it, up to the turn `until` where one is given, with what was generated in them;
        uploads stay, to be sent again, and so does what a turn that is kept holds. Raises PromptError where it is gone."""
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
                self.files.unlink(file)

    def media(
        self, visitor: str, modality: str | None = None, conversation: str | None = None
    ) -> list[Media]:
        """The gallery, newest first: what was uploaded and what was generated. Raises PromptError for another's
        conversation."""
        if conversation is not None:
            self.conversation(visitor, conversation)
        return self.files.media(visitor, modality, conversation)

    # For the engine

    def is_running(self, visitor: str, conversation: str, turn: str) -> bool:
        """Whether this is an answer of this visitor's that is to be filled."""
        table = tables.turns
        query = select(table.c.id).where(table.c.id == turn, table.c.conversation == conversation)
        with self.database.connect() as connection:
            self._owned(connection, visitor, conversation)
            return connection.scalar(query.where(table.c.state == "running")) is not None

    def turn_state(self, turn: str) -> str:
        """running, done, stopped or failed. Raises PromptError where it is gone."""
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
                        self.files.unlink(self.files.relative(part.path))
                return False
            kept = []
            for part in parts:
                if part.type == "text":
                    kept.append({"type": "text", "text": part.text})
                    continue
                path = Path(part.path or "")
                if not self.files.holds(visitor, str(path)):
                    owner = Owner(visitor, conversation, turn)
                    self.files.add(path, part.type, owner, part.caption, generated=True)
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
