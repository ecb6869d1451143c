import pytest

from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.evaluation import plays
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.dialogues import Sound, attach


@pytest.fixture
def bench(tmp_path):
    return Bench("none", tmp_path, 48)


@pytest.mark.parametrize("name", list(plays.PLAYS))
def test_every_play_has_ids_of_its_own_and_is_the_same_twice(bench, name):
    dialogues = plays.PLAYS[name](bench)
    assert len({dialogue.id for dialogue in dialogues}) == len(dialogues)
    assert dialogues == plays.PLAYS[name](bench)
    for dialogue in dialogues:
        for turn in dialogue.turns:
            words = [part for part in turn.parts if isinstance(part, str)]
            assert words and all("{" not in text and text.strip() for text in words)


@pytest.mark.parametrize(
    "name", ["text_to_image", "text_to_video", "image_to_text", "video_to_text", "image_to_image"]
)
def test_what_is_drawn_and_read_are_held_out_pairs(bench, name):
    seen = set()
    for dialogue in plays.PLAYS[name](bench):
        turn = dialogue.turns[-1]
        scenes = [part for part in turn.parts if isinstance(part, world.Scene | world.Clip)]
        shown = turn.shows or vars(scenes[0])
        seen.add((shown["thing"], shown["colour"]))
    assert seen == set(world.HELD_OUT)


def test_yes_and_no_are_balanced_in_both_kinds(bench):
    dialogues = plays.yes_no(bench)
    for kind in ("existence", "attribute"):
        truths = [
            dialogue.turns[0].accepted == plays.YES
            for dialogue in dialogues
            if dialogue.cluster.startswith(kind)
        ]
        assert len(truths) == 48 and sum(truths) == 24


def test_an_edit_changes_one_attribute_and_leaves_three(bench):
    for dialogue in plays.turns(bench):
        first, second = (turn.shows for turn in dialogue.turns)
        assert sum(first[name] != second[name] for name in first) == 1


def test_attachments_depend_on_their_seed_alone():
    scene = world.Scene("dog", "purple", "left", "small")
    assert attach(scene, (3, 0), {}).content_hash() == attach(scene, (3, 0), {}).content_hash()
    assert attach(scene, (3, 0), {}).content_hash() != attach(scene, (4, 0), {}).content_hash()
    sound = attach(Sound("bell"), (1,), {})
    assert sound.samples.shape == (sounds.WINDOW,) and sound.sample_rate == 16_000
    with pytest.raises(KeyError):
        attach(Sound("dog", "4-1-A"), (1,), {})
