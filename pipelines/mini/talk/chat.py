# ruff: noqa: E501
"""Talk without media: greetings, who mini is, and what lies outside its world, said honestly."""

from __future__ import annotations

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import asks, lexicon, outside, synonyms
from anygen_pipelines.mini.talk.chatter import GREETINGS
from anygen_pipelines.mini.talk.grammar import Speaker, tidy
from anygen_pipelines.mini.talk.phrases import (
    Wish,
    a_noun,
    after,
    colour_word,
    move,
    noun,
    share,
    size_word,
    tail,
)
from anygen_pipelines.mini.talk.questions import a_thing

_ALL_THINGS = ", ".join(a_thing(thing) for thing in world.THINGS[:-1]) + f" and {a_thing(world.THINGS[-1])}"
_ALL_COLOURS = ", ".join(tuple(world.COLOURS)[:-1]) + " and " + tuple(world.COLOURS)[-1]

# intent: (what people say, what mini says)
PLAIN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "greeting": (GREETINGS, ("Hello! What shall I make for you?", "Hi! I am Mini. What shall I make?", "Hello! Ask me for a picture, a sound or a clip.")),
    "how are you": (
        ("how are you?", "how are you doing?", "how do you do?", "how's it going?", "how is it going?", "are you ok?", "are you well?", "how are you today?", "what's up?", "sup?", "how are things?", "how have you been?", "you alright?", "hi, how are you?", "hello mini, how are you today?", "how do you feel?", "everything ok?", "did you sleep well?", "are you happy?", "are you tired?", "how's life?", "how r u", "all good?", "how was your day?", "nice to meet you, how are you?"),
        ("I am fine, thank you. What shall I make?", "Fine, thank you! What shall I make for you?"),
    ),
    "thanks": (
        ("thanks", "thank you", "thanks a lot", "thank you very much", "thx", "many thanks", "cheers", "thank you so much", "that was great, thanks", "thanks, that's perfect", "thank you, you're great", "wonderful, thank you", "nice, thanks", "i love it, thank you", "ty", "merci", "danke", "gracias", "thanks for your help", "that's all, thank you", "great job, thanks", "perfect, thank you", "very kind of you", "i appreciate it", "thanks mini", "thanks for the picture", "thank you for the sound", "you made my day", "that helped, thanks"),
        ("You are welcome!", "You are welcome. Ask for more at any time.", "With pleasure!"),
    ),
    "bye": (
        ("bye", "goodbye", "bye bye", "see you", "see you later", "good night", "have a nice day", "i have to go", "i'm leaving", "that's all for today, bye", "ciao", "take care", "cya", "see you tomorrow", "farewell", "until next time", "i'm off", "got to go", "talk to you later", "later", "so long", "bye mini", "ok bye", "enough for today", "adios", "tschüss", "have a good evening", "good bye and thanks"),
        ("Goodbye! See you soon.", "Bye! See you soon."),
    ),
    "name": (
        ("what's your name?", "what is your name?", "who are you?", "who am i talking to?", "what are you?", "are you mini?", "tell me your name", "how are you called?", "what shall i call you?", "do you have a name?", "introduce yourself", "who is this?", "who's there?", "tell me about yourself", "tell me something about you", "what kind of model are you?", "which model is this?", "are you chatgpt?", "are you a robot?", "are you human?", "are you a person?", "are you real?", "are you an ai?", "are you alive?", "who made you?", "who built you?", "how were you made?", "where do you come from?", "how old are you?", "how big are you?", "how many parameters do you have?", "are you intelligent?", "are you smart?", "what model are you?", "say who you are", "is there somebody?", "your name?", "what does mini mean?", "how were you trained?", "what were you trained on?", "are you gpt?", "are you a large language model?", "do you have feelings?", "can you think?"),
        ("I am Mini, a small model trained from scratch on a small world of twenty things.", "My name is Mini. I am a small model, and I only know a small world of twenty things."),
    ),
    "my name": (
        ("my name is {person}", "i am {person}", "i'm {person}", "hi, i'm {person}", "hello, my name is {person}", "call me {person}", "{person} here", "this is {person}", "you can call me {person}", "hey, {person} here", "nice to meet you, i'm {person}", "i am called {person}", "good morning, my name is {person}"),
        ("Nice to meet you! I am Mini.", "Hello! I am Mini. Nice to meet you."),
    ),
    "abilities": (
        ("what can you do?", "what can you do for me?", "what are you able to do?", "help", "help me", "how can you help me?", "what are your abilities?", "what is this?", "how does this work?", "how do i use this?", "how do i use you?", "what can i ask you?", "what can i ask?", "what shall i ask?", "what are you good at?", "what are you for?", "what's your purpose?", "what do you do?", "give me an example", "show me what you can do?", "what should i type?", "can you help me?", "instructions please", "manual?", "what now?", "options?", "menu", "features?", "what are your features?", "tell me what you can do", "what do you offer?", "explain how to use you", "what kind of things can you make?", "can you make pictures?", "can you make sounds?", "can you make videos?", "can you draw?", "can you hear?", "can you see?", "can you see pictures?", "can you listen to sounds?", "what can you make?", "what may i ask for?", "what are your limits?", "what can't you do?", "where are your limits?", "i don't know what to ask", "what is possible here?", "what's possible?", "?help", "/help", "are you able to do anything?", "what skills do you have?", "how do you work?"),
        ("I can read and make small pictures, sounds and clips of twenty things, such as a dog, a train or a bell.", "Ask me for a picture, a sound or a clip of one of twenty things, such as a dog, a bell or a car. You can also show me one and ask about it."),
    ),
    "things": (
        ("what things do you know?", "which things do you know?", "what do you know?", "what can you draw?", "what all can you draw?", "which animals do you know?", "what animals can you draw?", "list the things you know", "list everything you know", "what is in your world?", "which things are in your world?", "give me a list of things", "name all things you know", "what are the twenty things?", "which objects can you draw?", "what can be in a picture?", "tell me all the things you can draw", "what things can i ask for?", "which pictures can you make?", "what do you recognise?", "what can you recognise?", "how many things do you know?", "what subjects are there?", "which motifs do you have?", "what things are available?", "show me the list of things", "which words do you know?", "what exactly do you know?"),
        (f"I know {_ALL_THINGS}.",),
    ),
    "colours": (
        ("which colours do you know?", "what colours do you know?", "what colors can you use?", "which colours can you use?", "list the colours", "what backgrounds are there?", "which backgrounds can you make?", "how many colours do you know?", "tell me all colours", "what colours can i choose?", "which colours are there?", "what colours are possible?", "name the colours you know", "give me a list of colours", "which background colours do you have?"),
        (f"I know {_ALL_COLOURS} backgrounds.",),
    ),
    "sounds": (
        ("which sounds do you know?", "what sounds do you know?", "what sounds can you make?", "which sounds can you make?", "list the sounds", "list all sounds you know", "what noises can you make?", "how many sounds do you know?", "which noises do you know?", "what can i hear from you?", "what can you play?", "tell me all the sounds you know", "give me a list of sounds", "what sounds are there?"),
        ("I know sixteen sounds, such as the sound of a dog, a bell, a train or a fire.",),
    ),
    "motions": (
        ("which motions do you know?", "what movements can you do?", "how can things move?", "which movements are there?", "list the motions", "what can move how?", "in which ways can a thing move?", "what motions can i choose?", "what kind of movement is possible?", "which directions are there?", "what animations do you know?", "what can happen in a clip?"),
        ("A thing can move left, right, up or down, grow, shrink or spin.",),
    ),
    "remark": (
        ("ok", "okay", "i see", "haha", "lol", "nice", "cool", "great", "wow", "good", "well done", "good job", "i like you", "you're funny", "you are great", "you are the best", "i love you", "very good", "interesting", "alright", "fine", "yes", "hm", "hmm", "aha", "that's funny", "amazing", "you're cute", "not bad", "good model", "you're sweet", "awesome", "that's cool", "perfect", "super", "smart", "👍", "❤️", "😂", "🙂", "😍", "👏"),
        ("Thank you! What shall I make next?", "Glad to hear it. What shall I make next?"),
    ),
    "complaint": (
        ("you are stupid", "you're dumb", "that's wrong", "this is bad", "i don't like it", "you are useless", "that was wrong", "not what i wanted", "this is nonsense", "you don't understand me", "that's not right", "bad model", "boo", "you suck", "terrible", "that is ugly", "i hate it", "that's not it", "you made a mistake", "that's a mistake", "what a mess", "disappointing", "are you kidding?", "this is boring", "you're slow", "👎", "i'm not happy with that", "try harder"),
        ("I am sorry. I am only a small model. What shall I make instead?", "Sorry about that. I am only a small model. What shall I make instead?"),
    ),
}  # fmt: skip
FIRST_NAMES = ("tom", "anna", "peter", "lisa", "john", "mary", "ali", "fatima", "chen", "yuki", "carlos", "maria", "ivan", "olga", "lars", "ingrid", "paul", "emma", "max", "sophie", "ben", "laura", "ahmed", "priya", "david", "sara", "leo", "nina", "james", "julia", "omar", "eva", "lucas", "clara", "hans", "petra", "kofi", "amara", "sven", "rosa")  # fmt: skip

