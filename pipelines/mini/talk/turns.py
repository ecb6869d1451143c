"""Conversations of several turns: something is made or shown, then changed, heard, animated, asked about."""
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass, field, replace

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import asks, chat, crossings, edits, questions
from anygen_pipelines.mini.talk.build import Talk, apply, made, made_whole, no_sound_line, now, wish_for
from anygen_pipelines.mini.talk.phrases import Wish, a_noun


@dataclass
class Table:
    """What lies on the table: the last picture or clip, what was there before it, the thing, the last medium."""

    seen: world.Scene | world.Clip | None = None
    earlier: list[world.Scene | world.Clip] = field(default_factory=list)
    thing: str | None = None
    medium: str | None = None

    def put(self, item: questions.Seen) -> None:
        self.thing = questions.thing_of(item)
        self.medium = questions.medium_of(item)
        if not isinstance(item, str):
            if self.seen is not None:
                self.earlier.append(self.seen)
            self.seen = item
        elif self.seen is not None and self.seen.thing != item:
            self.seen = None
            self.earlier.clear()


def start(talk: Talk, table: Table) -> None:
    s = talk.speaker
    how = s.weigh({"image": 38, "video": 18, "audio": 12, "question": 16, "crossing": 10, "edit": 6})
    if how in ("image", "video", "audio"):
        item = talk.seen(how)
        names = talk.some(how, 0.5)
        talk.user(asks.ask(s, wish_for(item, names)), rough=0.8, chatter=0.7)
        talk.answer(made(item, "thing", *names))
    elif how == "question":
        item = talk.seen(s.weigh({"image": 55, "video": 20, "audio": 25}))
        talk.ask_and_answer(talk.random_question(item), item, chatter=0.4)
    elif how == "crossing":
        given = talk.seen("audio")
        item = (
            talk.scene(questions.thing_of(given)) if s.chance(0.65) else talk.clip(questions.thing_of(given))
        )
        said = ["colour"] if talk.held_pairs or s.chance(0.25) else []
        talk.user(crossings.ask_crossing(s, "audio", wish_for(item, said, thing=False)), given, chatter=0.5)
        talk.answer(made(item, "thing", *said))
    else:
        given = talk.seen("image" if s.chance(0.7) else "video")
        if isinstance(given, str):
            raise TypeError("a sound has nothing to change")
        changes = talk.changes(given, 1)
        item = apply(given, changes)
        talk.user(edits.ask_edits(s, changes, given.thing), given, chatter=0.5)
        talk.answer(made_whole(item))
    table.put(item)


