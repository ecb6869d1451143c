"""Conversations of several turns: something is made or shown, then changed, heard, animated, asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import chat, questions, requests
from anygen_pipelines.mini.talk.conversation import Talk, made, made_whole, wish_for
from anygen_pipelines.mini.talk.phrases import Wish, naming
from anygen_pipelines.mini.talk.questions import Asked, Seen, attributes, medium_of, thing_of
from anygen_pipelines.mini.talk.requests import ask_crossing, ask_now


@dataclass
class Table:
    """What lies on the table: the last picture or clip, what was there before it, the thing, the last medium."""

    talk: Talk
    thing: str = ""
    medium: str = ""
    shown: world.Scene | world.Clip | None = None
    earlier: list[world.Scene | world.Clip] = field(default_factory=list)

    def put(self, item: Seen) -> None:
        """Lay the item on the table; a sound of another thing takes the picture away."""
        self.thing, self.medium = thing_of(item), medium_of(item)
        if not isinstance(item, str):
            if self.shown is not None:
                self.earlier.append(self.shown)
            self.shown = item
        elif self.shown is not None and self.shown.thing != item:
            self.shown = None
            self.earlier.clear()

    @property
    def heard_last(self) -> bool:
        """Whether a sound was the last medium."""
        return self.medium == "audio"

    @property
    def last(self) -> Seen:
        """What "it" is: the sound heard last, or the picture or clip."""
        return self.thing if self.heard_last or self.shown is None else self.shown

    @property
    def kept(self) -> dict[str, str]:
        """What another medium of the same thing keeps of what is shown."""
        return {} if self.shown is None else {"colour": self.shown.colour, "size": self.shown.size}

    def say(self, text: str) -> None:
        """A user's turn, now and then with a word on what was made before."""
        s = self.talk.speaker
        said = requests.praise(s, text) if s.chance(0.16) else text
        self.talk.user(said, rough=0.8, chatter=0.35)

    def say_new(self, text: str) -> None:
        """A user's turn that leads to something new, known or strange."""
        s = self.talk.speaker
        self.say(text if s.chance(0.6) else s.say("new wish", t=text))

    def ask(self, asked: Asked) -> None:
        """A question, and mini's answer to it."""
        self.say(asked.question)
        self.talk.reply(asked.answer, asked.about, asked.value)

    def make(self, item: Seen, *determined: str) -> None:
        """Mini's turn: the item, which then lies on the table."""
        self.talk.answer(made(item, *determined))
        self.put(item)

    def colour_named(self, probability: float) -> list[str]:
        """The colour, if a person names it: with held pairs always, for it makes the pair."""
        return ["colour"] if self.talk.held_pairs or self.talk.speaker.chance(probability) else []


# ---------------------------------------------------------------------------------------------- the first turn


def _start(table: Table) -> None:
    talk, s = table.talk, table.talk.speaker
    how = s.weigh({"image": 38, "video": 18, "audio": 12, "question": 16, "crossing": 10, "edit": 6})
    if how == "question":
        item = talk.seen(s.weigh({"image": 55, "video": 20, "audio": 25}))
        talk.ask(talk.random_question(item), item, chatter=0.4)
        table.put(item)
    elif how == "crossing":
        thing = talk.thing(sounding=True)
        item = talk.seen("image" if s.chance(0.65) else "video", thing)
        said = table.colour_named(0.25)
        talk.user(ask_crossing(s, "audio", wish_for(item, said, thing=False)), thing, chatter=0.5)
        table.make(item, *said)
    elif how == "edit":
        given = talk.shown("image" if s.chance(0.7) else "video")
        changes, changed = talk.changes(given, 1)
        talk.user(requests.ask_edits(s, changes, given.thing), given, chatter=0.5)
        talk.answer(made_whole(changed))
        table.put(changed)
    else:
        item = talk.seen(how)
        names = talk.some(how, 0.5)
        talk.user(requests.ask(s, wish_for(item, names)), rough=0.8, chatter=0.7)
        table.make(item, *names)


# ---------------------------------------------------------------------------------------------- what may follow


def _edit(table: Table) -> None:
    talk, s = table.talk, table.talk.speaker
    shown = _something_shown(table)
    changes, changed = talk.changes(shown, 1 if s.chance(0.8) else 2, with_thing=not table.heard_last)
    table.say(requests.ask_edits(s, changes, shown.thing))
    talk.answer(made_whole(changed))
    table.put(changed)


def _sound(table: Table) -> None:
    s, thing = table.talk.speaker, table.thing
    if s.chance(0.6):
        text = ask_now(s, "audio", thing)
    else:
        shown_as = "image" if isinstance(table.shown, world.Scene) else "video"
        text = ask_crossing(s, shown_as, Wish("audio"))
    table.say(text)
    if table.talk.sound(thing):
        table.put(thing)


def _image(table: Table) -> None:
    talk, s = table.talk, table.talk.speaker
    fixed = table.kept
    free = ["position"] if fixed else ["colour", "position", "size"]
    said = [name for name in free if s.chance(0.2) or (talk.held_pairs and name == "colour")]
    picture = talk.scene(table.thing, **fixed)
    text = ask_crossing(s, "video", Wish("image")) if fixed else ask_now(s, "image", table.thing)
    table.say(text + requests.after_source(s, wish_for(picture, said, thing=False), said))
    table.make(picture, *fixed, *said)


