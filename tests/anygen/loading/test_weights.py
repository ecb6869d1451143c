"""Trained parts, out of a model and into one: what does not fit is refused by name and shape."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from anygen import AnyGen, CheckpointError
from anygen.llm.lora import LoraSettings, add_lora
from anygen.loading.model_manifest import TRAINED
from anygen.loading.weights import trained_state


@pytest.fixture
def folder(tiny_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_dir, tmp_path / "model"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_lora_is_merged_at_load_and_not_lost_when_saved_again(folder: Path, tmp_path: Path) -> None:
    model = AnyGen.from_pretrained(folder)
    plain = model.respond(["hello"], seeds=[1])[0].token_ids
    add_lora(model.backbone, LoraSettings(rank=2, alpha=4, dropout=0), torch.Generator().manual_seed(0))
    with torch.no_grad():
        for name, parameter in model.backbone.lm.named_parameters():
            if ".lora_B" in name:
                parameter.normal_(0, 1, generator=torch.Generator().manual_seed(1))
    model.eval()
    adapted = model.respond(["hello"], seeds=[1])[0].token_ids
    assert adapted != plain
    once = AnyGen.from_pretrained(model.save_pretrained(tmp_path / "once"))
    assert not [name for name, _ in once.backbone.lm.named_parameters() if "lora" in name]
    twice = AnyGen.from_pretrained(once.save_pretrained(tmp_path / "twice"))
    assert once.respond(["hello"], seeds=[1])[0].token_ids == adapted
    assert twice.respond(["hello"], seeds=[1])[0].token_ids == adapted


def test_missing_and_unexpected_names_are_named(folder: Path) -> None:
    weights = load_file(folder / TRAINED)
    weights["input_projectors.smell.weight"] = weights.pop("input_projectors.image.layer.weight")
    save_file(weights, folder / TRAINED)
    with pytest.raises(
        CheckpointError, match=r"1 missing \(input_projectors.image.*1 unexpected \(input_projectors.smell"
    ):
        AnyGen.from_pretrained(folder)


def test_a_projector_of_another_size_is_refused(folder: Path) -> None:
    edit(folder / "config.yaml", "tokens_per_feature: 2", "tokens_per_feature: 3")
    with pytest.raises(
        CheckpointError,
        match=r"input_projectors.image.layer.weight is \(48, 20\), the config makes \(72, 20\)",
    ):
        AnyGen.from_pretrained(folder)


def test_a_torn_file_is_refused(folder: Path) -> None:
    data = (folder / TRAINED).read_bytes()
    (folder / TRAINED).write_bytes(data[: len(data) // 2])
    with pytest.raises(CheckpointError, match=r"trained\.safetensors: is not whole"):
        AnyGen.from_pretrained(folder)


def test_what_is_trained_is_what_the_file_holds(tiny_model, tiny_dir: Path) -> None:
    state, saved = trained_state(tiny_model), load_file(tiny_dir / TRAINED)
    assert state.keys() == saved.keys()
    assert all(torch.equal(state[name].float(), saved[name].float()) for name in saved)


def test_a_folder_without_trained_parts_is_refused(folder: Path) -> None:
    (folder / TRAINED).unlink()
    with pytest.raises(
        CheckpointError, match=r"trained\.safetensors: no such file; a folder saved by save_pretrained"
    ):
        AnyGen.from_pretrained(folder)
