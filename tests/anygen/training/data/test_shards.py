from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from anygen.training.data.shards import TensorShards, module_fingerprint


def rows(*values: float) -> dict[str, torch.Tensor]:
    return {"x": torch.tensor(values)[:, None], "y": torch.tensor(values).reshape(-1, 1, 1).repeat(1, 2, 3)}


def test_what_was_written_is_read_by_key_in_any_order(tmp_path: Path) -> None:
    shards = TensorShards(tmp_path)
    shards.append(["a", "b"], rows(1, 2))
    shards.append(["c"], rows(3))
    reopened = TensorShards(tmp_path)
    assert len(reopened) == 3 and "b" in reopened
    assert reopened.gather(["c", "a", "c"])["x"].flatten().tolist() == [3, 1, 3]
    assert reopened.shapes == {"x": (1,), "y": (2, 3)}
    assert reopened.missing(["z", "a", "z", "q"]) == ["z", "q"]


def test_rows_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    shards = TensorShards(tmp_path)
    shards.append(["a"], rows(1))
    with pytest.raises(ValueError, match="2 rows for 1 keys"):
        shards.append(["b"], rows(1, 2))
    with pytest.raises(ValueError, match="rows are"):
        shards.append(["b"], {"x": torch.zeros(1, 4), "y": torch.zeros(1, 2, 3)})
    with pytest.raises(ValueError, match="already stored"):
        shards.append(["a"], rows(1))
    with pytest.raises(KeyError):
        shards.gather(["b"])


def test_an_unfinished_file_is_not_read_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    TensorShards(tmp_path).append(["a"], rows(1))
    (tmp_path / ".b.1.part").write_bytes(b"half")
    assert len(TensorShards(tmp_path)) == 1
    (tmp_path / "b.safetensors").write_bytes(b"not a shard")
    with pytest.raises(ValueError, match=r"b.safetensors: is not a shard"):
        TensorShards(tmp_path)


def test_every_weight_of_a_part_and_its_type_count() -> None:
    torch.manual_seed(0)
    module = nn.Linear(3, 2)
    first = module_fingerprint(module)
    assert first == module_fingerprint(module)
    with torch.no_grad():
        module.bias[1] += 1e-6
    second = module_fingerprint(module)
    assert len({first, second, module_fingerprint(module.half())}) == 3
