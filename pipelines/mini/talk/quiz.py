"""One medium and several short questions about it, most of them to be answered with yes or no.

Yes or no takes a comparison of what was asked with what is seen, which a small model learns late: here it is asked for
many times in few words.
"""

from __future__ import annotations

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import questions
from anygen_pipelines.mini.talk.build import Talk

PLAIN_THING = ("is it {an}?", "is this {an}?", "{an}?", "do you see {an}?", "is there {an}?")
PLAIN_SOUND = ("is it {an}?", "is this {an}?", "{an}?", "do you hear {an}?", "is that {an}?")
# Never a bare "on blue?": that is also how people ask for a change.
PLAIN_ATTRIBUTE = {
    "colour": ("is it {v}?", "is the background {v}?", "is it on {v}?"),
    "position": ("is it {v}?", "is the thing {v}?"),
    "size": ("is it {v}?", "is the thing {v}?"),
    "motion": ("is it {v}?", "is the thing {v}?"),
}


def _question(talk: Talk, seen: questions.Seen, plain: bool, without: str = "") -> questions.Asked:
    s = talk.speaker
    truth = {name: value for name, value in questions.attributes(seen).items() if name != without}
    name = s.pick(("thing", *truth)) if truth else "thing"
    yes = s.chance(0.5)
    if name == "thing":
        thing = questions.thing_of(seen)
        other = s.pick(tuple(t for t in world.THINGS if t != thing))
        if not plain:
            return questions.yes_no_thing(s, seen, yes, other)
        asked = thing if yes else other
        table = PLAIN_SOUND if isinstance(seen, str) else PLAIN_THING
        said = s.pick(table).format(an=questions.a_thing(asked))
        answer = f"it is {questions.a_thing(thing)}"
    else:
        other = talk.other_value(name, truth[name], questions.thing_of(seen))
        if not plain:
            return questions.yes_no_attribute(s, seen, name, yes, other)
        value = truth[name] if yes else other
        said = s.pick(PLAIN_ATTRIBUTE[name]).format(v=questions.key_word(name, value))
        answer = questions.statement(name, truth[name])
    word = "yes" if yes else "no"
    return questions.Asked(said, f"{word.capitalize()}, {answer}.", f"yes/no {name}", word)


def quiz(talk: Talk) -> None:
    """Three to seven questions; half of the quizzes use the plainest words only."""
    s = talk.speaker
    seen = talk.seen(s.pick(("image", "image", "video", "video", "audio")))
    plain = s.chance(0.5)
    # Without a colour the same questions may be asked about the thing on any background.
    without = "colour" if s.chance(0.5) else ""
    for index in range(s.rng.randrange(3, 8)):
        if s.chance(0.12):
            names = [name for name in questions.attributes(seen) if name != without]
            asked = questions.open_question(s, seen, s.pick(("thing", *names)))
        else:
            asked = _question(talk, seen, plain or s.chance(0.4), without)
        rough = 0.3 if plain else 0.8
        talk.ask_and_answer(
            asked, *((seen,) if index == 0 else ()), rough=rough, chatter=0.0 if plain else 0.1
        )
