"""How people ask: for one medium, for several in one breath, for one out of another, for a change."""

from __future__ import annotations

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk.grammar import Slot, Speaker, phrasings, read, tidy
from anygen_pipelines.mini.talk.phrases import (
    Wish,
    a_noun,
    move,
    moving_phrase,
    naming,
    noun,
    phrase,
    sentence,
    share,
    tag,
    tail,
    value_word,
)
from anygen_pipelines.mini.talk.words import synonyms, verbs, words

Change = tuple[str, str, str]  # attribute, old value, new value


# ---------------------------------------------------------------------------------------------- one wish in words


def _slots(s: Speaker, wish: Wish) -> dict[str, Slot]:
    if wish.thing is None:
        raise ValueError("a wish in words needs a thing")
    thing = wish.thing
    bark, barks, barking = s.pick(verbs(words("thing", thing, "verbs")))
    the = ("the", "the", "the", "the", "that", "this", "our", "my")
    return {
        "draw": read("words")["draw"]["words" if wish.size or wish.colour or wish.position else "only"],
        "make": words("medium", wish.medium, "make"),
        "thenoun": lambda: f"{s.pick(the)} {noun(s, thing)}",
        "bark": bark,
        "barks": barks,
        "barking": barking,
        "call": words("thing", thing, "calls"),
        "noises": words("thing", thing, "noises"),
        "order": words("thing", thing, "orders"),
        **naming(s, thing),
    }


def ask(s: Speaker, wish: Wish) -> str:
    """One wish in words."""
    if wish.medium == "audio":
        if s.chance(0.03):
            return _fragments(s, wish, keys=True, name_medium=True)
        return s.say("audio", **_slots(s, wish))
    return _ask_image(s, wish) if wish.medium == "image" else _ask_video(s, wish)


def _ask_image(s: Speaker, wish: Wish) -> str:
    style = s.weigh({"full": 62, "plain": 14, "tags": 15, "keys": 4, "front": 5})
    said = wish.said()
    if style == "full":
        inside, rest = share(s, said)
        text = s.say("image", np=lambda: phrase(s, wish, inside), **_slots(s, wish))
        return tidy(text + tail(s, wish, rest))
    if style == "plain" or (style == "tags" and not said):
        return tidy(s.say("image plain", **_slots(s, wish)) + tail(s, wish, said))
    if style == "front" and said:
        front = s.pick((", ", ". ", ": ", " - ", "; ")).join(tag(s, wish, name) for name in said)
        joint = s.pick((", ", ". ", ": ", " - ", ". then "))
        return tidy(front + joint + s.say("image plain", **_slots(s, wish)))
    return _fragments(s, wish, keys=style == "keys", name_medium=s.chance(0.6))


def _ask_video(s: Speaker, wish: Wish) -> str:
    said = wish.said()
    style = s.weigh({"full": 66, "plain": 16, "tags": 13, "keys": 5})
    if style in ("tags", "keys"):
        return _fragments(s, wish, style == "keys", name_medium=wish.motion is None or s.chance(0.75))
    if style == "plain" or (wish.motion is None and s.chance(0.85)):
        return tidy(s.say("video plain", **_slots(s, wish)) + tail(s, wish, said))
    inside, rest = share(s, wish.said("motion"))
    return tidy(s.say("video", **_moving_slots(s, wish, inside)) + tail(s, wish, rest))


def _moving_slots(s: Speaker, wish: Wish, inside: list[str]) -> dict[str, Slot]:
    return {
        "np": lambda: phrase(s, wish, inside),
        "mp": lambda: moving_phrase(s, wish, inside),
        **move(s, wish.motion),
        **_slots(s, wish),
    }


