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
    "what might this be?", "what is it that you see?", "what do you make of this?", "what have you got there in {ref}?", "what thing can you make out[ in {ref}]?", "what exactly is that thing?", "what's the name of the thing in {ref}?", "what's the name of this?", "give me the name of the {kind}[ in {ref}]", "give it a name: what is it?", "just tell me what it is", "just the name of the thing, please", "in one word, what is it?", "one word: what is in {ref}?", "could you name what you see?", "could you say what this is?", "could you identify the {kind} in {ref}?", "would you know what this is?", "would you recognise this?", "please say what is in {ref}", "please name the {kind} in {ref}", "please tell me which {kind} it is", "help me, what is this?", "i can't see, what is in {ref}?", "i can't make out what this is, can you?", "i forgot what i drew, what is it?", "i found this in an old box, what is it?",
    "i'm not sure what i am looking at", "i have no idea what that is", "my daughter drew this, what is it?", "someone sent me this, what is it?", "we are guessing: what is it?", "quiz: what is in {ref}?", "riddle: what do you see?", "your guess, what is it?", "so, what did you find in {ref}?", "the thing in {ref}, what is it?", "the thing in {ref} is called what?", "the {kind}, what is it?", "this thing here, what do you call it?", "which one of the things you know is this?", "which thing do you recognise[ in {ref}]?", "what you see?", "what it is?", "you know this?", "name of the thing", "label {ref}", "classify {ref}", "tag {ref}", "recognise the {kind}", "object recognition please",
)  # fmt: skip
WHAT_HEARD = (
    "what is this?", "what is this sound?", "what's this sound?", "what do you hear?", "what do you hear in {ref}?", "what can you hear?", "what can be heard?", "what makes this (noise|sound)?", "who makes this (noise|sound)?", "what is that noise?", "what noise is this?", "which (sound|noise) is this?", "what am i hearing?", "what am i listening to?", "identify (the|this) (sound|noise)", "can you tell me what this (sound|noise) is?",
    "what {kind} is this?", "what {kind} is it?", "which {kind} do you hear?", "what {kind} makes this sound?", "which {kind} makes that noise?", "what {kind} did i record?", "which {kind} sounds like this?", "name the {kind} you hear", "i'd like to know what makes this noise", "i wonder what this sound is", "i want to know what this sound is", "would you tell me what this sound is?", "mind telling me what i hear?", "there is something in {ref}, what is it?", "listen. what is it?", "have a listen and tell me what you hear", "what's the thing that makes this sound called?", "can you recognise it?", "whose sound is this?", "whose noise is that?", "what would make a sound like this?", "what on earth makes this noise?",
    "do you recognise (this|the) (sound|noise)?", "do you know this (sound|noise)?", "what's making this (sound|noise)?", "what's making that (racket|noise)?", "name the (sound|noise)", "name what you hear", "tell me what you hear", "tell me what this is", "guess what this is", "guess the (sound|noise)", "what thing makes this sound?", "what is the source of this (sound|noise)?", "where does this (sound|noise) come from?", "which thing do you hear?", "what did i record?",
    "what is on {ref}?", "what's on {ref}?", "what is in {ref}?", "what was recorded[ here]?", "listen and tell me what it is", "listen to {ref}. what is it?", "what could that (sound|noise) be?", "any idea what this (sound|noise) is?", "what sounds like that?", "what sounds like this?", "who is it?", "who or what do i hear?", "what is it that i hear?", "i hear this at night, what is it?", "please identify", "classify {ref}", "what kind of (sound|noise) is (it|this)?", "what's the noise?", "say what you hear", "and what is this?", "which animal or thing is that?", "what do i hear?", "what is to be heard?", "what's that?", "my neighbour makes this noise, what is it?", "what sound you hear?", "the sound, what is it?",
    "what might this be?", "what is it that makes this noise?", "what do you make of this sound?", "what exactly do i hear there?", "what have i recorded?", "what's the name of the thing that sounds like this?", "what could make a noise like that?", "give me the name of the {kind} you hear", "just tell me what makes this sound", "in one word, what is it?", "one word: who makes this noise?", "could you name what you hear?", "could you say what this sound is?", "could you identify the sound in {ref}?", "would you know what makes this sound?", "would you recognise this sound?", "please say what you hear", "please name the {kind} in {ref}", "please tell me which {kind} makes this noise", "help me, what is that noise?", "i can't hear well, what is it?", "i can't make out what this is, can you?", "i'm not sure what i am hearing", "i have no idea what makes this sound", "i heard this in the garden, what was it?",
    "someone sent me this recording, what is it?", "this woke me up, what is it?", "we are guessing: who makes this sound?", "quiz: what do you hear?", "riddle: what makes this noise?", "your guess, what is it?", "the noise in {ref}, what is it?", "the {kind}, what is it?", "this sound belongs to which {kind}?", "this noise comes from what?", "which thing do you recognise by its sound?", "which one of the things you know sounds like this?", "what you hear?", "what make this noise?", "you know this sound?", "name of the sound", "label {ref}", "tag {ref}", "recognise the sound", "sound recognition please",
)  # fmt: skip
DESCRIBE_SEEN = (
    "describe {ref}", "describe {ref}", "describe this", "describe it", "describe what you see", "describe what is in {ref}", "please describe {ref}", "caption this", "caption {ref}", "give me a caption", "write a caption for {ref}", "give me a description of {ref}", "write a description", "tell me everything about {ref}", "tell me about {ref}", "tell me all you can see in {ref}", "how would you describe {ref}?", "describe {ref} for a blind person", "put {ref} into words", "explain {ref}",
    "alt text[ please]", "an alt text for {ref}", "say in detail what you see", "a full description[ please]", "what exactly do you see?", "what exactly can be seen in {ref}?", "summarise {ref}", "i can't see {ref}, what is in it exactly?", "can you describe {ref}?", "could you describe what is shown?", "describe the scene", "describe in one sentence", "one sentence about {ref}", "what do you see exactly? describe it", "can you put in words what you see?", "caption, please", "make a caption", "title for {ref}?", "describe everything", "details of {ref} please", "report what you see", "tell me what's going on in {ref}", "what's going on[ in {ref}]?", "what can you tell me about {ref}?",
    "describe {ref} to me", "describe {ref} in detail", "describe {ref} completely", "describe in full what {ref} shows", "describe what you see in {ref} to someone who can't see it", "describe it as exactly as you can", "describe it in your own words", "give me all the details[ of {ref}]", "give me the whole description", "give a full account of {ref}", "give me a complete caption", "could you give me a description of {ref}?", "could you write a caption?", "could you describe {ref} for me?", "could you put {ref} into a sentence?", "would you describe {ref}, please?", "would you tell me everything you see?", "can you caption {ref}?", "can you tell me about {ref}?", "can you tell me in detail what you see?", "can you summarise {ref} in one sentence?", "i'd like a description of {ref}", "i'd like to know everything about {ref}", "i want a caption for {ref}", "i want to know all about {ref}", "i need a caption for {ref}",
    "i need an alt text for {ref}", "i need a description, please", "i am blind, please describe {ref}", "i can't open {ref}, tell me all that is in it", "my screen is broken, describe {ref}", "my grandmother can't see it, describe it to her", "for my notes: describe {ref}", "for the catalogue, a description of {ref}", "so that i can imagine it, describe {ref}", "make me see {ref} with words", "paint me {ref} with words", "let me know all that can be seen", "say everything you see", "say all you can about {ref}", "tell me exactly what {ref} looks like", "tell me in one sentence what there is to see", "tell me how {ref} looks, with all details", "write down what you see", "write one sentence about {ref}", "write a line under {ref}", "what would you write under {ref}?", "what would a caption for {ref} be?", "what is to be seen, in detail?", "what does {ref} look like in words?", "what do you see, with everything?",
    "how does {ref} look? describe", "how would a caption for {ref} read?", "how would you tell someone what {ref} shows?", "in words please", "in full detail: what does {ref} show?", "in a sentence: what does {ref} show?", "everything you can tell me about {ref}", "full caption for {ref}", "image to text please", "text for {ref}", "what is it, in all details?", "{ref}, described in a sentence please", "{ref} in words, please",
)  # fmt: skip
DESCRIBE_HEARD = ("describe {ref}", "describe what you hear", "describe this", "describe it", "caption {ref}", "caption this", "give me a caption[ for {ref}]", "a description of {ref}, please", "put {ref} into words", "tell me about {ref}", "transcribe the sound", "write what you hear", "what exactly do you hear?", "report what you hear", "can you describe {ref}?", "what's going on in {ref}?", "please describe {ref}", "i'm deaf, what is in {ref}?", "summarise {ref}", "say in words what is heard",
    "describe {ref} to me", "describe the sound in words", "describe in words what you hear", "describe in a sentence what you hear", "describe it for someone who can't hear", "give me a description of what you hear", "give {ref} a caption", "could you describe what you hear?", "could you caption {ref}?", "could you put the sound into words?", "would you describe {ref} for me?", "can you write down what you hear?", "can you caption {ref}?", "can you tell me about {ref}?", "i need a caption for {ref}", "i need subtitles for {ref}", "i'd like a description of {ref}", "i want to know what is in {ref}, describe it", "i am deaf, please describe {ref}", "my speakers are broken, describe {ref}", "my grandfather can't hear it, describe it to him", "so that i can imagine it, describe {ref}", "write a line about {ref}", "write one sentence about {ref}", "write a subtitle for {ref}", "write down what is heard",
    "what would you write under {ref}?", "what is to be heard, in words?", "what does {ref} contain?", "tell me everything about {ref}", "tell me in words what you hear", "say everything you hear", "subtitle {ref}", "subtitles please", "audio to text please", "sound to words", "{ref} in words, please", "in words please", "a caption, please", "one sentence about what you hear")  # fmt: skip