REFUSE_THING = (
    "Sorry, I only know twenty things, such as a dog, a bell or a car. That is not one of them.",
    "Sorry, I do not know that. I only know a small world of twenty things.",
    "Sorry, that is outside my small world. I only know twenty things, such as a dog, a train or a tree.",
)
REFUSE_SOUND = (
    "Sorry, I do not know that sound. I only know sixteen sounds, such as a dog or a bell.",
    "Sorry, I only know a small world of sixteen sounds. That is not one of them.",
)
REFUSE_COLOUR = (
    f"Sorry, I only know {_ALL_COLOURS} as a plain background.",
    f"Sorry, I do not know that colour. I only know {_ALL_COLOURS}.",
)
REFUSE_COUNT = (
    "Sorry, I can only show one thing on a plain background.",
    "Sorry, I can't do that. I can only show one thing on a plain background.",
)
REFUSE_MOTION = (
    "Sorry, I only know how to move things left, right, up or down, and to grow, shrink or spin them.",
    "Sorry, I can't do that. A thing can only move left, right, up or down, grow, shrink or spin.",
)
REFUSE_TASK = (
    "Sorry, I can't do that. I only make and read small pictures, sounds and clips of twenty things.",
    "Sorry, I am only a small model. I can't help with that, I only know pictures, sounds and clips of twenty things.",
    "Sorry, that is outside my small world. I only know pictures, sounds and clips of twenty things.",
)
REFUSE_NO_SOUND = (
    "Sorry, I know no sound for {a}.",
    "Sorry, I have no sound for {a}. I can only show it.",
    "Sorry, I know no sound for {a}. I can only draw or animate it.",
)

