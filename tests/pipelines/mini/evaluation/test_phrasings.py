import json

import pytest

from anygen_pipelines.mini import talk, world
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.checks import check_words
from anygen_pipelines.mini.evaluation.dialogues import Sound
from anygen_pipelines.mini.evaluation.phrasings import HELD_SEED, block_of, held_dialogues, read_phrasings

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


def test_held_conversations_become_dialogues_whose_last_turn_is_asked(tmp_path):
    found = held_dialogues(Bench("none", tmp_path, 60))
    assert len(found) == 120 == len({dialogue.id for dialogue in found})
    assert all(len(dialogue.turns) == 1 and dialogue.turns[0].parts for dialogue in found)
    assert any(dialogue.before for dialogue in found)
    for dialogue in found:
        if dialogue.before:
            assert [said.role for said in dialogue.before] == ["user", "assistant"] * (
                len(dialogue.before) // 2
            )
    wanted = {frozenset(dialogue.turns[0].want) for dialogue in found}
    assert {frozenset(), frozenset({"image"}), frozenset({"audio"}), frozenset({"video"})} <= wanted
    assert any(dialogue.turns[0].says for dialogue in found)
    assert any(dialogue.turns[0].accepted for dialogue in found)


def test_the_answers_as_they_are_written_pass_every_check(tmp_path):
    bench = Bench("none", tmp_path, 150)
    gold = list(talk.conversations(HELD_SEED, "held", 300))
    checked = 0
    for dialogue, conversation in zip(held_dialogues(bench), gold, strict=True):
        said = " ".join(part.get("text", "") for part in conversation["messages"][-1]["content"])
        found = check_words(dialogue.turns[0], said)
        assert all(found.values()), (said, found)
        checked += len(found)
    assert checked > 60
