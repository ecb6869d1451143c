# ruff: noqa: E501
"""Questions about a picture, a sound or a clip that is there, and their short answers."""

from __future__ import annotations

from dataclasses import dataclass

from anygen_pipelines.mini import world
from anygen_pipelines.mini.talk import lexicon, outside, synonyms
from anygen_pipelines.mini.talk.grammar import Speaker
from anygen_pipelines.mini.talk.phrases import a_noun, colour_word, move, noun, size_word

Seen = world.Scene | world.Clip | str  # a picture, a clip, or the thing that is heard

MEDIA_REF = {
    "image": ("the picture", "this picture", "the image", "this image", "the photo", "this photo", "the pic", "that picture", "my picture", "the drawing", "this pic", "the attached picture", "the attached image", "here", "it", "the snapshot", "my photo", "the painting"),
    "video": ("the video", "this video", "the clip", "this clip", "the animation", "the gif", "that video", "my video", "the film", "this vid", "the attached clip", "the attached video", "here", "it", "the movie", "this gif"),
    "audio": ("the sound", "this sound", "the recording", "this recording", "the audio", "this noise", "that sound", "the noise", "the clip", "the attached audio", "this audio", "the sound file", "here", "the track", "my recording", "the attached sound"),
}  # fmt: skip

WHAT_SEEN = (
    "what is this?", "what is this?", "what is it?", "what's this?", "what's that?", "what is that?", "what do you see?", "what do you see in {ref}?", "what can you see in {ref}?", "what can be seen in {ref}?", "what is in {ref}?", "what's in {ref}?", "what is on {ref}?", "what does {ref} show?", "what is shown in {ref}?", "what is shown here?",
    "what am i looking at?", "name the thing in {ref}", "which thing is this?", "which thing is in {ref}?", "can you tell me what this is?", "could you tell me what {ref} shows?", "do you recognise this?", "do you recognise what is in {ref}?", "do you know what this is?", "what have i (drawn|got|sent|uploaded)?", "identify the (object|thing|subject)[ in {ref}]", "what is depicted[ in {ref}]?", "who or what is that?",
    "what's that supposed to be?", "tell me what you see", "tell me what this is", "tell me what is in {ref}", "say what you see", "can you identify (this|it|the thing)?", "guess what this is", "what kind of thing is (it|this)?", "name it", "name this", "what do we have here?", "what did i (upload|send you)?", "which object appears in {ref}?", "what is the (subject|motif) of {ref}?", "what object is this?", "what's the object in {ref}?", "what",
    "what {kind} is this?", "what {kind} is it?", "which {kind} is this?", "which {kind} is in {ref}?", "what {kind} do you see?", "which {kind} can be seen[ in {ref}]?", "what sort of {kind} is this?", "name the {kind}", "what {kind} have i got here?", "can you name the {kind} in {ref}?", "do you know which {kind} that is?", "the {kind} in {ref} is what?", "i'd like to know what is in {ref}", "i wonder what this is", "i want to know what this is", "would you tell me what this is?", "mind telling me what is in {ref}?", "what's shown to me?", "what is being shown?", "there is something in {ref}, what is it?", "look at {ref}. what is it?", "have a look at {ref} and tell me what you see", "take a look. what is there?", "what object do you recognise?", "what stands in {ref}?", "what have we here?", "what's the thing called?", "can you recognise it?",
    "what could this be?", "what would you call this?", "what do you call this?", "how is this called?", "how do you call the thing in {ref}?", "i don't know what this is, do you?", "my kid asks what this is", "what thing is it?", "any idea what this is?", "please identify", "recognise it", "what is there to see?", "is it clear what this is?", "what is the thing[ in {ref}]?", "which animal or thing is that?", "who is this?", "who is in {ref}?", "what appears in {ref}?", "what does it show?", "what's shown?", "and what is this?", "what is visible[ in {ref}]?", "what you see {ref}?", "what is picture about?", "can you see what this is?",
)  # fmt: skip
WHAT_HEARD = (
    "what is this?", "what is this sound?", "what's this sound?", "what do you hear?", "what do you hear in {ref}?", "what can you hear?", "what can be heard?", "what makes this (noise|sound)?", "who makes this (noise|sound)?", "what is that noise?", "what noise is this?", "which (sound|noise) is this?", "what am i hearing?", "what am i listening to?", "identify (the|this) (sound|noise)", "can you tell me what this (sound|noise) is?",
    "what {kind} is this?", "what {kind} is it?", "which {kind} do you hear?", "what {kind} makes this sound?", "which {kind} makes that noise?", "what {kind} did i record?", "which {kind} sounds like this?", "name the {kind} you hear", "i'd like to know what makes this noise", "i wonder what this sound is", "i want to know what this sound is", "would you tell me what this sound is?", "mind telling me what i hear?", "there is something in {ref}, what is it?", "listen. what is it?", "have a listen and tell me what you hear", "what's the thing that makes this sound called?", "can you recognise it?", "whose sound is this?", "whose noise is that?", "what would make a sound like this?", "what on earth makes this noise?",
    "do you recognise (this|the) (sound|noise)?", "do you know this (sound|noise)?", "what's making this (sound|noise)?", "what's making that (racket|noise)?", "name the (sound|noise)", "name what you hear", "tell me what you hear", "tell me what this is", "guess what this is", "guess the (sound|noise)", "what thing makes this sound?", "what is the source of this (sound|noise)?", "where does this (sound|noise) come from?", "which thing do you hear?", "what did i record?",
    "what is on {ref}?", "what's on {ref}?", "what is in {ref}?", "what was recorded[ here]?", "listen and tell me what it is", "listen to {ref}. what is it?", "what could that (sound|noise) be?", "any idea what this (sound|noise) is?", "what sounds like that?", "what sounds like this?", "who is it?", "who or what do i hear?", "what is it that i hear?", "i hear this at night, what is it?", "please identify", "classify {ref}", "what kind of (sound|noise) is (it|this)?", "what's the noise?", "say what you hear", "and what is this?", "which animal or thing is that?", "what do i hear?", "what is to be heard?", "what's that?", "my neighbour makes this noise, what is it?", "what sound you hear?", "the sound, what is it?",
)  # fmt: skip
DESCRIBE_SEEN = (
    "describe {ref}", "describe {ref}", "describe this", "describe it", "describe what you see", "describe what is in {ref}", "please describe {ref}", "caption this", "caption {ref}", "give me a caption", "write a caption for {ref}", "give me a description of {ref}", "write a description", "tell me everything about {ref}", "tell me about {ref}", "tell me all you can see in {ref}", "how would you describe {ref}?", "describe {ref} for a blind person", "put {ref} into words", "explain {ref}",
    "alt text[ please]", "an alt text for {ref}", "say in detail what you see", "a full description[ please]", "what exactly do you see?", "what exactly can be seen in {ref}?", "summarise {ref}", "i can't see {ref}, what is in it exactly?", "can you describe {ref}?", "could you describe what is shown?", "describe the scene", "describe in one sentence", "one sentence about {ref}", "what do you see exactly? describe it", "can you put in words what you see?", "caption, please", "make a caption", "title for {ref}?", "describe everything", "details of {ref} please", "report what you see", "tell me what's going on in {ref}", "what's going on[ in {ref}]?", "what can you tell me about {ref}?",
)  # fmt: skip
DESCRIBE_HEARD = ("describe {ref}", "describe what you hear", "describe this", "describe it", "caption {ref}", "caption this", "give me a caption[ for {ref}]", "a description of {ref}, please", "put {ref} into words", "tell me about {ref}", "transcribe the sound", "write what you hear", "what exactly do you hear?", "report what you hear", "can you describe {ref}?", "what's going on in {ref}?", "please describe {ref}", "i'm deaf, what is in {ref}?", "summarise {ref}", "say in words what is heard")  # fmt: skip
COLOUR_OF = (
    "what colour is the background?", "what colour is the background?", "which colour is the background?", "which colour has the background?", "what color is the background?", "background colour?", "what's the colour of the background?", "what is the background colour[ of {ref}]?", "what colour is behind it?", "what colour is behind the {noun}?", "which colour do you see behind it?", "what colour is it on?", "on what colour is it?", "what's the backdrop colour?", "what colour is the wall behind it?", "tell me the colour of the background", "name the background colour", "can you tell me the background colour?",
    "the colour behind it?", "colour of the background please", "what is the main colour[ of {ref}]?", "which colour is used for the background?", "what colour surrounds it?", "what colour is around the {noun}?", "in front of which colour is it?", "what colour does the background have?", "do you see which colour the background has?", "what colour is {ref}?", "what colour has {ref}?", "and the background? what colour?", "how is the background coloured?", "background: which colour?", "what is the colour?", "which colour?", "what colour?", "the background is what colour?", "in which colour is the background?", "and what colour is the background?", "which color is there behind?", "what is behind it, which colour?",
)  # fmt: skip
WHERE = (
    "where is it?", "where is the {noun}?", "where is the {noun}?", "where in {ref} is it?", "where in {ref} is the {noun}?", "on which side is it?", "on which side is the {noun}?", "in which part of {ref} is it?", "in which part of {ref} is the {noun}?", "what's its position?", "what is the position of the {noun}?", "position?", "where do you see it?", "where do you see the {noun}?", "where is the thing?", "where's the {noun}?", "where is the {noun} located?", "where is it placed?", "where does it (sit|stand)?", "where does the {noun} (sit|stand)?", "tell me where it is", "tell me where the {noun} is", "can you tell me where it is?", "locate the {noun}", "locate it", "find the {noun}, where is it?",
    "where can i find the {noun} in {ref}?", "left, right, top, bottom or middle?", "is it left, right, top, bottom or in the middle?", "at which place is the {noun}?", "where was the {noun} put?", "in what place is it?", "and where is it?", "where exactly?", "where exactly is the {noun}?", "its place in {ref}?", "the {noun} is where?", "whereabouts is it?", "whereabouts is the {noun}?", "do you see where the {noun} is?", "at what position do you see it?", "which side?", "what side is the {noun} on?", "what part of {ref} is the {noun} in?", "where you see {noun}?",
)  # fmt: skip
SIZE_OF = (
    "how big is it?", "how big is the {noun}?", "how big is it?", "how large is it?", "how large is the {noun}?", "is it big or small?", "is the {noun} big or small?", "is it small or big?", "small or big?", "big or small?", "what size is it?", "what size is the {noun}?", "what size does the {noun} have?", "what is its size?", "size?", "which size has it?", "tell me the size", "tell me how big it is", "how small is it?", "is it a big one or a small one?", "a big one or a small one?", "would you call it big or small?", "is it large or little?", "is the {noun} large or tiny?", "does it look big or small?", "the size of the {noun}?", "what about the size?", "and the size?", "how much of {ref} does it take, is it big or small?", "large or small?", "can you tell the size?", "is the {noun} small or large?", "huge or tiny?",
)  # fmt: skip
MOTION_OF = (
    "which way does it move?", "which way does the {noun} move?", "how does it move?", "how does the {noun} move?", "what does it do?", "what does the {noun} do?", "what happens?", "what happens in {ref}?", "what happens to the {noun}?", "what is it doing?", "what is the {noun} doing?", "direction?", "in which direction does it go?", "in which direction does the {noun} move?", "what's the motion?", "what is the movement?", "where does it go?", "where does the {noun} go?", "where is it going?", "where is it heading?", "how is it moving?", "which movement do you see?", "which motion is it?", "describe the motion", "describe the movement", "tell me how it moves", "tell me what happens", "what movement does the {noun} make?", "which way does it go?", "how does it change?", "how does the {noun} change?", "what's going on with the {noun}?", "can you tell me how it moves?", "what kind of motion is it?", "to which side does it move, or what does it do?", "does it move? how?", "what does it do over time?", "name the motion", "the motion?", "and how does it move?", "what is happening?", "how it moves?",
)  # fmt: skip
IS_SEEN = (
    "is there {an}?", "is there {an} in {ref}?", "is there {an} in {ref}?", "do you see {an}?", "do you see {an} in {ref}?", "can you see {an}?", "can you see {an} in {ref}?", "is this {an}?", "is this {an}?", "is it {an}?", "is that {an}?", "does {ref} show {an}?", "does {ref} contain {an}?", "does {ref} have {an}[ in it]?", "am i right that (this|it) is {an}?", "this is {an}, isn't it?", "it's {an}, right?", "it's {an}, isn't it?", "that's {an}, or not?", "{an}?", "is {an} in {ref}?", "is {an} visible?", "could this be {an}?", "could it be {an}?",
    "true or false: (this|it) is {an}", "would you say that's {an}?", "is the thing in {ref} {an}?", "do i see {an}?", "did i draw {an}?", "am i looking at {an}?", "are we looking at {an}?", "yes or no: is there {an}?", "yes or no: is this {an}?", "tell me if there is {an}[ in {ref}]", "tell me whether this is {an}", "check if there is {an}", "can you find {an} in {ref}?", "is {an} present?", "are there any {noun}s?", "are there {noun}s in {ref}?", "any {noun}s?", "any {noun} in {ref}?", "does it show {an}?", "does it look like {an}?", "my friend says it is {an}, is that true?", "i think it's {an}, am i right?", "i believe this is {an}. correct?", "looks like {an}, right?", "that must be {an}, yes?", "is {an} shown?", "is {an} to be seen?", "was {an} in {ref}?", "have you seen {an} in {ref}?", "can {an} be seen?", "you see {an}?", "is it perhaps {an}?", "this here is {an}, correct?", "is the object {an}?", "there is {an}, isn't there?",
)  # fmt: skip
IS_HEARD = (
    "is this {an}?", "is that {an}?", "is it {an}?", "do you hear {an}?", "do you hear {an} in {ref}?", "can you hear {an}?", "is this the sound of {an}?", "is that the (sound|noise) of {an}?", "is {an} {barking} here?", "is that {an} {barking}?", "is there {an} in {ref}?", "is there {an}?", "does {ref} have {an} in it?", "am i right that this is {an}?", "this is {an}, isn't it?", "that's {an}, right?", "it's {an}, isn't it?", "could this be {an}?", "could that be {an} {barking}?", "true or false: this is {an}", "would you say that's {an}?", "does this sound like {an}?", "does it sound like {an}?", "yes or no: is this {an}?", "tell me if this is {an}", "tell me whether you hear {an}", "i think it's {an}, am i right?", "my friend says it is {an}, is that true?", "sounds like {an}, right?", "is {an} making this (noise|sound)?", "did i record {an}?", "do i hear {an}?", "{an}?", "is it {an} that i hear?", "was that {an}?", "is {an} to be heard?", "am i hearing {an}?", "are we listening to {an}?", "is the source of the sound {an}?", "does {an} make this noise?", "you hear {an}?", "is there {an} {barking} in {ref}?",
)  # fmt: skip
IS_COLOUR = (
    "is the background {c}?", "is the background {c}?", "is it on {c}?", "is it {c} behind it?", "{c} background?", "is the wall behind it {c}?", "is the backdrop {c}?", "does it have a {c} background?", "does {ref} have a {c} background?", "is the {noun} on {c}?", "is the {noun} on a {c} background?", "is the {noun} in front of a {c} wall?", "is there {c} behind it?", "is the colour behind it {c}?", "is the background colour {c}?", "the background is {c}, right?", "the background is {c}, isn't it?", "true or false: the background is {c}", "am i right that the background is {c}?", "yes or no: is the background {c}?", "is {c} the background colour?", "would you say the background is {c}?", "i think the background is {c}, correct?", "do you see a {c} background?", "do you see {c} in the background?", "can you see {c} behind the {noun}?", "does the background look {c}?", "is it {c}?", "tell me if the background is {c}", "is everything around it {c}?", "is {ref} {c}?", "was the background {c}?", "is the rest {c}?", "background {c}, yes?",
)  # fmt: skip
IS_PLACE = (
    "is it {p}?", "is it {p}?", "is the {noun} {p}?", "is the {noun} {p}?", "is the thing {p}?", "do you see it {p}?", "can you see the {noun} {p}?", "is there something {p}?", "does the {noun} (sit|stand) {p}?", "it is {p}, right?", "the {noun} is {p}, isn't it?", "true or false: it is {p}", "am i right that it is {p}?", "yes or no: is it {p}?", "would you say it is {p}?", "i think the {noun} is {p}, correct?", "tell me if the {noun} is {p}", "is it placed {p}?", "is the {noun} located {p}?", "is the position {w}?", "is the {noun} to be found {p}?", "was it {p}?", "can i find the {noun} {p}?", "is something {p}?", "so the {noun} is {p}?", "{p}, right?", "is its place {p}?", "the thing is {p}, correct?",
)  # fmt: skip
IS_SIZE = (
    "is it {z}?", "is it {z}?", "is the {noun} {z}?", "is the {noun} {z}?", "is it a {z} one?", "is it a {z} {noun}?", "is this a {z} {noun}?", "is there a {z} {noun}?", "does it look {z}?", "does the {noun} look {z}?", "it is {z}, right?", "the {noun} is {z}, isn't it?", "true or false: it is {z}", "am i right that it is {z}?", "yes or no: is it {z}?", "would you call it {z}?", "would you say the {noun} is {z}?", "i think it's {z}, correct?", "tell me if it is {z}", "is the thing {z}?", "is its size {z}?", "do you see a {z} {noun}?", "a {z} one?", "is the {noun} rather {z}?", "so it's {z}?", "was the {noun} {z}?", "can one say it is {z}?",
)  # fmt: skip
IS_MOTION = (
    "is it {m2}?", "is it {m2}?", "does it {m0}?", "does the {noun} {m0}?", "is the {noun} {m2}?", "is the {noun} {m2}?", "it is {m2}, right?", "the {noun} {m1}, doesn't it?", "the {noun} is {m2}, isn't it?", "true or false: it {m1}", "am i right that it {m1}?", "yes or no: does it {m0}?", "would you say it is {m2}?", "i think the {noun} is {m2}, correct?", "tell me if it is {m2}", "can you see it {m2}?", "do you see the {noun} {m2}?", "does the thing {m0}?", "so it {m1}?", "is that thing {m2}?", "was it {m2}?", "does {ref} show it {m2}?", "it {m1}, correct?", "in {ref}, does it {m0}?", "does it really {m0}?",
)  # fmt: skip
EITHER = {
    "thing": ("is it {x} or {y}?", "is this {x} or {y}?", "is that {x} or {y}?", "{x} or {y}?", "do you see {x} or {y}?", "which is it, {x} or {y}?", "what is it: {x} or {y}?", "would you say {x} or {y}?", "does it show {x} or {y}?", "is there {x} or {y} in {ref}?", "{x} or rather {y}?", "is it {x}, or is it {y}?", "i can't decide if it's {x} or {y}"),
    "heard": ("is it {x} or {y}?", "is this {x} or {y}?", "is that {x} or {y}?", "{x} or {y}?", "do you hear {x} or {y}?", "which is it, {x} or {y}?", "does it sound like {x} or {y}?", "is {x} or {y} making the noise?", "do i hear {x} or {y}?", "what is it: {x} or {y}?", "is it {x}, or is it {y}?"),
    "colour": ("is the background {x} or {y}?", "is it on {x} or on {y}?", "{x} or {y} background?", "is the colour behind it {x} or {y}?", "background {x} or {y}?", "is the backdrop {x} or {y}?", "what colour is the background, {x} or {y}?", "would you call the background {x} or {y}?"),
    "position": ("is it {x} or {y}?", "is the {noun} {x} or {y}?", "{x} or {y}?", "is it placed {x} or {y}?", "where is it, {x} or {y}?", "is the thing {x} or {y}?", "do you see it {x} or {y}?"),
    "motion": ("is it {x} or {y}?", "is the {noun} {x} or {y}?", "{x} or {y}?", "do you see it {x} or {y}?", "what is it doing, {x} or {y}?", "which one: {x} or {y}?"),
}  # fmt: skip
IS_CATEGORY = ("is it {k}?", "is this {k}?", "is that {k}?", "is the thing {k}?", "do you see {k}?", "is there {k} in {ref}?", "would you say it's {k}?", "is it {k} or not?", "am i right that it is {k}?", "does it count as {k}?", "could it be {k}?", "is what is in {ref} {k}?", "yes or no: is it {k}?", "{k}?")  # fmt: skip
HOW_MANY = ("how many {noun}s are there?", "how many {noun}s do you see?", "how many things are there in {ref}?", "how many things do you see?", "how many are there?", "count the {noun}s", "count the things in {ref}", "how many {noun}s are in {ref}?", "is there one {noun} or are there more?", "how many objects are in {ref}?", "number of {noun}s?", "how many?", "tell me how many {noun}s there are", "are there several {noun}s?", "just one {noun}?")  # fmt: skip
NONE_OF_IT = (
    "",
    "",
    "?",
    "??",
    "what?",
    "and?",
    "this",
    "here",
    "look",
    "tell me",
    "so?",
    "your turn",
    "see attachment",
    "please have a look",
)


