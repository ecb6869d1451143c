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
        ("how are you?", "how are you doing?", "how do you do?", "how's it going?", "how is it going?", "are you ok?", "are you well?", "how are you today?", "what's up?", "sup?", "how are things?", "how have you been?", "you alright?", "hi, how are you?", "hello mini, how are you today?", "how do you feel?", "everything ok?", "did you sleep well?", "are you happy?", "are you tired?", "how's life?", "how r u", "all good?", "how was your day?", "nice to meet you, how are you?",
        "how are you feeling today?", "how are you getting on?", "how is everything?", "how is your day going?", "how do you feel today?", "are you doing well?", "are you having a good day?", "are you in a good mood?", "had a good day?", "hope you're fine?", "i hope you are well, are you?", "tell me how you are", "what's new?", "what's going on with you?", "and how are you?", "i'm fine, and you?", "is everything all right with you?", "you ok?", "you doing fine?"),
        ("I am fine, thank you. What shall I make?", "Fine, thank you! What shall I make for you?"),
    ),
    "thanks": (
        ("thanks", "thank you", "thanks a lot", "thank you very much", "thx", "many thanks", "cheers", "thank you so much", "that was great, thanks", "thanks, that's perfect", "thank you, you're great", "wonderful, thank you", "nice, thanks", "i love it, thank you", "ty", "merci", "danke", "gracias", "thanks for your help", "that's all, thank you", "great job, thanks", "perfect, thank you", "very kind of you", "i appreciate it", "thanks mini", "thanks for the picture", "thank you for the sound", "you made my day", "that helped, thanks",
        "thanks again", "thanks for everything", "thanks for that", "thanks so much", "thanks a million", "thank you again", "thank you for everything", "thank you kindly", "thank you for your time", "thank you, that was what i needed", "thank you, my daughter loves it", "thanks, my kids are happy", "thanks, that's all i needed", "thanks, that will do", "i'm very grateful", "i'm grateful for your help", "i owe you one", "i can't thank you enough", "that's very nice of you", "that's so kind", "you helped me a lot", "you've been very helpful", "you were a great help", "much obliged", "cheers for that", "big thanks", "ok thanks", "oh thank you", "great, thank you so much", "super, thanks a lot", "many thanks for your work", "my thanks"),
        ("You are welcome!", "You are welcome. Ask for more at any time.", "With pleasure!"),
    ),
    "bye": (
        ("bye", "goodbye", "bye bye", "see you", "see you later", "good night", "have a nice day", "i have to go", "i'm leaving", "that's all for today, bye", "ciao", "take care", "cya", "see you tomorrow", "farewell", "until next time", "i'm off", "got to go", "talk to you later", "later", "so long", "bye mini", "ok bye", "enough for today", "adios", "tschüss", "have a good evening", "good bye and thanks",
        "bye for now", "bye then", "see you soon", "see you next time", "see you around", "good night and sleep well", "have a good one", "have a nice evening", "i must go now", "i need to leave", "i'm done for today", "i'm going to bed", "i will come back tomorrow", "it's late, good night", "it was nice talking to you, bye", "let's stop here, bye", "my train is coming, bye", "nice talking to you, goodbye", "ok i'm out", "thanks and bye", "that's it for today", "time to go", "we are done, goodbye", "you can rest now, bye"),
        ("Goodbye! See you soon.", "Bye! See you soon."),
    ),
    "name": (
        ("what's your name?", "what is your name?", "who are you?", "who am i talking to?", "what are you?", "are you mini?", "tell me your name", "how are you called?", "what shall i call you?", "do you have a name?", "introduce yourself", "who is this?", "who's there?", "tell me about yourself", "tell me something about you", "what kind of model are you?", "which model is this?", "are you chatgpt?", "are you a robot?", "are you human?", "are you a person?", "are you real?", "are you an ai?", "are you alive?", "who made you?", "who built you?", "how were you made?", "where do you come from?", "how old are you?", "how big are you?", "how many parameters do you have?", "are you intelligent?", "are you smart?", "what model are you?", "say who you are", "is there somebody?", "your name?", "what does mini mean?", "how were you trained?", "what were you trained on?", "are you gpt?", "are you a large language model?", "do you have feelings?", "can you think?",
        "who is speaking?", "who is answering me?", "who am i writing with?", "who do i have the pleasure with?", "who or what are you?", "and who are you?", "so who are you?", "tell me who you are", "what do they call you?", "what are you called?", "what sort of thing are you?", "what is your name, by the way?", "what should i call you?", "what kind of program are you?", "what kind of ai are you?", "can you introduce yourself?", "can you tell me your name?", "could you tell me who you are?", "could you introduce yourself?", "would you tell me your name?", "may i know your name?", "may i ask who you are?", "do you have a name or a number?", "are you a machine?", "are you a computer program?", "are you a bot or a human?", "are you a chatbot?", "are you claude?", "are you some kind of assistant?", "are you a big model or a small one?", "is this a robot?", "is there a human behind this?", "is your name mini?",
        "i don't know you, who are you?", "i want to know who you are", "i'd like to know your name", "you are who?", "who created you?", "who trained you?", "who is your maker?", "who wrote you?", "where were you made?", "how did you come to be?", "how did you learn all this?", "how smart are you?", "how large are you?", "how small are you?", "what is mini?", "say something about yourself", "a few words about yourself, please"),
        ("I am Mini, a small model trained from scratch on a small world of twenty things.", "My name is Mini. I am a small model, and I only know a small world of twenty things."),
    ),
    "my name": (
        ("my name is {person}", "i am {person}", "i'm {person}", "hi, i'm {person}", "hello, my name is {person}", "call me {person}", "{person} here", "this is {person}", "you can call me {person}", "hey, {person} here", "nice to meet you, i'm {person}", "i am called {person}", "good morning, my name is {person}",
        "good evening, i'm {person}", "hi mini, {person} here", "hi mini, my name is {person}", "hello, {person} speaking", "it's me, {person}", "i go by {person}", "just call me {person}", "my friends call me {person}", "my name's {person}, what's up?", "people call me {person}", "{person} is my name", "the name is {person}", "you are talking to {person}", "you may call me {person}", "i am {person} and new here"),
        ("Nice to meet you! I am Mini.", "Hello! I am Mini. Nice to meet you."),
    ),
    "abilities": (
        ("what can you do?", "what can you do for me?", "what are you able to do?", "help", "help me", "how can you help me?", "what are your abilities?", "what is this?", "how does this work?", "how do i use this?", "how do i use you?", "what can i ask you?", "what can i ask?", "what shall i ask?", "what are you good at?", "what are you for?", "what's your purpose?", "what do you do?", "give me an example", "show me what you can do?", "what should i type?", "can you help me?", "instructions please", "manual?", "what now?", "options?", "menu", "features?", "what are your features?", "tell me what you can do", "what do you offer?", "explain how to use you", "what kind of things can you make?", "can you make pictures?", "can you make sounds?", "can you make videos?", "can you draw?", "can you hear?", "can you see?", "can you see pictures?", "can you listen to sounds?", "what can you make?", "what may i ask for?", "what are your limits?", "what can't you do?", "where are your limits?", "i don't know what to ask", "what is possible here?", "what's possible?", "?help", "/help", "are you able to do anything?", "what skills do you have?", "how do you work?",
        "what could you do for me?", "what would you be able to make?", "what kind of requests do you understand?", "what sort of things can i ask for?", "what are the things you can do?", "what are you capable of?", "what are you made for?", "what is your job?", "what is this good for?", "what is your speciality?", "what is it that you do?", "what happens here?", "what do i do here?", "what do i have to do?", "what do i have to type?", "what should i write to you?", "what should i try first?", "what would be a good request?", "what would you suggest?", "how do i start?", "how do i begin?", "how do i talk to you?", "how do i ask you for something?", "how can i use you?", "how can i get something from you?", "how could you help me?", "how would i use this?", "can you explain what you do?", "can you give me some examples?", "can you show me how it works?", "can you make images?", "can you make clips?",
        "can you paint?", "can you animate things?", "can you look at pictures?", "can you watch videos?", "can you understand sounds?", "can you talk?", "could you tell me what you can do?", "could you explain how you work?", "could you help me?", "would you tell me what i can ask?", "do you make pictures?", "do you make sounds?", "do you understand pictures?", "are you able to draw?", "are you able to see and hear?", "are you any good at drawing?", "is there a manual?", "is there anything you can't do?", "is there a list of what you can do?", "i need help", "i need some help with this", "i'm lost, what can i do here?", "i don't know what to do", "i don't know how this works", "i have no idea what you can do", "i'd like to know what you can do", "i want to know your abilities", "i wonder what you can do", "tell me your skills", "tell me how to use you", "tell me how this works", "explain yourself",
        "explain to me what you can do", "give me a hint what to ask", "give me an idea what to ask", "just tell me what is possible", "what next?", "your skills?", "your abilities?", "tutorial please"),
        ("I can read and make small pictures, sounds and clips of twenty things, such as a dog, a train or a bell.", "Ask me for a picture, a sound or a clip of one of twenty things, such as a dog, a bell or a car. You can also show me one and ask about it."),
    ),
    "things": (
        ("what things do you know?", "which things do you know?", "what do you know?", "what can you draw?", "what all can you draw?", "which animals do you know?", "what animals can you draw?", "list the things you know", "list everything you know", "what is in your world?", "which things are in your world?", "give me a list of things", "name all things you know", "what are the twenty things?", "which objects can you draw?", "what can be in a picture?", "tell me all the things you can draw", "what things can i ask for?", "which pictures can you make?", "what do you recognise?", "what can you recognise?", "how many things do you know?", "what subjects are there?", "which motifs do you have?", "what things are available?", "show me the list of things", "which words do you know?", "what exactly do you know?",
        "what are all the things you know?", "what are the things i can ask for?", "what things exist in your world?", "what things can you recognise?", "what kind of things do you know?", "what objects do you know?", "which animals are there?", "which objects are there?", "which subjects can i choose from?", "which twenty things do you know?", "can you list the things you know?", "can you name everything you know?", "could you give me a list of all things?", "could you tell me which things you know?", "would you list all twenty things?", "i'd like a list of the things you know", "i want to know which things you know", "i need the list of things", "do you have a list of things?", "is there a list of things?", "tell me the twenty things", "name the twenty things", "all things please", "the list of things, please", "things?"),
        (f"I know {_ALL_THINGS}.",),
    ),
    "colours": (
        ("which colours do you know?", "what colours do you know?", "what colors can you use?", "which colours can you use?", "list the colours", "what backgrounds are there?", "which backgrounds can you make?", "how many colours do you know?", "tell me all colours", "what colours can i choose?", "which colours are there?", "what colours are possible?", "name the colours you know", "give me a list of colours", "which background colours do you have?",
        "what colours are available?", "what colours can the background have?", "what background colours are there?", "which colours do you have?", "which colours can i ask for?", "can you list the colours?", "can you tell me the colours you know?", "could you name all colours?", "could you tell me which backgrounds there are?", "i'd like to know the colours", "i want to know which colours you can use", "is there a list of colours?", "do you have a list of colours?", "the list of colours, please", "colours?", "all colours please"),
        (f"I know {_ALL_COLOURS} backgrounds.",),
    ),
    "sounds": (
        ("which sounds do you know?", "what sounds do you know?", "what sounds can you make?", "which sounds can you make?", "list the sounds", "list all sounds you know", "what noises can you make?", "how many sounds do you know?", "which noises do you know?", "what can i hear from you?", "what can you play?", "tell me all the sounds you know", "give me a list of sounds", "what sounds are there?",
        "what sounds are available?", "what sounds can i ask for?", "which sounds do you have?", "which sounds can i ask for?", "which noises can i hear from you?", "can you list the sounds you know?", "can you tell me which sounds you know?", "could you name all the sounds?", "i'd like to know which sounds you have", "i want to know what sounds there are", "is there a list of sounds?", "how many sounds can you make?", "the list of sounds, please", "sounds?"),
        ("I know sixteen sounds, such as the sound of a dog, a bell, a train or a fire.",),
    ),
    "motions": (
        ("which motions do you know?", "what movements can you do?", "how can things move?", "which movements are there?", "list the motions", "what can move how?", "in which ways can a thing move?", "what motions can i choose?", "what kind of movement is possible?", "which directions are there?", "what animations do you know?", "what can happen in a clip?",
        "what motions do you know?", "what motions are there?", "what can a thing do in a clip?", "what movements are available?", "which movements can i ask for?", "which motions can i choose?", "how can a thing move in your videos?", "how many motions do you know?", "can you list the motions?", "can you tell me the movements you know?", "could you name the motions?", "i'd like to know which movements there are", "is there a list of movements?", "movements?", "motions?"),
        ("A thing can move left, right, up or down, grow, shrink or spin.",),
    ),
    "remark": (
        ("ok", "okay", "i see", "haha", "lol", "nice", "cool", "great", "wow", "good", "well done", "good job", "i like you", "you're funny", "you are great", "you are the best", "i love you", "very good", "interesting", "alright", "fine", "yes", "hm", "hmm", "aha", "that's funny", "amazing", "you're cute", "not bad", "good model", "you're sweet", "awesome", "that's cool", "perfect", "super", "smart", "👍", "❤️", "😂", "🙂", "😍", "👏",
        "oh", "oh ok", "oh i see", "ok cool", "ok good", "ok great", "right", "sure", "no problem", "it's fine", "that's fine", "that's true", "that's nice to know", "good to know", "i understand", "i got it", "i like that", "i'm impressed", "i'm happy with that", "i'm just looking around", "it's nice here", "it's my first time here", "my day was good", "my cat is asleep", "you are funny", "you are clever", "you are sweet", "you are so quick", "you did well", "you are a good model", "you're doing great", "you're nice", "well, well", "that made me laugh", "this is fun", "this is great", "hahaha", "hehe", "yay", "yes please", "yep", "yeah"),
        ("Thank you! What shall I make next?", "Glad to hear it. What shall I make next?"),
    ),
    "complaint": (
        ("you are stupid", "you're dumb", "that's wrong", "this is bad", "i don't like it", "you are useless", "that was wrong", "not what i wanted", "this is nonsense", "you don't understand me", "that's not right", "bad model", "boo", "you suck", "terrible", "that is ugly", "i hate it", "that's not it", "you made a mistake", "that's a mistake", "what a mess", "disappointing", "are you kidding?", "this is boring", "you're slow", "👎", "i'm not happy with that", "try harder",
        "i am not satisfied", "i don't like this at all", "i expected something better", "i expected more", "i wanted something else", "i'm disappointed", "i'm annoyed", "it doesn't work", "it's wrong", "it's all wrong", "it looks bad", "it sounds bad", "nothing works here", "no, that's wrong", "not good", "not good at all", "not funny", "that makes no sense", "that was bad", "that was not right", "that's not what i asked for", "that's not what i meant", "that's terrible", "this doesn't help me", "this is wrong", "this is not what i want", "what is this nonsense?", "what was that?", "why are you so bad?", "why don't you understand me?", "you are not very smart", "you are not helpful", "you are no help", "you are wrong", "you can do better", "you didn't listen", "you didn't understand me", "you don't listen", "you got it wrong", "you misunderstood me"),
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
    "could you draw {a} and {b} in one picture?", "can you put {a} and {b} side by side?", "can i have {a} and {b} together in one picture?", "i'd like {a} with {b} next to it", "i want {a} and {b} in the same picture", "what would {a} look like beside {b}?", "{a} on the left and {b} on the right", "{a} above {b}, in one picture", "{a} holding {b}", "{a} running after {b}", "{a} together with {b}, both in one image", "{a}, and next to it {b}", "a family photo of {a} and {b}", "a scene with {a} as well as {b}, both at once", "both {a} and {b} on one picture, please", "show {a} meeting {b}", "show me {a} beside {b}", "let {a} sit on {b}", "let {a} play with {b}", "half {a}, half {b}", "a mix of {a} and {b}",
    "could {a} and {b} be in the same picture?", "would you put {a} next to {b} in one image?", "is it possible to have {a} and {b} side by side?", "i'd love one picture with {a} and {b} in it", "i was hoping for {a} meeting {b}", "a group picture: {a} and {b}", "one image, two things: {a} and {b}", "{a} on top of {b}", "{a} under {b}, both in one picture", "{a} hiding behind {b}", "{a} carrying {b}", "{a} talking to {b}", "{a} kissing {b}", "{a} wearing {b}", "{a} against {b}, a fight", "cross {a} with {b}", "combine {a} and {b} in a single picture", "{a} turning into {b}",
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
    "could you draw {n} {xs}?",
    "could i have {n} {xs} in a picture?",
    "can there be {n} {xs}?",
    "i need {n} {xs} for a game",
    "i would like to see {n} {xs}",
    "how about {n} {xs}?",
    "not one but {n} {xs}",
    "one is not enough, i want {n} {xs}",
    "there should be {n} {xs} in the picture",
    "let there be {n} {xs}",
    "draw {xs}, {n} of them",
    "{xs}: {n} of them",
    "a picture in which there are {n} {xs}",
    "fill the picture with {n} {xs}",
    "can you manage {n} {xs} in one picture?",
    "could there be {n} {xs} on it?",
    "would you draw me {n} {xs}?",
    "is it possible to see {n} {xs} at once?",
    "i'd love {n} {xs}",
    "i was hoping for {n} {xs}",
    "i count on you for {n} {xs} in one image",
    "give me {n} {xs} side by side",
    "line up {n} {xs}",
    "{n} {xs} at the same time",
    "{n} {xs} in a row",
    "a group picture with {n} {xs}",
    "put {n} {xs} on one picture",
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
    "could you draw {a} that has {e}?",
    "could {a} have {e}?",
    "can i have {a} with {e}, please?",
    "can you give {a} {e}?",
    "i'd like {a} with {e}",
    "i'd love to see {a} with {e}",
    "what would {a} look like with {e}?",
    "how about {a} with {e}?",
    "it should be {a}, and it should have {e}",
    "let {a} have {e}",
    "make {a} and add {e}",
    "put {e} on {a}",
    "{a}, but with {e}",
    "{a} and {e} in one picture",
    "{e} on {a}",
    "a picture where {a} has {e}",
    "a {x} and {e} as well, in one picture",
    "please draw {a} together with {e}",
    "would you draw {a} and also {e}?",
    "would you mind adding {e} to {a}?",
    "is it possible to draw {a} with {e}?",
    "could there be {a} with {e}?",
    "i was hoping for {a} with {e}",
    "i need {a} that comes with {e}",
    "{a} plus {e}",
    "{a}, but it has {e}",
    "dress {a} up with {e}",
    "decorate {a} with {e}",
    "{a} needs {e}, draw both",
    "a {x}, and don't forget {e}",
    "make {e} part of the picture of {a}",
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
    "could you add {e}?",
    "could it have {e}?",
    "could it wear {e}?",
    "can it have {e}?",
    "would you add {e}, please?",
    "what if it had {e}?",
    "how about adding {e}?",
    "i'd like {e} on it",
    "i would prefer it with {e}",
    "i miss {e} in it",
    "let it have {e}",
    "same but with {e}",
    "there should be {e} too",
    "the same with {e}",
    "with {e} it would be better",
    "and a second one beside it",
    "can there be more of them?",
    "could there be two of them?",
    "add a friend for it",
    "twice as many",
    "in black and white with grain",
    "make it look like an oil painting by a master",
    "make it last an hour",
    "make it talk",
    "let it sing a song",
    "make it slower",
    "make it faster",
    "make it louder please",
    "turn it on its head",
    "tilt it a little",
    "rotate the picture by 45 degrees",
    "show its back",
    "give it a name and write it down",
    "put my logo in the corner",
    "write happy birthday on it",
    "would you add {e}?",
    "would you mind adding {e}?",
    "is it possible to add {e}?",
    "could we have {e} as well?",
    "i'd like {e} on it too",
    "i was hoping for {e} as well",
    "something is missing: {e}",
    "decorate it with {e}",
    "dress it up with {e}",
    "it would be nicer with {e}",
    "don't forget {e}",
    "plus {e}",
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
    "could {a} be on {o}?",
    "could i have {a} with a {o} background?",
    "can you make the background {o}? with {a} in front",
    "i'd like {a} on {o}",
    "i need {a} on a {o} background",
    "i would prefer {a} on {o}",
    "how about {a} with {o} behind it?",
    "what would {a} look like on {o}?",
    "let {a} stand in front of a {o} wall",
    "my wall is {o}, draw {a} on the same colour",
    "put {a} on {o}",
    "paint {a} on {o} paper",
    "{o} background, {a}",
    "{a}, {o} behind it",
    "{a}, background: {o}",
    "a {x} in front of {o}",
    "a picture: {a}, {o} background",
    "use {o} for the background of {a}",
    "would you put {a} on {o}?",
    "would you mind drawing {a} on {o}?",
    "is it possible to have {a} on {o}?",
    "i was hoping for {a} on {o}",
    "i'd love {a} with {o} all around",
    "all {o} behind, {a} in front",
    "{o} is the background i want, with {a}",
    "fill the background with {o} and put {a} on it",
    "{a} surrounded by {o}",
    "a {o} page with {a} on it",
    "{a}, the rest {o}",
    "{a}? yes, on {o} please",
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
    "could it be on {o}?",
    "could the background be {o}?",
    "can it be {o} behind it?",
    "would {o} be possible?",
    "what if it was on {o}?",
    "what about {o} behind it?",
    "i would prefer it on {o}",
    "i'd rather have {o}",
    "i'd like a {o} background",
    "not that colour, {o}",
    "the background should be {o}",
    "the same but {o} behind it",
    "{o} would be better",
    "use {o} instead",
    "put it on {o}",
    "give it a {o} background",
    "would you make it {o} behind?",
    "would you mind using {o}?",
    "is {o} possible for the background?",
    "is it possible to have {o}?",
    "i was hoping for {o}",
    "i'd be happier with a {o} background",
    "i wish it was on {o}",
    "let's try {o} behind it",
    "let's make the background {o}",
    "on second thought, {o}",
    "i changed my mind, {o} behind it please",
    "the rest is fine, but make it {o} behind",
    "{o} behind it, please",
    "fill the background with {o}",
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
    "could {a} be {v}?",
    "could i see {a} {v}?",
    "can you show {a} {v}?",
    "can you let it be {v}? i mean {a}",
    "i'd like to see {a} {v}",
    "i'd like a clip in which {a} is {v}",
    "how does {a} look {v}?",
    "what would {a} look like {v}?",
    "let me see {a} {v}",
    "let me watch {a} {v}",
    "make a video where {a} is {v}",
    "show {a} {v}",
    "{a} should be {v}",
    "{a}, {v}, as a clip",
    "{v}: {a}, in a video",
    "a gif where {a} is {v}",
    "please animate {a}: it is {v}",
    "would you show {a} {v}?",
    "would you film {a} {v}?",
    "is it possible to see {a} {v}?",
    "could i watch {a} {v} in a clip?",
    "can you animate it like this: {a} is {v}",
    "i was hoping to watch {a} {v}",
    "i'd love a video of {a} {v}",
    "i need a gif with {a} {v}",
    "a film in which {a} is {v}",
    "have {a} {v} in a clip",
    "{a}, and it is {v}, animated",
    "{a} in motion: {v}",
    "bring {a} to life: {v}",
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
    "could it be {an}?",
    "could it be {an} instead?",
    "could you make it {an}?",
    "can i have the same with {an}?",
    "what if it was {an}?",
    "what about {an}?",
    "i would prefer {an}",
    "i'd like {an} instead",
    "i want {an} there",
    "not this one, {an}",
    "put {an} in its place",
    "same but with {an}",
    "use {an} instead",
    "{an} would be better",
    "change it to {an}",
    "let it be {an}",
    "i changed my mind, {an} please",
    "on second thought, {an}",
    "second thoughts: {an}",
    "make that {an}",
    "better {an}",
    "rather {an}",
    "what would it look like with {an}?",
    "could we have {an} there?",
    "can it be {an} this time?",
    "may i have {an} in its place?",
    "would you put {an} there instead?",
    "would you mind making it {an}?",
    "is it possible to have {an} there?",
    "i was thinking of {an}",
    "i was hoping for {an}",
    "i'd be happier with {an}",
    "i wish it was {an}",
    "let's make it {an}",
    "let's try {an}",
    "let's see {an} there",
    "everything as it is, but {an}",
    "leave the rest and put {an} there",
    "keep the rest, only make it {an}",
    "all the same, but with {an}",
    "exchange it for {an}",
    "trade it for {an}",
    "it should have been {an}",
    "{an}, not this",
    "{an} in its place, please",
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