CALLS_OUT = (
    "moo",
    "neigh",
    "baa",
    "oink",
    "quack quack",
    "roar",
    "hiss",
    "tweet tweet",
    "bzzz like a bee",
    "hoot hoot",
    "squeak",
    "hee-haw",
    "gobble gobble",
    "ka-boom",
    "click clack",
    "bla bla",
    "la la la",
    "caw caw",
    "chirp chirp",
    "grunt",
)
TOGETHER_OUT = (
    "draw {a} and {b} together", "a picture of {a} next to {b}", "{a} and {b} in one picture", "draw {a} with {b} in the same picture", "put {a} beside {b}", "{a} chasing {b}", "draw {a} riding {b}", "{a} sitting on {b}", "{a} in front of {b}, both in one picture", "{a} looking at {b}", "a picture in which {a} meets {b}", "{a} playing with {b}", "{a} fighting {b}", "one picture with both {a} and {b}", "{a} behind {b}, in one image", "draw {a} inside {b}", "make {a} and {b} hug", "{a} eating {b}",
)  # fmt: skip
COUNT_OUT = (
    "draw {n} {xs}",
    "{n} {xs}",
    "a picture of {n} {xs}",
    "show me {n} {xs}",
    "i want {n} {xs} in one picture",
    "a picture with {n} {xs}",
    "can you draw {n} {xs}?",
    "i'd like a picture of {n} {xs}",
    "paint {n} {xs} on {c}",
    "{n} {xs} on a {c} background",
    "{n} {xs}, please",
    "make an image with {n} {xs}",
)
EXTRA_OUT = (
    "draw {a} with {e}",
    "{a} with {e}",
    "a picture of {a} with {e}",
    "i want {a} wearing {e}",
    "show me {a} and give it {e}",
    "can you draw {a} with {e}?",
    "a {x} that has {e}",
    "paint {a} with {e}, please",
    "give the {x} {e}",
    "could you add {e} to {a}?",
)
EDIT_OUT = (
    "add {e}",
    "give it {e}",
    "now with {e}",
    "and {e}",
    "can you add {e}?",
    "put {e} on it",
    "draw {e} too",
    "and now with {e}, please",
    "i want {e} on it",
    "it needs {e}",
    "now two of them",
    "now three of them",
    "make two",
    "add another one next to it",
    "faster",
    "slower",
    "make it louder",
    "turn it by 90 degrees",
    "make it 3d",
    "make it longer",
    "upside down please",
    "draw it from behind",
    "make it look older",
    "make it smile",
    "sharper please, in 8k",
    "with a shadow",
    "blur the background",
    "make it photorealistic",
    "now in the style of van gogh",
    "put a text under it",
    "write its name below",
    "sing it",
    "tell a story about it",
)
COLOUR_OUT = (
    "{a} on a {o} background",
    "draw {a} on {o}",
    "{a} on {o}",
    "a picture of {a} with a {o} background",
    "i want {a} on {o}",
    "{x}, {o} background",
    "make {a} on a {o} background, please",
    "show me {a} against a {o} wall",
    "could you draw {a} with a {o} backdrop?",
    "a clip of {a} on a {o} background",
    "{a}, and the background should be {o}",
    "draw {a} please. make the background {o}",
)
COLOUR_EDIT_OUT = (
    "now on {o}",
    "make the background {o}",
    "change the background to {o}",
    "on {o} please",
    "{o} instead",
    "{o} background",
    "how about {o}?",
    "try {o}",
    "and in {o}?",
    "the same on {o}",
    "can the background be {o}?",
    "i'd prefer {o}",
)
MOTION_OUT = (
    "a clip of {a} {v}",
    "{a} {v}",
    "animate {a} {v}",
    "a video of {a} {v}",
    "show me {a} {v}, as a video",
    "i want to see {a} {v}",
    "make a gif of {a} {v}",
    "a {x} {v}, please",
    "film {a} {v}",
    "can i see a video of {a} {v}?",
    "an animation in which {a} is {v}",
    "i want to watch {a} {v}",
)
THING_EDIT_OUT = (
    "now {an}",
    "and {an}?",
    "the same with {an}",
    "replace it with {an}",
    "not that, {an}",
    "i meant {an}",
    "make it {an}",
    "how about {an} instead?",
    "swap it for {an}",
    "turn it into {an}",
    "{an} instead",
    "no, {an}",
    "do the same with {an}",
    "i'd rather have {an}",
)
GIBBERISH = ("asdf", "qwertz", "blah blah", "sdfkjh sdkfj", "lorem ipsum dolor", "foo bar", "xyz", "123", "???", "...", "hjkl", "wasd wasd", "1 2 3 4", "aaaa", "abc", "#!@%", "sdlfkj 3", "zzz", "test test", "qwe asd", "0101010", "привет как дела", "你好", "ciao come stai oggi", "wie geht es dir heute", "où est la gare", "dónde está la biblioteca")  # fmt: skip