@dataclass(frozen=True)
class Asked:
    """A question, its answer, and what an evaluation looks for in the answer."""

    question: str
    answer: str
    about: str  # thing, colour, position, size, motion, describe, yes/no thing, ...
    value: str  # the word or phrase that must be in the answer


def medium_of(seen: Seen) -> str:
    return "audio" if isinstance(seen, str) else "image" if isinstance(seen, world.Scene) else "video"


def thing_of(seen: Seen) -> str:
    return seen if isinstance(seen, str) else seen.thing


def caption_of(seen: Seen) -> str:
    return world.sound_caption(seen) if isinstance(seen, str) else world.caption(seen)


PLACE_ANSWER = {
    "left": "on the left",
    "right": "on the right",
    "top": "at the top",
    "bottom": "at the bottom",
    "middle": "in the middle",
}
MOTION_ANSWER = {
    "left": "moving left",
    "right": "moving right",
    "up": "moving up",
    "down": "moving down",
    "grows": "growing",
    "shrinks": "shrinking",
    "spins": "spinning",
}


def a_thing(thing: str) -> str:
    return f"{world.article(thing)} {thing}"


def attributes(seen: Seen) -> dict[str, str]:
    """The attributes that can be asked for, beside the thing."""
    if isinstance(seen, str):
        return {}
    if isinstance(seen, world.Scene):
        return {"colour": seen.colour, "position": seen.position, "size": seen.size}
    return {"colour": seen.colour, "size": seen.size, "motion": seen.motion}


