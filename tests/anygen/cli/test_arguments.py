"""What several commands take."""

from __future__ import annotations

import json

from anygen.cli.arguments import Parser, add_placement, names, placed, value
from anygen.media import open_media, provenance


def test_options_of_each_medium_are_passed_on(run, folder):
    words = [
        "--image.height",
        24,
        "--image.width=32",
        "--video.num_frames",
        3,
        "--video.fps",
        2.5,
        "--audio.seconds",
        0.32,
    ]
    words += ["--temperature", 0.5, "--exact", "--image.negative_prompt", "7"]
    code, out, err = run("generate", "hi", *words, "--require", "image,video", "--json")
    assert (code, err) == (0, "")
    found = {part["type"]: open_media(part["path"]) for part in json.loads(out)["parts"] if "path" in part}
    assert found["image"].pixels.shape[:2] == (24, 32)
    assert (len(found["video"].frames), found["video"].fps) == (3, 2.5)
    options = provenance.read("out/reply.json")["options"]
    assert options["exact"] is True and options["image"]["negative_prompt"] == "7"


def test_placement_is_as_from_pretrained_takes_it():
    parser = Parser()
    add_placement(parser)
    words = ["--device", "decoders=cuda:1, default=cpu", "--dtype", "float16", "--memory-budget", "2.5"]
    found = placed(parser.parse_args(words))
    assert found == {
        "device": {"decoders": "cuda:1", "default": "cpu"},
        "dtype": "float16",
        "memory_budget": 2.5,
    }
    assert placed(parser.parse_args([])) == {}


def test_values_are_numbers_where_they_are_some():
    assert [value(text) for text in ("3", "0.5", "one")] == [3, 0.5, "one"]
    assert names(" text, image ,,") == ("text", "image")
