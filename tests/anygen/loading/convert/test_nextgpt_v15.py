"""Projectors trained with v1.5's code: their names at full size, and a conversion in miniature."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from anygen import CheckpointError
from anygen.core.config import read_config
from anygen.loading.convert.coverage import compare
from anygen.loading.convert.nextgpt_v15 import PRESET, convert_projectors, published_names
from anygen.projectors.input import build

GOLDEN_DIR = Path(__file__).parents[3] / "golden"


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    values = yaml.safe_load(PRESET.read_text())
    values["input_projectors"]["image"] |= {
        "hidden_dim": 16,
        "heads": 2,
        "depths": [1, 1],
        "group_tokens": [4, 0],
        "output_groups": [2],
    }
    for each in values["output_projectors"].values():
        each |= {"hidden_dim": 16, "ffn_dim": 16, "encoder_layers": 1, "decoder_layers": 1}
    path = tmp_path_factory.mktemp("v15") / "preset.yaml"
    path.write_text(yaml.safe_dump(values, sort_keys=False))
    return path


def write(
    path: Path, preset: Path, kind: str, wanted: str, prefix: str = "model."
) -> dict[str, torch.Tensor]:
    """What v1.5's trainer saves of the projectors whose names begin with `wanted`."""
    generator = torch.Generator().manual_seed(0)
    names = published_names(read_config(preset), kind, 8, 12)
    saved = {
        f"{prefix}{name}": torch.randn(shape, generator=generator)
        for name, (_, shape) in names.items()
        if name.startswith(wanted)
    }
    torch.save(saved, path)
    return saved


def test_all_recorded_names_are_expected() -> None:
    lines = [line.split("\t") for line in (GOLDEN_DIR / "keys_v15_projectors.txt").read_text().splitlines()]
    recorded = {line[0].removeprefix("model."): ast.literal_eval(line[1]) for line in lines}
    names = published_names(read_config(PRESET), "group", 1024, 4096)
    coverage = compare(recorded, {name: shape for name, (_, shape) in names.items()})
    assert coverage.is_complete
    assert coverage.expected == 226 + 3 * 129


@pytest.mark.parametrize("kind", ["group", "mlp"])
def test_input_and_output_projectors_are_converted_together(tmp_path: Path, preset: Path, kind: str) -> None:
    first = write(tmp_path / "in.bin", preset, kind, "mm_input")
    second = write(tmp_path / "out.bin", preset, kind, "mm_output", "base_model.model.model.")
    torch.save({**first, "model.embed_tokens.weight": torch.zeros(3, 12)}, tmp_path / "in.bin")
    done = convert_projectors([tmp_path / "in.bin", tmp_path / "out.bin"], tmp_path / "out", preset, 8, 12)
    assert done.coverage.expected == len(first) + len(second)
    assert any("embed_tokens" in note for note in done.notes)
    state = load_file(tmp_path / "out" / "projectors.safetensors")
    lines = yaml.safe_load((tmp_path / "out" / "projectors.yaml").read_text())
    assert lines["input_projectors"]["audio"] == {"kind": "shared", "of": "image"}
    projector = build(lines["input_projectors"]["image"], 8, 5, 12)
    own = "input_projectors.image."
    projector.load_state_dict({n.removeprefix(own): v for n, v in state.items() if n.startswith(own)})
    name = "base_model.model.model.mm_output_aud_projector.in_fc.weight"
    assert torch.equal(state["output_projectors.audio.heads.pooled.fc.weight"], second[name])


def test_a_projector_that_is_there_in_part_is_refused(tmp_path: Path, preset: Path) -> None:
    saved = write(tmp_path / "in.bin", preset, "group", "mm_input")
    del saved["model.mm_input_projector.norm.weight"]
    torch.save(saved, tmp_path / "in.bin")
    with pytest.raises(CheckpointError, match=r"1 missing \(mm_input_projector.norm.weight\)"):
        convert_projectors([tmp_path / "in.bin"], tmp_path / "out", preset, 8, 12)


def test_a_file_without_projectors_is_refused(tmp_path: Path, preset: Path) -> None:
    torch.save({"model.embed_tokens.weight": torch.zeros(3, 12)}, tmp_path / "in.bin")
    with pytest.raises(CheckpointError, match="holds none of mm_input_projector, mm_output_aud"):
        convert_projectors([tmp_path / "in.bin"], tmp_path / "out", preset, 8, 12)
