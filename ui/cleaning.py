"""Removes files by a StorageRule: by age, then by bytes, oldest generated media first; nothing of a running answer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from anygen.media.provenance import sidecar
from anygen_ui import tables
from anygen_ui.records import Cleaned
from anygen_ui.storage_rules import StorageRule

if TYPE_CHECKING:
    from anygen_ui.store import Store


def clean(store: Store, rule: StorageRule) -> Cleaned:
    """Apply `rule`; what was removed. Files that no row names (of a database that was set aside, say) go by age alone."""
    oldest = time.time() - rule.days * 86400
    table = tables.media
    with store._lock:
        with store.database.connect() as connection:
            busy = set(
                connection.scalars(
                    select(tables.turns.c.conversation).where(tables.turns.c.state == "running").distinct()
                )
            )
            rows = connection.execute(select(table).order_by(table.c.generated.desc(), table.c.created)).all()
        sizes = {row.id: _size(store.media_folder / row.file) for row in rows}
        known = {str(store.media_folder / row.file) for row in rows}
        strays = [path for path in _files(store.media_folder) if str(path) not in known]
        old_strays = [path for path in strays if path.stat().st_mtime < oldest]
        total = sum(sizes.values()) + sum(_size(path) for path in strays if path not in old_strays)
        gone, freed = [], 0
        removable = [row for row in rows if row.conversation is None or row.conversation not in busy]
        for row in removable:
            if row.created < oldest:
                gone.append(row)
                freed += sizes[row.id]
        for row in removable:
            if total - freed <= rule.total_bytes:
                break
            if row not in gone:
                gone.append(row)
                freed += sizes[row.id]
        with store.database.begin() as connection:
            for row in gone:
                connection.execute(delete(table).where(table.c.id == row.id))
        for row in gone:
            store.shelf.unlink(row.file)
        for path in old_strays:
            freed += _size(path)
            store.shelf.unlink(path.relative_to(store.media_folder))
    return Cleaned(len(gone) + len(old_strays), freed)


def _files(folder: Path) -> list[Path]:
    """Every file below `folder` that is no record beside a file."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    beside = {sidecar(path) for path in found}
    return [path for path in found if path not in beside]


def _size(path: Path) -> int:
    """A file's bytes, with those of the record beside it."""
    return sum(each.stat().st_size for each in (path, sidecar(path)) if each.is_file())
