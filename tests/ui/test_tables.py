"""A database that cannot be used is set aside, never fatal."""

import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event
from tiny_store import answered

from anygen import PromptError
from anygen_ui.file_store import StorageRule
from anygen_ui.store import Store
from anygen_ui.tables import DATABASE, Part


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 500)


def _torn(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:-100] = os.urandom(len(data) - 4196)
    path.write_bytes(data)


def _other_columns(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE turns DROP COLUMN error")
    connection.close()


def _of_the_future(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()


@pytest.mark.parametrize("damage", [_garbage, _torn, _other_columns, _of_the_future])
def test_a_damaged_database_is_set_aside_and_the_media_stay(tmp_path, damage):
    store = Store(tmp_path)
    conversation = store.new_conversation("ada").id
    _, path = answered(store, "ada", conversation)
    with store.database.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    damage(tmp_path / DATABASE)
    damaged = (tmp_path / DATABASE).read_bytes()

    again = Store(tmp_path)
    assert len(again.notices) == 1 and "set aside" in again.notices[0]
    aside = [each for each in tmp_path.iterdir() if "set-aside" in each.name and each.suffix != ".json"]
    assert damaged in [each.read_bytes() for each in aside]
    assert again.conversations("ada") == [] and path.exists()
    again.files.clean(StorageRule(days=1, total_bytes=0))
    assert path.exists(), "a file that no row names goes by age alone"
    assert again.new_conversation("ada").id
    again.close()
    assert Store(tmp_path).notices == []


def test_only_the_owner_may_read_the_store(store):
    assert store.folder.stat().st_mode & 0o077 == 0
    assert (store.folder / DATABASE).stat().st_mode & 0o077 == 0


def test_a_disk_that_is_full_is_a_sentence_and_nothing_is_lost(tmp_path):
    store = Store(tmp_path)
    conversation = store.new_conversation("ada").id

    @event.listens_for(store.database, "connect")
    def as_if_full(connection, record):
        connection.execute("PRAGMA max_page_count=1")

    store.database.dispose()
    with pytest.raises(PromptError, match="full"):
        store.add_user_turn("ada", conversation, [Part("text", "hello " * 1000)])
    assert store.turns("ada", conversation) == []
    store.close()
