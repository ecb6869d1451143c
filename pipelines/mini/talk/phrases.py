"""Things and their attributes in words: noun phrases, tails of further sentences, lists of fragments."""

from __future__ import annotations

from dataclasses import dataclass

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk.grammar import Slot, Speaker, phrasings, read, tidy
from anygen_pipelines.mini.talk.words import moves, synonyms, words

# How likely a value is called by its plain name.
_PLAINLY = {"thing": 0.42, "colour": 0.6, "size": 0.4}


@dataclass(frozen=True)
class Wish:
    """One medium that a person asks for, and what they say about it; None = left free."""

    medium: str
    thing: str | None = None
    colour: str | None = None
    position: str | None = None
    size: str | None = None
    motion: str | None = None

    def __getitem__(self, name: str) -> str:
        """What is said of an attribute; "" for nothing."""
        return getattr(self, name) or ""

    def said(self, *without: str) -> list[str]:
        """Names of the attributes beside the thing that are determined."""
        return [name for name in world.ATTRIBUTES if name not in ("thing", *without) and self[name]]


def common_slots() -> dict[str, Slot]:
    """The slots that every template may use: those of phrases.yaml, and words for media."""
    names = {"image": "pic", "audio": "snd", "video": "vid"}
    return {
        **read("phrases")["slots"],
        **{slot: synonyms("medium", medium) for medium, slot in names.items()},
    }


# ---------------------------------------------------------------------------------------------- single words


def value_word(s: Speaker, name: str, value: str) -> str:
    """A word for a thing, a colour or a size; for a position, or a motion, a way to say it."""
    if name == "motion":
        return move(s, value)["m2"]
    if name != "position" and s.chance(_PLAINLY[name]):
        return value
    return s.pick(synonyms(name, value))


def noun(s: Speaker, thing: str) -> str:
    """A name for the thing, without article; the plain one in four of ten cases."""
    return value_word(s, "thing", thing)


def a_noun(s: Speaker, thing: str, adjective: str = "") -> str:
    """A name for the thing with an article or without, or, seldom, its emoji."""
    if not adjective and s.chance(0.05):
        return s.pick(words("thing", thing, "bare"))
    if not adjective and s.chance(0.012):
        return s.pick(words("thing", thing, "emoji"))
    determiner = s.weigh({"a": 78, "the": 6, "one": 3, "my": 3, "some": 2, "": 7, "this": 1})
    extra = s.pick(read("words")["adjectives"]["words"]) if s.chance(0.1) else ""
    both = f"{extra} {adjective}" if s.chance(0.3) else f"{adjective} {extra}"
    return tidy(f"{determiner} {both} {noun(s, thing)}")


def naming(s: Speaker, thing: str) -> dict[str, Slot]:
    """Slots for the thing, drawn when a template uses them."""
    return {"an": lambda: a_noun(s, thing), "noun": lambda: noun(s, thing)}


def move(s: Speaker, motion: str | None) -> dict[str, str]:
    """m0, m1, m2: move left, moves left, moving left, in one of many ways; without direction where none is wished."""
    return dict(zip(("m0", "m1", "m2"), s.pick(moves(motion))))


# ---------------------------------------------------------------------------------------------- attributes


def _value_slots(s: Speaker, wish: Wish, name: str, tags: bool = True) -> dict[str, str]:
    """Slots for an attribute's value, drawn at once: {c}, {p} and {w}, {z}, or {m0}, {m1} and {m2}."""
    if name == "motion":
        return move(s, wish.motion)
    slots = {{"colour": "c", "position": "p", "size": "z"}[name]: value_word(s, name, wish[name])}
    if name == "position" and tags:
        slots["w"] = s.pick(words(name, wish[name], "tags"))
    return slots


def after(s: Speaker, wish: Wish, name: str) -> str:
    """One attribute as a phrase that follows the noun."""
    motion = move(s, wish.motion) if name == "motion" else None
    template = s.one_of(f"after {name}")
    return s.fill(template, **(motion or _value_slots(s, wish, name, tags=False)))


