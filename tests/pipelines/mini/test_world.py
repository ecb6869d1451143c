from __future__ import annotations

import numpy as np
import pytest

from anygen_pipelines.mini import world
from anygen_pipelines.mini.world import COLOURS, Clip, Scene

SCENE = Scene("dog", "red", "left", "big")


def test_twenty_things_of_which_sixteen_sound() -> None:
    assert len(world.THINGS) == len(set(world.THINGS)) == 20 and len(COLOURS) == 8
    assert world.THINGS[:16] == world.SOUNDING and world.THINGS[:10] == world.RECORDED
    assert set(world.ESC10_FOLDERS) == set(world.RECORDED)
    assert all((world.SPRITES_DIR / f"{thing.replace(' ', '_')}.png").is_file() for thing in world.THINGS)


def test_a_held_out_pair_is_one_of_the_world_and_no_thing_has_two() -> None:
    held = [thing for thing, _ in world.HELD_OUT]
    assert len(held) == len(set(held)) == 12
    assert all(thing in world.THINGS and colour in COLOURS for thing, colour in world.HELD_OUT)
    assert world.is_held_out(Scene("dog", "purple", "left", "big")) and not world.is_held_out(SCENE)


def test_every_scene_and_clip_is_named_once() -> None:
    scenes, clips = list(world.all_scenes()), list(world.all_clips())
    captions = {world.caption(item) for item in (*scenes, *clips)}
    assert len(captions) == len(scenes) + len(clips) == 20 * 8 * (5 * 2 + 2 * 7)
    assert world.caption(SCENE) == "a big dog on the left on a red background"
    moving = Clip("alarm clock", "orange", "small", "spins")
    assert world.caption(moving) == "a small alarm clock spinning on an orange background"
    assert world.sound_caption("alarm clock") == "the sound of an alarm clock"


def test_opposites_are_each_others() -> None:
    assert all(world.OPPOSITE[world.OPPOSITE[value]] == value for value in world.OPPOSITE)
    assert world.OPPOSITE["grows"] == "shrinks" and "spins" not in world.OPPOSITE


@pytest.mark.parametrize("position", world.POSITIONS)
def test_a_thing_is_drawn_in_its_place_on_its_colour(position: str) -> None:
    for size in world.SIZES:
        scene = Scene("drum", "green", position, size)
        picture, mask = world.draw(scene), world.sprite_mask(scene)
        assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
        assert (picture[mask == 0] == COLOURS["green"]).all()
        rows, columns = np.nonzero(mask)
        across, down = columns.mean() / 63 - 0.5, rows.mean() / 63 - 0.5
        assert (across < -0.05) == (position == "left") and (across > 0.05) == (position == "right")
        assert (down < -0.05) == (position == "top") and (down > 0.05) == (position == "bottom")


def test_a_clip_moves_as_it_says() -> None:
    def centre(frame: np.ndarray) -> np.ndarray:
        return np.argwhere((frame != COLOURS["white"]).any(-1)).mean(0)

    for motion, axis, sign in (("left", 1, -1), ("right", 1, 1), ("up", 0, -1), ("down", 0, 1)):
        frames = world.animate(Clip("bell", "white", "small", motion))
        assert frames.shape == (8, 64, 64, 3)
        assert sign * (centre(frames[-1]) - centre(frames[0]))[axis] > 20
    grown = world.animate(Clip("bell", "white", "small", "grows"))
    shown = [(frame != COLOURS["white"]).any(-1).sum() for frame in grown]
    assert shown == sorted(shown) and shown[-1] > 3 * shown[0]
    with pytest.raises(ValueError, match="one of left, right"):
        world.animate(Clip("bell", "white", "small", "jumps"))


def test_what_is_read_is_the_same_from_the_same_generator() -> None:
    def made(seed: int) -> list[np.ndarray]:
        rng = np.random.default_rng(seed)
        film, fps = world.film(Clip("cat", "blue", "big", "up"), rng)
        assert 6 <= len(film) <= 40 and 4 <= fps <= 30
        return [world.photograph(SCENE, rng), world.shapes("red", rng), film]

    first, again, other = made(0), made(0), made(1)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_at_random_held_out_pairs_come_only_when_asked_for() -> None:
    rng = np.random.default_rng(0)
    for held_out in (True, False):
        for draw in (world.random_scene, world.random_clip):
            assert all(world.is_held_out(draw(rng, held_out)) == held_out for _ in range(30))
