"""Conversations put together turn by turn: what is said, what mini answers, and what an evaluation may expect."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field, replace

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import chat, edits, questions
from anygen_pipelines.mini.talk.chatter import surround
from anygen_pipelines.mini.talk.grammar import Speaker
from anygen_pipelines.mini.talk.noise import roughen
from anygen_pipelines.mini.talk.phrases import WORDS, Wish, move, noun
from anygen_pipelines.mini.talk.questions import Asked, Seen

LEADS = {
    "image": ("Here you are", "Here you are", "Here you are", "Here it is", "Sure", "There you go"),
    "audio": ("Here you are", "Here you are", "Listen", "Here it is", "Sure", "There you go"),
    "video": ("Here you are", "Here you are", "Watch", "Here it is", "Sure", "There you go"),
}
ATTRIBUTES = {"image": ("colour", "position", "size"), "audio": (), "video": ("colour", "size", "motion")}


def spec(seen: Seen) -> dict[str, str]:
    return {"thing": seen} if isinstance(seen, str) else asdict(seen)


@dataclass(frozen=True)
class Made:
    """A medium to make, and the names of its attributes that the conversation determines."""

    item: Seen
    determined: frozenset[str]


def made(item: Seen, *names: str) -> Made:
    return Made(item, frozenset(names))


def made_whole(item: Seen) -> Made:
    """Everything about it is determined, as in an edit, where the rest stays."""
    return Made(item, frozenset(spec(item)))


@dataclass
class Talk:
    """A conversation being written. `pairs` are all the (thing, colour) that it binds together."""

    speaker: Speaker
    kind: str
    noise: float = 1.0
    messages: list[dict] = field(default_factory=list)
    expect: list[dict] = field(default_factory=list)
    pairs: set[tuple[str, str]] = field(default_factory=set)

    # ---------------------------------------------------------------- the world, within the split

    @property
    def held_pairs(self) -> bool:
        return self.speaker.split == "held_pairs"

    def allowed(self, thing: str, colour: str) -> bool:
        return ((thing, colour) in world.HELD_OUT) == self.held_pairs

    def colour(self, thing: str, *without: str) -> str | None:
        """A colour the thing may have, none of `without`; None where there is none."""
        options = [c for c in world.COLOURS if self.allowed(thing, c) and c not in without]
        return self.speaker.pick(options) if options else None

    def thing(
        self, colour: str | None = None, sounding: bool | None = None, without: tuple[str, ...] = ()
    ) -> str | None:
        """A thing that may have `colour` (or any colour at all), with or without a sound."""
        options = [
            t for t in world.THINGS
            if t not in without and (sounding is None or (t in world.SOUNDING) == sounding)
            and any(self.allowed(t, c) for c in ([colour] if colour else world.COLOURS))
        ]  # fmt: skip
        return self.speaker.pick(options) if options else None

    def scene(self, thing: str | None = None, **fixed: str) -> world.Scene:
        s = self.speaker
        thing = thing or self.thing(fixed.get("colour"))
        if thing is None:
            raise ValueError("no thing may have this colour in this split")
        colour = fixed.get("colour") or self.colour(thing) or s.pick(tuple(world.COLOURS))
        return world.Scene(
            thing,
            colour,
            fixed.get("position") or s.pick(world.POSITIONS),
            fixed.get("size") or s.pick(world.SIZES),
        )

    def clip(self, thing: str | None = None, **fixed: str) -> world.Clip:
        s = self.speaker
        thing = thing or self.thing(fixed.get("colour"))
        if thing is None:
            raise ValueError("no thing may have this colour in this split")
        colour = fixed.get("colour") or self.colour(thing) or s.pick(tuple(world.COLOURS))
        return world.Clip(
            thing,
            colour,
            fixed.get("size") or s.pick(world.SIZES),
            fixed.get("motion") or s.pick(world.MOTIONS),
        )

    def seen(self, medium: str, thing: str | None = None) -> Seen:
        if medium == "audio":
            found = thing or self.thing(sounding=True)
            if found is None:
                raise ValueError("no sounding thing in this split")
            return found
        return self.scene(thing) if medium == "image" else self.clip(thing)

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
        parts: list[dict] = [{"type": questions.medium_of(m), "spec": spec(m)} for m in media]
        for medium in media:
            self.note(medium)
        said = [{"type": "text", "text": words}] if words else []
        self.messages.append({"role": "user", "content": parts + said if s.chance(0.6) else said + parts})

    def user_parts(self, *parts: str | Seen | tuple[str, Seen]) -> None:
        """A user's turn with words between the media: a string is words, a one-tuple's medium is attached."""
        content: list[dict] = []
        for part in parts:
            if isinstance(part, tuple):
                content.append({"type": questions.medium_of(part[1]), "spec": spec(part[1])})
                self.note(part[1])
            elif part:
                content.append(
                    {"type": "text", "text": roughen(self.speaker.rng, str(part), 0.6 * self.noise)}
                )
        self.messages.append({"role": "user", "content": content})

    def note(self, item: Seen) -> None:
        if not isinstance(item, str):
            self.pairs.add((item.thing, item.colour))

    def answer(self, *made_items: Made | str, text: str = "", answer: dict | None = None) -> None:
        """Mini's turn: first `text`, then each medium named in words right before it; a string is said in its place."""
        s = self.speaker
        content: list[dict] = []
        words = text
        media: list[dict] = []
        for item in made_items:
            if isinstance(item, str):
                words = f"{words} {item}" if words else (" " if content else "") + item
                continue
            medium = questions.medium_of(item.item)
            caption = questions.caption_of(item.item)
            lead = "And here" if content else s.pick(LEADS[medium])
            words = f"{words} {lead}: {caption}." if words or content else f"{lead}: {caption}."
            content.append({"type": "text", "text": words})
            content.append({"type": medium, "caption": caption, "spec": spec(item.item)})
            self.note(item.item)
            wanted = {
                name: value if name in item.determined else None for name, value in spec(item.item).items()
            }
            media.append({"medium": medium, **wanted})
            words = ""
        if words:
            content.append({"type": "text", "text": words})
        self.messages.append({"role": "assistant", "content": content})
        self.expect.append({"modalities": [m["medium"] for m in media], "media": media, "answer": answer})

    def ask_and_answer(self, asked: Asked, *media: Seen, rough: float = 1.0, chatter: float = 0.6) -> None:
        self.user(asked.question, *media, rough=rough, chatter=chatter)
        self.answer(text=asked.answer, answer={"about": asked.about, "value": asked.value})

    def refuse(self, answer: str) -> None:
        self.answer(text=answer, answer={"about": "refusal", "value": "sorry"})

    def finish(self, name: str) -> dict:
        return {
            "id": name, "kind": self.kind, "split": self.speaker.split, "messages": self.messages, "expect": self.expect,
            "check": self.expect[-1], "pairs": sorted(self.pairs), "phrasings": sorted(set(self.speaker.used)),
        }  # fmt: skip

    # ---------------------------------------------------------------- questions

    def random_question(self, seen: Seen) -> Asked:
        """Any question about what is there; yes and no equally often."""
        s = self.speaker
        thing = questions.thing_of(seen)
        names = tuple(questions.attributes(seen))
        style = s.weigh(
            {
                "open": 44,
                "yes/no thing": 22,
                "yes/no attribute": 28 if names else 0,
                "either": 6,
                "category": 4,
                "outside": 3,
                "count": 1.5 if names else 0,
            }
        )
        if style == "open":
            about = s.weigh({"thing": 4, "describe": 4.5} | dict.fromkeys(names, 2.2))
            return questions.open_question(s, seen, about)
        others = tuple(
            t
            for t in world.THINGS
            if t != thing and (not isinstance(seen, str) or t in world.SOUNDING or s.chance(0.3))
        )
        if style == "yes/no thing":
            return questions.yes_no_thing(s, seen, s.chance(0.56), s.pick(others))
        if style == "category":
            asked = questions.category(s, seen, s.chance(0.5))
            return asked or questions.yes_no_thing(s, seen, True, thing)
        if style == "count":
            return questions.how_many(s, seen)
        if style == "outside":
            return questions.outside_thing(s, seen)
        name = s.pick(names) if names and (style == "yes/no attribute" or s.chance(0.7)) else "thing"
        if name == "thing":
            return questions.either(s, seen, "thing", s.pick(others))
        other = self.other_value(name, questions.attributes(seen)[name], thing)
        if style == "either" and name != "size":
            return questions.either(s, seen, name, other)
        return questions.yes_no_attribute(s, seen, name, s.chance(0.5), other)

    def other_value(self, name: str, value: str, thing: str) -> str:
        """Another value of an attribute; a colour that the thing may be mentioned with."""
        s = self.speaker
        if name == "colour":
            options: tuple[str, ...] = tuple(
                c
                for c in world.COLOURS
                if c != value and ((thing, c) not in world.HELD_OUT or self.held_pairs)
            )
        else:
            options = {"position": world.POSITIONS, "size": world.SIZES, "motion": world.MOTIONS}[name]
        return s.pick(tuple(v for v in options if v != value))

    # ---------------------------------------------------------------- edits

    def changes(
        self, seen: world.Scene | world.Clip, count: int, with_thing: bool = True
    ) -> list[tuple[str, str, str]]:
        """Up to `count` changes (name, old, new) that lead to something this split may show."""
        s = self.speaker
        names = list(questions.attributes(seen)) + (["thing"] if with_thing else [])
        if self.held_pairs:
            names = [name for name in names if name not in ("colour", "thing")]
        s.rng.shuffle(names)
        if s.chance(0.2):
            names.sort(key=lambda name: name not in ("position", "size"))
        found: list[tuple[str, str, str]] = []
        new = seen
        for name in names:
            if len(found) == count:
                break
            value: str | None
            old = getattr(new, name)
            if name == "thing":
                # Words like "replace the dog by a cat" name both things on one colour.
                value = self.thing(new.colour, without=(old,))
            elif name == "colour":
                value = self.colour(new.thing, old)
            else:
                value = self.other_value(name, old, new.thing)
            if value is None:
                continue
            new = replace(new, **{name: value})
            found.append((name, old, value))
        return found


