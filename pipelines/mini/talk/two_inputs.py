"""Conversations over two attached media: one put onto the other, both named, compared, one of them picked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import requests
from anygen_pipelines.mini.talk.conversation import Made, Talk, made, made_whole
from anygen_pipelines.mini.talk.questions import Seen, a_thing, medium_of, thing_of


def two_inputs(talk: Talk) -> None:
    """A task over two media, or over one that lends an attribute."""
    s = talk.speaker
    if not talk.held_pairs and s.chance(0.2):
        _borrowed(talk)
        return
    task = s.weigh({name: weight for name, (weight, _) in TASKS.items()})
    if talk.held_pairs:
        task = s.pick(("sound on background", "sound at place", "picture moves"))
    talk.kind = f"two inputs: {task}"
    TASKS[task][1](talk, task)


def _borrowed(talk: Talk) -> None:
    """A thing in words, one attribute from an attached picture or clip; what is left open stays as attached."""
    s = talk.speaker
    medium = s.weigh({"image": 65, "video": 35})
    given = talk.shown(medium)
    name = s.weigh({"colour": 5, "position": 3, "size": 1} if medium == "image" else {"motion": 5})
    thing = talk.thing(given.colour, without=(given.thing,))
    talk.kind = f"{medium} lends {name}"
    talk.user(requests.ask_borrowed(s, medium, name, thing), given, chatter=0.7)
    talk.answer(made(replace(given, thing=thing), name))


def _sound_in_picture(talk: Talk, task: str) -> None:
    """What is heard on the background, or at the place, of what is seen."""
    s = talk.speaker
    heard = talk.thing(sounding=True)
    colour = talk.colour(heard)
    # With held pairs the picture's own thing is a common one on that colour.
    others = [t for t in world.THINGS if t != heard and (t, colour) not in world.HELD_OUT]
    picture = world.Scene(s.pick(others), colour or "blue", s.pick(world.POSITIONS), s.pick(world.SIZES))
    name = "colour" if task == "sound on background" else "position"
    result = talk.scene(heard, **{name: getattr(picture, name)})
    _in_any_order(talk, task, heard, picture, made(result, name))


def _first_on_second(talk: Talk, task: str) -> None:
    first = talk.scene()
    colour = talk.colour(first.thing, first.colour) or first.colour
    second = talk.scene(talk.thing(colour, without=(first.thing,)), colour=colour)
    _attach(talk, requests.ask_together(talk.speaker, task), (first, second))
    talk.answer(made_whole(replace(first, colour=second.colour)))


def _sound_moves(talk: Talk, task: str) -> None:
    moving = talk.clip()
    thing = talk.thing(moving.colour, sounding=True, without=(moving.thing,))
    _in_any_order(talk, task, thing, moving, made(replace(moving, thing=thing), "motion"))


def _picture_moves(talk: Talk, task: str) -> None:
    moving = talk.clip()
    scene = talk.scene(talk.thing(without=(moving.thing,)))
    clip = world.Clip(scene.thing, scene.colour, scene.size, moving.motion)
    _in_any_order(talk, task, scene, moving, made_whole(clip))


def _both(talk: Talk, task: str) -> None:
    s = talk.speaker
    kinds = ("image audio", "audio image", "image image", "audio audio", "image video", "video audio")
    first, second = s.pick(kinds).split()
    one, two = talk.seen(first), talk.seen(second, talk.thing(sounding=True))
    _attach(talk, requests.ask_together(s, task), (one, two))
    a, b = thing_of(one), thing_of(two)
    talk.reply(f"The first is {a_thing(a)}, the second is {a_thing(b)}.", "both", f"{a}|{b}")


def _same(talk: Talk, task: str) -> None:
    """Are both the same thing? Does the sound fit the picture?"""
    s = talk.speaker
    yes = s.chance(0.5)
    kinds = ("image image", "image audio", "audio image", "audio audio", "video audio", "image video")
    first, second = (s.pick(kinds) if task == "same" else "image audio").split()
    thing = talk.thing(sounding=True)
    other = thing if yes else talk.thing(sounding=True, without=(thing,))
    one, two = talk.seen(first, thing), talk.seen(second, other)
    text = requests.ask_together(s, task)
    _attach(talk, text, (one, two) if task == "same" or s.chance(0.5) else (two, one))
    a, b = a_thing(thing), a_thing(other)
    reply = f"Yes, both are {a}." if yes else f"No, one is {a}, the other is {b}."
    talk.reply(reply, "yes/no same", "yes" if yes else "no")


def _which(talk: Talk, task: str) -> None:
    s = talk.speaker
    medium = s.pick(("image", "image", "audio", "video"))
    one = talk.seen(medium, talk.thing(sounding=True))
    two = talk.seen(medium, talk.thing(sounding=True, without=(thing_of(one),)))
    asked, place = (one, "first") if s.chance(0.5) else (two, "second")
    _attach(talk, requests.ask_together(s, task, thing_of(asked)), (one, two))
    talk.reply(f"The {place} one.", "which", place)


TASKS: dict[str, tuple[float, Callable[[Talk, str], None]]] = {
    "sound on background": (22, _sound_in_picture),
    "sound at place": (9, _sound_in_picture),
    "first on second": (12, _first_on_second),
    "sound moves": (9, _sound_moves),
    "picture moves": (9, _picture_moves),
    "both": (10, _both),
    "same": (9, _same),
    "sound fits": (7, _same),
    "which": (13, _which),
}


# ---------------------------------------------------------------------------------------------- attaching two


def _in_any_order(talk: Talk, task: str, one: Seen, two: Seen, answer: Made) -> None:
    s = talk.speaker
    text = requests.ask_together(s, task)
    _attach(talk, text, (one, two) if s.chance(0.5) else (two, one), labels=True)
    talk.answer(answer)


def _attach(talk: Talk, text: str, media: tuple[Seen, Seen], labels: bool = False) -> None:
    """Two media around the words: both before, both after, one each side, or each after its name."""
    s = talk.speaker
    first, second = ((medium,) for medium in media)
    style = s.pick(("before", "before", "after") + (("around", "labels") if labels else ()))
    if style == "before":
        talk.user_parts(first, second, text)
    elif style == "after":
        talk.user_parts(text, first, second)
    elif style == "around":
        talk.user_parts(first, text, second)
    else:
        a, b = (s.one_of(f"label {medium_of(medium)}") for medium in media)
        named = (a, first, b, second)
        talk.user_parts(*((*named, text) if s.chance(0.5) else (text, *named)))