def sentence(s: Speaker, wish: Wish, name: str) -> str:
    """One attribute as a sentence of its own about "it"."""
    named = noun(s, wish.thing) if wish.thing else "thing"
    kind = "place" if name == "position" else name
    return s.say(f"{kind} sentence", noun=named, **_value_slots(s, wish, name))


def tag(s: Speaker, wish: Wish, name: str) -> str:
    """One attribute as a bare fragment."""
    if name in ("colour", "position"):
        if s.chance(0.04 if name == "colour" else 0.03):
            return words(name, wish[name], "emoji")[0]
        return s.fill(s.one_of(f"tag {name}"), **_value_slots(s, wish, name))
    if wish[name] and s.chance(0.5 if name == "size" else 0.4):
        return s.pick(words(name, wish[name], "tags"))
    if name == "size":
        return value_word(s, name, wish[name])
    return s.pick(moves(wish.motion))[s.pick((1, 2, 2))]


def phrase(s: Speaker, wish: Wish, names: list[str]) -> str:
    """A noun phrase with the named attributes: "a small dog on the left on blue", or the other way about.

    Raises ValueError for a wish without a thing.
    """
    if wish.thing is None:
        raise ValueError("a noun phrase needs a thing")
    names = [name for name in names if name != "thing"]
    adjective = ""
    if "size" in names and s.chance(0.85):
        names.remove("size")
        adjective = value_word(s, "size", wish["size"])
    # "a red car": a colour before the noun is the background's, mini has no other colours.
    if "colour" in names and s.chance(0.025):
        names.remove("colour")
        adjective = tidy(f"{adjective} {value_word(s, 'colour', wish['colour'])}")
    s.rng.shuffle(names)
    if "motion" in names and s.chance(0.6):
        names.sort(key=lambda name: name != "motion")
    core = a_noun(s, wish.thing, adjective)
    parts = [after(s, wish, name) for name in names]
    front = ""
    if parts and names[-1] in ("colour", "position") and s.chance(0.05):
        front = parts.pop() + s.one_of("front")
    text = front + core
    for index, part in enumerate(parts):
        text += s.one_of("joint" if index or front else "first joint") + part
    return tidy(text)


def moving_phrase(s: Speaker, wish: Wish, names: list[str]) -> str:
    """A noun phrase with the motion in it, or with some motion where none is wished."""
    if wish.motion is None:
        return f"{phrase(s, wish, names)} {move(s, None)['m2']}"
    return phrase(s, wish, ["motion", *names])


def tail(s: Speaker, wish: Wish, names: list[str]) -> str:
    """The named attributes after the main clause: further sentences, or fragments. Begins with its own separator."""
    if not names:
        return ""
    names = list(names)
    s.rng.shuffle(names)
    if s.chance(0.55):
        glue = s.one_of("sentence glue")
        return "".join(glue + sentence(s, wish, name) for name in names)
    lead, glue = s.one_of("tail lead"), s.one_of("separator")
    return lead + glue.join(tag(s, wish, name) for name in names) + (")" if lead == " (" else "")


def share(s: Speaker, names: list[str]) -> tuple[list[str], list[str]]:
    """Attributes for the noun phrase, and those left for the tail."""
    names = list(names)
    s.rng.shuffle(names)
    if s.chance(0.55):
        return names, []
    cut = s.rng.randrange(len(names) + 1)
    return names[:cut], names[cut:]


def surround(s: Speaker, text: str, amount: float = 1.0) -> str:
    """`text` with, now and then, a greeting, an opener, a reason and an ending around it."""
    if s.chance(0.10 * amount):
        text = text.rstrip(" ") + s.pick(phrasings()["glue after"][:9]) + s.say("reason")
    if s.chance(0.22 * amount):
        text = text.rstrip(" ") + s.one_of("glue after") + s.say("ending")
    if s.chance(0.14 * amount):
        text = s.say("opener") + s.one_of("glue before") + text
    if s.chance(0.13 * amount):
        text = s.say("greeting") + s.one_of("glue before") + text
    return tidy(text)