def statement(name: str, value: str) -> str:
    """What an answer says of one attribute."""
    if name == "colour":
        return f"the background is {value}"
    return f"it is {PLACE_ANSWER[value] if name == 'position' else MOTION_ANSWER[value] if name == 'motion' else value}"


def key_word(name: str, value: str) -> str:
    return PLACE_ANSWER[value] if name == "position" else MOTION_ANSWER[value] if name == "motion" else value


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _word(s: Speaker, name: str, value: str) -> str:
    if name == "colour":
        return colour_word(s, value)
    if name == "position":
        return s.pick(synonyms.PLACES[value])
    return size_word(s, value) if name == "size" else move(s, value)[2]


def open_question(s: Speaker, seen: Seen, about: str) -> Asked:
    medium = medium_of(seen)
    thing = thing_of(seen)
    slots = {"ref": MEDIA_REF[medium], "noun": lambda: noun(s, thing)}
    if about == "thing":
        heard = medium == "audio"
        kinds = [
            name.split(" ", 1)[1]
            for name, members in lexicon.CATEGORIES.items()
            if thing in members and name != "a human"
        ]
        kind = s.pick((*kinds, *kinds, "thing", "object"))
        question = s.say(
            "what heard" if heard else "what seen", WHAT_HEARD if heard else WHAT_SEEN, kind=kind, **slots
        )
        answer = s.pick(("That is", "I hear") if heard else ("It is", "That is")) + (
            f" {world.sound_caption(thing)}." if heard else f" {a_thing(thing)}."
        )
        return Asked(question, answer, "thing", thing)
    if about == "describe":
        heard = medium == "audio"
        question = s.say(
            "describe heard" if heard else "describe seen",
            DESCRIBE_HEARD if heard else DESCRIBE_SEEN,
            **slots,
        )
        if s.chance(0.1):
            question = s.pick(NONE_OF_IT)
        lead = "I hear" if heard else "I see" if s.chance(0.5) else "It shows"
        return Asked(question, f"{lead} {caption_of(seen)}.", "describe", caption_of(seen))
    table = {"colour": COLOUR_OF, "position": WHERE, "size": SIZE_OF, "motion": MOTION_OF}
    value = attributes(seen)[about]
    if about == "motion" and value in ("grows", "shrinks", "spins") and s.chance(0.3):
        question = s.fill(
            s.pick(("what happens to it?", "what does it do?", "how does it change?", "how does it move?"))
        )
    else:
        question = s.say(f"{about} of", table[about], **slots)
    answer = f"{_capital(statement(about, value))}."
    if about in ("position", "motion") and s.chance(0.4):
        answer = f"The {thing} is {key_word(about, value)}."
    return Asked(question, answer, about, key_word(about, value))