BARE_OUT = frozenset(outside.PLACES_OUT + outside.ABSTRACT)


def _an(word: str) -> str:
    proper = word in outside.PERSONS or word.split()[0] in (
        "the",
        "my",
        "a",
        "an",
        "some",
        "someone",
        "batman",
        "spiderman",
        "mickey",
        "harry",
        "mona",
        "darth",
        "pikachu",
        "einstein",
        "napoleon",
        "elvis",
        "taylor",
        "superman",
        "santa",
    )
    return word if proper or word in BARE_OUT or word.endswith("s") else f"a {word}"


def _outside_word(s: Speaker, words: tuple[str, ...]) -> str:
    return s.pick(outside.known_outside(words, "held" if s.held else "train"))


def _dressed(s: Speaker, word: str, wish: Wish, names: list[str]) -> str:
    """A strange thing with attributes that mini does know."""
    bare = _an(word)
    if "size" in names and bare == f"a {word}":
        bare = f"a {size_word(s, wish.size or '')} {word}"
    return tidy(" ".join([bare, *(after(s, wish, name) for name in names if name != "size")]))


def _stranger(s: Speaker, word: str, wish: Wish) -> tuple[dict[str, object], str]:
    """Slots for the common requests filled with something mini does not know, and a tail to follow them."""
    bare = _an(word)
    m0, m1, m2 = move(s, wish.motion)
    inside, rest = share(s, [name for name in wish.said() if name != "motion"])
    known = Wish(wish.medium, "dog", wish.colour, wish.position, wish.size)
    slots: dict[str, object] = {
        "draw": lexicon.DRAW_ONLY, "make": {"image": lexicon.MAKE_IMAGE, "audio": lexicon.MAKE_AUDIO, "video": lexicon.MAKE_VIDEO}[wish.medium],
        "pic": synonyms.MEDIA["image"], "snd": synonyms.MEDIA["audio"], "vid": synonyms.MEDIA["video"], "an": bare, "noun": word, "thenoun": word if bare == word else f"the {word}",
        "np": lambda: _dressed(s, word, known, inside), "mp": lambda: f"{_dressed(s, word, known, inside)} {m2}", "m0": m0, "m1": m1, "m2": m2, "bark": "make noise", "barks": "makes noise", "barking": "making noise",
        "call": CALLS_OUT, "noises": (f"the sound of {bare}", f"{word} noises", f"{word} sounds", bare), "order": (f"let {bare} make noise", f"imitate {bare}", f"make {bare} sound"),
    }  # fmt: skip
    return slots, tail(s, Wish(wish.medium, None, wish.colour, wish.position, wish.size), rest)


