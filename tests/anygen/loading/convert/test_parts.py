"""A folder of published parts becomes a model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny_bridge
import yaml

from anygen import AnyGen, CheckpointError, cli
from anygen.loading.convert.parts import assemble


def lay_out(folder: Path, decoders: Path) -> Path:
    """The tiny bridge's parts as published ones would lie there, and its preset."""
    tiny_bridge.write_bridge(folder, decoders)
    for name in ("config.yaml", "manifest.json"):
        (folder / name).unlink()
    preset = folder.parent / "preset.yaml"
    preset.write_text(yaml.safe_dump(tiny_bridge.config_values()))
    return preset


def test_parts_become_a_model(tmp_path: Path, tiny_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preset = lay_out(tmp_path / "parts", tiny_dir / "decoders")
    assert cli.main(["convert", "parts", str(preset), str(tmp_path / "parts"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parts"]["captioners.blip"] == "captioners/blip"
    reply = AnyGen.from_pretrained(tmp_path / "parts").generate("hello", 1, require=("image",))
    assert len(reply.images) >= 1
    assert cli.main(["info", str(tmp_path / "parts")]) == 0
    assert "captioners.whisper" in capsys.readouterr().out


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"7 of 7 parts are missing: captioners.blip \(captioners/blip\)"
    ):
        assemble("bridge-small", tmp_path)
    with pytest.raises(CheckpointError, match="needs weights that were trained"):
        assemble("nextgpt-7b", tmp_path)
    with pytest.raises(CheckpointError, match="preset 'bridge-smal'"):
        assemble("bridge-smal", tmp_path)


def test_a_plan_says_how_it_is_obtained() -> None:
    with pytest.raises(CheckpointError, match=r"anygen convert parts bridge-small FOLDER.*docs/bridge.md"):
        AnyGen.from_pretrained("bridge-small")