def yes_no_thing(s: Speaker, seen: Seen, yes: bool, other: str) -> Asked:
    """Is it an X? `other` is the thing asked for when the answer is no."""
    medium, thing = medium_of(seen), thing_of(seen)
    asked = thing if yes else other
    if asked in lexicon.NAMES:
        slots = {
            "an": lambda: a_noun(s, asked),
            "noun": lambda: noun(s, asked),
            "barking": lexicon.NAMES[asked].verbs[0][2],
        }
    else:
        slots = {"an": lambda: f"a {asked}", "noun": asked, "barking": "making noise"}  # type: ignore[dict-item]
    name, table = ("is heard", IS_HEARD) if medium == "audio" else ("is seen", IS_SEEN)
    question = s.say(name, table, ref=MEDIA_REF[medium], **slots)  # type: ignore[arg-type]
    if yes and medium != "audio" and s.chance(0.4):
        answer = f"Yes, there is {a_thing(thing)}."
    else:
        answer = f"{'Yes' if yes else 'No'}, it is {a_thing(thing)}."
    return Asked(question, answer, "yes/no thing", "yes" if yes else "no")


def yes_no_attribute(s: Speaker, seen: Seen, name: str, yes: bool, other: str) -> Asked:
    """Is it so? `other` is the value asked for when the answer is no."""
    value = attributes(seen)[name]
    asked = value if yes else other
    thing = thing_of(seen)
    m0, m1, m2 = move(s, asked) if name == "motion" else ("", "", "")
    table = {"colour": IS_COLOUR, "position": IS_PLACE, "size": IS_SIZE, "motion": IS_MOTION}[name]
    question = s.say(
        f"is {name}", table, ref=MEDIA_REF[medium_of(seen)], noun=lambda: noun(s, thing), m0=m0, m1=m1, m2=m2,
        c=lambda: colour_word(s, asked), z=lambda: size_word(s, asked),
        p=synonyms.PLACES.get(asked, ()), w=lexicon.PLACE_WORDS.get(asked, ()),
    )  # fmt: skip
    return Asked(
        question,
        f"{'Yes' if yes else 'No'}, {statement(name, value)}.",
        f"yes/no {name}",
        "yes" if yes else "no",
    )


