# ruff: noqa: E501
"""Things and their attributes in words: noun phrases, tails of further sentences, lists of fragments."""

from __future__ import annotations

from dataclasses import dataclass, fields

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import lexicon, synonyms
from anygen_pipelines.mini.talk.grammar import Speaker, tidy


@dataclass(frozen=True)
class Wish:
    """One medium that a person asks for, and what they say about it; None = left free."""

    medium: str
    thing: str | None = None
    colour: str | None = None
    position: str | None = None
    size: str | None = None
    motion: str | None = None

    def said(self) -> list[str]:
        """Names of the attributes beside the thing that are determined."""
        return [
            f.name
            for f in fields(self)
            if f.name not in ("medium", "thing") and getattr(self, f.name) is not None
        ]


# "this" in a dozen ways; what is around every kind of request.
WORDS: dict[str, tuple[str, ...]] = {
    "do": (
        "could you", "can you", "would you", "will you", "could you please", "can you please", "please", "please", "pls", "would you please", "can u",
        "would you be so kind as to", "i'd like you to", "i want you to", "i need you to", "do me a favour and", "be so kind and", "kindly", "go ahead and",
        "try to", "may i ask you to", "you could", "let's", "now", "just", "quickly", "if you can,", "if possible,", "would it be possible to",
        "is it possible to", "are you able to", "do you think you could", "i was wondering if you could", "any chance you could", "why don't you",
        "maybe you can", "i would be happy if you could", "it would be great if you could", "i'd appreciate it if you could", "help me and", "feel free to",
        "it's time to", "your task:", "task:", "next:", "i would like that you", "you must", "you have to", "it would be nice to", "i ask you to", "might you",
        "could you maybe", "can you quickly", "would you kindly", "i beg you to", "please do", "so please", "well,", "ok,", "then", "could i get you to",
        "i'd be grateful if you could", "perhaps you could", "you can", "we need you to", "we would like you to", "can somebody", "can you try to",
    ),
    "please_end": ("please", "pls", "if you can", "if you don't mind", "would you", "thanks", "thank you", "if possible", "will you", "plz", "por favor", "ok"),
    "want": (
        "i want", "i need", "i would like", "i'd like", "i wish for", "i would love", "i am looking for", "i'm looking for", "i require", "i fancy", "i could use",
        "i'd love", "we need", "we want", "my wish is", "what i want is", "what i need is", "what i'd like is", "i'd like to have", "i would like to get", "i want to have",
        "i'd love to have", "i'm after", "i long for", "i'm in need of", "give me", "gimme", "i hope to get", "i want to get", "i'd be happy with", "may i have", "can i have",
        "could i have", "can i get", "could i get", "may i get", "i'd go for", "i am in the mood for", "i'll take", "i'll have", "how about", "what about", "please give me",
        "me want", "i wanna have", "we would like", "we'd love", "i search for", "let me have", "i should like", "i am wishing", "i desire", "send me", "bring me", "get me",
    ),
    "wanna_see": (
        "i want to see", "i'd like to see", "let me see", "i would love to see", "i'd love to see", "i wanna see", "can i see", "may i see", "could i see", "i need to see",
        "show me", "show", "let us see", "we want to see", "i wish to see", "i hope to see", "i have to see", "i have never seen", "let's see", "i would like to look at",
        "i want to look at", "let me look at", "please let me see", "i feel like seeing", "show us", "i like to see",
    ),
    "wanna_hear": (
        "i want to hear", "i'd like to hear", "let me hear", "i would love to hear", "i'd love to hear", "i wanna hear", "can i hear", "may i hear", "could i hear",
        "i need to hear", "let us hear", "we want to hear", "i wish to hear", "let's hear", "i would like to listen to", "i want to listen to", "let me listen to",
        "please let me hear", "i feel like hearing", "play me", "play", "make me hear", "i have never heard", "my ears want", "please play", "play us",
    ),
    "wanna_watch": (
        "i want to watch", "i'd like to watch", "let me watch", "i would love to watch", "i wanna watch", "can i watch", "may i watch", "could i watch", "we want to watch",
        "let us watch", "let's watch", "i want to see", "i'd like to see", "let me see", "show me", "i feel like watching", "please let me watch", "i'd love to see",
    ),
    "of": ("of", "of", "of", "of", "with", "with", "showing", "that shows", "depicting", "containing", "featuring", "where i see", "in which there is", "displaying",
           "on which you see", "presenting", "where there is", "that has", "with just", "about", "portraying", "which shows", "that contains", "from", "including"),
    "me": (" me", " me", " me", " us", "", "", "", " for me", " me please"),
    "a": ("a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "one", "some", "the", "", "", "", "another", "a new"),
    "nice": ("", "", "", "", "", "", "nice ", "cute ", "lovely ", "simple ", "good ", "little bit of a ", "quick ", "funny ", "beautiful ", "cool ", "pretty ", "great ", "decent "),
}  # fmt: skip


def noun(s: Speaker, thing: str) -> str:
    """A name for the thing, without article; the plain one in four of ten cases."""
    return thing if s.chance(0.42) else s.pick(synonyms.NOUNS[thing])


def a_noun(s: Speaker, thing: str, adjective: str = "") -> str:
    names = lexicon.NAMES[thing]
    if not adjective and s.chance(0.05):
        return s.pick(names.bare)
    if not adjective and s.chance(0.012):
        return s.pick(names.emoji)
    determiner = s.rng.choices(("a", "the", "one", "my", "some", "", "this"), (78, 6, 3, 3, 2, 7, 1))[0]
    extra = s.pick(lexicon.ADJECTIVES) if s.chance(0.1) else ""
    both = f"{extra} {adjective}" if s.chance(0.3) else f"{adjective} {extra}"
    return tidy(f"{determiner} {both} {noun(s, thing)}")


def the_noun(s: Speaker, thing: str) -> str:
    return f"{s.pick(('the', 'the', 'the', 'the', 'that', 'this', 'our', 'my'))} {noun(s, thing)}"


def colour_word(s: Speaker, colour: str) -> str:
    return colour if s.chance(0.6) else s.pick(synonyms.COLOUR_WORDS[colour])


BACKDROPS = (
    "background",
    "background",
    "background",
    "background",
    "backdrop",
    "wall",
    "canvas",
    "surface",
    "ground",
    "field",
    "sheet",
    "paper",
    "board",
    "screen",
    "bg",
    "page",
    "base",
    "plane",
)

COLOUR_PHRASES = (
    "on a {c} {backdrop}", "on a {c} background", "on {c}", "with a {c} background", "with {c} background", "against a {c} {backdrop}", "against {c}",
    "in front of a {c} {backdrop}", "in front of {c}", "with {c} behind it", "with {c} in the background", "with a {c} backdrop", "over a {c} background",
    "with everything {c} behind", "with {c} all around", "surrounded by {c}", "on {c} background", "on the {c} background", "having a {c} background",
    "before a {c} background", "where the background is {c}", "whose background is {c}", "with the background in {c}", "with the background {c}", "upon a {c} {backdrop}",
    "with the rest in {c}", "on a background that is {c}", "on a background of {c}", "on background {c}", "and {c} behind it", "and a {c} background", "and the background {c}",
    "with bg {c}", "on {c} bg", "set against {c}", "placed on {c}", "in a {c} world", "in a {c} room", "in a {c} setting", "with a {c} wall behind", "standing in front of {c}",
    "in a {c} environment", "on something {c}", "with a background coloured {c}", "the background being {c}", "on {c} colour", "with {c} as background", "with {c} as the background colour",
    "on a plain {c} background", "on a solid {c} background", "on a uniform {c} background",
)  # fmt: skip
COLOUR_SENTENCES = (
    "the background should be {c}", "make the background {c}", "the background is {c}", "background: {c}", "background {c}", "{c} background", "with {c} behind it",
    "i want the background {c}", "i'd like a {c} background", "the background must be {c}", "use a {c} background", "use {c} for the background", "put it on {c}",
    "colour the background {c}", "paint the background {c}", "the colour behind it: {c}", "behind it {c}", "everything around it should be {c}", "the backdrop should be {c}",
    "let the background be {c}", "take {c} as background", "{c} please for the background", "as background {c}", "background in {c}", "and {c} for the background", "i like {c}, so use that as background",
    "my favourite colour is {c}, take it for the background", "background colour {c}", "background colour: {c}", "the rest is {c}", "the rest {c}", "it should stand in front of {c}", "in front of a {c} {backdrop}",
    "it's on {c}", "it should be on {c}", "on {c}, please", "the wall behind it is {c}", "please have the background {c}", "bg {c}", "{c} bg", "{c} wall", "choose {c} as the background", "colour: {c}",
    "could the background be {c}", "can the background be {c}", "can it have a {c} background", "maybe with {c} behind it", "the background has to be {c}", "fill the background with {c}", "make it {c} behind",
    "make everything else {c}", "i think {c} would be good as background", "the background ought to be {c}", "set the background to {c}", "give it a {c} background", "have it on {c}", "its background is {c}",
)  # fmt: skip
COLOUR_TAGS = ("{c}", "{c}", "{c} background", "{c} bg", "background {c}", "bg {c}", "on {c}", "{c} backdrop", "background: {c}", "bg: {c}", "bg={c}", "colour {c}", "{c} behind", "in front of {c}", "color: {c}", "{c} wall", "on a {c} background", "with {c}", "backdrop {c}")  # fmt: skip

PLACE_PHRASES = ("{p}", "{p}", "{p}", "{p}", "placed {p}", "located {p}", "which is {p}", "that is {p}", "positioned {p}", "sitting {p}", "somewhere {p}", "that stands {p}", "being {p}", "put {p}", "situated {p}", "and it is {p}", "and that {p}", "to be {p}")  # fmt: skip
PLACE_SENTENCES = (
    "put it {p}", "place it {p}", "it should be {p}", "it must be {p}", "i want it {p}", "i'd like it {p}", "it is {p}", "{p}", "{p}, please", "it goes {p}", "it belongs {p}", "let it be {p}", "position it {p}",
    "have it {p}", "set it {p}", "it should sit {p}", "it should stand {p}", "position: {w}", "place: {w}", "where: {w}", "location: {w}", "make sure it is {p}", "i need it {p}", "it has to be {p}", "where? {p}",
    "could it be {p}", "can it be {p}", "can you put it {p}", "maybe {p}", "preferably {p}", "it ought to be {p}", "i think {p} is best", "please {p}", "it stands {p}", "draw it {p}", "keep it {p}", "align it {w}", "i imagine it {p}",
)  # fmt: skip
PLACE_TAGS = ("{w}", "{w}", "{w}", "{p}", "{p}", "position {w}", "position: {w}", "pos: {w}", "pos={w}", "place: {w}", "placed {p}", "at {w}", "where: {w}", "location {w}")  # fmt: skip

SIZE_AFTER = (
    "that is {z}",
    "which is {z}",
    ", {z}",
    "({z})",
    "but {z}",
    "in {z}",
    "of {z} size",
    ", but {z}",
    "that's {z}",
    "and {z}",
    ", {z} of course",
    "{z} in size",
)
SIZE_SENTENCES = (
    "it should be {z}", "make it {z}", "i want it {z}", "{z}, please", "{z}", "it must be {z}", "it is {z}", "it has to be {z}", "keep it {z}", "let it be {z}", "i'd like it {z}", "size: {z}", "the size: {z}", "a {z} one",
    "i mean a {z} one", "it needs to be {z}", "could it be {z}", "can it be {z}", "a {z} one would be best", "draw it {z}", "the {noun} should be {z}", "a {z} one, please", "please make it {z}", "but {z}", "and {z}", "size {z}", "have it {z}", "{z} would be nice",
    "i prefer {z}", "choose {z}", "it's {z}", "{z} if you can", "can i have a {z} one", "i think of a {z} one", "it ought to be {z}",
)  # fmt: skip
MOTION_SENTENCES = (
    "it should {m0}", "let it {m0}", "make it {m0}", "it {m1}", "it has to {m0}", "it must {m0}", "i want it to {m0}", "it is {m2}", "have it {m0}", "it needs to {m0}", "{m2}", "motion: {m2}", "i want to see it {m0}", "in it the {noun} {m1}", "the {noun} should {m0}", "and it {m1}",
    "i'd like it to {m0}", "it's {m2}", "could it {m0}", "can it {m0}", "please let it {m0}", "the {noun} {m1}", "the movement: {m2}", "during the clip it {m1}", "it ought to {m0}", "i imagine it {m2}", "while it {m1}", "what it does: it {m1}", "and let it {m0}",
)  # fmt: skip
MOTION_AFTER = ("{m2}", "{m2}", "{m2}", "{m2}", "that {m1}", "that {m1}", "which {m1}", "that is {m2}", "which is {m2}", "as it {m1}", "while it {m1}", "while {m2}", ", {m2}", "who {m1}", "and it {m1}", "slowly {m2}", "quickly {m2}", "that slowly {m1}", "that's {m2}", "in the act of {m2}")  # fmt: skip


def move(s: Speaker, motion: str | None) -> tuple[str, str, str]:
    """(move left, moves left, moving left), in one of many ways; without direction where none is wished."""
    return s.pick(synonyms.FREE_MOVES if motion is None else synonyms.MOVES[motion])


def size_word(s: Speaker, size: str) -> str:
    return size if s.chance(0.4) else s.pick(synonyms.SIZE_WORDS[size])


def after(s: Speaker, wish: Wish, name: str) -> str:
    """One attribute as a phrase that follows the noun."""
    if name == "colour":
        return s.fill(s.pick(COLOUR_PHRASES), c=colour_word(s, wish.colour or ""), backdrop=BACKDROPS)
    if name == "position":
        return s.fill(s.pick(PLACE_PHRASES), p=s.pick(synonyms.PLACES[wish.position or ""]))
    if name == "size":
        return s.fill(s.pick(SIZE_AFTER), z=size_word(s, wish.size or ""))
    m0, m1, m2 = move(s, wish.motion)
    return s.fill(s.pick(MOTION_AFTER), m0=m0, m1=m1, m2=m2)


def sentence(s: Speaker, wish: Wish, name: str) -> str:
    """One attribute as a sentence of its own about "it"."""
    named = noun(s, wish.thing) if wish.thing else "thing"
    if name == "colour":
        return s.say(
            "colour sentence", COLOUR_SENTENCES, c=colour_word(s, wish.colour or ""), backdrop=BACKDROPS
        )
    if name == "position":
        place = wish.position or ""
        return s.say(
            "place sentence",
            PLACE_SENTENCES,
            p=s.pick(synonyms.PLACES[place]),
            w=s.pick(lexicon.PLACE_WORDS[place]),
        )
    if name == "size":
        return s.say("size sentence", SIZE_SENTENCES, z=size_word(s, wish.size or ""), noun=named)
    m0, m1, m2 = move(s, wish.motion)
    return s.say("motion sentence", MOTION_SENTENCES, m0=m0, m1=m1, m2=m2, noun=named)


def tag(s: Speaker, wish: Wish, name: str) -> str:
    """One attribute as a bare fragment."""
    if name == "colour":
        if s.chance(0.04):
            return lexicon.COLOUR_EMOJI[wish.colour or ""]
        return s.fill(s.pick(COLOUR_TAGS), c=colour_word(s, wish.colour or ""))
    if name == "position":
        place = wish.position or ""
        if s.chance(0.03):
            return lexicon.PLACE_EMOJI[place]
        return s.fill(
            s.pick(PLACE_TAGS), p=s.pick(synonyms.PLACES[place]), w=s.pick(lexicon.PLACE_WORDS[place])
        )
    if name == "size":
        return s.pick(lexicon.SIZE_TAGS[wish.size or ""]) if s.chance(0.5) else size_word(s, wish.size or "")
    if wish.motion is not None and s.chance(0.4):
        return s.pick(lexicon.MOTION_TAGS[wish.motion])
    return move(s, wish.motion)[s.pick((1, 2, 2))]


JOINTS = (" ", " ", " ", " ", ", ", ", ", " and ", ", and ")
SEPARATORS = (
    ", ",
    ", ",
    ", ",
    " ",
    " ",
    " / ",
    "; ",
    ". ",
    "\n",
    " - ",
    " + ",
    " | ",
    " & ",
    " and ",
    ",",
    ": ",
    " > ",
    "... ",
    " // ",
    ", also ",
    " // ",
)


def phrase(s: Speaker, wish: Wish, names: list[str], article: bool = True) -> str:
    """A noun phrase with the named attributes: "a small dog on the left on blue", or the other way about."""
    if wish.thing is None:
        raise ValueError("a noun phrase needs a thing")
    names = [name for name in names if name != "thing"]
    adjective = ""
    if "size" in names and s.chance(0.85):
        names.remove("size")
        adjective = size_word(s, wish.size or "")
    # "a red car": a colour before the noun is the background's, mini has no other colours.
    if "colour" in names and s.chance(0.025):
        names.remove("colour")
        adjective = tidy(f"{adjective} {colour_word(s, wish.colour or '')}")
    s.rng.shuffle(names)
    if "motion" in names and s.chance(0.6):
        names.sort(key=lambda name: name != "motion")
    core = a_noun(s, wish.thing, adjective) if article else tidy(f"{adjective} {noun(s, wish.thing)}")
    parts = [after(s, wish, name) for name in names]
    front = ""
    if article and parts and names[-1] in ("colour", "position") and s.chance(0.05):
        front = f"{parts.pop()}{s.pick((', ', ' ', ': ', ' there is '))}"
    text = front + core
    for part in parts:
        text += s.pick(JOINTS if text is not core else (" ", " ", " ", ", ")) + part
    return tidy(text)


def tail(s: Speaker, wish: Wish, names: list[str]) -> str:
    """The named attributes after the main clause: further sentences, or fragments. Begins with its own separator."""
    if not names:
        return ""
    names = list(names)
    s.rng.shuffle(names)
    if s.chance(0.55):
        glue = s.pick((". ", ". ", ". ", ", ", ", ", " - ", "; ", "! ", "\n", ", and ", " and "))
        text = ""
        for name in names:
            text += glue + sentence(s, wish, name)
        return text
    lead = s.pick(
        (", ", ", ", ", ", ". ", " - ", ": ", " (", "; ", "\n", ", with ", "... ", " | ", ", namely ")
    )
    glue = s.pick(SEPARATORS)
    return lead + glue.join(tag(s, wish, name) for name in names) + (")" if lead == " (" else "")


def share(s: Speaker, names: list[str]) -> tuple[list[str], list[str]]:
    """Attributes for the noun phrase, and those left for the tail."""
    names = list(names)
    s.rng.shuffle(names)
    if s.chance(0.55):
        return names, []
    cut = s.rng.randrange(len(names) + 1)
    return names[:cut], names[cut:]


def random_attribute(s: Speaker, name: str) -> str:
    table = {
        "colour": tuple(world.COLOURS),
        "position": world.POSITIONS,
        "size": world.SIZES,
        "motion": world.MOTIONS,
    }
    return s.pick(table[name])