def apply(seen: world.Scene | world.Clip, changes: list[tuple[str, str, str]]) -> world.Scene | world.Clip:
    return replace(seen, **{name: new for name, _, new in changes})


def new_talk(rng: random.Random, split: str, kind: str, noise: float = 1.0) -> Talk:
    return Talk(Speaker(rng, split, WORDS), kind, noise)


def wish_for(item: Seen, names: list[str], thing: bool = True) -> Wish:
    """A wish that names the given attributes of `item`, and the thing unless it comes from elsewhere."""
    said = {name: value for name, value in spec(item).items() if name in names}
    return Wish(questions.medium_of(item), questions.thing_of(item) if thing else None, **said)


def no_sound_line(talk: Talk, thing: str) -> str:
    return chat.no_sound(talk.speaker, thing)


def now(talk: Talk, name: str, thing: str, motion: str | None = None) -> str:
    """Words for the same thing in another medium, after something was made."""
    s = talk.speaker
    m0, m1, m2 = move(s, motion)
    table = {
        "image": edits.NOW_IMAGE,
        "audio": edits.NOW_AUDIO,
        "video": edits.NOW_VIDEO if motion is None else edits.NOW_MOVING,
    }[name]
    return s.say(
        f"now {name}{'' if motion is None else ' moving'}",
        table,
        m0=m0,
        m1=m1,
        m2=m2,
        noun=lambda: noun(s, thing),
    )