def follow(talk: Talk, table: Table) -> None:
    """One more turn about what lies on the table."""
    s = talk.speaker
    scene, thing = table.seen, table.thing
    if thing is None:
        raise ValueError("nothing lies on the table")
    heard_last = table.medium == "audio"
    options = {
        "edit": 0 if scene is None else 10 if heard_last else 26,
        "sound": 10 if not heard_last else 0,
        "image": 0 if isinstance(scene, world.Scene) else 9,
        "video": 0 if isinstance(scene, world.Clip) else 10,
        "other": 9 if heard_last and not talk.held_pairs else 0,
        "question": 10 if not heard_last else 3,
        "is it so": 0 if scene is None or heard_last else 6,
        "same sound": 3 if heard_last else 0,
        "again": 2.5,
        "back": 2.5 if table.earlier and not heard_last and type(table.earlier[-1]) is type(scene) else 0,
        "strange": 2.5,
        "strange request": 1.5,
        "plain": 2,
        "new": 4,
        "sound and more": 2,
        "attach": 3,
    }
    what = s.weigh(options)
    rough, small_talk = 0.8, 0.35

    def say(text: str) -> None:
        talk.user(edits.praise(s, text) if s.chance(0.16) else text, rough=rough, chatter=small_talk)

    if what == "edit" and scene is not None:
        changes = talk.changes(scene, 1 if s.chance(0.8) else 2, with_thing=not heard_last)
        say(edits.ask_edits(s, changes, scene.thing))
        item = apply(scene, changes)
        talk.answer(made_whole(item))
        table.put(item)
    elif what == "sound":
        shown_as = "image" if isinstance(scene, world.Scene) else "video"
        say(
            now(talk, "audio", thing) if s.chance(0.6) else crossings.ask_crossing(s, shown_as, Wish("audio"))
        )
        if thing in world.SOUNDING:
            talk.answer(made(thing, "thing"))
            table.put(thing)
        else:
            talk.refuse(no_sound_line(talk, thing))
    elif what == "image":
        kept = {} if scene is None else {"colour": scene.colour, "size": scene.size}
        free = ["position"] if kept else ["colour", "position", "size"]
        said = [name for name in free if s.chance(0.2) or (talk.held_pairs and name == "colour")]
        picture = talk.scene(thing, **kept)
        if scene is None:
            text = now(talk, "image", thing)
        else:
            text = crossings.ask_crossing(s, "video", Wish("image"))
        say(text + crossings.after_source(s, wish_for(picture, said, thing=False), said))
        talk.answer(made(picture, "thing", *kept, *said))
        table.put(picture)
    elif what == "video":
        kept = {} if scene is None else {"colour": scene.colour, "size": scene.size}
        clip = talk.clip(thing, **kept)
        told = s.chance(0.6)
        colour = ["colour"] if not kept and (talk.held_pairs or s.chance(0.15)) else []
        text = now(talk, "video", thing, clip.motion if told else None)
        say(text.rstrip("?") + crossings.after_source(s, wish_for(clip, colour, thing=False), colour))
        talk.answer(made(clip, "thing", *kept, *colour, *(["motion"] if told else [])))
        table.put(clip)
    elif what == "other":
        other = talk.thing(without=(thing,))
        if other is None:
            raise ValueError("no other thing in this split")
        say(s.fill(s.pick(OTHER_SOUND), an=lambda: a_noun(s, other)))
        if other in world.SOUNDING:
            talk.answer(made(other, "thing"))
            table.put(other)
        else:
            talk.refuse(no_sound_line(talk, other))
    elif what == "question":
        about: questions.Seen = thing if heard_last or scene is None else scene
        asked = talk.random_question(about)
        say(asked.question)
        talk.answer(text=asked.answer, answer={"about": asked.about, "value": asked.value})
    elif what == "is it so" and scene is not None:
        # The counterpart of an edit: "is it on the left?" beside "could it be on the left?".
        name = s.pick(tuple(questions.attributes(scene)))
        value = questions.attributes(scene)[name]
        asked = questions.yes_no_attribute(
            s, scene, name, s.chance(0.5), talk.other_value(name, value, thing)
        )
        say(asked.question)
        talk.answer(text=asked.answer, answer={"about": asked.about, "value": asked.value})
    elif what == "same sound":
        say(crossings.ask_crossing(s, "audio", Wish("audio")))
        talk.answer(made_whole(thing))
    elif what == "again":
        item_again: questions.Seen = thing if heard_last or scene is None else scene
        say(s.say("again", edits.AGAIN))
        talk.answer(made_whole(item_again))
    elif what == "back" and scene is not None:
        before = table.earlier.pop()
        say(s.say("back", edits.BACK))
        talk.answer(made_whole(before))
        table.seen, table.thing = before, before.thing
    elif what == "strange":
        said_text, answer = chat.strange_edit(s)
        say(said_text)
        talk.refuse(answer)
    elif what == "strange request":
        said_text, answer = chat.strange_request(s)
        say(said_text if s.chance(0.6) else s.say("new wish", NEW_WISH, t=said_text))
        talk.refuse(answer)
    elif what == "attach":
        shown = talk.seen(s.weigh({"image": 5, "video": 2, "audio": 0 if talk.held_pairs else 2}))
        talk.ask_and_answer(talk.random_question(shown), shown, rough=rough, chatter=small_talk)
        table.put(shown)
    elif what == "plain":
        _, said_text, answer = chat.plain(s)
        talk.user(said_text, rough=rough, chatter=0.1)
        talk.answer(text=answer, answer={"about": "plain", "value": "talk"})
    elif what == "sound and more" and thing in world.SOUNDING and scene is not None:
        moved = (
            replace(scene)
            if isinstance(scene, world.Clip)
            else talk.clip(thing, colour=scene.colour, size=scene.size)
        )
        still = (
            scene
            if isinstance(scene, world.Scene)
            else talk.scene(thing, colour=scene.colour, size=scene.size)
        )
        item2: questions.Seen = moved if isinstance(scene, world.Scene) else still
        names = {"colour", "size", "thing"}
        say(
            f"{now(talk, questions.medium_of(item2), thing).rstrip('?. ')} {s.pick(('and', 'and', 'and also', 'plus', 'and then'))} {now(talk, 'audio', thing)}"
        )
        talk.answer(made(item2, *names), made(thing, "thing"))
        table.put(item2)
    else:
        medium = s.weigh({"image": 5, "audio": 0 if talk.held_pairs else 3, "video": 3})
        fresh = talk.seen(medium)
        names_new = talk.some(medium, 0.5)
        wanted = asks.ask(s, wish_for(fresh, names_new))
        say(wanted if s.chance(0.6) else s.say("new wish", NEW_WISH, t=wanted))
        talk.answer(made(fresh, "thing", *names_new))
        table.put(fresh)


OTHER_SOUND = (
    "and {an}?", "and {an}?", "now {an}", "what about {an}?", "how about {an}?", "and now {an}", "now the sound of {an}", "and what does {an} sound like?", "the same with {an}", "same for {an}", "{an} too, please", "and the sound of {an}?", "{an} next", "also {an}", "not that, {an}", "no, {an}", "i meant {an}", "{an} instead", "next: {an}", "and {an}, please", "can i hear {an} too?", "now i want to hear {an}",
    "and what would {an} sound like?", "and how does {an} go?", "and the noise of {an}?", "what sound does {an} make then?", "could i hear {an} as well?", "could we have {an} now, as a sound?", "let me hear {an} as well", "let's hear {an} next", "i'd rather hear {an}", "i'd like to listen to {an} now", "play {an} now", "play me {an} next", "not that noise, the noise of {an}", "ok, and {an}? i want to hear it", "next, the sound of {an}", "another sound: {an}",
)  # fmt: skip

# What leads from what lies on the table to something new, known or strange.
NEW_WISH = (
    "now {t}", "next: {t}", "and now {t}", "something else: {t}", "another thing: {t}", "ok, now {t}", "new topic. {t}", "new wish: {t}", "enough of that. {t}", "enough of this one, {t}", "forget that one. {t}", "forget the last one: {t}", "let's move on. {t}", "let's do something else: {t}", "let's start over. {t}", "moving on: {t}", "on to the next one: {t}", "different subject: {t}", "for a change: {t}", "fine, that's done. {t}", "that one is done. now {t}", "that will do. next, {t}", "i also wanted to ask: {t}", "i have another wish: {t}", "one more wish: {t}", "while we are at it: {t}", "never mind that. {t}", "clean slate. {t}", "by the way: {t}",
)  # fmt: skip


def several_turns(talk: Talk) -> None:
    table = Table()
    start(talk, table)
    for _ in range(talk.speaker.weigh({1: 35, 2: 40, 3: 25})):
        follow(talk, table)
