"""Questions about a picture, a sound or a clip that is there, and their short answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk.grammar import Speaker
from anygen_pipelines.mini.talk.phrases import a_noun, move, naming, noun, value_word
from anygen_pipelines.mini.talk.requests import reference
from anygen_pipelines.mini.talk.words import categories, known_outside, synonyms, verbs, words

Seen = world.Scene | world.Clip | str  # a picture, a clip, or the thing that is heard

_YES = {True: "Yes", False: "No"}


@dataclass(frozen=True)
class Asked:
    """A question, its answer, and what an evaluation looks for in the answer."""

    question: str
    answer: str
    about: str  # thing, colour, position, size, motion, describe, yes/no thing, ...
    value: str  # the word or phrase that must be in the answer


def medium_of(seen: Seen) -> str:
    """image, audio or video."""
    return "audio" if isinstance(seen, str) else "image" if isinstance(seen, world.Scene) else "video"


def thing_of(seen: Seen) -> str:
    """The thing that is seen or heard."""
    return seen if isinstance(seen, str) else seen.thing


def caption_of(seen: Seen) -> str:
    """The one way the world names it."""
    return world.sound_caption(seen) if isinstance(seen, str) else world.caption(seen)


def spec(seen: Seen) -> dict[str, str]:
    """The thing and its attributes by name."""
    return {"thing": seen} if isinstance(seen, str) else asdict(seen)


def attributes(seen: Seen) -> dict[str, str]:
    """The attributes that can be asked for, beside the thing."""
    return {name: value for name, value in spec(seen).items() if name != "thing"}


def a_thing(thing: str) -> str:
    """The thing with its article."""
    return f"{world.article(thing)} {thing}"


def key_word(name: str, value: str) -> str:
    """What must be in an answer about an attribute: "on the left"."""
    if name == "position":
        return world.PLACE_WORDS[value]
    return world.MOTION_WORDS[value] if name == "motion" else value


def statement(name: str, value: str) -> str:
    """What an answer says of one attribute."""
    return f"the background is {value}" if name == "colour" else f"it is {key_word(name, value)}"


def yes_or_no(question: str, yes: bool, answer: str, about: str) -> Asked:
    """A question that is answered with yes or no and a statement."""
    return Asked(question, f"{_YES[yes]}, {answer}.", f"yes/no {about}", _YES[yes].lower())


def _sense(seen: Seen) -> str:
    return "heard" if isinstance(seen, str) else "seen"


def _ask(s: Speaker, name: str, seen: Seen, held_as: str | None = None, /, **slots: str) -> str:
    thing = thing_of(seen)
    return s.say(name, held_as, ref=reference(medium_of(seen)), noun=lambda: noun(s, thing), **slots)


# ---------------------------------------------------------------------------------------------- open questions


def open_question(s: Speaker, seen: Seen, about: str) -> Asked:
    """What is it, describe it, or what is its colour, position, size or motion?"""
    if about == "thing":
        return _what(s, seen)
    if about == "describe":
        return _describe(s, seen)
    value = attributes(seen)[about]
    if about == "motion" and value in ("grows", "shrinks", "spins") and s.chance(0.3):
        question = s.fill(s.one_of("what happens"))
    else:
        question = _ask(s, f"{about} of", seen)
    answer = f"{_capital(statement(about, value))}."
    if about in ("position", "motion") and s.chance(0.4):
        answer = f"The {thing_of(seen)} is {key_word(about, value)}."
    return Asked(question, answer, about, key_word(about, value))


def _what(s: Speaker, seen: Seen) -> Asked:
    thing = thing_of(seen)
    kinds = [name.split(" ", 1)[1] for name in categories(thing) if name != "a human"]
    question = _ask(s, f"what {_sense(seen)}", seen, kind=s.pick((*kinds, *kinds, "thing", "object")))
    if isinstance(seen, str):
        return Asked(question, f"{s.pick(('That is', 'I hear'))} {caption_of(seen)}.", "thing", thing)
    return Asked(question, f"{s.pick(('It is', 'That is'))} {a_thing(thing)}.", "thing", thing)


def _describe(s: Speaker, seen: Seen) -> Asked:
    question = _ask(s, f"describe {_sense(seen)}", seen)
    if s.chance(0.1):
        question = s.one_of("none of it")
    elif not isinstance(seen, str) and s.chance(0.45):
        question = _what_to_tell(s, seen)
    lead = "I hear" if isinstance(seen, str) else "I see" if s.chance(0.5) else "It shows"
    return Asked(question, f"{lead} {caption_of(seen)}.", "describe", caption_of(seen))


def _what_to_tell(s: Speaker, seen: Seen) -> str:
    """Words for a description that list what it should tell: two or more of the thing and its attributes."""
    names = list(spec(seen))
    s.rng.shuffle(names)
    names = names[: s.pick((2, 2, 2, 3, 3, 4, 4))]
    if s.chance(0.5):
        names.sort(key=lambda name: name != "thing")
    form = s.pick(("ask", "ask", "clause", "clause", "clause", "noun"))
    parts = [s.one_of(f"tell {name} {form}") for name in names]
    glue = s.pick((", ", ", ", ", ", " and ", "? " if form == "ask" else ", ", "; "))
    last = s.pick((" and ", " and ", ", and ", ", ", " and also "))
    return _ask(s, f"tell {form}", seen, list=glue.join(parts[:-1]) + last + parts[-1])


def how_many(s: Speaker, seen: Seen) -> Asked:
    """There is always one."""
    return Asked(_ask(s, "how many", seen), f"There is one {thing_of(seen)}.", "count", "one")


def either(s: Speaker, seen: Seen, name: str, other: str) -> Asked:
    """Is it this or that? One of the two is so."""
    thing = thing_of(seen)
    if name == "thing":
        table = "either heard" if isinstance(seen, str) else "either thing"
        said = [a_noun(s, thing), a_noun(s, other)]
        answer, value = f"It is {a_thing(thing)}.", thing
    else:
        table, truth = f"either {name}", attributes(seen)[name]
        said = [value_word(s, name, truth), value_word(s, name, other)]
        answer, value = f"{_capital(statement(name, truth))}.", key_word(name, truth)
    s.rng.shuffle(said)
    return Asked(_ask(s, table, seen, f"either {name}", x=said[0], y=said[1]), answer, name, value)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


# ---------------------------------------------------------------------------------------------- yes or no


def yes_no_thing(s: Speaker, seen: Seen, yes: bool, other: str) -> Asked:
    """Is it an X? `other` is the thing asked for when the answer is no."""
    thing = thing_of(seen)
    asked = thing if yes else other
    known = asked in world.THINGS
    barking = verbs(words("thing", asked, "verbs"))[0][2] if known else "making noise"
    slots = naming(s, asked) if known else {"an": f"a {asked}", "noun": asked}
    question = s.say(f"is {_sense(seen)}", ref=reference(medium_of(seen)), barking=barking, **slots)
    there_is = yes and not isinstance(seen, str) and s.chance(0.4)
    return yes_or_no(question, yes, f"{'there' if there_is else 'it'} is {a_thing(thing)}", "thing")


def yes_no_attribute(s: Speaker, seen: Seen, name: str, yes: bool, other: str) -> Asked:
    """Is it so? `other` is the value asked for when the answer is no."""
    value = attributes(seen)[name]
    asked = value if yes else other
    question = s.say(
        f"is {name}",
        ref=reference(medium_of(seen)),
        noun=lambda: noun(s, thing_of(seen)),
        c=lambda: value_word(s, "colour", asked),
        z=lambda: value_word(s, "size", asked),
        p=synonyms(name, asked),
        w=words(name, asked, "tags"),
        **(move(s, asked) if name == "motion" else {}),
    )
    return yes_or_no(question, yes, statement(name, value), name)


def category(s: Speaker, seen: Seen, yes: bool) -> Asked | None:
    """Is it an animal? None where no category answers so."""
    fitting = categories(thing_of(seen), yes)
    if not fitting:
        return None
    question = _ask(s, "is category", seen, k=s.pick(fitting))
    return yes_or_no(question, yes, f"it is {a_thing(thing_of(seen))}", "thing")


def outside_thing(s: Speaker, seen: Seen) -> Asked:
    """Is it an elephant? Never."""
    return yes_no_thing(s, seen, False, s.pick(known_outside(("animals", "objects", "food"), s.held)))


def plainest(s: Speaker, seen: Seen, name: str, yes: bool, other: str) -> Asked:
    """Is it so? In as few words as can be, the value's own."""
    if name == "thing":
        thing = thing_of(seen)
        said = s.fill(s.one_of(f"quiz {_sense(seen)}"), an=a_thing(thing if yes else other))
        return yes_or_no(said, yes, f"it is {a_thing(thing)}", name)
    truth = attributes(seen)[name]
    said = s.fill(s.one_of(f"quiz {name}"), v=key_word(name, truth if yes else other))
    return yes_or_no(said, yes, statement(name, truth), name)
