"""Safetensors written tensor by tensor."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from anygen import CheckpointError
from anygen.core.atomic import staged_folder
from anygen.core.hashing import file_sha256
from anygen.loading.convert.writing import Plan, planned, write_safetensors


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
    assert digest == file_sha256(path)


def test_a_full_disk_is_said_of_the_file_and_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    out = tmp_path / "new" / "newer" / "out"
    with pytest.raises(OSError, match="No space left") as caught, staged_folder(out) as folder:
        write_safetensors(folder / "a.safetensors", {"a": planned(torch.zeros(2))})
    assert caught.value.filename == str(out / "a.safetensors") and caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_a_tensor_that_is_not_finite_is_said_of_its_source(tmp_path: Path) -> None:
    plans = {"a": planned(torch.tensor([torch.nan]))}
    with pytest.raises(CheckpointError, match=r"^given\.pt: a holds values that are not finite"):
        write_safetensors(tmp_path / "a.safetensors", plans, source="given.pt")


def test_a_tensor_that_comes_out_otherwise_than_planned_is_refused(tmp_path: Path) -> None:
    plans = {"a": Plan(torch.float32, (3,), lambda: torch.zeros(2))}
    with pytest.raises(CheckpointError, match=r"a came out as \(2,\), not as \(3,\)"):
        write_safetensors(tmp_path / "a.safetensors", plans)
    with pytest.raises(CheckpointError, match=r"is torch.complex64; F64, F32"):
        write_safetensors(tmp_path / "b.safetensors", {"a": planned(torch.zeros(1, dtype=torch.complex64))})
