# ruff: noqa: E501
"""One function for each kind of conversation; `KINDS` holds their weights in the mix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import asks, chat, crossings, edits, questions, synonyms
from anygen_pipelines.mini.talk.build import (
    Made,
    Talk,
    apply,
    made,
    made_whole,
    no_sound_line,
    now,
    spec,
    wish_for,
)
from anygen_pipelines.mini.talk.phrases import Wish, a_noun, colour_word, noun

DISTRACTORS = (
    "i already have {o}. {t}", "my {x} is asleep. {t}", "my brother wants {o}, but i want something else: {t}", "no {x} this time. {t}", "instead of {o}: {t}", "we had {o} yesterday, so today {t}", "not {o}! {t}", "my {x} ran away. {t}", "i saw {o} yesterday. {t}", "i asked for {o} last time. now {t}", "forget the {x}. {t}", "enough of the {x}, {t}", "i don't want {o}. {t}", "everybody asks for {o}, i don't. {t}", "{t}. not {o}", "{t}, and no {x} please", "{t} (not {o})", "{t}. i am tired of the {x}", "no more {x}s. {t}",
)  # fmt: skip


def text_to_one(talk: Talk, medium: str) -> None:
    s = talk.speaker
    item = talk.seen(medium)
    thing = questions.thing_of(item)
    names = talk.some(medium, s.pick((0.35, 0.6, 0.85, 1.0)))
    if medium == "video" and s.chance(0.5) and "motion" not in names:
        names.append("motion")
    text = asks.ask(s, wish_for(item, names))
    if not talk.held_pairs and s.chance(0.05):
        text = with_correction(talk, text, item, names)
    elif s.chance(0.045):
        colour = spec(item).get("colour")
        other = talk.thing(colour, without=(thing,)) if not talk.held_pairs else None
        if other:
            text = s.say("distractor", DISTRACTORS, o=a_noun(s, other), x=noun(s, other), t=text)
    if not talk.held_pairs and s.chance(0.03):
        # Something attached that the request has nothing to do with.
        talk.user(text, talk.seen(s.pick(tuple(m for m in ("image", "audio", "video") if m != medium))))
    else:
        talk.user(text)
    talk.answer(made(item, "thing", *names))


def with_correction(talk: Talk, text: str, item: questions.Seen, names: list[str]) -> str:
    """A slip of the tongue put right: "a cat, no, a dog"."""
    s = talk.speaker
    thing = questions.thing_of(item)
    words = {"thing": thing} | {n: v for n, v in spec(item).items() if n in names and n in ("colour", "size")}
    name = s.pick(tuple(words))
    if name == "thing":
        wrong = talk.thing(spec(item).get("colour"), without=(thing,))
        right = next(
            (w for w in sorted((thing, *synonyms.NOUNS[thing]), key=len, reverse=True) if w in text), thing
        )
        if wrong is None:
            return text
        return asks.corrected(s, text, right, s.pick((wrong, noun(s, wrong), a_noun(s, wrong))))
    wrong = talk.other_value(name, words[name], thing)
    return asks.corrected(s, text, words[name], colour_word(s, wrong) if name == "colour" else wrong)


def text_to_image(talk: Talk) -> None:
    text_to_one(talk, "image")


def text_to_audio(talk: Talk) -> None:
    text_to_one(talk, "audio")


def text_to_video(talk: Talk) -> None:
    text_to_one(talk, "video")


def text_to_several(talk: Talk) -> None:
    """Two or three media in one answer, of one thing or of several, in the order asked."""
    s = talk.speaker
    media = s.weigh({
        ("image", "audio"): 5, ("audio", "image"): 3, ("image", "video"): 3, ("video", "image"): 2, ("audio", "video"): 2, ("video", "audio"): 3,
        ("image", "audio", "video"): 3, ("audio", "image", "video"): 1, ("image", "video", "audio"): 2, ("video", "audio", "image"): 1, ("video", "image", "audio"): 1, ("audio", "video", "image"): 1,
        ("image", "image"): 2, ("audio", "audio"): 1.5, ("video", "video"): 1,
    })  # fmt: skip
    same = len(set(media)) == len(media) and s.chance(0.7)
    wishes: list[Wish] = []
    answers: list[Made | str] = []
    if same:
        first = talk.scene(talk.thing(sounding=None if s.chance(0.15) else True))
        moving = talk.clip(first.thing, colour=first.colour, size=first.size)
        shared = [
            name for name in ("colour", "size") if s.chance(0.4) or (talk.held_pairs and name == "colour")
        ]
        place = ["position"] if s.chance(0.3) and "video" not in media else []
        motion = ["motion"] if s.chance(0.6) else []
        shown = False
        for medium in media:
            if medium == "audio":
                wishes.append(Wish("audio", first.thing))
                answers.append(
                    made(first.thing, "thing")
                    if first.thing in world.SOUNDING
                    else no_sound_line(talk, first.thing)
                )
                continue
            item: world.Scene | world.Clip = first if medium == "image" else moving
            names = (shared + place if not shown else []) + (motion if medium == "video" else [])
            # What is said of the picture holds for the clip as well.
            answers.append(made(item, "thing", *shared, *(place if medium == "image" else motion)))
            wishes.append(wish_for(item, [n for n in names if n in spec(item)]))
            shown = True
    else:
        used: tuple[str, ...] = ()
        for medium in media:
            thing = talk.thing(sounding=True if medium == "audio" else None, without=used)
            chosen = talk.seen(medium, thing)
            names = talk.some(medium, 0.4)
            wishes.append(wish_for(chosen, names))
            answers.append(made(chosen, "thing", *names))
            used += (questions.thing_of(chosen),)
    talk.user(asks.ask_several(s, wishes), chatter=0.7)
    talk.answer(*answers)


def question(talk: Talk) -> None:
    s = talk.speaker
    seen = talk.seen(s.weigh({"image": 50, "video": 24, "audio": 0 if talk.held_pairs else 26}))
    asked = talk.random_question(seen)
    talk.kind = f"question {questions.medium_of(seen)}"
    talk.ask_and_answer(asked, seen)


def crossing(talk: Talk) -> None:
    """One medium out of another."""
    s = talk.speaker
    source, target = s.weigh({
        ("audio", "image"): 24, ("image", "audio"): 20, ("image", "video"): 18, ("video", "image"): 13, ("audio", "video"): 13, ("video", "audio"): 17, ("audio", "audio"): 10, ("image", "image"): 2,
    })  # fmt: skip
    talk.kind = f"{source}->{target}"
    thing = talk.thing(sounding=True if source == "audio" or (target == "audio" and s.chance(0.88)) else None)
    given = talk.seen(source, thing)
    thing = questions.thing_of(given)
    if target == "audio":
        talk.user(crossings.ask_crossing(s, source, Wish("audio")), given, chatter=0.7)
        if thing in world.SOUNDING:
            talk.answer(made(thing, "thing"))
        else:
            talk.refuse(no_sound_line(talk, thing))
        return
    kept = {
        name: value
        for name, value in spec(given).items()
        if name not in ("thing", "motion") and name in (*asks_attributes(target),)
    }
    free = [name for name in asks_attributes(target) if name not in kept]
    said = [name for name in free if s.chance(0.35 if target == "image" else 0.6)]
    if talk.held_pairs and "colour" in free and "colour" not in said:
        said.append("colour")
    item = talk.scene(thing, **kept) if target == "image" else talk.clip(thing, **kept)
    talk.user(crossings.ask_crossing(s, source, wish_for(item, said, thing=False)), given, chatter=0.7)
    talk.answer(made(item, "thing", *kept, *said))


def asks_attributes(medium: str) -> tuple[str, ...]:
    return {"image": ("colour", "position", "size"), "video": ("colour", "size", "motion"), "audio": ()}[
        medium
    ]


def several_from_input(talk: Talk) -> None:
    """Question and wish together, or two media out of one: "what is it? and draw it"."""
    s = talk.speaker
    source = s.pick(("audio", "image", "video"))
    given = talk.seen(source, talk.thing(sounding=True))
    thing = questions.thing_of(given)
    target = s.pick(tuple(m for m in ("image", "audio", "video") if m != source))
    kept = {
        name: value
        for name, value in spec(given).items()
        if name in asks_attributes(target) and name != "motion"
    }
    free = [name for name in asks_attributes(target) if name not in kept]
    said = [name for name in free if s.chance(0.3) or (talk.held_pairs and name == "colour")]
    item: questions.Seen = (
        thing
        if target == "audio"
        else talk.scene(thing, **kept)
        if target == "image"
        else talk.clip(thing, **kept)
    )
    want = crossings.ask_crossing(s, source, wish_for(item, said, thing=False))
    join = s.pick((" and ", ". then ", ". ", "? and ", ", and ", ". also, ", "? then ", ", then "))
    if s.chance(0.65):
        talk.kind = f"question+{source}->{target}"
        asked = questions.open_question(s, given, "thing")
        talk.user(asked.question.rstrip("?. ") + join + want, given, chatter=0.5)
        talk.answer(
            made(item, "thing", *kept, *said),
            text=asked.answer,
            answer={"about": asked.about, "value": asked.value},
        )
        return
    third = next(m for m in ("video", "image", "audio") if m not in (source, target))
    also: questions.Seen = thing if third == "audio" else None  # type: ignore[assignment]
    kept_also = {
        name: value
        for name, value in (spec(given) | (spec(item) if target != "audio" else {})).items()
        if name in asks_attributes(third) and name != "motion"
    }
    if third != "audio":
        also = talk.scene(thing, **kept_also) if third == "image" else talk.clip(thing, **kept_also)
    talk.kind = f"{source}->{target}+{third}"
    more = now(talk, third, thing)
    talk.user(want.rstrip("?. ") + join + more, given, chatter=0.5)
    fixed = [name for name in kept_also if name in kept or name in said]
    talk.answer(made(item, "thing", *kept, *said), made(also, "thing", *fixed))


def edit_input(talk: Talk) -> None:
    """An attached picture or clip, changed."""
    s = talk.speaker
    medium = s.weigh({"image": 68, "video": 32})
    given = talk.seen(medium)
    if isinstance(given, str):
        raise TypeError("a sound has nothing to change")
    changes = talk.changes(given, 1 if s.chance(0.75) else 2)
    talk.kind = f"{medium}->{medium} edit"
    talk.user(edits.ask_edits(s, changes, given.thing), given, chatter=0.7)
    talk.answer(made_whole(apply(given, changes)))


def borrowed(talk: Talk) -> None:
    """A thing in words, one attribute from an attached picture or clip; what is left open stays as attached."""
    s = talk.speaker
    medium = s.weigh({"image": 65, "video": 35})
    given = talk.seen(medium)
    if isinstance(given, str):
        raise TypeError("a sound has nothing to lend")
    name = s.weigh({"colour": 5, "position": 3, "size": 1} if medium == "image" else {"motion": 5})
    thing = talk.thing(given.colour, without=(given.thing,))
    if thing is None:
        raise ValueError("no other thing on this colour in this split")
    talk.kind = f"{medium} lends {name}"
    talk.user(crossings.ask_borrowed(s, medium, name, thing), given, chatter=0.7)
    talk.answer(made(replace(given, thing=thing), "thing", name))


def two_inputs(talk: Talk) -> None:
    s = talk.speaker
    if not talk.held_pairs and s.chance(0.2):
        borrowed(talk)
        return
    kind = s.weigh(
        {
            "sound on background": 22,
            "sound at place": 9,
            "first on second": 12,
            "sound moves": 9,
            "picture moves": 9,
            "both": 10,
            "same": 9,
            "sound fits": 7,
            "which": 13,
        }
    )
    if talk.held_pairs:
        kind = s.pick(("sound on background", "sound at place", "picture moves"))
    talk.kind = f"two inputs: {kind}"
    text = crossings.ask_together
    if kind in ("sound on background", "sound at place"):
        heard = talk.thing(sounding=True)
        if heard is None:
            raise ValueError("no sounding thing in this split")
        colour = talk.colour(heard)
        # With held pairs the picture's own thing is a common one on that colour.
        others = tuple(t for t in world.THINGS if t != heard and (t, colour) not in world.HELD_OUT)
        picture = world.Scene(s.pick(others), colour or "blue", s.pick(world.POSITIONS), s.pick(world.SIZES))
        if kind == "sound on background":
            result, names = talk.scene(heard, colour=picture.colour), ["thing", "colour"]
        else:
            result, names = talk.scene(heard, position=picture.position), ["thing", "position"]
        attach_two(talk, text(s, kind), (heard, picture) if s.chance(0.5) else (picture, heard), labels=True)
        talk.answer(made(result, *names))
        return
    if kind == "first on second":
        first = talk.scene()
        colour = talk.colour(first.thing, first.colour) or first.colour
        second = talk.scene(talk.thing(colour, without=(first.thing,)), colour=colour)
        result = world.Scene(first.thing, second.colour, first.position, first.size)
        attach_two(talk, text(s, kind), (first, second))
        talk.answer(made_whole(result))
        return
    if kind in ("sound moves", "picture moves"):
        moving = talk.clip()
        if kind == "sound moves":
            thing = talk.thing(moving.colour, sounding=True, without=(moving.thing,))
            given: questions.Seen = talk.seen("audio", thing)
            clip = talk.clip(
                questions.thing_of(given), motion=moving.motion, colour=moving.colour, size=moving.size
            )
            names = ["thing", "motion"]
        else:
            scene = talk.scene(talk.thing(without=(moving.thing,)))
            given = scene
            clip = world.Clip(scene.thing, scene.colour, scene.size, moving.motion)
            names = ["thing", "colour", "size", "motion"]
        attach_two(talk, text(s, kind), (given, moving) if s.chance(0.5) else (moving, given), labels=True)
        talk.answer(made(clip, *names))
        return
    if kind == "both":
        pair = s.pick(
            (
                ("image", "audio"),
                ("audio", "image"),
                ("image", "image"),
                ("audio", "audio"),
                ("image", "video"),
                ("video", "audio"),
            )
        )
        one, two = talk.seen(pair[0]), talk.seen(pair[1], talk.thing(sounding=True))
        attach_two(talk, text(s, kind), (one, two))
        a, b = questions.a_thing(questions.thing_of(one)), questions.a_thing(questions.thing_of(two))
        talk.answer(
            text=f"The first is {a}, the second is {b}.",
            answer={"about": "both", "value": f"{questions.thing_of(one)}|{questions.thing_of(two)}"},
        )
        return
    if kind in ("same", "sound fits"):
        yes = s.chance(0.5)
        media = (
            ("image", "audio")
            if kind == "sound fits"
            else s.pick(
                (
                    ("image", "image"),
                    ("image", "audio"),
                    ("audio", "image"),
                    ("audio", "audio"),
                    ("video", "audio"),
                    ("image", "video"),
                )
            )
        )
        thing = talk.thing(sounding=True)
        if thing is None:
            raise ValueError("no sounding thing in this split")
        other = thing if yes else talk.thing(sounding=True, without=(thing,)) or thing
        one, two = talk.seen(media[0], thing), talk.seen(media[1], other)
        attach_two(talk, text(s, kind), (one, two) if kind == "same" or s.chance(0.5) else (two, one))
        a, b = questions.a_thing(thing), questions.a_thing(other)
        reply = f"Yes, both are {a}." if yes else f"No, one is {a}, the other is {b}."
        talk.answer(text=reply, answer={"about": "yes/no same", "value": "yes" if yes else "no"})
        return
    media = s.pick((("image", "image"), ("image", "image"), ("audio", "audio"), ("video", "video")))
    one = talk.seen(media[0], talk.thing(sounding=True))
    two = talk.seen(media[1], talk.thing(sounding=True, without=(questions.thing_of(one),)))
    first_asked = s.chance(0.5)
    attach_two(talk, text(s, kind, questions.thing_of(one if first_asked else two)), (one, two))
    talk.answer(
        text=f"The {'first' if first_asked else 'second'} one.",
        answer={"about": "which", "value": "first" if first_asked else "second"},
    )


def attach_two(
    talk: Talk, text: str, media: tuple[questions.Seen, questions.Seen], labels: bool = False
) -> None:
    """Two media around the words: both before, both after, one each side, or each after its name."""
    s = talk.speaker
    style = s.pick(
        ("before", "before", "after", "around", "labels") if labels else ("before", "before", "after")
    )
    if style == "around":
        talk.user_parts((" ", media[0]), text, (" ", media[1]))
    elif style == "labels":
        names = {
            "audio": ("the sound:", "sound:", "hear this:", "my recording:", "audio"),
            "image": ("the picture:", "picture:", "look at this:", "my photo:", "image"),
            "video": ("the clip:", "clip:", "watch this:", "video"),
        }
        a, b = (s.pick(names[questions.medium_of(m)]) for m in media)
        if s.chance(0.5):
            talk.user_parts(a, (" ", media[0]), b, (" ", media[1]), text)
        else:
            talk.user_parts(text, a, (" ", media[0]), b, (" ", media[1]))
    else:
        talk.user_parts(*((" ", m) for m in media), text) if style == "before" else talk.user_parts(
            text, *((" ", m) for m in media)
        )


def no_sound(talk: Talk) -> None:
    """A thing without a sound, asked for its sound."""
    thing = talk.thing(sounding=False)
    if thing is None:
        raise ValueError("no silent thing in this split")
    talk.user(asks.ask_audio(talk.speaker, Wish("audio", thing)))
    talk.refuse(no_sound_line(talk, thing))


def plain(talk: Talk) -> None:
    intent, said, answer = chat.plain(talk.speaker)
    talk.kind = f"plain: {intent}"
    talk.user(said, chatter=0.25)
    talk.answer(text=answer, answer={"about": "plain", "value": intent})


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


Kind = Callable[[Talk], None]
