"""What is opened, what is refused, and what is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from anygen import CheckpointError
from anygen.convert.foreign import read_tensors, sha256_of
from anygen.convert.writing import planned, write_safetensors
from anygen.files.atomic import staged_folder


class Bomb:
    """A pickle that runs a command when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_with_code_in_it_is_refused_and_not_run(tmp_path: Path, zipped: bool) -> None:
    values = {"weight": torch.zeros(2), "extra": Bomb(tmp_path / "mark")}
    torch.save(values, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match="could be code, and was not opened"):
        read_tensors(tmp_path / "a.pt")
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("zipped", [True, False])
def test_parameters_are_read_from_both_formats_of_torch(tmp_path: Path, zipped: bool) -> None:
    torch.save(
        {"weight": torch.nn.Parameter(torch.arange(3.0))},
        tmp_path / "a.pt",
        _use_new_zipfile_serialization=zipped,
    )
    assert read_tensors(tmp_path / "a.pt")["weight"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("values", "words"),
    [([torch.zeros(1)], "holds a list"), ({"model": {"a": torch.zeros(1)}}, "'model' is a dict")],
)
def test_only_named_tensors_are_read(tmp_path: Path, values, words: str) -> None:
    torch.save(values, tmp_path / "a.pt")
    with pytest.raises(CheckpointError, match=words):
        read_tensors(tmp_path / "a.pt")


@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\x03\x04 torn"])
def test_a_torn_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pt").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"a\.pt: ") as error:
        read_tensors(tmp_path / "a.pt")
    assert "\n" not in str(error.value)


def test_a_file_that_stops_anywhere_is_refused_in_one_sentence(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(4000), "bias": torch.zeros(40)}, tmp_path / "whole.pt")
    whole = (tmp_path / "whole.pt").read_bytes()
    for length in range(0, len(whole), 500):
        (tmp_path / "a.pt").write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match=r"a\.pt: cannot be read as weights|other than tensors"):
            read_tensors(tmp_path / "a.pt")


def test_what_is_written_is_what_safetensors_reads(tmp_path: Path) -> None:
    tensors = {
        "half": torch.arange(6, dtype=torch.float16).reshape(2, 3),
        "brain": torch.ones(3, dtype=torch.bfloat16),
        "whole": torch.arange(4, dtype=torch.int64),
        "turned": torch.arange(6.0).reshape(2, 3).T,
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 4),
        "flags": torch.tensor([True, False, True]),
    }
    path = tmp_path / "a.safetensors"
    digest = write_safetensors(path, {name: planned(value) for name, value in tensors.items()})
    read = load_file(path)
    assert read.keys() == tensors.keys()
    assert all(torch.equal(read[name], tensors[name]) for name in tensors)
    assert all(read[name].dtype == tensors[name].dtype for name in tensors)
    assert digest == sha256_of(path)


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
