"""A delta over LLaMA in miniature: safetensors or .bin, in one file or several, with the [PAD] row of Vicuna v0."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_nextgpt import write_base
from transformers import AutoModelForCausalLM

from anygen import CheckpointError
from anygen.loading.convert.vicuna import TABLES, add_delta


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_base(tmp_path / "llama")


def make_delta(base: Path, pad_rows: int = 1) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    delta = {}
    for name, value in load_file(base / "model.safetensors").items():
        shape = (value.shape[0] + pad_rows * (name in TABLES), *value.shape[1:])
        delta[name] = torch.randn(shape, generator=generator)
    return delta


@pytest.mark.parametrize("files", ["one safetensors", "two bins"])
def test_the_sum_is_what_transformers_loads(base: Path, tmp_path: Path, files: str) -> None:
    own, delta = load_file(base / "model.safetensors"), make_delta(base)
    (tmp_path / "delta").mkdir()
    saved = {**delta, "model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(6)}
    if files == "one safetensors":
        save_file(saved, tmp_path / "delta" / "model.safetensors")
    else:
        names = sorted(saved)
        for number, half in enumerate((names[:5], names[5:]), 1):
            torch.save(
                {name: saved[name] for name in half},
                tmp_path / "delta" / f"pytorch_model-0000{number}-of-00002.bin",
            )
    done = add_delta(base, tmp_path / "delta", tmp_path / "vicuna")
    assert done.coverage.is_complete and len(done.notes) == 2 and "[PAD]" in done.notes[0]
    found = AutoModelForCausalLM.from_pretrained(tmp_path / "vicuna").state_dict()
    for name, value in own.items():
        assert torch.equal(found[name], value + delta[name][: len(value)])
    assert (tmp_path / "vicuna" / "tokenizer.json").is_file()


def test_a_delta_of_another_model_is_refused(base: Path, tmp_path: Path) -> None:
    (tmp_path / "delta").mkdir()
    delta = make_delta(base)
    delta["model.norm.weight"] = torch.zeros(5)
    delta["model.layers.9.mlp.up_proj.weight"] = delta.pop("model.layers.1.mlp.up_proj.weight")
    save_file(delta, tmp_path / "delta" / "model.safetensors")
    with pytest.raises(CheckpointError) as error:
        add_delta(base, tmp_path / "delta", tmp_path / "vicuna")
    for words in (
        "is no delta of",
        "1 missing (model.layers.1",
        "1 unexpected (model.layers.9",
        "norm.weight (5,)",
    ):
        assert words in str(error.value)
    assert not (tmp_path / "vicuna").exists()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.zeros(30, 24, dtype=torch.int64), "holds int64 values; floating-point ones are expected"),
        (torch.zeros(30), "model.embed_tokens.weight (30,)"),
        (torch.tensor(1.0), "model.embed_tokens.weight ()"),
    ],
)
def test_a_table_of_another_kind_is_refused(
    base: Path, tmp_path: Path, value: torch.Tensor, words: str
) -> None:
    (tmp_path / "delta").mkdir()
    save_file(make_delta(base) | {TABLES[0]: value}, tmp_path / "delta" / "model.safetensors")
    with pytest.raises(CheckpointError) as error:
        add_delta(base, tmp_path / "delta", tmp_path / "vicuna")
    assert words in str(error.value)
    assert not (tmp_path / "vicuna").exists()
