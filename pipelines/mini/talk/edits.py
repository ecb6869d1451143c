# ruff: noqa: E501
"""How people change what is there: other colour, place, size, thing, motion; again, back, the other way."""

from __future__ import annotations

from anygen_pipelines.mini.talk import lexicon, synonyms
from anygen_pipelines.mini.talk.grammar import Speaker
from anygen_pipelines.mini.talk.phrases import BACKDROPS, a_noun, colour_word, move, noun, size_word

TO_PLACE = {
    "left": ("left", "to the left", "to the left side", "over to the left", "to the left-hand side", "to the left edge", "leftwards", "more to the left", "further left", "all the way to the left", "a bit to the left"),
    "right": ("right", "to the right", "to the right side", "over to the right", "to the right-hand side", "to the right edge", "rightwards", "more to the right", "further right", "all the way to the right", "a bit to the right"),
    "top": ("up", "to the top", "up to the top", "upwards", "higher", "higher up", "to the upper part", "to the upper edge", "all the way up", "to the top edge", "a bit higher", "further up"),
    "bottom": ("down", "to the bottom", "down to the bottom", "downwards", "lower", "lower down", "to the lower part", "to the lower edge", "all the way down", "to the bottom edge", "a bit lower", "further down"),
    "middle": ("to the middle", "into the middle", "to the centre", "to the center", "into the centre", "back to the middle", "towards the middle", "into the center"),
}  # fmt: skip
COLOUR = (
    "now on {c}", "now on {c}", "make the background {c}", "make the background {c}", "change the background to {c}", "change the background to {c}", "change the background colour to {c}", "on {c}, please", "on {c} please", "on {c}", "the same on {c}", "same on {c}", "the same but on {c}", "same thing, {c} background", "{c} background", "{c} background please", "a {c} background instead", "{c} instead", "{c} instead of {old}", "in {c}", "now {c}", "now in {c}", "now with a {c} background", "turn the background {c}", "turn it {c}", "i'd prefer it on {c}", "how about {c}?", "what about {c}?", "how about a {c} background?",
    "not {old}, {c}", "swap the background for {c}", "replace the background with {c}", "replace {old} by {c}", "replace the {old} with {c}", "could the background be {c}?", "can the background be {c}?", "can you make the background {c}?", "could you change the background to {c}?", "try {c}", "try it on {c}", "try it with {c} behind", "with a {c} background this time", "this time on {c}", "can i get it in {c}?", "can i have it on {c}?", "paint the background {c}", "colour the background {c}", "colour it {c}", "the background should be {c}", "i want the background {c}", "i want it on {c}", "i'd like it on {c}", "one on {c}", "another one on {c}", "i don't like {old}, make it {c}", "i don't like {old}, rather {c}", "{old} is ugly, take {c}", "use {c} instead", "use {c} for the background",
    "put it on {c}", "put it on a {c} {backdrop}", "put it in front of a {c} {backdrop}", "give it a {c} background", "set the background to {c}", "background: {c}", "bg {c}", "bg -> {c}", "{c} bg", "only the background {c}", "just change the background to {c}", "everything the same, but {c}", "same picture, {c} behind it", "keep everything, only make it {c} behind", "keep it but on {c}", "keep the {noun} but make the background {c}", "let the background be {c}", "rather on {c}", "better on {c}", "{c} would be better", "{c} would look better", "maybe {c}?", "{c} maybe?", "i think {c} is nicer", "make it {c}", "do it on {c}", "show it on {c}", "draw it on {c}", "(draw|paint|show) it on a {c} background", "recolour the background: {c}", "change {old} to {c}", "change colour to {c}", "other colour: {c}", "from {old} to {c}", "with {c} behind it", "the wall behind should be {c}", "now the background {c}", "and now on {c}?", "and on {c}?", "and with {c}?", "what would it look like on {c}?", "how does it look on {c}?", "show the {noun} on {c}", "i said {c}", "no, on {c}", "no, {c}", "i meant {c}", "i wanted {c}", "wrong colour, it should be {c}", "it must be {c}", "make that {c}", "the colour should be {c}", "please {c}", "background {c} now",
)  # fmt: skip
PLACE = (
    "move it {to}", "move it {to}", "move it {to}", "move the {noun} {to}", "put it {p}", "put it {p}", "place it {p}", "now {p}", "now {p}", "shift it {to}", "shift the {noun} {to}", "push it {to}", "pull it {to}", "drag it {to}", "bring it {to}", "{p} instead", "{p}, please", "it should be {p}", "it should be {p} instead", "the {noun} should be {p}", "the same but {p}", "same but {p}", "same thing {p}", "same picture, but {p}", "now put it {p}", "now move it {to}", "can you move it {to}?", "could you move it {to}?", "can you put it {p}?", "could it be {p}?", "can it be {p}?", "can it go {to}?", "i want it {p}", "i'd like it {p}", "i'd prefer it {p}", "i'd rather have it {p}", "rather {p}", "better {p}", "{p} would be better", "not {oldp}, {p}", "{p}, not {oldp}", "{p} and not {oldp}", "change the position to {w}", "change position: {w}", "position: {w}", "set the position to {w}", "place: {w}", "relocate it {to}", "how about {p}?", "what about {p}?", "maybe {p}?", "try it {p}", "only move it {to}", "just move it {to}", "just put it {p}", "keep everything, but put it {p}", "keep it, only {p}", "keep the rest, move the {noun} {to}", "{to}", "{to}, please", "a bit {to}", "have it {p}", "let it be {p}", "let it stand {p}", "draw it {p}", "show it {p}", "this time {p}", "one {p}", "another one {p}", "and now {p}?", "and {p}?", "what would it look like {p}?", "how does it look {p}?", "slide it {to}", "no, {p}", "i meant {p}", "i said {p}", "wrong place, it should be {p}", "it belongs {p}", "set it {p}", "send it {to}", "move {to}", "go {to}", "{to} with it", "re-place it: {w}", "make it {p}", "i want the {noun} {p}", "get it {to}", "please {to}",
)  # fmt: skip
OPPOSITE_PLACE = ("other side", "the other side", "the other side, please", "to the other side", "on the other side", "now on the other side", "on the other side please", "move it to the other side", "put it on the other side", "the opposite side", "on the opposite side", "to the opposite side", "opposite side", "switch sides", "change sides", "swap sides", "mirror it", "mirror the picture", "flip it to the other side", "i want it on the other side", "it should be on the opposite side", "wrong side", "wrong side!", "no, the other side", "can you put it on the other side?", "could it be on the other side?", "move the {noun} to the opposite side", "same but on the other side", "what about the other side?", "how about the other side?", "opposite place", "the opposite place, please", "let it change sides", "reverse the position", "shift it to the opposite edge", "at the opposite edge")  # fmt: skip
BIGGER = ("bigger", "bigger", "bigger please", "make it bigger", "make it bigger", "make it bigger", "larger", "larger please", "make it larger", "make it big", "make it {z}", "make the {noun} bigger", "make the {noun} {z}", "enlarge it", "enlarge the {noun}", "zoom in", "scale it up", "scale up", "blow it up", "increase the size", "increase its size", "it's too small", "too small", "that's too small", "too small, make it bigger", "a bigger one", "a bigger one please", "a larger one", "a {z} one", "can it be bigger?", "can you make it bigger?", "could you make it larger?", "could it be {z}?", "more big", "it should be bigger", "it should be larger", "it should be {z}", "i want it bigger", "i want a bigger one", "i'd like it {z}", "i'd prefer it big", "now big", "now bigger", "now {z}", "now a {z} one", "the same but bigger", "the same but {z}", "same but big", "same thing, {z}", "same, only larger", "{z} please", "{z}", "and bigger?", "and big?", "and a {z} one?", "how about a bigger one?", "what about a {z} one?", "big instead", "{z} instead of small", "not small, {z}", "change the size to big", "size: big", "set the size to {z}", "i can hardly see it", "i can barely see the {noun}, make it larger", "much bigger", "a lot bigger", "way bigger", "a bit bigger", "a little larger", "bigger version please", "bigger!", "upsize it", "supersize it", "make a big one of it", "turn it into a {z} one", "let it be {z}", "draw it bigger", "draw it {z}", "show it bigger", "keep everything but make it {z}", "just make it bigger", "only bigger", "as big as possible", "make more of the {noun} visible, larger", "it has to be bigger", "no, a {z} one", "i meant a {z} one", "magnify it", "stretch it to be {z}")  # fmt: skip
SMALLER = ("smaller", "smaller", "smaller please", "make it smaller", "make it smaller", "make it smaller", "tinier", "tinier please", "make it tiny", "make it small", "make it {z}", "make the {noun} smaller", "make the {noun} {z}", "reduce it", "reduce the size", "zoom out", "scale it down", "scale down", "shrink the picture of it a bit", "decrease the size", "decrease its size", "it's too big", "too big", "that's too big", "too large", "too big, make it smaller", "a smaller one", "a smaller one please", "a tinier one", "a {z} one", "can it be smaller?", "can you make it smaller?", "could you make it tinier?", "could it be {z}?", "more small", "it should be smaller", "it should be tinier", "it should be {z}", "i want it smaller", "i want a smaller one", "i'd like it {z}", "i'd prefer it small", "now small", "now smaller", "now {z}", "now a {z} one", "the same but smaller", "the same but {z}", "same but small", "same thing, {z}", "same, only smaller", "{z} please", "{z}", "and smaller?", "and small?", "and a {z} one?", "how about a smaller one?", "what about a {z} one?", "small instead", "{z} instead of big", "not big, {z}", "change the size to small", "size: small", "set the size to {z}", "it takes too much room", "the {noun} is too large, make it smaller", "much smaller", "a lot smaller", "way smaller", "a bit smaller", "a little smaller", "smaller version please", "smaller!", "downsize it", "make a small one of it", "turn it into a {z} one", "let it be {z}", "draw it smaller", "draw it {z}", "show it smaller", "keep everything but make it {z}", "just make it smaller", "only smaller", "as small as possible", "it has to be smaller", "no, a {z} one", "i meant a {z} one", "less big", "not so big", "not that big", "miniaturise it")  # fmt: skip
THING = (
    "not that one, {an}", "not a {old}, {an}", "no, {an}", "no, not a {old}, {an}", "{an} instead", "{an} instead", "{an} instead of the {old}", "now {an}", "now {an}", "now with {an}", "now the same with {an}", "and {an}?", "and {an}?", "and now {an}", "the same with {an}", "the same with {an}", "same with {an}", "same again with {an}", "the same, but {an}", "the same but with {an}", "replace it with {an}", "replace it by {an}", "replace the {old} with {an}", "replace the {old} by {an}", "swap the {old} for {an}", "swap it for {an}", "exchange the {old} for {an}", "change the {old} into {an}", "change the {old} to {an}", "change it to {an}", "turn it into {an}", "turn the {old} into {an}", "i meant {an}", "sorry, i meant {an}", "i mean {an}", "i said {an}", "i wanted {an}", "i'd rather have {an}", "i'd prefer {an}", "how about {an} instead?", "how about {an}?", "what about {an}?", "what about {an} instead?", "make it {an}", "make that {an}", "same picture but {an}", "same place, same background, but {an}", "keep everything, but make it {an}", "keep the background, but show {an}", "{an} would be better", "{an} would be nicer", "rather {an}", "better {an}", "{an} rather than the {old}", "instead of the {old}, {an}", "instead of the {old} i want {an}", "put {an} there instead", "put {an} in its place", "where the {old} is, put {an}", "can you do the same with {an}?", "can i have the same with {an}?", "could it be {an}?", "can it be {an}?", "do the same with {an}", "do it with {an}", "do it again with {an}", "again with {an}", "again, but with {an}", "once more with {an}", "try {an}", "try it with {an}", "let's have {an} instead", "let it be {an}", "wrong thing, i want {an}", "wrong, it should be {an}", "it should be {an}", "take {an} instead", "use {an} instead", "the {old} is boring, take {an}", "i don't like the {old}, make it {an}", "i changed my mind, {an} please", "on second thought, {an}", "this time {an}", "the next one: {an}", "do one with {an} too", "also with {an}", "do {an} like that", "{an} in the same way", "{an} please, same as before", "now let's do {an}", "remove the {old} and put {an}", "out with the {old}, in with {an}", "could you make that {an}?", "just swap in {an}", "a version with {an}",
)  # fmt: skip
MOTION = (
    "now let it {m0}", "let it {m0} instead", "let it {m0}", "make it {m0}", "make it {m0} instead", "now make it {m0}", "it should {m0}", "it should {m0} instead", "it should be {m2}", "{m2} instead", "{m2} instead of {oldm}", "now {m2}", "now it should {m0}", "the same but {m2}", "same but {m2}", "the same clip, but {m2}", "not {oldm}, {m2}", "i want it to {m0}", "i'd like it to {m0}", "can it {m0}?", "can it {m0} instead?", "can you make it {m0}?", "could you let it {m0}?", "change the motion: {m2}", "change the movement to {m2}", "have it {m0}", "rather {m2}", "better {m2}", "how about {m2}?", "what about {m2}?", "and {m2}?", "and now {m2}?", "this time {m2}", "this time it should {m0}", "try it {m2}", "no, it should {m0}", "no, {m2}", "i meant {m2}", "keep everything, but let it {m0}", "keep the {noun}, but make it {m0}", "only change the motion, it should {m0}", "make the {noun} {m0}", "let the {noun} {m0}", "i'd rather see it {m0}", "i would rather watch it {m0}", "show it {m2}", "again, but {m2}", "once more, {m2}", "now please {m2}", "what if it {m1}?", "motion: {m2}", "instead of {oldm} it should {m0}", "wrong motion, it should {m0}", "let it now {m0}", "another one, {m2}",
)  # fmt: skip
OPPOSITE_MOTION = ("the other way", "the other way round", "other way", "other way please", "now the other way", "the opposite", "now the opposite", "the opposite direction", "in the opposite direction", "opposite direction please", "reverse it", "reverse", "reverse the motion", "reverse the direction", "backwards", "play it backwards", "turn the motion around", "let it go the other way", "make it go the other way", "it should go the other way", "it should do the opposite", "wrong way", "wrong direction", "wrong direction!", "in the other direction", "other direction", "and the other way round?", "now in reverse", "can it go the other way?", "do the opposite", "the reverse, please", "change direction", "switch the direction", "invert the motion", "flip the direction", "the same in reverse", "rewind")  # fmt: skip
AGAIN = ("again", "again please", "once more", "once more please", "one more time", "same again", "the same again", "repeat", "repeat that", "repeat please", "do it again", "do that again", "another time", "encore", "and again", "again!", "i missed it, again please", "could you repeat that?", "can you do that again?", "one more", "the same once more", "please do it again", "run it again", "da capo", "redo", "let me have it again", "give me that again")  # fmt: skip
BACK = ("go back", "undo", "undo that", "undo it", "back to the one before", "the one before was better", "the previous one was better", "the last one was better, go back", "revert", "revert that", "take that back", "no, as it was before", "back to how it was", "as before please", "like before", "i liked the previous one more", "the previous one, please", "return to the previous one", "restore the last one", "one step back", "step back", "make it like it was", "cancel the change", "cancel that change", "ctrl z", "hmm, no, undo", "i preferred the one before", "no, go back to the other one", "change it back", "put it back as it was")  # fmt: skip

