import numpy as np

from anygen import Audio
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.evaluation.checks import array_of, check_media, check_words, nearest_drawing
from anygen_pipelines.mini.evaluation.dialogues import Turn


def test_media_are_judged_together_and_missing_ones_are_wrong() -> None:
    asked: list[int] = []

    def judge(modality, media):
        asked.append(len(media))
        return [[{"class": "dog"}] * len(media), [{"class": "bell"}] * len(media)]

    turns = [Turn(("x",), frozenset({"audio"}), {"class": "dog"})] * 3
    sound = Audio(np.zeros(8, np.float32), sounds.SAMPLE_RATE)
    found = check_media(turns, [{"audio": sound}, {}, {"audio": sound}], judge)
    assert asked == [2]
    assert found == [
        {"audio.class": [True, False]},
        {"audio.class": [False, False]},
        {"audio.class": [True, False]},
    ]


def test_an_attribute_is_right_if_no_other_value_is_named() -> None:
    turn = Turn(("x",), says={"thing": "dog"}, accepted=("yes",), refused=("no",))
    assert check_words(turn, "Yes, a dog.") == {"says.thing": True, "answer": True}
    assert check_words(turn, "No, a dog and a cat.") == {"says.thing": False, "answer": False}


def test_sounds_are_read_at_the_judges_rate() -> None:
    stereo = Audio(np.zeros((2, 44_100), np.float32), 44_100)
    assert array_of(stereo).shape == (sounds.SAMPLE_RATE,)


def test_the_nearest_drawing_is_the_drawing_itself() -> None:
    scene = world.Scene("dog", "red", "left", "big")
    found, nearest = nearest_drawing(world.draw(scene), "red")
    assert found == scene and nearest.distance == 0
