"""Meta's file, in miniature, and its names at full size."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
import torch

from anygen import CheckpointError, cli
from anygen.encoders.imagebind.config import (
    GridTowerConfig,
    ImageBindConfig,
    ImageBindSettings,
    TextTowerConfig,
    VisionTowerConfig,
    imagebind_huge,
)
from anygen.encoders.imagebind.model import ImageBind
from anygen.loading.convert.coverage import compare
from anygen.loading.convert.foreign import sha256_of
from anygen.loading.convert.imagebind import convert_imagebind, expected_shapes

GOLDEN_DIR = Path(__file__).parents[3] / "golden"
CONFIG = ImageBindConfig(
    embed_dim=8,
    vision=VisionTowerConfig(dim=16, blocks=1, heads=2, image_size=28),
    text=TextTowerConfig(dim=16, blocks=1, heads=2, vocab_size=20, context_length=6),
    audio=GridTowerConfig(dim=16, blocks=1, heads=2, height=32, width=56, logit_scale=20.0),
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.save(ImageBind(CONFIG).state_dict(), tmp_path / "imagebind.pth")
    return tmp_path / "imagebind.pth"


def test_all_1311_names_of_imagebind_huge_are_expected() -> None:
    lines = [line.split("\t") for line in (GOLDEN_DIR / "keys_imagebind_huge.txt").read_text().splitlines()]
    recorded = {line[0]: ast.literal_eval(line[1]) for line in lines}
    coverage = compare(recorded, expected_shapes(imagebind_huge()))
    assert (coverage.expected, coverage.matched, coverage.missing, coverage.unexpected) == (
        1311,
        1311,
        (),
        (),
    )


def test_a_converted_encoder_is_the_same_encoder(source: Path, tmp_path: Path) -> None:
    done = convert_imagebind(source, tmp_path / "out", CONFIG, sha256=sha256_of(source).upper())
    assert done.written == {path: sha256_of(path) for path in done.written}
    wanted = torch.load(source, weights_only=True)
    found = ImageBind.from_pretrained(tmp_path / "out").state_dict()
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_one_folder_serves_meta_and_nextgpt(source: Path, tmp_path: Path) -> None:
    folder = convert_imagebind(source, tmp_path / "out", CONFIG).folder
    meta = ImageBind.from_pretrained(folder)
    nextgpt = ImageBind.from_pretrained(
        folder, ImageBindSettings(("vision", "audio"), "embedding", scale_audio=False)
    )
    sound = torch.randn(1, 1, 32, 56, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        scaled, plain = (each.embed("audio", sound) for each in (meta, nextgpt))
    assert nextgpt.config.towers == ("vision", "audio")
    assert torch.allclose(scaled, 20 * plain, rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda w: w.pop("modality_trunks.vision.blocks.0.norm_1.weight"),
            "1 missing (modality_trunks.vision",
        ),
        (lambda w: w.update(surplus=torch.zeros(1)), "1 unexpected (surplus)"),
        (
            lambda w: w.update({"modality_heads.vision.2.weight": torch.zeros(4, 16)}),
            "modality_heads.vision.2.weight (4, 16), expected (8, 16)",
        ),
    ],
)
def test_what_is_missing_unexpected_or_reshaped_is_named(source: Path, tmp_path: Path, change, words) -> None:
    weights = torch.load(source, weights_only=True)
    change(weights)
    torch.save(weights, source)
    with pytest.raises(CheckpointError) as error:
        convert_imagebind(source, tmp_path / "out", CONFIG)
    assert words in str(error.value)
    assert os.listdir(tmp_path) == ["imagebind.pth"]


def test_another_hash_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"its SHA-256 is .*, but 0{64} was given"):
        convert_imagebind(source, tmp_path / "out", CONFIG, sha256="0" * 64)


def test_the_command_refuses_in_one_sentence_and_leaves_nothing(source: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["convert", "imagebind", str(source), str(tmp_path / "out")]) == 2
    shown = capsys.readouterr()
    assert "missing" in shown.err and shown.err.count("\n") == 1 and shown.out == ""
    assert os.listdir(tmp_path) == ["imagebind.pth"]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    assert cli.main(["convert", "imagebind", str(source), str(tmp_path / "full")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.main(["convert", "imagebind", str(source), str(tmp_path / "o"), "--sha25", "0"]) == 2
    assert "did you mean --sha256?" in capsys.readouterr().err
    assert cli.main(["convert", "imagebnd", "a", "b"]) == 2
    assert cli.main(["convert"]) == 2