def _fragments(s: Speaker, wish: Wish, keys: bool, name_medium: bool) -> str:
    """A list of fragments in any order: "dog / small, left. blue bg", or of keys and values."""
    thing = wish["thing"]
    named = noun(s, thing)
    if s.chance(0.06):
        named = s.pick(words("thing", thing, "emoji"))
    elif s.chance(0.3):
        named = a_noun(s, thing)
    medium = s.pick(synonyms("medium", wish.medium))
    items = [("thing", named)]
    for name in wish.said():
        if not keys:
            items.append((name, tag(s, wish, name)))
        else:
            items.append((name, move(s, wish.motion)["m2"] if name == "motion" else wish[name]))
    # A bare thing without medium or motion is a picture, but "dog" alone says too little to be one in training.
    if name_medium or keys or wish.medium == "audio" or (wish.medium == "video" and wish.motion is None):
        items.append(("medium", medium))
    if s.chance(0.65):
        s.rng.shuffle(items)
    if keys:
        colon = s.pick((": ", "=", " = ", ":", " - ", " is "))
        glue = s.pick((", ", "; ", "\n", " ", " | ", ",", "\n- "))
        return glue.join(s.one_of(f"key {name}") + colon + value for name, value in items)
    glue = s.one_of("separator")
    if s.chance(0.05):
        return " ".join("#" + value.replace(" ", "") for _, value in items)
    return glue.join(value for _, value in items)


def corrected(s: Speaker, text: str, right: str, wrong: str) -> str:
    """`text` with a false start: the first mention of `right` preceded, or followed, by `wrong` and its correction."""
    if right not in text:
        return text
    return text.replace(right, s.say("self correction", wrong=wrong, right=right), 1)


# ---------------------------------------------------------------------------------------------- several at once


def _part(s: Speaker, wish: Wish, style: str, table: str | None = None) -> str:
    """One of several wishes from the lists `table`, of which is held out what is held out of the lists `style`."""
    table = f"{table or style} {wish.medium}"
    if wish.motion is None and f"{table} free" in phrasings():
        table += " free"
    return s.say(table, f"{style} {wish.medium}", **_moving_slots(s, wish, wish.said("motion")))


def _listing(s: Speaker, parts: list[str]) -> str:
    return s.say("join" if len(parts) == 2 else "join three", **dict(zip("xyz", parts)))


def ask_several(s: Speaker, wishes: list[Wish]) -> str:
    """Two or three media in one breath, in this order. Where all are of one thing, its name may be said once."""
    same = len({w.thing for w in wishes}) == 1
    style = s.weigh({"list": 40, "about": 32 if same else 0, "then": 28, "verbs": 11 if same else 0})
    if style in ("about", "verbs"):
        return _about_one(s, wishes) if style == "about" else _verbs_over(s, wishes)

    def may_be_it(wish: Wish) -> bool:
        return set(wish.said()) <= {"motion"}

    if style == "list":
        parts = [_part(s, wishes[0], "part")]
        for wish in wishes[1:]:
            of_it = same and s.chance(0.6) and may_be_it(wish)
            parts.append(_part(s, wish, "part", "part of it" if of_it else None))
        return s.say("listed", list=_listing(s, parts))
    text = _part(s, wishes[0], "following")
    for wish in wishes[1:]:
        it = same and may_be_it(wish) and s.chance(0.75)
        text = s.say("and then", x=text, y=_part(s, wish, "following", "following it" if it else None))
    return s.fill(s.pick(("[{do}] {x}", "{x}", "{x}", "{x}, {please_end}")), x=text)


def _shown(wishes: list[Wish]) -> Wish:
    """The wish whose attributes are said once and meant for picture and clip alike."""
    return next((w for w in wishes if w.medium != "audio"), wishes[0])


def _about_one(s: Speaker, wishes: list[Wish]) -> str:
    parts = [_part(s, Wish(w.medium, w.thing, motion=w.motion), "part of it") for w in wishes]
    shown = _shown(wishes)
    listed, thing = _listing(s, parts), phrase(s, shown, shown.said("motion"))
    return s.say("about one", list=listed, np=thing, noun=noun(s, shown["thing"]))


def _verbs_over(s: Speaker, wishes: list[Wish]) -> str:
    shown, moving = _shown(wishes), next((w for w in wishes if w.motion is not None), None)
    said = [s.one_of(f"verbs {w.medium}") for w in wishes]
    listed = ", ".join(said[:-1]) + s.pick((" and ", " and ", ", ", " and then ")) + said[-1]
    text = s.say("verbs over", list=listed, np=phrase(s, shown, shown.said("motion")))
    return text if moving is None else tidy(text + tail(s, moving, ["motion"]))


# ---------------------------------------------------------------------------------------------- out of what is attached


