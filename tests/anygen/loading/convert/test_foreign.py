"""What is opened, what is refused, and what is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from anygen import CheckpointError
from anygen.core.errors import ConfigError
from anygen.loading.convert.foreign import check_sha256, read_tensors


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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"is not whole \(0 bytes\); fetch it again"),
        (b"PK\x03\x04 torn", r"is not whole \(9 bytes\)"),
        (b"not weights at all", "is a text file; weights saved by torch, or safetensors, are accepted"),
        (b"<!DOCTYPE html><p>404", "is a web page"),
        (bytes(range(256)), "is of no known format"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "is what git keeps in place"),
        (save({"a": torch.zeros(3)}), r"holds safetensors under another name; name it a\.safetensors"),
    ],
)
def test_a_file_that_is_none_of_torchs_is_told_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.pt").write_bytes(content)
    with pytest.raises(CheckpointError, match=rf"a\.pt: {words}") as error:
        read_tensors(tmp_path / "a.pt")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_that_stops_anywhere_is_refused_in_one_sentence(tmp_path: Path, zipped: bool) -> None:
    values = {"weight": torch.zeros(4000), "bias": torch.zeros(40)}
    torch.save(values, tmp_path / "whole.pt", _use_new_zipfile_serialization=zipped)
    whole = (tmp_path / "whole.pt").read_bytes()
    for length in (*range(40), *range(40, 1000, 37), *range(1000, len(whole), 900)):
        (tmp_path / "a.pt").write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match=r"a\.pt: is not whole \(.* bytes\); fetch it again"):
            read_tensors(tmp_path / "a.pt")


def test_a_damaged_record_is_found_out(tmp_path: Path) -> None:
    torch.save({"weight": torch.ones(4000)}, tmp_path / "a.pt")
    data = bytearray((tmp_path / "a.pt").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    (tmp_path / "a.pt").write_bytes(data)
    with pytest.raises(CheckpointError, match=r"a\.pt: is damaged \(record a/data/0\); fetch it again"):
        read_tensors(tmp_path / "a.pt")


def test_a_file_whose_writer_made_no_sums_is_read(tmp_path: Path) -> None:
    torch.serialization.set_crc32_options(False)
    try:
        torch.save({"weight": torch.ones(2)}, tmp_path / "a.pt")
    finally:
        torch.serialization.set_crc32_options(True)
    assert read_tensors(tmp_path / "a.pt")["weight"].tolist() == [1, 1]


UNUSUAL = {
    "sparse": lambda: torch.eye(3).to_sparse(),
    "compressed": lambda: torch.eye(3).to_sparse_csr(),
    "without values": lambda: torch.zeros(3, device="meta"),
    "quantized": lambda: torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", UNUSUAL)
def test_only_plain_dense_tensors_are_read(tmp_path: Path, kind: str) -> None:
    torch.save({"weight": UNUSUAL[kind]()}, tmp_path / "a.pt")
    with pytest.raises(CheckpointError, match=r"a\.pt: (weight is .*; plain dense|holds something other)"):
        read_tensors(tmp_path / "a.pt")


@pytest.mark.parametrize("given", ["abc", "", "z" * 64, "0" * 63, "0" * 65])
def test_what_is_no_sha256_is_said_before_the_file_is_read(tmp_path: Path, given: str) -> None:
    with pytest.raises(ConfigError, match="64 hexadecimal digits are accepted"):
        check_sha256(tmp_path / "nowhere.pt", given)
