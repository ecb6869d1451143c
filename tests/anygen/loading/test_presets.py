"""What a model's name stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen import AnyGen, CheckpointError
from anygen.core.config import read_config
from anygen.loading.model_manifest import part_paths
from anygen.loading.presets import plan_config, plans, presets, resolve


@pytest.mark.parametrize("name", ["nextgpt-7", "trainable4b", "Mini"])
def test_an_unknown_preset_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(CheckpointError, match=r"did you mean (nextgpt-7b|trainable-4b|mini)\?"):
        AnyGen.from_pretrained(name)


def test_a_part_given_as_the_model_is_refused(tiny_dir: Path) -> None:
    with pytest.raises(CheckpointError, match=r"holds no config\.yaml"):
        AnyGen.from_pretrained(tiny_dir / "llm")


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(CheckpointError, match="'minni' is neither a preset nor a folder"):
        AnyGen.from_pretrained("minni")


@pytest.mark.parametrize("name", ["nextgpt-7b", "nextgpt-15"])
def test_a_preset_without_weights_is_a_whole_config(name: str) -> None:
    config = read_config(plans()[name])
    assert config.name == name and config.obtain is not None
    assert list(config.llm.signal_tokens.items()) == [("image", 4), ("video", 24), ("audio", 8)]
    parts = {"llm", "encoders.imagebind", "decoders.image", "decoders.video", "decoders.audio"}
    assert set(config.sources) - {"trained"} == parts


@pytest.mark.parametrize("name", ["bridge-small", "bridge-omni"])
def test_a_preset_of_published_parts_names_a_source_for_each(name: str) -> None:
    config = read_config(plans()[name])
    assert config.name == name and config.obtain is not None and not config.is_trained
    assert set(config.sources) == set(part_paths(config))
    assert all(source.memory_gb > 0 and source.licence for source in config.sources.values())


@pytest.mark.parametrize("name", plans())
def test_a_preset_without_weights_says_how_to_get_them(name: str, tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(CheckpointError, match=rf"`anygen pull {name}` .* as the model \(docs/\w+\.md\)"):
        resolve(name)
    assert plan_config(name) == plans()[name]
    # A folder of that name goes before it.
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    assert plan_config(name) is None
    with pytest.raises(CheckpointError, match=r"holds no config\.yaml"):
        resolve(name)


def test_mini_is_in_the_package() -> None:
    assert presets() == ["mini"] and (resolve("mini") / "config.yaml").is_file()
