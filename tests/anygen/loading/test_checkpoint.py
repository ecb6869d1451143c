"""Saved and loaded is the same; what does not fit is refused with the sentence that says why."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from anygen import AnyGen, ConfigError
from anygen.loading.model_manifest import changed_files


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


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("kind: stable_diffusion", "kind: stable_difusion", "did you mean stable_diffusion?"),
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


def test_names_that_moved_on_are_found_by_their_first_paths() -> None:
    code = (
        "from anygen.checkpoint import CONFIG, changed_files, check_state, load, plans, presets, resolve, trained_state\n"
        "from anygen.hub import CARD, card, push\n"
        "from anygen.memory import Plan, check_fits, fresh_parts, make_plan\n"
        "from anygen.placement import as_dtype, module_bytes\n"
        "from anygen.pull import choose, pull\n"
        "assert presets() == ['mini'] and 'mini' in str(resolve('mini'))\n"
    )
    ran = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "DeprecationWarning: anygen.checkpoint is anygen.loading.checkpoint now" in ran.stderr
