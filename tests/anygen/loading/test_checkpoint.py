"""Saved and loaded is the same; what does not fit is refused with the sentence that says why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from anygen import AnyGen, CheckpointError, ConfigError
from anygen.llm.lora import LoraSettings, add_lora
from anygen.loading.manifest import TRAINED, changed_files


@pytest.fixture
def folder(tiny_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_dir, tmp_path / "model"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("copy_parts", [False, True])
def test_saved_and_loaded_is_the_same(tiny_model, tmp_path: Path, copy_parts: bool) -> None:
    saved = tiny_model.save_pretrained(tmp_path / "saved", copy_parts=copy_parts)
    assert (saved / "llm").is_dir() == copy_parts
    again = AnyGen.from_pretrained(saved)
    every = ("image", "audio", "video")
    assert (
        again.generate("hello", 3, require=every).parts
        == tiny_model.generate("hello", 3, require=every).parts
    )
    assert again.weights_hash == tiny_model.weights_hash


def test_a_copied_folder_stands_alone(folder: Path, tmp_path: Path) -> None:
    saved = AnyGen.from_pretrained(folder).save_pretrained(tmp_path / "saved", copy_parts=True)
    shutil.rmtree(folder)
    moved = saved.rename(tmp_path / "elsewhere")
    assert AnyGen.from_pretrained(moved).generate("hello").parts
    assert changed_files(moved) == []


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


def test_another_base_model_is_refused(folder: Path) -> None:
    path = folder / "llm" / "model.safetensors"
    weights = load_file(path)
    weights["model.norm.weight"] += 1
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"llm fingerprint is .* was trained with"):
        AnyGen.from_pretrained(folder)


def test_other_signal_tokens_are_refused(folder: Path) -> None:
    edit(folder / "config.yaml", "image: 3", "image: 4")
    with pytest.raises(CheckpointError, match=r"vocabulary size is 1607, but .* was trained with 1606"):
        AnyGen.from_pretrained(folder)


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


def test_conditioning_the_text_encoder_does_not_give_is_refused(folder: Path) -> None:
    for path in ("config.yaml", "manifest.json"):
        text = (folder / path).read_text()
        values = json.loads(text) if path.endswith("json") else None
        if values is not None:
            values["conditioning"]["audio"]["pooled"] = [32]
            (folder / path).write_text(json.dumps(values))
        else:
            edit(folder / path, "pooled:\n      - 16", "pooled:\n      - 32")
    with pytest.raises(CheckpointError):
        AnyGen.from_pretrained(folder)


def test_a_torn_file_is_refused(folder: Path) -> None:
    data = (folder / TRAINED).read_bytes()
    (folder / TRAINED).write_bytes(data[: len(data) // 2])
    with pytest.raises(CheckpointError, match=r"trained\.safetensors: is not whole"):
        AnyGen.from_pretrained(folder)


def test_an_unfinished_save_is_no_checkpoint(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    with pytest.raises(CheckpointError, match=r"manifest.json"):
        AnyGen.from_pretrained(folder)


def test_a_changed_byte_is_found_by_the_manifest(folder: Path) -> None:
    path = folder / "decoders" / "image" / "vae" / "config.json"
    path.write_text(path.read_text() + "\n")
    assert changed_files(folder) == ["decoders.image/vae/config.json"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("input_projectors:", "input_projector:", "input_projector: unknown; did you mean input_projectors?"),
        ("kind: stable_diffusion", "kind: stable_difusion", "did you mean stable_diffusion?"),
        (
            "max_new_tokens: 12",
            "max_new_tokens: many",
            "sampling.max_new_tokens is 'many'; a value of type int",
        ),
        ("kind: linear", "kind: liner", "did you mean linear?"),
    ],
)
def test_a_wrong_config_names_the_path_and_the_nearest(
    folder: Path, old: str, new: str, sentence: str
) -> None:
    edit(folder / "config.yaml", old, new)
    with pytest.raises(ConfigError) as error:
        AnyGen.from_pretrained(folder)
    assert sentence in str(error.value)


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(CheckpointError, match="'minni' is neither a preset nor a folder"):
        AnyGen.from_pretrained("minni")