def either(s: Speaker, seen: Seen, name: str, other: str) -> Asked:
    """Is it this or that? One of the two is so."""
    thing = thing_of(seen)
    if name == "thing":
        table = EITHER["heard" if isinstance(seen, str) else "thing"]
        words = [a_noun(s, thing), a_noun(s, other)]
        answer, value = f"It is {a_thing(thing)}.", thing
    else:
        truth = attributes(seen)[name]
        table = EITHER[name]
        words = [_word(s, name, truth), _word(s, name, other)]
        answer, value = f"{_capital(statement(name, truth))}.", key_word(name, truth)
    s.rng.shuffle(words)
    question = s.say(
        f"either {name}",
        table,
        x=words[0],
        y=words[1],
        ref=MEDIA_REF[medium_of(seen)],
        noun=lambda: noun(s, thing),
    )
    return Asked(question, answer, name, value)


def category(s: Speaker, seen: Seen, yes: bool) -> Asked | None:
    """Is it an animal? None where no category answers so."""
    thing = thing_of(seen)
    fitting = [name for name, members in lexicon.CATEGORIES.items() if (thing in members) == yes]
    if not fitting:
        return None
    question = s.say("is category", IS_CATEGORY, k=s.pick(fitting), ref=MEDIA_REF[medium_of(seen)])
    return Asked(
        question, f"{'Yes' if yes else 'No'}, it is {a_thing(thing)}.", "yes/no thing", "yes" if yes else "no"
    )


def how_many(s: Speaker, seen: Seen) -> Asked:
    """There is always one."""
    thing = thing_of(seen)
    question = s.say("how many", HOW_MANY, noun=lambda: noun(s, thing), ref=MEDIA_REF[medium_of(seen)])
    return Asked(question, f"There is one {thing}.", "count", "one")


def outside_thing(s: Speaker, seen: Seen) -> Asked:
    """Is it an elephant? Never."""
    words = outside.known_outside(
        outside.ANIMALS + outside.OBJECTS + outside.FOOD, "held" if s.held else "train"
    )
    return yes_no_thing(s, seen, False, s.pick(words))
