"""The text side: loaded when captions come, released when it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from anygen import CheckpointError
from anygen.core.modality import IMAGE
from anygen.decoders.text_conditioning import NEGATIVE_FILE, TextSide


class Counting:
    def __init__(self, folder: Path, width: int = 2) -> None:
        self.loads = self.reads = 0
        self.width = width
        self.side = TextSide(IMAGE, {"sequence": (3, 2)}, folder, self.load, self.embed)

    def load(self) -> str:
        self.loads += 1
        return "part"

    def embed(self, part: str, captions: list[str], negative: bool) -> dict[str, torch.Tensor]:
        self.reads += 1
        return {"sequence": torch.full((len(captions), 3, self.width), float(negative))}


def test_it_is_loaded_at_the_first_caption_and_again_after_a_release(tmp_path: Path) -> None:
    text = Counting(tmp_path)
    assert not text.side.is_loaded
    assert text.side.encode(["a", "b"])["sequence"].shape == (2, 3, 2)
    text.side.encode(["c"])
    assert text.loads == 1
    text.side.release()
    assert not text.side.is_loaded
    text.side.encode(["d"])
    assert text.loads == 2


def test_a_negative_is_read_once_and_from_its_file_where_there_is_one(tmp_path: Path) -> None:
    text = Counting(tmp_path)
    first = text.side.negative("blur")
    assert text.side.negative("blur") is first and text.reads == 1
    assert text.side.save_negative() == tmp_path / NEGATIVE_FILE
    again = Counting(tmp_path)
    assert torch.equal(again.side.negative("")["sequence"], torch.ones(1, 3, 2)) and again.loads == 0


def test_what_is_not_of_the_declared_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"its text encoder gives .*\(3, 5\).*declares .*\(3, 2\)"):
        Counting(tmp_path, width=5).side.encode(["a"])
