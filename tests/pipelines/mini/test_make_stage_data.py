from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from anygen.training.data.examples import read_examples
from anygen_pipelines.mini import make_stage_data, world
from anygen_pipelines.mini.media_bank import BankSizes, MediaBank
from anygen_pipelines.mini.talk import captions, conversations

SIZES = BankSizes(1, 1, 1, 1, 1, 1, 2, 2)


@pytest.fixture
def bank(tmp_path: Path) -> MediaBank:
    return MediaBank(tmp_path / "bank", 0, [], SIZES)


@pytest.mark.parametrize("talk", [make_stage_data.stage1, make_stage_data.stage2, make_stage_data.stage3])
def test_a_stages_data_reads_as_examples_and_is_the_same_from_the_same_seed(tmp_path, bank, talk) -> None:
    texts = []
    for name in ("one", "two"):
        make_stage_data.write_jsonl(
            tmp_path / f"{name}.jsonl", make_stage_data.with_files(talk(3, 24), bank, tmp_path)
        )
        texts.append((tmp_path / f"{name}.jsonl").read_text())
    assert texts[0] == texts[1]
    assert len(read_examples(tmp_path / "one.jsonl")) == 24


def test_no_held_out_pair_is_named_or_shown(tmp_path, bank) -> None:
    for talk in (make_stage_data.stage1, make_stage_data.stage2, make_stage_data.stage3):
        for record in talk(5, 300):
            for part in (part for message in record["messages"] for part in message["content"]):
                spec = part.get("spec", {})
                assert (spec.get("thing"), spec.get("colour")) not in world.HELD_OUT
                for thing, colour in world.HELD_OUT:
                    caption = part.get("caption", "")
                    assert not (f" {thing} " in caption and caption.endswith(f" {colour} background"))
    scene = world.Scene("dog", "purple", "left", "big")
    with pytest.raises(ValueError, match="held-out pair"):
        bank.shown(scene, 1)
    spoken = next(iter(conversations(0, "held_pairs", 1)))
    with pytest.raises(ValueError, match="held-out pair"):
        list(make_stage_data.with_files([spoken], bank, tmp_path))


def test_what_is_there_is_not_made_again(bank) -> None:
    path = bank.shown(world.Scene("cat", "red", "top", "small"), 1)
    first = path.read_bytes()
    path.write_bytes(b"kept")
    assert bank.shown(world.Scene("cat", "red", "top", "small"), 1).read_bytes() == b"kept"
    path.unlink()
    assert bank.shown(world.Scene("cat", "red", "top", "small"), 1).read_bytes() == first


def test_a_background_of_any_colour_stands_only_where_colour_does_not_matter(tmp_path, bank) -> None:
    free = 0
    for conversation in make_stage_data.stage1(1, 200):
        if make_stage_data.is_colour_free(conversation):
            free += 1
            said = json.dumps(conversation["messages"][1]).lower()
            assert not any(f" {colour}" in said for colour in world.COLOURS)
            assert "colour" not in conversation["expect"][0]["answer"]["about"]
    assert free > 40


def test_the_medium_of_a_caption_is_recognised() -> None:
    for caption in captions(0, 3000):
        expected = (
            "audio"
            if "sound of" in caption
            else "video"
            if "ing " in caption.replace("sneezing ", "")
            else "image"
        )
        assert make_stage_data.medium_of_caption(caption) == expected


def test_drawn_files_are_softened_but_the_same_picture(bank) -> None:
    from anygen.media import Image

    scene = world.Scene("tree", "blue", "middle", "big")
    drawn = Image.open(bank.drawn(scene, 0)).pixels.astype(float)
    difference = np.abs(drawn - world.draw(scene)).mean()
    assert 0 < difference < 20


def test_shapes_stand_only_where_the_colour_alone_is_asked_for(tmp_path, bank) -> None:
    talk = list(make_stage_data.stage1(2, 400))
    written = list(make_stage_data.with_files(talk, bank, tmp_path))
    with_shapes = 0
    for conversation, record in zip(talk, written, strict=True):
        paths = [part.get("path", "") for message in record["messages"] for part in message["content"]]
        if any("/shapes/" in path for path in paths):
            with_shapes += 1
            assert make_stage_data.is_only_about_colour(conversation)
            assert "colour" in conversation["expect"][0]["answer"]["about"]
    assert with_shapes > 5
    assert bank.shapes("red", 3).name == "red-3.png"