COLOUR_OF = (
    "what colour is the background?", "what colour is the background?", "which colour is the background?", "which colour has the background?", "what color is the background?", "background colour?", "what's the colour of the background?", "what is the background colour[ of {ref}]?", "what colour is behind it?", "what colour is behind the {noun}?", "which colour do you see behind it?", "what colour is it on?", "on what colour is it?", "what's the backdrop colour?", "what colour is the wall behind it?", "tell me the colour of the background", "name the background colour", "can you tell me the background colour?",
    "the colour behind it?", "colour of the background please", "what is the main colour[ of {ref}]?", "which colour is used for the background?", "what colour surrounds it?", "what colour is around the {noun}?", "in front of which colour is it?", "what colour does the background have?", "do you see which colour the background has?", "what colour is {ref}?", "what colour has {ref}?", "and the background? what colour?", "how is the background coloured?", "background: which colour?", "what is the colour?", "which colour?", "what colour?", "the background is what colour?", "in which colour is the background?", "and what colour is the background?", "which color is there behind?", "what is behind it, which colour?",
    "could you tell me the colour behind it?", "could you name the colour of the background?", "can you see which colour is behind the {noun}?", "would you tell me what colour the background is?", "i'd like to know the background colour", "i want to know what colour is behind it", "i wonder which colour the background has", "i can't see colours, what colour is the background?", "i need the colour of the background", "just the background colour please", "just tell me the colour", "please name the colour behind the {noun}", "say what colour the background is", "say which colour you see behind it", "say the colour", "give me the background colour", "in one word: what colour is the background?", "what colour did you use for the background?", "what colour has been used behind it?", "what colour do you see around the {noun}?", "what colour is everything else?", "what would you call the colour of the background?",
    "what's behind the {noun}, colour-wise?", "what's the colour there behind?", "which colour would you say the background is?", "which colour is the wall?", "which colour has the backdrop?", "which colour fills the background?", "the background has which colour?", "the backdrop, what colour is it?", "the {noun} is on which colour?", "the {noun} stands in front of what colour?", "my friend asks what colour the background is", "colour behind the {noun}?", "background colour please", "how would you name the colour of the background?",
)  # fmt: skip
WHERE = (
    "where is it?", "where is the {noun}?", "where is the {noun}?", "where in {ref} is it?", "where in {ref} is the {noun}?", "on which side is it?", "on which side is the {noun}?", "in which part of {ref} is it?", "in which part of {ref} is the {noun}?", "what's its position?", "what is the position of the {noun}?", "position?", "where do you see it?", "where do you see the {noun}?", "where is the thing?", "where's the {noun}?", "where is the {noun} located?", "where is it placed?", "where does it (sit|stand)?", "where does the {noun} (sit|stand)?", "tell me where it is", "tell me where the {noun} is", "can you tell me where it is?", "locate the {noun}", "locate it", "find the {noun}, where is it?",
    "where can i find the {noun} in {ref}?", "left, right, top, bottom or middle?", "is it left, right, top, bottom or in the middle?", "at which place is the {noun}?", "where was the {noun} put?", "in what place is it?", "and where is it?", "where exactly?", "where exactly is the {noun}?", "its place in {ref}?", "the {noun} is where?", "whereabouts is it?", "whereabouts is the {noun}?", "do you see where the {noun} is?", "at what position do you see it?", "which side?", "what side is the {noun} on?", "what part of {ref} is the {noun} in?", "where you see {noun}?",
    "could you tell me where it is?", "could you tell me where the {noun} is?", "could you say on which side it is?", "can you say where the {noun} stands?", "can you find the {noun}? where is it?", "would you tell me where the {noun} is?", "i'd like to know where it is", "i want to know where the {noun} is", "i wonder where the {noun} is", "i can't find the {noun}, where is it?", "i can't see it, where is it?", "i need the position of the {noun}", "just tell me where it is", "just the position, please", "please say where it is", "please tell me the position of the {noun}", "say where you see it", "say where the {noun} is", "give me its position", "give me the place of the {noun}", "point me to the {noun}", "in which area do you see the {noun}?", "in which corner or part is it?", "in one word: where is it?", "to which side is it?", "what place does it have in {ref}?", "what is its place?", "what position is the {noun} in?",
    "what position does it have?", "which part of {ref} is it in?", "which place does the {noun} have?", "where do i have to look for the {noun}?", "where should i look to see it?", "where did you put it?", "where did you draw the {noun}?", "where about in {ref}?", "the {noun}, where is it?", "the position of it?", "the thing is where?", "my friend asks where the {noun} is", "place of the {noun}?", "it is where?", "how is the {noun} placed?",
)  # fmt: skip
SIZE_OF = (
    "how big is it?", "how big is the {noun}?", "how big is it?", "how large is it?", "how large is the {noun}?", "is it big or small?", "is the {noun} big or small?", "is it small or big?", "small or big?", "big or small?", "what size is it?", "what size is the {noun}?", "what size does the {noun} have?", "what is its size?", "size?", "which size has it?", "tell me the size", "tell me how big it is", "how small is it?", "is it a big one or a small one?", "a big one or a small one?", "would you call it big or small?", "is it large or little?", "is the {noun} large or tiny?", "does it look big or small?", "the size of the {noun}?", "what about the size?", "and the size?", "how much of {ref} does it take, is it big or small?", "large or small?", "can you tell the size?", "is the {noun} small or large?", "huge or tiny?",
    "could you tell me how big it is?", "could you tell me the size of the {noun}?", "can you say how big the {noun} is?", "can you say if it is big or small?", "would you tell me its size?", "would you say it is big or small?", "i'd like to know how big it is", "i want to know the size of the {noun}", "i wonder how big the {noun} is", "i can't tell if it's big or small, can you?", "i need the size of it", "just tell me how big it is", "just the size, please", "please say how large it is", "please tell me if it is big or small", "say how big it is", "say whether it is big or small", "give me its size", "in one word: how big is it?", "of what size is the {noun}?", "what size would you say it is?", "what size did you make it?", "what size is the thing?", "what's the size of the {noun}?", "which size is it, big or small?", "which size did you draw it?", "how big does it look?", "how big did you draw it?",
    "how big would you say it is?", "how large does the {noun} look?", "how much space does the {noun} take, is it big or small?", "the {noun}, is it big or small?", "the {noun} is how big?", "it is how big?", "my friend asks how big the {noun} is", "size of the {noun}?", "does it fill a lot or a little, big or small?", "is it drawn big or small?", "is the {noun} a big or a small one?",
)  # fmt: skip
MOTION_OF = (
    "which way does it move?", "which way does the {noun} move?", "how does it move?", "how does the {noun} move?", "what does it do?", "what does the {noun} do?", "what happens?", "what happens in {ref}?", "what happens to the {noun}?", "what is it doing?", "what is the {noun} doing?", "direction?", "in which direction does it go?", "in which direction does the {noun} move?", "what's the motion?", "what is the movement?", "where does it go?", "where does the {noun} go?", "where is it going?", "where is it heading?", "how is it moving?", "which movement do you see?", "which motion is it?", "describe the motion", "describe the movement", "tell me how it moves", "tell me what happens", "what movement does the {noun} make?", "which way does it go?", "how does it change?", "how does the {noun} change?", "what's going on with the {noun}?", "can you tell me how it moves?", "what kind of motion is it?", "to which side does it move, or what does it do?", "does it move? how?", "what does it do over time?", "name the motion", "the motion?", "and how does it move?", "what is happening?", "how it moves?",
    "could you tell me how it moves?", "could you tell me what the {noun} does?", "can you say which way it moves?", "can you say what the {noun} is doing?", "would you tell me where it is going?", "i'd like to know how it moves", "i want to know what the {noun} does", "i wonder which way it goes", "i can't see the movement, how does it move?", "i need to know how the {noun} moves", "just tell me how it moves", "just the movement, please", "please say how it moves", "please tell me what it does", "say which way it goes", "say how the {noun} moves", "say what it does", "give me the direction, or what it does", "in one word: how does it move?", "in what way does it move?", "in what way does the {noun} change or move?", "what way is it going?", "what kind of movement does it make?", "what movement is it?", "what movement do you see?", "what does the thing do in {ref}?", "what does it do, move, grow, shrink or spin?",
    "what did it do?", "what did the {noun} do?", "what happened to the {noun}?", "what is the thing doing[ in {ref}]?", "which movement does it make?", "which direction is it going?", "which direction does the {noun} take?", "where is the {noun} moving to?", "how did it move?", "how would you describe its movement?", "the {noun}, how does it move?", "the {noun} goes where?", "it moves how?", "my friend asks how the {noun} moves", "movement of the {noun}?", "motion?", "action?",
)  # fmt: skip
IS_SEEN = (
    "is there {an}?", "is there {an} in {ref}?", "is there {an} in {ref}?", "do you see {an}?", "do you see {an} in {ref}?", "can you see {an}?", "can you see {an} in {ref}?", "is this {an}?", "is this {an}?", "is it {an}?", "is that {an}?", "does {ref} show {an}?", "does {ref} contain {an}?", "does {ref} have {an}[ in it]?", "am i right that (this|it) is {an}?", "this is {an}, isn't it?", "it's {an}, right?", "it's {an}, isn't it?", "that's {an}, or not?", "{an}?", "is {an} in {ref}?", "is {an} visible?", "could this be {an}?", "could it be that this is {an}?",
    "true or false: (this|it) is {an}", "would you say that's {an}?", "is the thing in {ref} {an}?", "do i see {an}?", "did i draw {an}?", "am i looking at {an}?", "are we looking at {an}?", "yes or no: is there {an}?", "yes or no: is this {an}?", "tell me if there is {an}[ in {ref}]", "tell me whether this is {an}", "check if there is {an}", "can you find {an} in {ref}?", "is {an} present?", "are there any {noun}s?", "are there {noun}s in {ref}?", "any {noun}s?", "any {noun} in {ref}?", "does it show {an}?", "does it look like {an}?", "my friend says it is {an}, is that true?", "i think it's {an}, am i right?", "i believe this is {an}. correct?", "looks like {an}, right?", "that must be {an}, yes?", "is {an} shown?", "is {an} to be seen?", "was {an} in {ref}?", "have you seen {an} in {ref}?", "can {an} be seen?", "you see {an}?", "is it perhaps {an}?", "this here is {an}, correct?", "is the object {an}?", "there is {an}, isn't there?",
    "is that supposed to be {an}?", "is it really {an}?", "is it {an} or not?", "is it {an} or something else?", "is there {an} anywhere in {ref}?", "isn't that {an}?", "isn't there {an} in {ref}?", "does this look like {an} to you?", "does {an} appear in {ref}?", "did you draw {an}?", "did i photograph {an}?", "can you tell me if this is {an}?", "can you check whether there is {an}?", "could you tell me if that is {an}?", "could you check if it shows {an}?", "would you call this {an}?", "would you agree that this is {an}?", "do you think this is {an}?", "do you recognise {an}?", "do you find {an} here?", "it's {an}, yes or no?", "this is {an}. true or false?", "this is {an}. is that right?", "i wonder if this is {an}", "i want to know if there is {an} in it", "i'd like to know whether it is {an}", "i'd say it is {an}. do you agree?", "i am looking for {an}, is there one in {ref}?", "i can't see well, is this {an}?",
    "i was told there is {an} in {ref}, is there?", "say yes if you see {an}", "answer yes or no: it is {an}", "right or wrong: it is {an}", "correct me if i'm wrong, that's {an}?", "my kid thinks it is {an}, is it?", "we disagree: is it {an}?", "what you see, is that {an}?", "the thing in {ref}, is it {an}?",
)  # fmt: skip
IS_HEARD = (
    "is this {an}?", "is that {an}?", "is it {an}?", "do you hear {an}?", "do you hear {an} in {ref}?", "can you hear {an}?", "is this the sound of {an}?", "is that the (sound|noise) of {an}?", "is {an} {barking} here?", "is that {an} {barking}?", "is there {an} in {ref}?", "is there {an}?", "does {ref} have {an} in it?", "am i right that this is {an}?", "this is {an}, isn't it?", "that's {an}, right?", "it's {an}, isn't it?", "could this be {an}?", "could that be {an} {barking}?", "true or false: this is {an}", "would you say that's {an}?", "does this sound like {an}?", "does it sound like {an}?", "yes or no: is this {an}?", "tell me if this is {an}", "tell me whether you hear {an}", "i think it's {an}, am i right?", "my friend says it is {an}, is that true?", "sounds like {an}, right?", "is {an} making this (noise|sound)?", "did i record {an}?", "do i hear {an}?", "{an}?", "is it {an} that i hear?", "was that {an}?", "is {an} to be heard?", "am i hearing {an}?", "are we listening to {an}?", "is the source of the sound {an}?", "does {an} make this noise?", "you hear {an}?", "is there {an} {barking} in {ref}?",
    "is it really {an}?", "is it {an} or not?", "is it {an} or something else?", "is what i hear {an}?", "is the one making this noise {an}?", "isn't that {an}?", "did you play {an}?", "does {ref} sound like {an} to you?", "does this noise come from {an}?", "does that belong to {an}?", "can you tell me if this is {an}?", "can you tell if that is {an} {barking}?", "could you check whether it is {an}?", "could you tell me if you hear {an}?", "could the noise come from {an}?", "would you agree that it is {an}?", "would you recognise this as {an}?", "do you think it is {an}?", "do you think that was {an}?", "do you recognise {an} in {ref}?", "it's {an}, yes or no?", "this is {an}. true or false?", "that was {an}, wasn't it?", "i wonder if that is {an}", "i want to know if it is {an}", "i'd like to know whether {an} makes this sound", "i'd say it is {an}. do you agree?", "i can't hear well, is it {an}?",
    "i was told this is {an}, is it?", "say yes if you hear {an}", "answer yes or no: it is {an}", "right or wrong: that is {an}", "correct me if i'm wrong, it's {an}?", "my kid thinks it is {an}, is it?", "what i hear, is that {an}?", "the noise, is it {an}?",
)  # fmt: skip
IS_COLOUR = (
    "is the background {c}?", "is the background {c}?", "is it on {c}?", "is it {c} behind it?", "is it a {c} background?", "is the wall behind it {c}?", "is the backdrop {c}?", "does it have a {c} background?", "does {ref} have a {c} background?", "is the {noun} on {c}?", "is the {noun} on a {c} background?", "is the {noun} in front of a {c} wall?", "is there {c} behind it?", "is the colour behind it {c}?", "is the background colour {c}?", "the background is {c}, right?", "the background is {c}, isn't it?", "true or false: the background is {c}", "am i right that the background is {c}?", "yes or no: is the background {c}?", "is {c} the background colour?", "would you say the background is {c}?", "i think the background is {c}, correct?", "do you see a {c} background?", "do you see {c} in the background?", "can you see {c} behind the {noun}?", "does the background look {c}?", "is it {c}?", "tell me if the background is {c}", "is everything around it {c}?", "is {ref} {c}?", "was the background {c}?", "is the rest {c}?", "background {c}, yes?",
    "is the background really {c}?", "is the background {c} or not?", "is it {c} all around it?", "is the {noun} standing in front of {c}?", "is there a {c} background in {ref}?", "is that a {c} background?", "is the colour of the background {c}?", "is everything behind the {noun} {c}?", "does {ref} show it on {c}?", "does the {noun} stand in front of {c}?", "does it have {c} behind it?", "did you draw it on {c}?", "did you use {c} for the background?", "did i paint the background {c}?", "was the background painted {c}?", "has the picture of it a {c} background?", "it's {c} behind it, isn't it?", "it's on {c}, yes or no?", "the background is {c}, true or false?", "the background is {c}. is that right?", "isn't the background {c}?", "isn't it on {c}?", "i see a {c} background, right?", "i believe the background is {c}, is that true?", "i'd say it is on {c}. do you agree?", "my friend says the background is {c}. is he right?",
    "i am colour-blind, is the background {c}?", "i am not sure, is that {c} behind it?", "i wonder if the background is {c}", "i want to know if it is {c} behind the {noun}", "i'd like to know whether the background is {c}", "do you think the background is {c}?", "do you find any {c} in {ref}?", "can you tell me if the background is {c}?", "can you check whether it is on {c}?", "could you tell me if it is {c} behind the {noun}?", "could you check if the background is {c}?", "would you agree that the background is {c}?", "would you call the background {c}?", "tell me whether the background is {c}", "say yes if the background is {c}", "check if it is on {c}", "answer yes or no: the background is {c}", "right or wrong: the background is {c}", "correct me if i'm wrong, the background is {c}?",
)  # fmt: skip
IS_PLACE = (
    "is it {p}?", "is it {p}?", "is the {noun} {p}?", "is the {noun} {p}?", "is the thing {p}?", "do you see it {p}?", "can you see the {noun} {p}?", "is there something {p}?", "does the {noun} (sit|stand) {p}?", "it is {p}, right?", "the {noun} is {p}, isn't it?", "true or false: it is {p}", "am i right that it is {p}?", "yes or no: is it {p}?", "would you say it is {p}?", "i think the {noun} is {p}, correct?", "tell me if the {noun} is {p}", "is it placed {p}?", "is the {noun} located {p}?", "is the position {w}?", "is the {noun} to be found {p}?", "was it {p}?", "can i find the {noun} {p}?", "is something {p}?", "so the {noun} is {p}?", "{p}, right?", "is its place {p}?", "the thing is {p}, correct?",
    "is it really {p}?", "is the {noun} really {p}?", "is the {noun} {p} or not?", "is it {p} or somewhere else?", "is it {p} now?", "is it {p} in {ref}?", "is the {noun} {p} in {ref}?", "does it (stand|sit|lie) {p}?", "does {ref} show it {p}?", "does {ref} show the {noun} {p}?", "does the {noun} appear {p}?", "did (i|you|they) put it {p}?", "did you draw it {p}?", "has it been put {p}?", "has the {noun} been placed {p}?", "was the {noun} drawn {p}?", "it's {p}, isn't it?", "it's {p}, yes or no?", "the {noun} is {p}, true or false?", "the {noun} is {p}. is that right?", "isn't it {p}?", "isn't the {noun} {p}?", "i see the {noun} {p}. right?", "i believe it is {p}, is that true?", "i'd say it is {p}. do you agree?", "my friend says it is {p}. is he right?", "i am not sure, is it {p}?", "i can't see well, is the {noun} {p}?", "i wonder if it is {p}", "i want to know if the {noun} is {p}", "i'd like to know whether it is {p}",
    "do i see it {p}?", "do you find the {noun} {p}?", "do you think it is {p}?", "can you tell me if it is {p}?", "can you check whether the {noun} is {p}?", "could you tell me if the {noun} is {p}?", "could you check if it is {p}?", "would you agree that it is {p}?", "tell me whether it is {p}", "say yes if it is {p}", "check if the {noun} is {p}", "yes or no, the {noun} is {p}?", "answer yes or no: it is {p}", "right or wrong: the {noun} is {p}", "correct me if i'm wrong, it is {p}?", "is what you see {p}?", "is that thing {p}?",
)  # fmt: skip
IS_SIZE = (
    "is it {z}?", "is it {z}?", "is the {noun} {z}?", "is the {noun} {z}?", "is it a {z} one?", "is it a {z} {noun}?", "is this a {z} {noun}?", "is there a {z} {noun}?", "does it look {z}?", "does the {noun} look {z}?", "it is {z}, right?", "the {noun} is {z}, isn't it?", "true or false: it is {z}", "am i right that it is {z}?", "yes or no: is it {z}?", "would you call it {z}?", "would you say the {noun} is {z}?", "i think it's {z}, correct?", "tell me if it is {z}", "is the thing {z}?", "is its size {z}?", "do you see a {z} {noun}?", "a {z} one, isn't it?", "is the {noun} rather {z}?", "so it's {z}?", "was the {noun} {z}?", "can one say it is {z}?",
    "is it really {z}?", "is the {noun} really {z}?", "is the {noun} {z} or not?", "is it {z} in {ref}?", "is the {noun} {z} in {ref}?", "is that a {z} {noun}?", "is that a {z} one?", "is the {noun} you see {z}?", "is what you see {z}?", "does {ref} show a {z} {noun}?", "does {ref} show it {z}?", "does it seem {z} to you?", "does the {noun} appear {z}?", "did you draw it {z}?", "did i draw a {z} {noun}?", "was it drawn {z}?", "it's {z}, isn't it?", "it's {z}, yes or no?", "it's a {z} one, right?", "the {noun} is {z}, true or false?", "the {noun} is {z}. is that right?", "isn't it {z}?", "isn't that a {z} {noun}?", "i see a {z} {noun}, right?", "i believe it is {z}, is that true?", "i'd say it is {z}. do you agree?", "my friend says it is {z}. is he right?", "i am not sure, is it {z}?", "i can't see well, is the {noun} {z}?", "i wonder if it is {z}", "i want to know if the {noun} is {z}", "i'd like to know whether it is {z}",
    "do you find the {noun} {z}?", "do you think it is {z}?", "do you consider it {z}?", "can you tell me if it is {z}?", "can you check whether the {noun} is {z}?", "could you tell me if the {noun} is {z}?", "could you check if it is {z}?", "would you agree that it is {z}?", "tell me whether the {noun} is {z}", "say yes if it is {z}", "check if it is {z}", "answer yes or no: it is {z}", "right or wrong: the {noun} is {z}", "correct me if i'm wrong, it is {z}?", "has it been drawn {z}?",
)  # fmt: skip
IS_MOTION = (
    "is it {m2}?", "is it {m2}?", "does it {m0}?", "does the {noun} {m0}?", "is the {noun} {m2}?", "is the {noun} {m2}?", "it is {m2}, right?", "the {noun} {m1}, doesn't it?", "the {noun} is {m2}, isn't it?", "true or false: it {m1}", "am i right that it {m1}?", "yes or no: does it {m0}?", "would you say it is {m2}?", "i think the {noun} is {m2}, correct?", "tell me if it is {m2}", "can you see it {m2}?", "do you see the {noun} {m2}?", "does the thing {m0}?", "so it {m1}?", "is that thing {m2}?", "was it {m2}?", "does {ref} show it {m2}?", "it {m1}, correct?", "in {ref}, does it {m0}?", "does it really {m0}?",
    "is it really {m2}?", "is the {noun} {m2} or not?", "is it {m2} in {ref}?", "is what you see {m2}?", "is that {noun} {m2}?", "does the {noun} really {m0}?", "does the {noun} {m0} in {ref}?", "does {ref} show the {noun} {m2}?", "does what you see {m0}?", "did it {m0}?", "did the {noun} {m0}?", "did you make it {m0}, yes or no?", "was the {noun} {m2}?", "it's {m2}, isn't it?", "it's {m2}, yes or no?", "the {noun} {m1}, true or false?", "the {noun} is {m2}. is that right?", "isn't it {m2}?", "doesn't the {noun} {m0}?", "i see it {m2}, right?", "i believe it {m1}, is that true?", "i'd say it {m1}. do you agree?", "my friend says it {m1}. is he right?", "i am not sure, does it {m0}?", "i wonder if it {m1}", "i want to know if the {noun} is {m2}", "i'd like to know whether it {m1}", "do you think it is {m2}?", "do you find the {noun} {m2}?", "can you tell me if it is {m2}?", "can you check whether it {m1}?",
    "could you tell me if the {noun} is {m2}?", "would you agree that it {m1}?", "tell me whether it {m1}", "say yes if it {m1}", "check if it is {m2}", "answer yes or no: it {m1}", "right or wrong: the {noun} {m1}", "correct me if i'm wrong, it is {m2}?",
)  # fmt: skip
EITHER = {
    "thing": ("is it {x} or {y}?", "is this {x} or {y}?", "is that {x} or {y}?", "{x} or {y}?", "do you see {x} or {y}?", "which is it, {x} or {y}?", "what is it: {x} or {y}?", "would you say {x} or {y}?", "does it show {x} or {y}?", "is there {x} or {y} in {ref}?", "{x} or rather {y}?", "is it {x}, or is it {y}?", "i can't decide if it's {x} or {y}",
        "what do you think, {x} or {y}?", "tell me if it is {x} or {y}", "i say {x}, my friend says {y}, who is right?", "could you tell me if this is {x} or {y}?", "does it look more like {x} or like {y}?", "one of us says {x}, the other says {y}. which is it?", "choose: {x} or {y}?", "is the thing {x} or {y}?", "am i looking at {x} or {y}?", "is it more {x} or more {y}?"),
    "heard": ("is it {x} or {y}?", "is this {x} or {y}?", "is that {x} or {y}?", "{x} or {y}?", "do you hear {x} or {y}?", "which is it, {x} or {y}?", "does it sound like {x} or {y}?", "is {x} or {y} making the noise?", "do i hear {x} or {y}?", "what is it: {x} or {y}?", "is it {x}, or is it {y}?",
        "what do you think, {x} or {y}?", "tell me if it is {x} or {y}", "i say {x}, my friend says {y}, who is right?", "could you tell me if this is {x} or {y}?", "does it sound more like {x} or like {y}?", "choose: {x} or {y}?", "was that {x} or {y}?", "is the noise from {x} or from {y}?", "who makes it, {x} or {y}?"),
    "colour": ("is the background {x} or {y}?", "is it on {x} or on {y}?", "{x} or {y} background?", "is the colour behind it {x} or {y}?", "background {x} or {y}?", "is the backdrop {x} or {y}?", "what colour is the background, {x} or {y}?", "would you call the background {x} or {y}?",
        "is it {x} or {y} behind it?", "would you say {x} or {y}?", "tell me if the background is {x} or {y}", "which colour is it, {x} or {y}?", "i can't tell, is the background {x} or {y}?", "could you tell me if it is on {x} or on {y}?", "{x} or {y}? i mean the background", "choose: is it {x} or {y} behind the {noun}?"),
    "position": ("is it {x} or {y}?", "is the {noun} {x} or {y}?", "{x} or {y}?", "is it placed {x} or {y}?", "where is it, {x} or {y}?", "is the thing {x} or {y}?", "do you see it {x} or {y}?",
        "tell me if it is {x} or {y}", "would you say it is {x} or {y}?", "could you tell me if the {noun} is {x} or {y}?", "i can't tell, is it {x} or {y}?", "does the {noun} stand {x} or {y}?", "which is right, {x} or {y}?", "where do you see the {noun}, {x} or {y}?", "choose: is it {x} or {y}?"),
    "motion": ("is it {x} or {y}?", "is the {noun} {x} or {y}?", "{x} or {y}?", "do you see it {x} or {y}?", "what is it doing, {x} or {y}?", "which one: {x} or {y}?",
        "tell me if it is {x} or {y}", "would you say it is {x} or {y}?", "could you tell me if the {noun} is {x} or {y}?", "i can't tell, is it {x} or {y}?", "which is right, {x} or {y}?", "choose: {x} or {y}?", "does it look like {x} or like {y}?", "what do you see, is it {x} or {y}?"),
}  # fmt: skip
IS_CATEGORY = ("is it {k}?", "is this {k}?", "is that {k}?", "is the thing {k}?", "do you see {k}?", "is there {k} in {ref}?", "would you say it's {k}?", "is it {k} or not?", "am i right that it is {k}?", "does it count as {k}?", "does one call it {k}?", "is what is in {ref} {k}?", "yes or no: is it {k}?", "{k}?",
    "is it really {k}?", "isn't that {k}?", "would you call it {k}?", "do you think it is {k}?", "it's {k}, right?", "it's {k}, isn't it?", "this is {k}, true or false?", "tell me if it is {k}", "tell me whether this is {k}", "can you tell if it is {k}?", "is the thing you found {k}?", "i wonder if it is {k}", "does {ref} have {k} in it?", "would it be right to call it {k}?")  # fmt: skip