# What comes after something was made: the same thing in another medium.
NOW_IMAGE = ("what does it look like?", "what does that look like?", "show it to me", "show me", "and a picture of it", "and a picture?", "now a picture", "now a picture of it, please", "now draw it", "draw it", "draw one", "can you draw it?", "can you draw that too?", "and now as a picture", "a picture of it please", "let me see it", "i want to see it", "i'd like to see it", "paint it", "now show it", "show me one", "and how does it look?", "how does it look?", "what does one look like?", "picture please", "now the picture", "make an image of it", "as an image please", "and to look at?", "could i see it?", "may i see it too?", "sketch it for me", "and the image?")  # fmt: skip
NOW_AUDIO = ("what does it sound like?", "what does it sound like?", "and what does it sound like?", "how does it sound?", "and how does it sound?", "and its sound?", "now its sound", "now the sound", "now the sound please", "and now the sound of it", "the sound too, please", "with sound", "add the sound", "and the noise?", "what noise does it make?", "what sound does it make?", "which sound does it make?", "let me hear it", "can i hear it?", "can i hear it too?", "i want to hear it", "i'd like to hear it", "play its sound", "play the sound", "make its sound", "now let me hear it", "does it make a sound? play it", "and what do i hear?", "sound please", "give me the sound of it", "now the audio", "its voice please", "and as audio?", "make it audible", "what does that sound like?", "what would that sound like?", "and the sound of that?", "how does that sound?", "could i hear that?", "what does one sound like?", "the noise it makes, please")  # fmt: skip
NOW_VIDEO = ("animate it", "animate that", "animate it please", "now animate it", "now animate that", "can you animate it?", "can you animate that?", "make it move", "let it move", "now make it move", "make a video of it", "make a clip of it", "now as a video", "and as a video?", "a video of it please", "a clip of that please", "turn it into a video", "turn that into a clip", "turn it into an animation", "and a gif of it", "now a gif", "now the video", "and a video?", "bring it to life", "bring that to life", "i want to see it move", "can i see it move?", "set it in motion", "now in motion", "and now moving", "the same, but moving", "make it come alive", "film it", "now a clip", "could you make a movie of it?", "as an animation", "get it moving")  # fmt: skip
NOW_MOVING = ("animate it so that it {m1}", "now let it {m0}", "let it {m0}", "make it {m0}", "animate that: it should {m0}", "now animate it, {m2}", "animate it, {m2}", "make a video where it {m1}", "make a clip of it {m2}", "a video of it {m2}", "can you make it {m0}?", "can you animate it so it {m1}?", "i want to see it {m0}", "now make it {m0}", "turn it into a video, it should {m0}", "as a clip, {m2}", "bring it to life, it should {m0}", "and now as a video in which it {m1}", "let that {m0}", "could it {m0}?", "it should {m0} now", "a gif of it {m2}", "now the {noun} should {m0}", "let the {noun} {m0}", "make the {noun} {m0}", "have the {noun} {m0}", "what if it {m1}? show me", "film it {m2}", "and now it {m1}", "now {m2}, as a video")  # fmt: skip

