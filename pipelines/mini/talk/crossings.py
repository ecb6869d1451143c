# ruff: noqa: E501
"""How people ask for one medium out of another: draw what you hear, animate this, freeze it, join the two."""

from __future__ import annotations

from anygen_pipelines.mini.talk import lexicon, synonyms
from anygen_pipelines.mini.talk.grammar import Speaker, tidy
from anygen_pipelines.mini.talk.phrases import Wish, a_noun, colour_word, move, noun, sentence, tag, tail
from anygen_pipelines.mini.talk.questions import MEDIA_REF

# What is in the attached medium, without its name.
SOURCE = {
    "audio": ("what you hear", "what you hear", "the thing you hear", "what makes this sound", "the thing that makes this sound", "what is making this noise", "whatever makes this sound", "the source of this sound", "what can be heard", "the source of the noise", "this", "it", "what i recorded", "what is in the recording", "the thing in the recording", "what this sounds like", "the one that makes this noise", "who is making that noise", "the thing behind this sound", "whoever makes this noise", "the maker of this sound", "what it is that i hear", "that thing"),
    "image": ("what you see", "the thing in the picture", "the thing in this picture", "what is in the picture", "what the picture shows", "this", "it", "this thing", "the thing", "that", "the object in the image", "what you see in the photo", "what's in this photo", "the subject of the image", "the one in the picture", "what is shown here", "that thing", "what i have drawn", "what's in the attached picture"),
    "video": ("what you see", "the thing in the clip", "the thing in this video", "what is in the video", "what the clip shows", "this", "it", "this thing", "the thing", "that", "the thing that moves", "what moves in the video", "the object in the animation", "the one in the clip", "what is shown here", "that thing", "what's in the attached clip", "what i filmed"),
}  # fmt: skip

