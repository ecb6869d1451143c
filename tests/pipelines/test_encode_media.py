"""The command that encodes a folder ahead of training; tests/anygen/batch has what it does under kills and at once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from anygen import Image
from anygen_pipelines import encode_media


def test_what_is_encoded_is_there_the_next_time(
    tmp_path: Path, tiny_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    for index in range(3):
        Image(np.full((20, 24, 3), index, np.uint8)).save(media / f"{index}.png")
    (media / "broken.png").write_bytes(b"no picture")
    words = [str(media), "--model", str(tiny_dir), "--out", str(tmp_path / "cache"), "--json"]
    assert encode_media.main(words) == 1
    said = capsys.readouterr()
    first = json.loads(said.out)
    assert (first["made"], first["done"], first["failed"], first["exit_code"]) == (3, 3, 1, 1)
    assert "failed MediaError: " in said.err and "3 image features written" in said.err
    assert encode_media.main(words) == 1
    assert json.loads(capsys.readouterr().out)["made"] == 0


@pytest.mark.parametrize("more", [["--shard-rows", "0"], ["--out"], []])
def test_wrong_arguments_are_usage(
    tmp_path: Path, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert encode_media.main([str(tmp_path / "none"), *more]) == 2
    assert len(capsys.readouterr().err.splitlines()) >= 1
