"""One function for each kind of conversation over one medium or none; conversations.py holds their weights."""

from __future__ import annotations

from collections.abc import Callable

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import chat, questions, requests
from anygen_pipelines.mini.talk.conversation import (
    MEDIA,
    Made,
    Talk,
    kept,
    left_free,
    made,
    made_whole,
    wish_for,
)
from anygen_pipelines.mini.talk.phrases import Wish, a_noun, noun, value_word
from anygen_pipelines.mini.talk.questions import Asked, Seen, attributes, medium_of, thing_of
from anygen_pipelines.mini.talk.words import synonyms

Kind = Callable[[Talk], None]


# ---------------------------------------------------------------------------------------------- media out of words


def text_to(medium: str) -> Kind:
    """Requests for one such medium."""
    return lambda talk: _text_to_one(talk, medium)


def _text_to_one(talk: Talk, medium: str) -> None:
    s = talk.speaker
    item = talk.seen(medium)
    thing = thing_of(item)
    names = talk.some(medium, s.pick((0.35, 0.6, 0.85, 1.0)))
    if medium == "video" and s.chance(0.5) and "motion" not in names:
        names.append("motion")
    text = requests.ask(s, wish_for(item, names))
    if not talk.held_pairs and s.chance(0.05):
        text = _with_correction(talk, text, item, names)
    elif s.chance(0.045) and not talk.held_pairs:
        other = talk.thing(attributes(item).get("colour"), without=(thing,))
        text = s.say("distractor", o=a_noun(s, other), x=noun(s, other), t=text)
    if not talk.held_pairs and s.chance(0.03):
        # Something attached that the request has nothing to do with.
        talk.user(text, talk.seen(s.pick([m for m in MEDIA if m != medium])))
    else:
        talk.user(text)
    talk.answer(made(item, *names))


def _with_correction(talk: Talk, text: str, item: Seen, names: list[str]) -> str:
    """A slip of the tongue put right: "a cat, no, a dog"."""
    s = talk.speaker
    thing = thing_of(item)
    said = {name: value for name, value in attributes(item).items() if name in {"colour", "size"} & {*names}}
    name = s.pick(("thing", *said))
    if name == "thing":
        wrong = talk.thing(attributes(item).get("colour"), without=(thing,))
        called = sorted((thing, *synonyms("thing", thing)), key=len, reverse=True)
        right = next((word for word in called if word in text), thing)
        return requests.corrected(s, text, right, s.pick((wrong, noun(s, wrong), a_noun(s, wrong))))
    wrong = talk.other_value(name, said[name], thing)
    slip = value_word(s, "colour", wrong) if name == "colour" else wrong
    return requests.corrected(s, text, said[name], slip)


_SEVERAL = {
    "image audio": 5, "audio image": 3, "image video": 3, "video image": 2, "audio video": 2, "video audio": 3,
    "image audio video": 3, "audio image video": 1, "image video audio": 2, "video audio image": 1,
    "video image audio": 1, "audio video image": 1, "image image": 2, "audio audio": 1.5, "video video": 1,
}  # fmt: skip


def text_to_several(talk: Talk) -> None:
    """Two or three media in one answer, of one thing or of several, in the order asked."""
    s = talk.speaker
    media = s.weigh(_SEVERAL).split()
    same = len(set(media)) == len(media) and s.chance(0.7)
    wishes, answers = _of_one(talk, media) if same else _of_several(talk, media)
    talk.user(requests.ask_several(s, wishes), chatter=0.7)
    talk.answer(*answers)


def _of_one(talk: Talk, media: list[str]) -> tuple[list[Wish], list[Made | str]]:
    s = talk.speaker
    first = talk.scene(talk.thing(sounding=None if s.chance(0.15) else True))
    moving = talk.clip(first.thing, colour=first.colour, size=first.size)
    shared = [n for n in ("colour", "size") if s.chance(0.4) or (talk.held_pairs and n == "colour")]
    place = ["position"] if s.chance(0.3) and "video" not in media else []
    motion = ["motion"] if s.chance(0.6) else []
    wishes: list[Wish] = []
    answers: list[Made | str] = []
    said = shared
    for medium in media:
        if medium == "audio":
            sounds = first.thing in world.SOUNDING
            wishes.append(Wish("audio", first.thing))
            answers.append(made(first.thing) if sounds else chat.no_sound(s, first.thing))
            continue
        item, own = (first, place) if medium == "image" else (moving, motion)
        wishes.append(wish_for(item, said + own))
        # What is said of the picture holds for the clip as well.
        answers.append(made(item, *shared, *own))
        said = []
    return wishes, answers


def _of_several(talk: Talk, media: list[str]) -> tuple[list[Wish], list[Made | str]]:
    wishes: list[Wish] = []
    answers: list[Made | str] = []
    for medium in media:
        used = [w.thing for w in wishes if w.thing]
        chosen = talk.seen(medium, talk.thing(sounding=True if medium == "audio" else None, without=used))
        names = talk.some(medium, 0.4)
        wishes.append(wish_for(chosen, names))
        answers.append(made(chosen, *names))
    return wishes, answers


# ---------------------------------------------------------------------------------------------- questions


def question(talk: Talk) -> None:
    """A medium, and a question about it."""
    seen = talk.seen(talk.speaker.weigh({"image": 50, "video": 24, "audio": 0 if talk.held_pairs else 26}))
    asked = talk.random_question(seen)
    talk.kind = f"question {medium_of(seen)}"
    talk.ask(asked, seen)