TO_IMAGE = (
    "[{do}] draw{me} {src}", "[{do}] draw{me} {src}", "draw {src}", "[{do}] paint{me} {src}", "[{do}] sketch {src}", "[{do}] {make}{me} {a} {nice}{pic} of {src}", "[{do}] {make}{me} {a} {pic} of {src}", "[{do}] {make} {a} {pic} that shows {src}", "{want} {a} {pic} of {src}", "{wanna_see} {src}[ as {a} {pic}]", "{wanna_see} {a} {pic} of {src}", "{a} {pic} of {src}", "{a} {pic} of {src}, {please_end}", "{pic} of {src}", "{src} as {a} {pic}", "{src}, as {a} {pic}", "what does {src} look like? draw it", "turn {src} into {a} {pic}", "make {a} {pic} out of {src}", "make {a} {pic} from {src}", "illustrate {src}", "depict {src}", "visualise {src}", "show {src} in {a} {pic}", "(can|could) you draw {src}?", "are you able to draw {src}?", "{src}: draw it", "{src} should be (drawn|painted)", "i'd like you to draw {src}", "now draw {src}", "{do} turn {src} into {a} {pic}", "convert {src} to {a} {pic}", "put {src} on paper", "your task: draw {src}",
)  # fmt: skip
HEARD_TO_IMAGE = (
    "[{do}] draw{me} what you hear", "draw what you hear", "listen and draw", "listen to this and draw it", "listen to {ref} and draw what it is", "what makes this sound? draw it", "draw whatever makes this (sound|noise)", "what does the thing that makes this sound look like?", "what does this look like?", "what does it look like?", "who makes this noise? (draw|show) (it|them)", "show me what makes this (sound|noise)", "show me what i am hearing", "i hear this, but what does it look like?", "(sound|audio) to (image|picture)", "make the sound visible", "turn the (sound|recording|noise) into {a} {pic}", "picture of this sound", "{a} {pic} to go with this sound", "{a} {pic} for this (sound|noise)", "a fitting {pic} for {ref}", "illustrate {ref}", "{a} {pic} that matches {ref}", "i'm deaf, show me what this is", "guess the (sound|noise) and draw it", "recognise the (sound|noise) and paint it", "what's that noise? {a} {pic} please", "draw the (animal or thing|thing|source|culprit) you hear", "paint the (sound|noise)", "let me see what makes that (sound|noise)", "hear this? draw it", "can you see what i hear? draw it", "draw that (sound|noise)", "make {a} {pic} from {ref}", "image from sound", "what i hear i want to see", "draw it", "draw this", "{a} {pic} please",
)  # fmt: skip
SEEN_TO_AUDIO = (
    "what does this sound like?", "what does it sound like?", "what does this sound like?", "what would this sound like?", "what would it sound like?", "how does this sound?", "how does it sound?", "what (sound|noise) does (this|it|the thing) make?", "what noise does it make?", "what (sound|noise) does the thing in {ref} make?", "what does the thing in {ref} sound like?", "[{do}] make the (sound|noise) of {src}", "[{do}] play{me} the sound of {src}", "play its (sound|noise)", "play the sound[ of it]", "play the (sound|noise) it makes", "let me hear (it|this|that)", "let me hear what {src} sounds like", "i want to hear (it|this|that)", "{wanna_hear} (it|this|that)", "{wanna_hear} {src}", "{wanna_hear} its (sound|voice|noise)", "{want} the sound of {src}", "{want} {a} {snd} of {src}", "{want} its sound", "the sound of {src}", "the (sound|noise) of this, {please_end}", "its sound[ please]", "its noise?", "{snd} please", "{a} {snd} of {src}", "{a} {snd} for {ref}", "[{do}] {make}{me} {a} {snd} for {ref}", "[{do}] {make}{me} {a} {snd} of {src}", "add sound", "give it a (sound|voice)", "turn {ref} into (sound|audio|a sound)", "(picture|image|clip) to sound", "make it audible", "make {ref} audible", "what do i hear when i am next to (it|this)?", "if i were there, what would i hear?", "close your eyes: what does {ref} sound like?", "how does the thing in {ref} sound?", "which sound belongs to {ref}?", "{a} fitting {snd}[ for {ref}]", "{a} {snd} that matches {ref}", "imitate (it|this|the thing in {ref})", "i'm blind, let me hear what is in {ref}", "what does {ref} sound like?", "what (sound|noise) goes with {ref}?", "make {ref} sound", "sound effect for {ref}", "let it be heard", "i can see it, but what does it sound like?", "how it sounds?", "listen to {ref}? play it", "audio of this", "sound?", "the audio, please", "make (some|its) noise",
)  # fmt: skip
SEEN_TO_VIDEO = (
    "animate {src}", "animate (this|it|that)", "animate {ref}", "[{do}] animate {src}", "[{do}] animate (this|it|that)", "make it move", "make this move", "let it move", "make {src} move", "let {src} move", "bring (it|this) to life", "bring {ref} to life", "set it in motion", "turn {ref} into {a} {vid}", "turn (it|this|that) into {a} {vid}", "make {a} {vid} of {src}", "make {a} {vid} (of|from|out of) (this|it|that)", "[{do}] {make}{me} {a} {vid} of {src}", "{want} {a} {vid} of {src}", "{want} {a} {vid} of (this|it|that)", "{a} {vid} of {src}", "{a} {vid} of (this|it|that), {please_end}", "{a} {vid}[ of this], {please_end}", "(picture|image) to video", "i want to see it move", "{wanna_watch} it move", "{wanna_watch} {src} move", "can you animate (this|it|{ref})?", "could you make (this|it) move?", "get {src} moving", "give it some life", "make it (alive|come alive)", "film {src}", "{src} as {a} {vid}", "{src} in motion", "now animated", "the same, but moving", "the same, animated", "make {ref} a moving one", "as {a} {vid}",
)  # fmt: skip
SEEN_TO_VIDEO_MOVING = (
    "let it {m0}", "make it {m0}", "let it {m0}", "make it {m0}", "[{do}] let (it|this|the thing) {m0}", "[{do}] make (it|this|the thing) {m0}", "animate (it|this) so that it {m1}", "animate (it|this): it should {m0}", "animate {ref} so that the thing {m1}", "animate (it|this|{ref}), {m2}", "make {a} {vid} (where|in which) it {m1}", "make {a} {vid} (where|in which) {src} {m1}", "[{do}] {make}{me} {a} {vid} (where|in which) {src} {m1}", "{want} {a} {vid} (where|in which) it {m1}", "{want} {a} {vid} of {src} {m2}", "{a} {vid} of {src} {m2}", "{a} {vid} of it {m2}", "{a} {vid} in which {src} {m1}", "{want} it to {m0}", "i want to see it {m0}", "{wanna_watch} it {m0}", "{wanna_watch} {src} {m0}", "let {src} {m0}", "make {src} {m0}", "it should {m0}", "it should start to {m0}", "bring it to life: it {m1}", "bring {ref} to life, it should {m0}", "turn {ref} into {a} {vid}: it {m1}", "turn (it|this) into {a} {vid} where it {m1}", "set it in motion, {m2}", "can you make it {m0}?", "can it {m0}?", "could you let it {m0}?", "what would it look like if it {m1}? (show me|make {a} {vid})", "how would it look {m2}?", "have it {m0}", "now it should {m0}", "animate: {m2}", "the same, but {m2}", "(picture|image) to video, {m2}", "show it {m2}", "show {src} {m2}", "{vid}: it {m1}", "make this {m0}", "it {m1}, {a} {vid} please", "now let it {m0}", "see to it that it {m1}", "try to make it {m0}",
)  # fmt: skip
CLIP_TO_IMAGE = (
    "freeze it", "freeze {ref}", "freeze this", "freeze (it|this) into {a} {pic}", "make {a} still of (it|this|{ref})", "{a} still of (it|this|{ref})[, please]", "take {a} (still|snapshot|photo|picture) of it", "take {a} (snapshot|screenshot|photo) of {ref}", "{a} (screenshot|frame|still) from {ref}", "one frame[ of {ref}], {please_end}", "stop {ref} and show {a} {pic}", "turn {ref} into {a} {pic}", "turn (it|this|that) into {a} still {pic}", "make {a} {pic} (of|from|out of) {ref}", "make {a} {pic} out of (it|this)", "[{do}] draw{me} {src}", "draw {src}", "[{do}] {make}{me} {a} {pic} of {src}", "{want} {a} {pic} of {src}", "{want} {a} still (picture|image) of {src}", "{a} {pic} of {src}", "{wanna_see} {a} {pic} of {src}", "video to (image|picture)", "(clip|gif) to (picture|image)", "the thing as {a} {pic}", "(hold|keep) it still and draw it", "no motion, just {a} {pic}", "only {a} {pic} of it", "i want it as {a} {pic}", "make it stand still", "make it stop moving, as {a} {pic}", "as {a} still picture", "not moving please, {a} {pic}", "paint {src}", "can you draw {src}?", "draw it", "{a} {pic} of the thing in {ref}", "capture one moment of {ref}", "photograph the thing in {ref}", "the same as {a} {pic}",
)  # fmt: skip
HEARD_TO_VIDEO = (
    "animate what you hear", "animate {src}", "[{do}] animate {src}", "make {a} {vid} of what you hear", "[{do}] {make}{me} {a} {vid} of {src}", "{want} {a} {vid} of {src}", "{a} {vid} of {src}", "{a} {vid} of what you hear, {please_end}", "(sound|audio) to video", "turn {ref} into {a} {vid}", "turn the (sound|noise|recording) into {a} {vid}", "{a} {vid} (for|to go with|that matches|that fits) {ref}", "listen and make {a} {vid}", "listen to this and animate it", "what makes this sound? make {a} {vid} of it", "let what you hear move", "show me what makes this sound, moving", "film what you hear", "film {src}", "{wanna_watch} {src} move", "let me watch what makes this noise", "i hear it, now i want to see it move", "{src} as {a} {vid}", "guess the sound and animate it", "make {src} move", "bring the sound to life in {a} {vid}", "can you make {a} {vid} of {src}?",
)  # fmt: skip
HEARD_TO_VIDEO_MOVING = (
    "let what you hear {m0}", "make what you hear {m0}", "make {a} {vid} (where|in which) {src} {m1}", "[{do}] {make}{me} {a} {vid} (where|in which) {src} {m1}", "{want} {a} {vid} of {src} {m2}", "{want} {a} {vid} (where|in which) {src} {m1}", "{a} {vid} of {src} {m2}", "{a} {vid} in which {src} {m1}", "animate {src}: it should {m0}", "animate {src} so that it {m1}", "animate {src}, {m2}", "[{do}] animate {src}, {m2}", "listen, then make {a} {vid}: it should {m0}", "listen to {ref} and let the thing {m0}", "turn {ref} into {a} {vid} where the thing {m1}", "(sound|audio) to video, {m2}", "let {src} {m0}", "make {src} {m0}", "film {src} {m2}", "{wanna_watch} {src} {m0}", "show me {src} {m2}", "who makes this noise? let it {m0}", "what makes this sound? make {a} {vid} of it {m2}", "{vid}: {src} {m2}", "{src} should {m0}",
)  # fmt: skip