PRAISE = ("nice", "great", "cool", "lovely", "perfect", "thanks", "thank you", "very good", "wow", "super", "good", "good job", "well done", "beautiful", "ok", "okay", "hmm", "hm", "fine", "not bad", "i like it", "i love it", "that's it", "that's nice", "awesome", "yes", "great, thanks", "oh nice", "haha", "so cute", "pretty", "excellent", "amazing", "good start", "alright", "almost", "almost perfect", "not quite", "close", "wonderful", "brilliant", "sweet", "cute", "neat", "looks good", "sounds good", "well", "and")  # fmt: skip

OPPOSITE = {
    "left": "right",
    "right": "left",
    "top": "bottom",
    "bottom": "top",
    "up": "down",
    "down": "up",
    "grows": "shrinks",
    "shrinks": "grows",
}


def ask_edit(s: Speaker, name: str, old: str, new: str, thing: str) -> str:
    """Words for changing attribute `name` of what shows `thing` from `old` to `new`."""
    here = lambda: noun(s, thing)  # noqa: E731
    if name == "colour":
        return s.say("edit colour", COLOUR, c=colour_word(s, new), old=old, noun=here, backdrop=BACKDROPS)
    if name == "position":
        if OPPOSITE.get(old) == new and s.chance(0.35):
            return s.say("opposite place", OPPOSITE_PLACE, noun=here)
        return s.say(
            "edit place",
            PLACE,
            to=TO_PLACE[new],
            p=synonyms.PLACES[new],
            w=lexicon.PLACE_WORDS[new],
            oldp=s.pick(synonyms.PLACES[old]),
            noun=here,
        )
    if name == "size":
        return s.say(f"edit {new}", BIGGER if new == "big" else SMALLER, z=size_word(s, new), noun=here)
    if name == "thing":
        return s.say("edit thing", THING, an=lambda: a_noun(s, new), old=lambda: noun(s, old))
    if OPPOSITE.get(old) == new and s.chance(0.35):
        return s.say("opposite motion", OPPOSITE_MOTION)
    m0, m1, m2 = move(s, new)
    return s.say("edit motion", MOTION, m0=m0, m1=m1, m2=m2, oldm=move(s, old)[2], noun=here)


def ask_edits(s: Speaker, changes: list[tuple[str, str, str]], thing: str) -> str:
    """Words for one or more changes (name, old, new) at once."""
    parts = [ask_edit(s, name, old, new, thing) for name, old, new in changes]
    text = parts[0].rstrip("?")
    for more in parts[1:]:
        text += (
            s.pick(
                (
                    " and ",
                    " and ",
                    ", ",
                    ", and ",
                    ". also ",
                    ". ",
                    ", also ",
                    " & ",
                    ", then ",
                    " plus ",
                    "; ",
                )
            )
            + more
        )
    return text


def praise(s: Speaker, text: str) -> str:
    """`text` after a word on what was made before."""
    return (
        s.say("praise", PRAISE)
        + s.pick((", ", ", ", "! ", ". ", ". ", ", but ", ", now ", " - ", "... ", ", and ", ". now ", " "))
        + text
    )