def quiz(talk: Talk) -> None:
    """One medium and three to seven short questions about it; half of the quizzes use the plainest words only.

    Yes or no takes a comparison of what was asked with what is seen, which a small model learns late: here it is asked
    for many times in few words.
    """
    s = talk.speaker
    seen = talk.seen(s.pick(("image", "image", "video", "video", "audio")))
    plain = s.chance(0.5)
    # Without a colour the same questions may be asked about the thing on any background.
    without = "colour" if s.chance(0.5) else ""
    names = ("thing", *(name for name in attributes(seen) if name != without))
    for index in range(s.rng.randrange(3, 8)):
        if s.chance(0.12):
            asked = questions.open_question(s, seen, s.pick(names))
        else:
            asked = _quiz_question(talk, seen, names, plain or s.chance(0.4))
        shown = (seen,) if index == 0 else ()
        talk.ask(asked, *shown, rough=0.3 if plain else 0.8, chatter=0.0 if plain else 0.1)


def _quiz_question(talk: Talk, seen: Seen, names: tuple[str, ...], plain: bool) -> Asked:
    s = talk.speaker
    thing = thing_of(seen)
    name = s.pick(names) if len(names) > 1 else "thing"
    yes = s.chance(0.5)
    if name == "thing":
        other = s.pick([t for t in world.THINGS if t != thing])
    else:
        other = talk.other_value(name, attributes(seen)[name], thing)
    if plain:
        return questions.plainest(s, seen, name, yes, other)
    if name == "thing":
        return questions.yes_no_thing(s, seen, yes, other)
    return questions.yes_no_attribute(s, seen, name, yes, other)


# ---------------------------------------------------------------------------------------------- media out of media

_CROSSINGS = {
    ("audio", "image"): 24, ("image", "audio"): 20, ("image", "video"): 18, ("video", "image"): 13,
    ("audio", "video"): 13, ("video", "audio"): 17, ("audio", "audio"): 10, ("image", "image"): 2,
}  # fmt: skip


def crossing(talk: Talk) -> None:
    """One medium out of another."""
    s = talk.speaker
    source, target = s.weigh(_CROSSINGS)
    talk.kind = f"{source}->{target}"
    must_sound = source == "audio" or (target == "audio" and s.chance(0.88))
    given = talk.seen(source, talk.thing(sounding=True if must_sound else None))
    thing = thing_of(given)
    if target == "audio":
        talk.user(requests.ask_crossing(s, source, Wish("audio")), given, chatter=0.7)
        talk.sound(thing)
        return
    fixed = kept(target, given)
    free = left_free(target, fixed)
    said = [name for name in free if s.chance(0.35 if target == "image" else 0.6)]
    if talk.held_pairs and "colour" in free and "colour" not in said:
        said.append("colour")
    item = talk.seen(target, thing, **fixed)
    talk.user(requests.ask_crossing(s, source, wish_for(item, said, thing=False)), given, chatter=0.7)
    talk.answer(made(item, *fixed, *said))


def several_from_input(talk: Talk) -> None:
    """Question and wish together, or two media out of one: "what is it? and draw it"."""
    s = talk.speaker
    source = s.pick(("audio", "image", "video"))
    given = talk.seen(source, talk.thing(sounding=True))
    thing = thing_of(given)
    target = s.pick([m for m in MEDIA if m != source])
    fixed = kept(target, given)
    free = left_free(target, fixed)
    said = [name for name in free if s.chance(0.3) or (talk.held_pairs and name == "colour")]
    item = talk.seen(target, thing, **fixed)
    want = requests.ask_crossing(s, source, wish_for(item, said, thing=False))
    join = s.pick((" and ", ". then ", ". ", "? and ", ", and ", ". also, ", "? then ", ", then "))
    if s.chance(0.65):
        talk.kind = f"question+{source}->{target}"
        asked = questions.open_question(s, given, "thing")
        talk.user(asked.question.rstrip("?. ") + join + want, given, chatter=0.5)
        talk.reply(asked.answer, asked.about, asked.value, made(item, *fixed, *said))
        return
    third = next(m for m in ("video", "image", "audio") if m not in (source, target))
    also_fixed = kept(third, given, item)
    also = talk.seen(third, thing, **also_fixed)
    talk.kind = f"{source}->{target}+{third}"
    talk.user(want.rstrip("?. ") + join + requests.ask_now(s, third, thing), given, chatter=0.5)
    determined = [name for name in also_fixed if name in fixed or name in said]
    talk.answer(made(item, *fixed, *said), made(also, *determined))


def edit_input(talk: Talk) -> None:
    """An attached picture or clip, changed."""
    s = talk.speaker
    medium = s.weigh({"image": 68, "video": 32})
    given = talk.shown(medium)
    changes, changed = talk.changes(given, 1 if s.chance(0.75) else 2)
    talk.kind = f"{medium}->{medium} edit"
    talk.user(requests.ask_edits(s, changes, given.thing), given, chatter=0.7)
    talk.answer(made_whole(changed))


# ---------------------------------------------------------------------------------------------- what cannot be


def no_sound(talk: Talk) -> None:
    """A thing without a sound, asked for its sound."""
    thing = talk.thing(sounding=False)
    talk.user(requests.ask(talk.speaker, Wish("audio", thing)))
    talk.sound(thing)


def plain(talk: Talk) -> None:
    """Words without media, and an answer in words."""
    intent, said, answer = chat.plain(talk.speaker)
    talk.kind = f"plain: {intent}"
    talk.user(said, chatter=0.25)
    talk.reply(answer, "plain", intent)


def strange(talk: Talk) -> None:
    """Something outside the world, with or without media."""
    s = talk.speaker
    if s.chance(0.12):
        seen = talk.seen(s.pick(("image", "video")))
        said, answer = chat.strange_edit(s)
        talk.user(said, seen, chatter=0.5)
    else:
        said, answer = chat.strange_request(s)
        talk.user(said, chatter=0.5)
    talk.refuse(answer)
