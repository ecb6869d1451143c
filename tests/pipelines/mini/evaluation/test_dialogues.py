from anygen_pipelines.mini import world
from anygen_pipelines.mini.evaluation.dialogues import Dialogue, Sound, Turn, attach


def test_what_mini_drew_is_the_worlds_own_drawing() -> None:
    scene, clip = world.Scene("dog", "red", "left", "big"), world.Clip("cat", "blue", "small", "up")
    assert (attach(scene, (1,), {}, drawn=True).pixels == world.draw(scene)).all()
    assert (attach(clip, (1,), {}, drawn=True).frames == world.animate(clip)).all()
    assert len(attach(clip, (1,), {}).frames) > 0


def test_a_recording_is_attached_whole() -> None:
    from types import SimpleNamespace

    import numpy as np

    recordings = {"4-1-A": SimpleNamespace(samples=np.ones(30, np.float32))}
    assert attach(Sound("dog", "4-1-A"), (0,), recordings).samples.shape == (30,)


def test_a_dialogue_that_starts_has_nothing_before() -> None:
    dialogue = Dialogue("d", "c", (Turn(("hello",)),))
    assert dialogue.before == () and dialogue.turns[0].want == frozenset() and dialogue.seed == 0