TOGETHER = {
    # the thing of the sound on the background of the picture
    "sound on background": (
        "draw the thing you hear on the background of the picture", "the thing you hear, on the background of this picture", "put the thing you hear on the background of the picture", "draw what makes this sound, with the background of the image", "draw what you hear, on the same background as the picture", "what you hear on the colour of the picture's background", "take the background of the picture and draw the source of the sound on it", "use the background of the image for {a} {pic} of what you hear", "{a} {pic} of what you hear with the background colour of the photo", "replace the thing in the picture by what you hear", "swap the thing in the picture for the one that makes the sound", "combine them: the thing from the sound, the background from the picture",
        "the thing from the recording in front of the background from the image", "same background as here, but with the thing you hear", "draw the maker of this noise on the background of the photo", "thing: from the sound. background: from the picture", "the sound tells you what, the picture tells you the background", "draw the sound's thing with the picture's background", "listen to the sound, look at the picture's background, and draw the thing on it", "[{do}] draw the thing from the audio over the background colour of the picture", "{want} the thing you hear on the background you see", "what you hear on what is behind the thing in the picture", "mix: sound's thing plus picture's background", "put whoever makes this noise in front of the colour of this picture", "who makes this sound? draw it on the picture's background", "take what you hear and give it the background of this picture", "paint the thing you hear, background like in the picture", "the background of the picture, but what you hear in front", "keep the background of the picture, but show what makes the sound",
    ),
    # the thing of the sound in the place of the picture's
    "sound at place": (
        "draw what you hear at the same place as the thing in the picture", "draw the thing you hear where the thing in the picture is", "put what you hear in the same place as in the picture", "the thing you hear, same position as in the picture", "place the source of the sound where the thing in the image is", "draw what makes this sound, in the position of the picture's thing", "same place as in this picture, but the thing you hear", "what you hear, at the spot where the thing is in the photo", "take the position from the picture and the thing from the sound", "thing from the sound, place from the picture", "draw the maker of the noise at the position you see in the image", "the sound says what, the picture says where", "use the place of the picture's thing for what you hear", "[{do}] draw what you hear right where the thing of the picture is", "{a} {pic} of what you hear, placed like in the picture", "{want} what you hear in the place you see here", "position as in the picture, thing as in the sound", "put the thing from the audio to the place shown in the image",
    ),
    # the thing of the first picture on the background of the second
    "first on second": (
        "draw the thing of the first picture on the background of the second", "the thing from the first picture on the background of the second one", "put the thing of the first image on the background of the second", "take the thing from the first and the background from the second", "first picture's thing, second picture's background", "combine the two: thing of the first, background of the second", "give the thing in the first picture the background of the second", "the first one's thing with the second one's background colour", "thing 1 on background 2", "[{do}] draw the thing of picture one with the background of picture two", "the thing in image 1 in front of the background of image 2", "use the background of the second picture for the thing of the first", "replace the background of the first picture by that of the second", "change the first picture's background to the one of the second", "mix them: what from the first, background from the second", "{want} the first thing on the second background", "make the background of the first like the second one's", "make the first picture's background the colour of the second's", "the first, but with the background of the second",
    ),
    # the thing of the sound moves as in the clip
    "sound moves": (
        "let the thing you hear move like in the clip", "make the thing you hear move as in the video", "animate what you hear with the motion of the clip", "the thing from the sound, moving as in the video", "{a} {vid} of what you hear, same movement as here", "the sound says what, the clip says how it moves", "take the motion from the clip and the thing from the sound", "replace the thing in the video by what you hear", "swap the thing in the clip for what makes the sound", "make {a} {vid} where what you hear moves like the thing in the clip", "thing from the sound, motion from the clip", "do the same movement with the thing you hear", "what you hear should move just like the thing in the video", "the same clip, but with the thing you hear", "[{do}] animate the maker of the sound the way the clip moves",
    ),
    # the thing of the picture moves as in the clip
    "picture moves": (
        "let the thing in the picture move like in the clip", "make the thing in the picture move as in the video", "animate the picture with the motion of the clip", "animate the picture like the video", "the thing from the picture, moving as in the video", "{a} {vid} of the thing in the picture, same movement as in the clip", "the picture says what, the clip says how it moves", "take the motion from the clip and the thing from the picture", "replace the thing in the video by the one in the picture", "make {a} {vid} where the thing of the image moves like the thing in the clip", "thing from the picture, motion from the clip", "do the same movement with the thing in the picture", "what you see in the picture should move just like the thing in the video", "bring the picture to life the way the clip moves", "[{do}] animate the image, motion as in the clip",
    ),
    "both": (
        "what do you see and hear?", "what are these?", "what are these two?", "what do you see, and what do you hear?", "what is in the picture and what is the sound?", "name both things", "name both", "what do i have here?", "tell me what these two are", "describe both", "what do the two show?", "identify both", "identify the two", "what's in there, both?", "which two things are these?", "what is what here?", "what are the two attachments?", "can you name the two things?", "one after the other: what is it?", "please tell me what each of them is", "what is each of these?",
    ),
    "same": (
        "is it the same thing?", "do they belong together?", "do the two match?", "do these match?", "is this the same?", "are these the same thing?", "is it twice the same thing?", "do both show the same thing?", "same thing?", "are they the same?", "are both the same thing?", "is the thing the same in both?", "does the one fit the other?", "does this go with that?", "do these two go together?", "match or no match?", "do they show the same?", "are the two about the same thing?", "is that one and the same thing?", "compare: same thing or not?",
    ),
    "sound fits": (
        "does this sound belong to the picture?", "does the sound fit the picture?", "is that the sound of the thing in the picture?", "does the thing in the picture make this sound?", "does the sound match the picture?", "does the audio match the image?", "is the thing you see the one you hear?", "can the thing in the picture make this noise?", "does the thing i see make the sound i hear?", "is this how the thing in the picture sounds?", "sound and picture, do they fit?", "do sound and picture belong together?", "is it the thing in the picture that i hear?",
    ),
    "which": (
        "which of the two (is|shows) {an}?", "which (picture|one|of them) shows {an}?", "which one is {an}?", "which one is the {noun}?", "where is {an}, in the first or the second?", "is {an} in the first or in the second?", "first or second: which one is {an}?", "in which of them do you find {an}?", "which one has {an} in it?", "{an}: first or second?", "find {an}, is it the first or the second?", "which is the {noun}, the first or the second?", "in which one is {an}?", "i look for {an}, which one is it?", "tell me which of these is {an}", "the {noun}, is it number one or number two?", "which of these two is {an}?", "which of these do you call {an}?",
    ),
}  # fmt: skip

