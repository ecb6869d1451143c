"""Talk without media: greetings, who mini is, and what lies outside its world, said honestly."""

from __future__ import annotations

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk.grammar import Slot, Speaker, read, tidy
from anygen_pipelines.mini.talk.phrases import Wish, a_noun, after, move, noun, share, tail, value_word
from anygen_pipelines.mini.talk.words import known_outside, outside, words

OBJECTS_OUT = ("animals", "objects")
_OFTEN = {"greeting": 2, "abilities": 2, "name": 2, "thanks": 2}


def plain(s: Speaker) -> tuple[str, str, str]:
    """(intent, what is said, what mini answers) of a talk without media."""
    intent = s.weigh({name: _OFTEN.get(name, 1) for name in read("chat")["answer"]})
    table = "greeting" if intent == "greeting" else f"plain {intent}"
    said = s.say(table, f"plain {intent}", person=lambda: s.one_of("first name"))
    return intent, said, s.one_of(f"answer {intent}")


def no_sound(s: Speaker, thing: str) -> str:
    """What mini says when asked for the sound of a thing that has none."""
    return s.fill(s.one_of("refuse no sound"), a=f"{world.article(thing)} {thing}")


# ---------------------------------------------------------------------------------------------- words from outside


def _pick_outside(s: Speaker, *names: str) -> str:
    return s.pick(known_outside(names, s.held))


def _an(word: str) -> str:
    """The strange word with an article if it takes one."""
    bare = word in outside("persons", "places", "abstract") or word.endswith("s")
    return word if bare or word.split()[0] in outside("named") else f"a {word}"


def _dressed(s: Speaker, word: str, wish: Wish, names: list[str]) -> str:
    """A strange thing with attributes that mini does know."""
    bare = _an(word)
    if "size" in names and bare == f"a {word}":
        bare = f"a {value_word(s, 'size', wish['size'])} {word}"
    return tidy(" ".join([bare, *(after(s, wish, name) for name in names if name != "size")]))


def _stranger(s: Speaker, word: str, wish: Wish) -> tuple[dict[str, Slot], str]:
    """Slots for the common requests filled with something mini does not know, and a tail to follow them."""
    bare, moving = _an(word), move(s, wish.motion)
    inside, rest = share(s, wish.said("motion"))
    slots: dict[str, Slot] = {
        "draw": read("words")["draw"]["only"],
        "make": words("medium", wish.medium, "make"),
        "an": bare,
        "noun": word,
        "thenoun": word if bare == word else f"the {word}",
        "np": lambda: _dressed(s, word, wish, inside),
        "mp": lambda: f"{_dressed(s, word, wish, inside)} {moving['m2']}",
        "bark": "make noise",
        "barks": "makes noise",
        "barking": "making noise",
        "call": outside("calls"),
        "noises": (f"the sound of {bare}", f"{word} noises", f"{word} sounds", bare),
        "order": (f"let {bare} make noise", f"imitate {bare}", f"make {bare} sound"),
        **moving,
    }
    return slots, tail(s, wish, rest)


# ---------------------------------------------------------------------------------------------- requests from outside


def strange_request(s: Speaker) -> tuple[str, str]:
    """(a request outside the world, an honest answer)."""
    kind = s.weigh({
        "image": 30, "audio": 18, "video": 12, "colour": 6, "count": 4, "together": 4, "extra": 5, "motion": 4, "task": 26,
        "gibberish": 1.5,
    })  # fmt: skip
    thing, other = s.rng.sample(world.THINGS, 2)
    if kind in ("image", "video"):
        return _strange_sight(s, kind), s.one_of("refuse thing")
    if kind == "audio":
        return _strange_sound(s), s.one_of("refuse sound")
    slots = {"a": a_noun(s, thing), "b": a_noun(s, other), "x": noun(s, thing)}
    if kind == "task":
        return _task(s), s.one_of("refuse task")
    if kind == "gibberish":
        return s.say(kind), s.one_of("refuse task")
    if kind == "count":
        slots["n"], slots["xs"] = _pick_outside(s, "counts"), f"{thing}s"
        slots["c"] = value_word(s, "colour", "blue" if (thing, "blue") not in world.HELD_OUT else "orange")
    elif kind != "together":
        slot, names = {"colour": ("o", "colours"), "extra": ("e", "extras"), "motion": ("v", "moves")}[kind]
        slots[slot] = _pick_outside(s, names)
    answer = kind if kind in ("colour", "motion") else "count"
    return s.say(f"{kind} out", **slots), s.one_of(f"refuse {answer}")


def _strange_sight(s: Speaker, medium: str) -> str:
    kinds = ("animals", "animals", "objects", "objects", "food", "nature", "people", "places", "abstract")
    names = s.pick(kinds)
    wish = Wish(
        medium,
        None,
        colour=s.pick(world.ATTRIBUTES["colour"]) if s.chance(0.4) else None,
        size=s.pick(world.SIZES) if s.chance(0.3) else None,
        position=s.pick(world.POSITIONS) if medium == "image" and s.chance(0.3) else None,
        motion=s.pick(world.MOTIONS) if medium == "video" else None,
    )
    slots, rest = _stranger(s, _pick_outside(s, names), wish)
    return tidy(s.say(medium if s.chance(0.75) else f"{medium} plain", **slots) + rest)


def _strange_sound(s: Speaker) -> str:
    word = _pick_outside(s, *(("sounds",) if s.chance(0.6) else OBJECTS_OUT))
    text = s.say("audio", **_stranger(s, word, Wish("audio"))[0])
    # A few requests name no thing but its noise: then the strange thing is named besides.
    return text if word in text else f"{text}, {_an(word)}"


def _task(s: Speaker) -> str:
    """Something no picture, sound or clip can answer."""
    inside = s.chance(0.45)
    word = s.pick(world.THINGS) if inside else _pick_outside(s, *OBJECTS_OUT, "food")
    lists = {"topic": "topics", "country": "countries", "city": "cities", "language": "languages"}
    lists |= {"code": "code", "person": "persons", "food": "food"}

    def drawn(names: str) -> Slot:
        return lambda: _pick_outside(s, names)

    text = s.say(
        "task",
        x=_an(word),
        ax=_an(word),
        xs=word if word.endswith("s") else f"{word}s",
        n=lambda: str(s.rng.randrange(2, 100)),
        m=lambda: str(s.rng.randrange(2, 1000)),
        **{slot: drawn(names) for slot, names in lists.items()},
    )
    return s.fill(s.one_of("task ask") if text.split()[0] in outside("task_verbs") else "{t}", t=text)


def strange_edit(s: Speaker) -> tuple[str, str]:
    """(a change that is outside the world, an honest answer)."""
    kind = s.weigh({"extra": 4, "colour": 3, "thing": 4})
    if kind == "extra":
        return s.say("edit out", e=_pick_outside(s, "extras")), s.one_of("refuse count")
    if kind == "colour":
        return s.say("colour edit out", o=_pick_outside(s, "colours")), s.one_of("refuse colour")
    return s.say("thing edit out", an=_an(_pick_outside(s, *OBJECTS_OUT))), s.one_of("refuse thing")
