"""Conversations put together turn by turn: what is said, what mini answers, and what an evaluation may expect."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import chat, questions
from anygen_pipelines.mini.talk.grammar import Speaker
from anygen_pipelines.mini.talk.noise import roughen
from anygen_pipelines.mini.talk.phrases import Wish, common_slots, surround
from anygen_pipelines.mini.talk.questions import Asked, Seen, attributes, medium_of, spec, thing_of
from anygen_pipelines.mini.talk.requests import Change

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "image": ("colour", "position", "size"),
    "audio": (),
    "video": ("colour", "size", "motion"),
}
MEDIA = tuple(ATTRIBUTES)
Shown = TypeVar("Shown", world.Scene, world.Clip)


@dataclass(frozen=True)
class Made:
    """A medium to make, and the names of its attributes that the conversation determines."""

    item: Seen
    determined: frozenset[str]


def made(item: Seen, *names: str) -> Made:
    """The thing and the named attributes are determined."""
    return Made(item, frozenset(("thing", *names)))


def made_whole(item: Seen) -> Made:
    """Everything about it is determined, as in an edit, where the rest stays."""
    return Made(item, frozenset(spec(item)))


def wish_for(item: Seen, names: Sequence[str], thing: bool = True) -> Wish:
    """A wish that names the given attributes of `item`, and the thing unless it comes from elsewhere."""
    said = {name: value for name, value in attributes(item).items() if name in names}
    return Wish(medium_of(item), thing_of(item) if thing else None, **said)


def kept(medium: str, *shown: Seen) -> dict[str, str]:
    """What a medium made out of others keeps of them: all but the motion, the last one's before the first one's."""
    values = {name: value for each in shown for name, value in attributes(each).items()}
    return {n: value for n, value in values.items() if n in ATTRIBUTES[medium] and n != "motion"}


def left_free(medium: str, taken: Mapping[str, str]) -> list[str]:
    """The attributes of a medium that nothing has fixed yet."""
    return [name for name in ATTRIBUTES[medium] if name not in taken]


@dataclass
class Talk:
    """A conversation being written. `pairs` are all the (thing, colour) that it binds together."""

    speaker: Speaker
    kind: str
    noise: float = 1.0
    messages: list[dict[str, Any]] = field(default_factory=list)
    expect: list[dict[str, Any]] = field(default_factory=list)
    pairs: set[tuple[str, str]] = field(default_factory=set)

    # ---------------------------------------------------------------- the world, within the split

    @property
    def held_pairs(self) -> bool:
        """Whether it is the held-out pairs that this talk is about."""
        return self.speaker.split == "held_pairs"

    def _allowed(self, thing: str, colour: str) -> bool:
        return ((thing, colour) in world.HELD_OUT) == self.held_pairs

    def colour(self, thing: str, *without: str) -> str | None:
        """A colour the thing may have, none of `without`; None where there is none."""
        options = [c for c in world.COLOURS if self._allowed(thing, c) and c not in without]
        return self.speaker.pick(options) if options else None

    def find_thing(
        self, colour: str | None = None, sounding: bool | None = None, without: Sequence[str] = ()
    ) -> str | None:
        """A thing that may have `colour` (or any colour at all), with or without a sound; None where there is none."""
        colours = [colour] if colour else world.COLOURS
        options = [
            thing
            for thing in world.THINGS
            if thing not in without
            and (sounding is None or (thing in world.SOUNDING) == sounding)
            and any(self._allowed(thing, c) for c in colours)
        ]
        return self.speaker.pick(options) if options else None

    def thing(
        self, colour: str | None = None, sounding: bool | None = None, without: Sequence[str] = ()
    ) -> str:
        """As `find_thing`. Raises ValueError where there is none."""
        found = self.find_thing(colour, sounding, without)
        if found is None:
            raise ValueError("no such thing in this split")
        return found

    def _filled(self, shown: type[Shown], thing: str | None, fixed: dict[str, str]) -> Shown:
        """A scene or clip, what is not fixed at random. Raises ValueError if no thing may have its colour."""
        s = self.speaker
        thing = thing or self.thing(fixed.get("colour"))
        colour = fixed.get("colour") or self.colour(thing) or s.pick(tuple(world.COLOURS))
        _, *others = ATTRIBUTES["image" if shown is world.Scene else "video"]
        rest = {name: fixed.get(name) or s.pick(world.ATTRIBUTES[name]) for name in others}
        return shown(thing=thing, colour=colour, **rest)

    def scene(self, thing: str | None = None, **fixed: str) -> world.Scene:
        """A picture of the thing, or of any; what is not fixed at random."""
        return self._filled(world.Scene, thing, fixed)

    def clip(self, thing: str | None = None, **fixed: str) -> world.Clip:
        """A clip of the thing, or of any; what is not fixed at random."""
        return self._filled(world.Clip, thing, fixed)

    def seen(self, medium: str, thing: str | None = None, **fixed: str) -> Seen:
        """A medium of the thing, or of any; what is not fixed at random."""
        if medium == "audio":
            return thing or self.thing(sounding=True)
        return self.scene(thing, **fixed) if medium == "image" else self.clip(thing, **fixed)

    def shown(self, medium: str) -> world.Scene | world.Clip:
        """Any picture or clip."""
        return self.scene() if medium == "image" else self.clip()

    def some(self, medium: str, likely: float = 0.6) -> list[str]:
        """Attributes a person names, at random; with held pairs always the colour, for it makes the pair."""
        names = [name for name in ATTRIBUTES[medium] if self.speaker.chance(likely)]
        if self.held_pairs and "colour" in ATTRIBUTES[medium] and "colour" not in names:
            names.append("colour")
        return names

    # ---------------------------------------------------------------- turns

    def user(self, text: str, *media: Seen, rough: float = 1.0, chatter: float = 1.0) -> None:
        """A user's turn: words, and media before or after them."""
        s = self.speaker
        words = roughen(s.rng, surround(s, text, chatter), rough * self.noise) if text else ""
        parts = [self._attached(medium) for medium in media]
        said = [{"type": "text", "text": words}] if words else []
        self.messages.append({"role": "user", "content": parts + said if s.chance(0.6) else said + parts})

    def user_parts(self, *parts: str | tuple[Seen]) -> None:
        """A user's turn with words between the media: a string is words, a one-tuple's medium is attached."""
        content: list[dict[str, Any]] = []
        for part in parts:
            if isinstance(part, tuple):
                content.append(self._attached(part[0]))
            elif part:
                said = roughen(self.speaker.rng, part, 0.6 * self.noise)
                content.append({"type": "text", "text": said})
        self.messages.append({"role": "user", "content": content})

    def _attached(self, item: Seen) -> dict[str, Any]:
        if not isinstance(item, str):
            self.pairs.add((item.thing, item.colour))
        return {"type": medium_of(item), "spec": spec(item)}

    def answer(self, *items: Made | str, text: str = "", answer: dict[str, str] | None = None) -> None:
        """Mini's turn: first `text`, then each medium named in words right before it; a string is said in its place."""
        content: list[dict[str, Any]] = []
        words = text
        media: list[dict[str, str | None]] = []
        for item in items:
            if isinstance(item, str):
                words = f"{words} {item}" if words else (" " if content else "") + item
                continue
            medium, caption = medium_of(item.item), questions.caption_of(item.item)
            lead = "And here" if content else self.speaker.one_of(f"lead {medium}")
            words = f"{words} {lead}: {caption}." if words or content else f"{lead}: {caption}."
            content.append({"type": "text", "text": words})
            content.append({"type": medium, "caption": caption, **self._attached(item.item)})
            known = {n: v if n in item.determined else None for n, v in spec(item.item).items()}
            media.append({"medium": medium, **known})
            words = ""
        if words:
            content.append({"type": "text", "text": words})
        self.messages.append({"role": "assistant", "content": content})
        self.expect.append({"modalities": [m["medium"] for m in media], "media": media, "answer": answer})

    def reply(self, text: str, about: str, value: str, *items: Made) -> None:
        """Mini's turn in words, of which an evaluation expects `value`; media may follow them."""
        self.answer(*items, text=text, answer={"about": about, "value": value})

    def ask(self, asked: Asked, *media: Seen, rough: float = 1.0, chatter: float = 0.6) -> None:
        """A question, and mini's answer to it."""
        self.user(asked.question, *media, rough=rough, chatter=chatter)
        self.reply(asked.answer, asked.about, asked.value)

    def refuse(self, answer: str) -> None:
        """Mini's turn: it is sorry."""
        self.reply(answer, "refusal", "sorry")

    def sound(self, thing: str) -> bool:
        """Mini's turn: the sound of the thing. Whether it has one; else mini is sorry."""
        if thing in world.SOUNDING:
            self.answer(made(thing))
            return True
        self.refuse(chat.no_sound(self.speaker, thing))
        return False

    def finish(self, name: str) -> dict[str, Any]:
        """The conversation in the JSONL schema, with what it expects."""
        return {
            "id": name,
            "kind": self.kind,
            "split": self.speaker.split,
            "messages": self.messages,
            "expect": self.expect,
            "check": self.expect[-1],
            "pairs": sorted(self.pairs),
            "phrasings": sorted(set(self.speaker.used)),
        }

    # ---------------------------------------------------------------- questions and changes

    def random_question(self, seen: Seen) -> Asked:
        """Any question about what is there; yes and no equally often."""
        s = self.speaker
        thing, names = thing_of(seen), tuple(attributes(seen))
        style = s.weigh({
            "open": 44, "yes/no thing": 22, "yes/no attribute": 28 if names else 0, "either": 6, "category": 4,
            "outside": 3, "count": 1.5 if names else 0,
        })  # fmt: skip
        if style == "open":
            about = s.weigh({"thing": 4, "describe": 4.5} | dict.fromkeys(names, 2.2))
            return questions.open_question(s, seen, about)
        sounds = isinstance(seen, str)
        others = [
            t for t in world.THINGS if t != thing and (not sounds or t in world.SOUNDING or s.chance(0.3))
        ]
        if style == "yes/no thing":
            return questions.yes_no_thing(s, seen, s.chance(0.56), s.pick(others))
        if style == "category":
            asked = questions.category(s, seen, s.chance(0.5))
            return asked or questions.yes_no_thing(s, seen, True, thing)
        if style in ("count", "outside"):
            return (questions.how_many if style == "count" else questions.outside_thing)(s, seen)
        name = s.pick(names) if names and (style == "yes/no attribute" or s.chance(0.7)) else "thing"
        if name == "thing":
            return questions.either(s, seen, "thing", s.pick(others))
        other = self.other_value(name, attributes(seen)[name], thing)
        if style == "either" and name != "size":
            return questions.either(s, seen, name, other)
        return questions.yes_no_attribute(s, seen, name, s.chance(0.5), other)

    def other_value(self, name: str, value: str, thing: str) -> str:
        """Another value of an attribute; a colour that the thing may be mentioned with."""
        banned = {c for t, c in world.HELD_OUT if t == thing and name == "colour" and not self.held_pairs}
        return self.speaker.pick([v for v in world.ATTRIBUTES[name] if v != value and v not in banned])

    def changes(
        self, seen: world.Scene | world.Clip, count: int, with_thing: bool = True
    ) -> tuple[list[Change], world.Scene | world.Clip]:
        """Up to `count` changes that lead to something this split may show, and what they lead to."""
        s = self.speaker
        names = list(attributes(seen)) + (["thing"] if with_thing else [])
        if self.held_pairs:
            names = [name for name in names if name not in ("colour", "thing")]
        s.rng.shuffle(names)
        if s.chance(0.2):
            names.sort(key=lambda name: name not in ("position", "size"))
        found: list[Change] = []
        for name in names:
            if len(found) == count:
                break
            old = spec(seen)[name]
            value: str | None
            if name == "thing":
                # Words like "replace the dog by a cat" name both things on one colour.
                value = self.find_thing(seen.colour, without=(old,))
            elif name == "colour":
                value = self.colour(seen.thing, old)
            else:
                value = self.other_value(name, old, seen.thing)
            if value is not None:
                changed = spec(seen) | {name: value}
                seen = world.Scene(**changed) if isinstance(seen, world.Scene) else world.Clip(**changed)
                found.append((name, old, value))
        return found, seen


def new_talk(rng: random.Random, split: str, kind: str, noise: float = 1.0) -> Talk:
    """An empty conversation."""
    return Talk(Speaker(rng, split, common_slots()), kind, noise)