def plain(s: Speaker) -> tuple[str, str, str]:
    """(intent, what is said, what mini answers) of a talk without media."""
    intent = s.weigh(
        {name: {"greeting": 2, "abilities": 2, "name": 2, "thanks": 2}.get(name, 1) for name in PLAIN}
    )
    said, answers = PLAIN[intent]
    return intent, s.say(f"plain {intent}", said, person=lambda: s.pick(FIRST_NAMES)), s.pick(answers)


def _inside_things(s: Speaker) -> tuple[str, str]:
    a, b = s.rng.sample(world.THINGS, 2)
    return a, b


def strange_request(s: Speaker) -> tuple[str, str]:
    """(a request outside the world, an honest answer)."""
    kind = s.weigh(
        {
            "image": 30,
            "audio": 18,
            "video": 12,
            "colour": 6,
            "count": 4,
            "together": 4,
            "extra": 5,
            "motion": 4,
            "task": 26,
            "gibberish": 1.5,
        }
    )
    thing, other = _inside_things(s)
    if kind in ("image", "video"):
        words = s.pick(
            (
                outside.ANIMALS,
                outside.ANIMALS,
                outside.OBJECTS,
                outside.OBJECTS,
                outside.FOOD,
                outside.NATURE,
                outside.PEOPLE,
                outside.PLACES_OUT,
                outside.ABSTRACT,
            )
        )
        wish = Wish(
            kind,
            None,
            colour=s.pick(tuple(world.COLOURS)) if s.chance(0.4) else None,
            size=s.pick(world.SIZES) if s.chance(0.3) else None,
            position=s.pick(world.POSITIONS) if kind == "image" and s.chance(0.3) else None,
            motion=s.pick(world.MOTIONS) if kind == "video" else None,
        )
        word = _outside_word(s, words)
        slots, rest = _stranger(s, word, wish)
        if kind == "image":
            table, name = (asks.IMAGE, "image") if s.chance(0.75) else (asks.IMAGE_PLAIN, "image plain")
        else:
            table, name = (asks.VIDEO, "video") if s.chance(0.75) else (asks.VIDEO_PLAIN, "video plain")
        return tidy(s.say(name, table, **slots) + rest), s.pick(REFUSE_THING)  # type: ignore[arg-type]
    if kind == "audio":
        words = outside.SOUNDS_OUT if s.chance(0.6) else outside.ANIMALS + outside.OBJECTS
        word = _outside_word(s, words)
        slots, _ = _stranger(s, word, Wish("audio"))
        text = s.say("audio", asks.AUDIO, **slots)
        # A few requests name no thing but its noise: then the strange thing is named besides.
        return text if word in text else f"{text}, {_an(word)}", s.pick(REFUSE_SOUND)  # type: ignore[arg-type]
    a, b, x = a_noun(s, thing), a_noun(s, other), noun(s, thing)
    if kind == "colour":
        return s.say("colour out", COLOUR_OUT, a=a, x=x, o=_outside_word(s, outside.COLOURS_OUT)), s.pick(
            REFUSE_COLOUR
        )
    if kind == "count":
        return s.say(
            "count out",
            COUNT_OUT,
            n=_outside_word(s, outside.COUNTS),
            xs=f"{thing}s",
            c=colour_word(s, "blue" if (thing, "blue") not in world.HELD_OUT else "orange"),
        ), s.pick(REFUSE_COUNT)
    if kind == "together":
        return s.say("together out", TOGETHER_OUT, a=a, b=b), s.pick(REFUSE_COUNT)
    if kind == "extra":
        return s.say("extra out", EXTRA_OUT, a=a, x=x, e=_outside_word(s, outside.EXTRAS)), s.pick(
            REFUSE_COUNT
        )
    if kind == "motion":
        return s.say("motion out", MOTION_OUT, a=a, x=x, v=_outside_word(s, outside.MOVES_OUT)), s.pick(
            REFUSE_MOTION
        )
    if kind == "gibberish":
        return s.say("gibberish", GIBBERISH), s.pick(REFUSE_TASK)
    return task(s), s.pick(REFUSE_TASK)