# A thing in words, with one attribute of what is attached.
BORROW = {
    "colour": ("draw {an} on the background of {ref}", "{an} on the same background", "{an} on this background", "same background, but {an}", "use this background for {an}", "take the background of {ref} and put {an} on it", "{an} with the background colour of {ref}", "{a} {pic} of {an}, background as in {ref}", "put {an} in front of this background", "same colour behind, but {an}", "{an} please, background like here", "{want} {an} on the same background as here", "[{do}] draw{me} {an} on the background you see here", "keep the background, draw {an}", "{a} {pic} of {an} with the same background", "{an} in front of the background of {ref}", "draw {an} with the same colour behind it as here", "[{do}] make{me} {a} {pic} of {an}, same background colour as in {ref}", "copy the background of {ref} and draw {an}", "the background from {ref}, and {an} on it"),
    "position": ("{an} at the same place", "draw {an} at the same place as in {ref}", "draw {an} where the thing in {ref} is", "put {an} in the same position as in {ref}", "{an} in the same position", "{an} in the place of the thing in {ref}", "{a} {pic} of {an}, placed like the thing in {ref}", "[{do}] draw{me} {an} in the same spot", "{an}, same place as here", "same position, but {an}", "use the place you see here for {an}", "{want} {an} in the same place as in {ref}", "{an} right where this one is", "{an} at the position shown here"),
    "size": ("{an} of the same size", "draw {an} as big as the thing in {ref}", "{an}, same size as here", "same size, but {an}", "draw {an} of the same size as the thing you see", "{want} {an} in the size you see here", "{an} just as large as this", "[{do}] draw{me} {an} in the same size", "{a} {pic} of {an}, as large or small as this one", "{an} with the size of the thing in {ref}"),
    "motion": ("{an} moving like this", "let {an} move in the same way", "let {an} move like this", "the same movement with {an}", "make {an} do the same", "{an} should move like the thing in {ref}", "{a} {vid} of {an} that moves the same way", "{a} {vid} of {an}, motion as in {ref}", "[{do}] animate {an} just like in {ref}", "same motion, but {an}", "{want} {an} with the motion of {ref}", "{an} with the same motion", "make {an} move as you see here", "use this movement for {an}", "do this with {an}", "let {an} do what the thing in {ref} does"),
}  # fmt: skip


