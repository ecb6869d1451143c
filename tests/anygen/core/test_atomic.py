from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from anygen.core.atomic import staged_file, staged_folder, write_files


def test_files_are_written_whole_with_the_folders_above_them(tmp_path: Path) -> None:
    files = [(tmp_path / "new" / "a", b"1"), (tmp_path / "b", b"2" * 100_000)]
    assert write_files(files) == [path for path, _ in files]
    assert [path.read_bytes() for path, _ in files] == [data for _, data in files]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "new"]


def test_a_full_disk_names_the_file_and_changes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    calls: list[int] = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_files([(tmp_path / "a", b"new"), (tmp_path / "b", b"new")])
    assert caught.value.filename == str(tmp_path / "b") and caught.value.errno == errno.ENOSPC
    assert [path.name for path in tmp_path.iterdir()] == ["a"] and (tmp_path / "a").read_text() == "old"


def test_all_files_or_none_where_a_folder_stands_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "x.json").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        write_files([(tmp_path / "a", b"new"), (tmp_path / "x.json", b"new")])
    assert (tmp_path / "a").read_text() == "old" and caught.value.filename == str(tmp_path / "x.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "x.json"]


def test_a_staged_file_takes_the_place_of_the_old_one_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a"
    with staged_file(path) as unfinished:
        unfinished.write_text("first")
        assert not path.exists() and unfinished.parent == path.parent
    assert path.read_text() == "first"
    with pytest.raises(KeyboardInterrupt), staged_file(path) as unfinished:
        unfinished.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "first" and list(path.parent.iterdir()) == [path]
    (path.parent / ".a.mine").write_text("what a killed attempt left")
    with staged_file(path, path.parent / ".a.mine") as unfinished:
        unfinished.write_text("second")
    assert path.read_text() == "second" and list(path.parent.iterdir()) == [path]


def test_an_error_on_the_way_names_the_staged_file_by_its_own_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, staged_file(tmp_path / "a"):
        pass
    assert caught.value.filename == str(tmp_path / "a")


def test_a_staged_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), staged_folder(tmp_path / "out") as folder:
        (folder / "half").write_text("")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with staged_folder(tmp_path / "out") as folder:
        (folder / "whole").write_text("")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["whole"]
    with pytest.raises(FileExistsError), staged_folder(tmp_path / "out"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
