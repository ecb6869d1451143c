"""The header of a weight file, against the library that writes it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from anygen.core.errors import CheckpointError
from anygen.core.safetensors_header import check_weights, read_header


def test_a_header_says_what_was_saved(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    save_file(
        {"x": torch.zeros(2, 3), "y": torch.ones(4, dtype=torch.int64)}, file, metadata={"format": "pt"}
    )
    header = read_header(file)
    assert {name: (each["dtype"], each["shape"]) for name, each in header.items()} == {
        "x": ("F32", [2, 3]),
        "y": ("I64", [4]),
    }


def test_every_shorter_file_is_not_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    save_file({"x": torch.zeros(8)}, file)
    data = file.read_bytes()
    for size in range(len(data)):
        file.write_bytes(data[:size])
        with pytest.raises(CheckpointError, match="is not whole" if size >= 8 else f"it has {size} bytes"):
            read_header(file)


@pytest.mark.parametrize("length", [0x0280, 0x0380, 0x0480, 0x0580])
def test_a_header_that_begins_like_a_pickle_is_read(length: int, tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    text = json.dumps({"x": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}).encode().ljust(length)
    file.write_bytes(length.to_bytes(8, "little") + text + b"\0")
    assert read_header(file).keys() == load_file(file).keys() == {"x"}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_bare_pickle_is_called_one(protocol: int, tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    file.write_bytes(pickle.dumps({"x": 1}, protocol=protocol))
    with pytest.raises(CheckpointError, match="is a pickle under the name of safetensors"):
        read_header(file)


@pytest.mark.parametrize("values", [[1], {"x": 1}, {"x": {}}, {"x": {"data_offsets": "no"}}])
def test_another_header_is_refused(values: object, tmp_path: Path) -> None:
    file, text = tmp_path / "a.safetensors", json.dumps(values).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text)
    with pytest.raises(CheckpointError, match="cannot be read as safetensors"):
        read_header(file)


def test_variants_are_left_aside(tmp_path: Path) -> None:
    (tmp_path / "model.fp16.safetensors").write_bytes(b"")
    check_weights(tmp_path)