def reference(medium: str) -> tuple[str, ...]:
    """Words for an attached medium: "this picture"."""
    found: tuple[str, ...] = read("crossings")["ref"][medium]
    return found


def ask_crossing(s: Speaker, source: str, wish: Wish) -> str:
    """Words for `wish` of which the thing comes from the attached `source`; what else is determined is said."""
    heard, rest = source == "audio", wish.said()
    if wish.medium == "audio":
        name = "heard to audio" if heard else "to audio"
    elif wish.medium == "image":
        name = "clip to image" if source == "video" else "to image"
        if heard and s.chance(0.55):
            name = "heard to image"
    else:
        name = "heard to video" if heard else "to video"
        if wish.motion is not None and s.chance(0.8):
            name, rest = name.replace("video", "moving"), wish.said("motion")
    text = s.say(
        name,
        src=read("crossings")["source"][source],
        ref=reference(source),
        make=words("medium", wish.medium, "make"),
        **move(s, wish.motion),
    )
    return text if wish.medium == "audio" else tidy(text + after_source(s, wish, rest))


def after_source(s: Speaker, wish: Wish, names: list[str]) -> str:
    """Attributes after a thing that is not named: "... on blue, at the top", sentences, or fragments."""
    if not names:
        return ""
    if not s.chance(0.45):
        lead, glue = s.pick((". ", ", ", "; ", " - ")), s.pick((", ", ". ", "; "))
        return lead + glue.join(sentence(s, wish, name) for name in names)
    names = list(names)
    s.rng.shuffle(names)
    text = ""
    for name in names:
        if name == "colour":
            text += " " + s.fill(s.one_of("on colour"), c=value_word(s, name, wish[name]))
        elif name == "position":
            text += s.pick((" ", " ", ", ")) + value_word(s, name, wish[name])
        else:
            text += s.pick((", ", ", ", ", and ", " ")) + tag(s, wish, name)
    return text


def ask_borrowed(s: Speaker, source: str, attribute: str, thing: str) -> str:
    """Words for `thing` with the `attribute` of the attached medium."""
    return s.say(f"borrow {attribute}", ref=reference(source), **naming(s, thing))


def ask_together(s: Speaker, task: str, thing: str = "") -> str:
    """Words for a task over two attached media; `thing` where the task names one."""
    an = lambda: f"{'the' if s.chance(0.2) else 'a'} {noun(s, thing)}"  # noqa: E731
    return s.say(task, an=an, noun=lambda: noun(s, thing))


# ---------------------------------------------------------------------------------------------- changes


def _ask_edit(s: Speaker, name: str, old: str, new: str, thing: str) -> str:
    here = lambda: noun(s, thing)  # noqa: E731
    if name == "colour":
        return s.say("edit colour", c=value_word(s, name, new), old=old, noun=here)
    if name == "size":
        return s.say(f"edit {new}", z=value_word(s, name, new), noun=here)
    if name == "thing":
        return s.say("edit thing", an=lambda: a_noun(s, new), old=lambda: noun(s, old))
    kind = "place" if name == "position" else "motion"
    if world.OPPOSITE.get(old) == new and s.chance(0.35):
        return s.say(f"opposite {kind}", noun=here)
    if name == "motion":
        return s.say("edit motion", **move(s, new), oldm=value_word(s, name, old), noun=here)
    to, tags = (words(name, new, column) for column in ("to", "tags"))
    return s.say("edit place", to=to, p=synonyms(name, new), w=tags, oldp=value_word(s, name, old), noun=here)


def ask_edits(s: Speaker, changes: list[Change], thing: str) -> str:
    """Words for one or more changes at once of what shows `thing`."""
    parts = [_ask_edit(s, *change, thing) for change in changes]
    text = parts[0].rstrip("?")
    for more in parts[1:]:
        text += s.one_of("edit glue") + more
    return text


def ask_now(s: Speaker, medium: str, thing: str, motion: str | None = None) -> str:
    """Words for the same thing in another medium, after something was made."""
    return s.say(f"now {medium}{' moving' if motion else ''}", **move(s, motion), noun=lambda: noun(s, thing))


def praise(s: Speaker, text: str) -> str:
    """`text` after a word on what was made before."""
    return s.say("praise") + s.one_of("praise glue") + text