def _video(table: Table) -> None:
    talk, s = table.talk, table.talk.speaker
    fixed = table.kept
    clip = talk.clip(table.thing, **fixed)
    told = s.chance(0.6)
    colour = [] if fixed else table.colour_named(0.15)
    text = ask_now(s, "video", table.thing, clip.motion if told else None)
    table.say(text.rstrip("?") + requests.after_source(s, wish_for(clip, colour, thing=False), colour))
    table.make(clip, *fixed, *colour, *(["motion"] if told else []))


def _other_sound(table: Table) -> None:
    s = table.talk.speaker
    other = table.talk.thing(without=(table.thing,))
    table.say(s.fill(s.one_of("other sound"), **naming(s, other)))
    if table.talk.sound(other):
        table.put(other)


def _same_sound(table: Table) -> None:
    table.say(ask_crossing(table.talk.speaker, "audio", Wish("audio")))
    table.talk.answer(made_whole(table.thing))


def _sound_and_more(table: Table) -> None:
    """The sound and the other medium of what is shown; where there is nothing to show or to hear, something new."""
    talk, s = table.talk, table.talk.speaker
    thing, shown = table.thing, table.shown
    if shown is None or thing not in world.SOUNDING:
        _new(table)
        return
    medium = "video" if isinstance(shown, world.Scene) else "image"
    item = talk.seen(medium, thing, **table.kept)
    first = ask_now(s, medium, thing).rstrip("?. ")
    joint = s.pick(("and", "and", "and also", "plus", "and then"))
    table.say(f"{first} {joint} {ask_now(s, 'audio', thing)}")
    talk.answer(made(item, *table.kept), made(thing))
    table.put(item)


def _question(table: Table) -> None:
    table.ask(table.talk.random_question(table.last))


def _is_it_so(table: Table) -> None:
    """The counterpart of an edit: "is it on the left?" beside "could it be on the left?"."""
    talk, s = table.talk, table.talk.speaker
    shown = _something_shown(table)
    name, value = s.pick(tuple(attributes(shown).items()))
    yes = s.chance(0.5)
    other = talk.other_value(name, value, table.thing)
    table.ask(questions.yes_no_attribute(s, shown, name, yes, other))


def _again(table: Table) -> None:
    table.say(table.talk.speaker.say("again"))
    table.talk.answer(made_whole(table.last))


def _back(table: Table) -> None:
    before = table.earlier.pop()
    table.say(table.talk.speaker.say("back"))
    table.talk.answer(made_whole(before))
    table.shown, table.thing = before, before.thing


def _strange_edit(table: Table) -> None:
    said, answer = chat.strange_edit(table.talk.speaker)
    table.say(said)
    table.talk.refuse(answer)


def _strange_request(table: Table) -> None:
    said, answer = chat.strange_request(table.talk.speaker)
    table.say_new(said)
    table.talk.refuse(answer)


def _plain(table: Table) -> None:
    _, said, answer = chat.plain(table.talk.speaker)
    table.talk.user(said, rough=0.8, chatter=0.1)
    table.talk.reply(answer, "plain", "talk")


def _attach(table: Table) -> None:
    talk = table.talk
    item = talk.seen(talk.speaker.weigh({"image": 5, "video": 2, "audio": 0 if talk.held_pairs else 2}))
    talk.ask(talk.random_question(item), item, rough=0.8, chatter=0.35)
    table.put(item)


def _new(table: Table) -> None:
    talk, s = table.talk, table.talk.speaker
    medium = s.weigh({"image": 5, "audio": 0 if talk.held_pairs else 3, "video": 3})
    item = talk.seen(medium)
    names = talk.some(medium, 0.5)
    table.say_new(requests.ask(s, wish_for(item, names)))
    table.make(item, *names)


def _something_shown(table: Table) -> world.Scene | world.Clip:
    if table.shown is None:
        raise ValueError("nothing is shown")
    return table.shown


Turn = Callable[[Table], None]


def _options(table: Table) -> dict[Turn, float]:
    """What may follow, and how likely."""
    shown, heard, earlier = table.shown, table.heard_last, table.earlier
    return {
        _edit: 0 if shown is None else 10 if heard else 26,
        _sound: 0 if heard else 10,
        _image: 0 if isinstance(shown, world.Scene) else 9,
        _video: 0 if isinstance(shown, world.Clip) else 10,
        _other_sound: 9 if heard and not table.talk.held_pairs else 0,
        _question: 3 if heard else 10,
        _is_it_so: 0 if shown is None or heard else 6,
        _same_sound: 3 if heard else 0,
        _again: 2.5,
        _back: 2.5 if earlier and not heard and type(earlier[-1]) is type(shown) else 0,
        _strange_edit: 2.5,
        _strange_request: 1.5,
        _plain: 2,
        _new: 4,
        _sound_and_more: 2,
        _attach: 3,
    }


def several_turns(talk: Talk) -> None:
    """Something made or shown, and one to three turns about it."""
    table = Table(talk)
    _start(table)
    for _ in range(talk.speaker.weigh({1: 35, 2: 40, 3: 25})):
        talk.speaker.weigh(_options(table))(table)