def _fill(s: Speaker, name: str, templates: tuple[str, ...], source: str, wish: Wish) -> str:
    m0, m1, m2 = move(s, wish.motion)
    return s.say(
        name, templates, src=SOURCE[source], ref=MEDIA_REF[source], pic=synonyms.MEDIA["image"], snd=synonyms.MEDIA["audio"], vid=synonyms.MEDIA["video"],
        make={"image": lexicon.MAKE_IMAGE, "audio": lexicon.MAKE_AUDIO, "video": lexicon.MAKE_VIDEO}[wish.medium], m0=m0, m1=m1, m2=m2,
    )  # fmt: skip


def ask_crossing(s: Speaker, source: str, wish: Wish) -> str:
    """Words for `wish` of which the thing comes from the attached `source`; what else is determined is said."""
    said = wish.said()
    if wish.medium == "audio":
        return _fill(s, "to audio", SEEN_TO_AUDIO, source, wish)
    if wish.medium == "image":
        rest = said
        name, table = ("clip to image", CLIP_TO_IMAGE) if source == "video" else ("to image", TO_IMAGE)
        if source == "audio" and s.chance(0.55):
            name, table = "heard to image", HEARD_TO_IMAGE
        return tidy(_fill(s, name, table, source, wish) + after_source(s, wish, rest))
    heard = source == "audio"
    rest = [name for name in said if name != "motion"]
    if wish.motion is not None and s.chance(0.8):
        name, table = (
            ("heard to moving", HEARD_TO_VIDEO_MOVING) if heard else ("to moving", SEEN_TO_VIDEO_MOVING)
        )
    else:
        name, table = ("heard to video", HEARD_TO_VIDEO) if heard else ("to video", SEEN_TO_VIDEO)
        rest = said
    return tidy(_fill(s, name, table, source, wish) + after_source(s, wish, rest))