HOW_MANY = ("how many {noun}s are there?", "how many {noun}s do you see?", "how many things are there in {ref}?", "how many things do you see?", "how many are there?", "count the {noun}s", "count the things in {ref}", "how many {noun}s are in {ref}?", "is there one {noun} or are there more?", "how many objects are in {ref}?", "number of {noun}s?", "how many?", "tell me how many {noun}s there are", "are there several {noun}s?", "just one {noun}?",
    "could you count the {noun}s?", "can you count the things in {ref}?", "i'd like to know how many {noun}s there are", "how many of them do you see?", "how many {noun}s can be seen?", "how many did you draw?", "what number of things is in {ref}?", "is there more than one {noun}?", "is it just one or more?", "say how many there are", "count them")  # fmt: skip
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


# What a description should tell, put as questions, as clauses and as nouns.
TELL = {
    "thing": (("what is it", "what do you see", "what is shown", "which thing is it", "what is there"), ("what it is", "what you see", "what is shown", "which thing it is", "what there is", "what the thing is"), ("the thing", "the object", "its name", "the subject", "what it is")),
    "colour": (("what colour is the background", "on which colour is it", "on which background is it", "what is behind it", "which background"), ("on which background", "what colour the background is", "what the background is", "what is behind it", "which colour is behind it", "on what colour it stands", "the colour of the background"), ("the background", "the background colour", "the colour behind it", "the backdrop", "the colour")),
    "position": (("where is it", "on which side is it", "at what place", "where"), ("where it is", "where it stands", "on which side it is", "where you see it", "in which part it is", "where exactly"), ("the position", "the place", "its place", "the location", "where it is")),
    "size": (("how big is it", "how large is it", "is it big or small", "what size is it"), ("how big it is", "how large it is", "if it is big or small", "whether it is small or big", "what size it has", "how big"), ("the size", "its size", "how big it is")),
    "motion": (("how does it move", "what does it do", "which way does it move", "what happens"), ("how it moves", "what it does", "which way it goes", "what happens to it", "in which direction it moves"), ("the movement", "the motion", "how it moves", "the direction")),
}  # fmt: skip
TELL_ASK = ("{list}?", "{list}?", "tell me: {list}?", "a few questions: {list}?", "{list}? in one sentence please", "please tell me: {list}?", "look at {ref}: {list}?", "about {ref}: {list}?", "i want to know: {list}?", "so {list}?", "can you tell me: {list}?", "one sentence please: {list}?")  # fmt: skip
TELL_CLAUSE = (
    "say {list}", "say {list}", "tell me {list}", "tell me {list}", "please tell me {list}", "please say {list}", "[{do}] tell me {list}", "[{do}] say {list}", "describe {list}", "describe {ref}: {list}", "can you tell me {list}?", "could you tell me {list}?", "could you say {list}?", "would you tell me {list}?", "would you describe {list}?", "i want to know {list}", "i'd like to know {list}", "i need to know {list}", "i wonder {list}", "look at {ref} and tell me {list}", "look at {ref} and say {list}", "have a look and tell me {list}", "describe {ref} and say {list}", "describe it, i mean {list}", "write down {list}", "in one sentence, {list}", "one sentence with {list}", "explain {list}", "i can't see {ref}, tell me {list}", "i am blind, tell me {list}", "let me know {list}", "i want a description that says {list}", "a description please, with {list}", "a caption that says {list}", "do you see {list}? tell me", "report {list}", "mention {list}", "it is important that you say {list}", "your task: say {list}", "don't forget anything: {list}", "just tell me {list}",
)  # fmt: skip
TELL_NOUN = (
    "tell me {list}", "name {list}", "name {list}, please", "give me {list}", "describe {list}", "describe {list} of {ref}", "{list}?", "{list}, please", "i need {list}", "i want to know {list}", "i'd like to know {list}", "list {list}", "[{do}] name {list}", "[{do}] tell me {list}", "a description with {list}", "a caption with {list}", "a sentence with {list}", "describe {ref} with {list}", "can you name {list}?", "could you give me {list}?", "would you describe {list}?", "what can you say about {list}?", "details please: {list}", "report: {list}", "write down {list}", "mention {list}", "please include {list} in the description", "caption {ref}, including {list}", "describe {ref}, including {list}",
)  # fmt: skip


def listed(s: Speaker, seen: Seen) -> str:
    """Words for a description that list what it should tell: two or more of the thing and its attributes."""
    names = ["thing", *attributes(seen)]
    s.rng.shuffle(names)
    names = names[: s.pick((2, 2, 2, 3, 3, 4, 4))]
    if s.chance(0.5):
        names.sort(key=lambda name: name != "thing")
    form = s.pick((0, 0, 1, 1, 1, 2))
    parts = [s.pick(TELL[name][form]) for name in names]
    glue = s.pick((", ", ", ", ", ", " and ", "? " if form == 0 else ", ", "; "))
    text = glue.join(parts[:-1]) + s.pick((" and ", " and ", ", and ", ", ", " and also ")) + parts[-1]
    name, table = (("tell ask", TELL_ASK), ("tell clause", TELL_CLAUSE), ("tell noun", TELL_NOUN))[form]
    return s.say(name, table, list=text, ref=MEDIA_REF[medium_of(seen)])


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
        elif not heard and s.chance(0.45):
            question = listed(s, seen)
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
