"""The database: its tables, what their rows are for the rest of the app, and how it is opened.

A damaged file is set aside, never fatal.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from anygen.core.errors import PromptError, printable

SCHEMA = 1
DATABASE = "conversations.db"

metadata = MetaData()
conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("visitor", String, nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("model", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
)
turns = Table(
    "turns",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("role", String, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("settings", JSON, nullable=False),
    Column("error", String, nullable=False),
    Column("timings", JSON, nullable=False),
    Column("seed", Integer),
    Index("turns_in_order", "conversation", "position", unique=True),
)
media = Table(
    "media",
    metadata,
    Column("id", String, primary_key=True),
    Column("visitor", String, nullable=False, index=True),
    Column("conversation", ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    Column("turn", ForeignKey("turns.id", ondelete="SET NULL"), index=True),
    Column("modality", String, nullable=False),
    # Below the folder of media, so that the whole store can be moved.
    Column("file", String, nullable=False, unique=True),
    Column("caption", String, nullable=False),
    Column("generated", Boolean, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("created", Float, nullable=False),
)


@dataclass(frozen=True)
class Conversation:
    """One conversation; times in seconds since 1970."""

    id: str
    title: str
    model: str
    created: float
    updated: float


@dataclass(frozen=True)
class Part:
    """A text, or a medium by its file; `note` says why there is no file any more."""

    type: str
    text: str = ""
    path: str | None = None
    caption: str = ""
    note: str = ""


@dataclass(frozen=True)
class Turn:
    """One turn; `state` is done, running, stopped or failed, `error` the sentence of a failed one."""

    id: str
    role: str
    parts: tuple[Part, ...]
    state: str
    seed: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Media:
    """One file of a visitor's: uploaded, or generated in a turn."""

    id: str
    modality: str
    path: str
    conversation: str | None
    turn: str | None
    created: float
    caption: str
    generated: bool
    bytes: int


@dataclass(frozen=True)
class Cleaned:
    """What a rule removed."""

    files: int = 0
    bytes: int = 0


def new_id() -> str:
    """A name that nobody can guess, safe in a file name."""
    return secrets.token_hex(16)


# Opening


def open_database(folder: Path) -> tuple[Engine, list[str]]:
    """The database in `folder`, made where there is none, and what people should know about it, in sentences.

    One that cannot be read, or that another version wrote, is renamed and a new one begun."""
    path = folder / DATABASE
    notices: list[str] = []
    if path.exists() and (reason := _fault(path)):
        aside = path.with_name(f"{DATABASE}.set-aside-{time.strftime('%Y%m%d-%H%M%S')}")
        number = 0
        while aside.exists():
            number += 1
            aside = aside.with_name(f"{aside.name.split('+')[0]}+{number}")
        path.rename(aside)
        for suffix in ("-wal", "-shm"):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + suffix))
        notices.append(
            f"The list of conversations could not be read ({reason}); it was set aside as {aside.name} and a new one was "
            "begun. The media files are all kept."
        )
    engine = _engine(path)
    event.listen(engine, "handle_error", _say_why)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text(f"PRAGMA user_version={SCHEMA}"))
    path.chmod(0o600)
    return engine, notices


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: Any) -> None:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _say_why(context: Any) -> None:
    """A disk that is full, or a folder that may not be written, is a sentence for whoever asked. Raises PromptError."""
    if isinstance(context.sqlalchemy_exception, OperationalError):
        reason = printable(str(context.original_exception))[:100]
        raise PromptError(
            f"the conversations cannot be read or written now ({reason}); see to the server's disk and folder, and try again"
        ) from context.original_exception


def _fault(path: Path) -> str:
    """Why a database file cannot be used, "" if it can."""
    engine = None
    try:
        engine = _engine(path)
        with engine.connect() as connection:
            found = connection.execute(text("PRAGMA quick_check")).scalar()
            if found != "ok":
                return "the file is damaged"
            version = connection.execute(text("PRAGMA user_version")).scalar()
            if version not in (0, SCHEMA):
                return f"it has the form {version}, this program reads {SCHEMA}"
            there = inspect(connection)
            for name in there.get_table_names():
                if name in metadata.tables:
                    columns = {each["name"] for each in there.get_columns(name)}
                    if columns != set(metadata.tables[name].columns.keys()):
                        return f"its table {name} has other columns"
    except (DatabaseError, UnicodeDecodeError):
        return "the file is damaged"
    finally:
        if engine is not None:
            engine.dispose()
    return ""