def task(s: Speaker) -> str:
    """Something no picture, sound or clip can answer."""
    inside = s.chance(0.45)
    word = (
        s.pick(world.THINGS) if inside else _outside_word(s, outside.ANIMALS + outside.OBJECTS + outside.FOOD)
    )
    text = s.say(
        "task", outside.TASKS, x=_an(word), ax=_an(word), xs=word if word.endswith("s") else f"{word}s",
        topic=lambda: _outside_word(s, outside.TOPICS), country=lambda: _outside_word(s, outside.COUNTRIES), city=lambda: _outside_word(s, outside.CITIES),
        language=lambda: _outside_word(s, outside.LANGUAGES), code=lambda: _outside_word(s, outside.CODE), person=lambda: _outside_word(s, outside.PERSONS),
        food=lambda: _outside_word(s, outside.FOOD), n=lambda: str(s.rng.randrange(2, 100)), m=lambda: str(s.rng.randrange(2, 1000)),
    )  # fmt: skip
    return s.fill(
        s.pick(
            (
                "{t}",
                "{t}",
                "{t}",
                "{t}",
                "[{do}] {t}",
                "can you {t}",
                "could you {t}, please",
                "please {t}",
                "i want you to {t}",
                "{t}, please",
            )
        )
        if text.split()[0] in _VERBS
        else "{t}",
        t=text,
    )


_VERBS = frozenset(outside.TASK_VERBS)


def strange_edit(s: Speaker) -> tuple[str, str]:
    """(a change that is outside the world, an honest answer)."""
    kind = s.weigh({"extra": 4, "colour": 3, "thing": 4})
    if kind == "extra":
        return s.say("edit out", EDIT_OUT, e=_outside_word(s, outside.EXTRAS)), s.pick(REFUSE_COUNT)
    if kind == "colour":
        return s.say("colour edit out", COLOUR_EDIT_OUT, o=_outside_word(s, outside.COLOURS_OUT)), s.pick(
            REFUSE_COLOUR
        )
    return s.say(
        "thing edit out", THING_EDIT_OUT, an=_an(_outside_word(s, outside.ANIMALS + outside.OBJECTS))
    ), s.pick(REFUSE_THING)


def no_sound(s: Speaker, thing: str) -> str:
    return s.fill(s.pick(REFUSE_NO_SOUND), a=a_thing(thing))
