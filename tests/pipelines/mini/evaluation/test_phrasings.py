import json

import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.dialogues import Sound
from anygen_pipelines.mini.evaluation.phrasings import block_of, read_phrasings

LINE = {
    "id": "p119",
    "turns": [
        {
            "say": "words",
            "media": [
                {"type": "image", "thing": "cat", "colour": "red", "position": "top", "size": "small"},
                {"type": "audio", "class": "bell"},
                {"type": "video", "thing": "fish", "colour": "blue", "motion": "left"},
            ],
            "want": ["video"],
            "check": {"thing": "cat", "colour": None, "motion": "left", "class": None},
        },
        {"say": "more", "media": [], "want": [], "check": {"answer": ["yes"], "not": ["no"]}},
    ],
}


def _bench(tmp_path, text):
    path = tmp_path / "set.jsonl"
    path.write_text(text)
    return Bench("none", tmp_path, phrasings=path)


def test_a_line_becomes_a_dialogue(tmp_path):
    (dialogue,) = read_phrasings(_bench(tmp_path, json.dumps(LINE) + "\n\n"))
    first, second = dialogue.turns
    scene, sound, clip, words = first.parts
    assert scene == world.Scene("cat", "red", "top", "small") and sound == Sound("bell") and words == "words"
    assert (clip.thing, clip.motion) == ("fish", "left") and clip.size in world.SIZES
    assert first.want == {"video"} and first.shows == {"thing": "cat", "motion": "left"}
    assert second.accepted == ("yes",) and second.refused == ("no",) and not second.want
    assert dialogue.cluster == "crossings"


def test_a_line_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ValueError, match="line 2"):
        read_phrasings(_bench(tmp_path, json.dumps(LINE) + "\n{broken\n"))
    with pytest.raises(ValueError, match="line 1"):
        read_phrasings(_bench(tmp_path, json.dumps({"id": "p001"})))


def test_blocks_go_by_number():
    assert [block_of(name) for name in ("p001", "p036", "p095", "p160", "p999")] == [
        "image", "audio", "several at once", "outside the world", "outside the world",
    ]  # fmt: skip


def test_without_a_file_there_is_nothing_to_play(tmp_path):
    assert read_phrasings(Bench("none", tmp_path)) == []
