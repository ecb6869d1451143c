"""What a model was made against: other parts, other files and unfinished folders are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from anygen import AnyGen, CheckpointError
from anygen.core.config import read_config
from anygen.loading.model_manifest import changed_files, file_hashes, read_manifest, weights_hash


@pytest.fixture
def folder(tiny_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_dir, tmp_path / "model"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


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


def test_an_unfinished_save_is_no_checkpoint(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    with pytest.raises(CheckpointError, match=r"manifest.json"):
        AnyGen.from_pretrained(folder)


def test_a_changed_byte_is_found_by_the_manifest(folder: Path) -> None:
    path = folder / "decoders" / "image" / "vae" / "config.json"
    path.write_text(path.read_text() + "\n")
    assert changed_files(folder) == ["decoders.image/vae/config.json"]


def test_a_manifest_of_another_format_or_without_files_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    for harm, sentence in (
        ({"format": 9}, "format 9; format 1 is accepted"),
        ({"files": None}, "lists no files"),
    ):
        (folder / "manifest.json").write_text(json.dumps(manifest | harm))
        with pytest.raises(CheckpointError, match=sentence):
            read_manifest(folder)


def test_the_hash_of_weights_is_that_of_every_file(folder: Path) -> None:
    config = read_config(folder / "config.yaml")
    before = weights_hash(file_hashes(folder, config))
    assert before == AnyGen.from_pretrained(folder).weights_hash
    (folder / "llm" / "NOTES").write_text("new")
    assert weights_hash(file_hashes(folder, config)) != before
    (folder / "trained.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"trained.safetensors: no such file; .*config.yaml names it"):
        file_hashes(folder, config)