def after_source(s: Speaker, wish: Wish, names: list[str]) -> str:
    """Attributes after a thing that is not named: "... on blue, at the top", sentences, or fragments."""
    if not names:
        return ""
    if s.chance(0.45):
        names = list(names)
        s.rng.shuffle(names)
        text = ""
        for name in names:
            if name == "colour":
                text += " " + s.fill(
                    s.pick(
                        (
                            "on {c}",
                            "on a {c} background",
                            "with a {c} background",
                            "against {c}",
                            "in front of a {c} wall",
                            "with {c} behind it",
                            ", {c} background",
                            ", on {c}",
                            ", but on {c}",
                            "over {c}",
                            ", background {c}",
                        )
                    ),
                    c=colour_word(s, wish.colour or ""),
                )
            elif name == "position":
                text += s.pick((" ", " ", ", ")) + s.pick(synonyms.PLACES[wish.position or ""])
            else:
                text += s.pick((", ", ", ", ", and ", " ")) + tag(s, wish, name)
        return text
    return (
        tail(s, wish, names)
        if wish.thing
        else s.pick((". ", ", ", "; ", " - "))
        + s.pick((", ", ". ", "; ")).join(sentence(s, wish, name) for name in names)
    )


def ask_borrowed(s: Speaker, source: str, attribute: str, thing: str) -> str:
    """Words for `thing` with the `attribute` of the attached medium."""
    return s.say(
        f"borrow {attribute}", BORROW[attribute], an=lambda: a_noun(s, thing), ref=MEDIA_REF[source], pic=synonyms.MEDIA["image"], vid=synonyms.MEDIA["video"],
    )  # fmt: skip


def ask_together(s: Speaker, kind: str, thing: str | None = None) -> str:
    """Words for a task over two attached media; `thing` where the task names one."""
    slots = (
        {}
        if thing is None
        else {
            "an": lambda: f"{'the' if s.chance(0.2) else 'a'} {noun(s, thing)}",
            "noun": lambda: noun(s, thing),
        }
    )
    return s.say(kind, TOGETHER[kind], pic=synonyms.MEDIA["image"], vid=synonyms.MEDIA["video"], **slots)  # type: ignore[arg-type]
