# ruff: noqa: E501
"""What people say around what they want: greetings, reasons, apologies, fillers; it changes nothing."""

from __future__ import annotations

from anygen_pipelines.mini.talk.grammar import Speaker, tidy

GREETINGS = (
    "hi", "hello", "hey", "good morning", "good evening", "good afternoon", "hi there", "hello there", "hey there", "hi mini", "hello mini", "hey mini", "yo", "dear mini", "dear model", "hey you", "hiya",
    "hello again", "hi again", "greetings", "hallo", "heya", "howdy", "hi friend", "hey buddy", "good day", "morning", "evening", "dear computer", "hey robot", "hi bot", "hello my friend", "ok google", "dear sir or madam", "to whom it may concern", "hi everyone", "ahoy", "servus", "bonjour", "hola",
)  # fmt: skip
OPENERS = (
    "ok", "okay", "so", "well", "right", "alright", "now", "um", "uh", "hmm", "er", "oh", "ah", "listen", "look", "you know", "i think", "let me think", "let's see", "let me see if this works", "quick one", "quick question", "one question", "just a quick one", "small request", "a request",
    "i have a request", "i have a wish", "a wish", "a favour", "one favour please", "can i ask you something", "may i ask something", "excuse me", "pardon me", "sorry to bother you", "sorry to disturb", "sorry, my english is not good", "i am new here", "i'm new to this", "first time here", "i hope you can help", "i hope this works", "i'm not sure you can do this, but",
    "if it's not too much trouble", "if you have time", "when you have a minute", "whenever you're ready", "are you there?", "test", "testing", "let me test you", "here comes my request", "here we go", "here's what i need", "here's the thing", "i've got an idea", "i have an idea", "my idea", "i was thinking", "i'm bored", "i'm so tired today", "it's raining outside, i mean here where i live",
    "my teacher says you can help", "a friend told me about you", "they say you can do it", "challenge", "challenge for you", "next one", "another one", "please", "pretty please", "for fun", "just for fun", "wow, ok", "great", "cool", "nice", "don't laugh", "this may sound silly", "maybe a stupid question", "silly question", "i don't know how to say it", "how do i say this", "in short", "basically", "simply", "actually", "honestly", "seriously", "to be honest", "by the way", "btw", "fyi", "attention", "urgent", "important",
    "what i want is simple", "it's simple", "it is easy", "here goes", "let's start", "let's begin", "let's go", "come on", "be quick", "be creative", "take your time", "no hurry", "hurry up", "as fast as you can", "i'm waiting", "i count on you", "you're the best", "surprise me", "make me happy", "i had a dream last night", "i promised it to my daughter", "my son is sitting next to me", "my kids are asking", "today is my birthday", "good to see you", "long time no see", "i'm back", "me again", "it's me again", "i run a small bakery and need something for the window", "we are making a memory game", "at our kindergarten we talk about animals and things this week", "my granddaughter turns five on sunday", "i'm giving a talk tomorrow and my slides look dull", "our band needs a cover", "i write stories for children", "my phone looks so boring", "i'm preparing a lesson", "i'm sitting in the waiting room", "my wife said i should try this", "we're redecorating the nursery", "our club has a new newsletter", "i'm building a small website", "i'm learning english with my kids", "grandma wants to see how this works", "my class of six-year-olds wants to see something", "i want to try out what you can do", "let's see how good you are", "i read about you in the paper", "my colleague showed me this page", "it's for a card i am making", "i need something to cheer up my sister", "we play a guessing game tonight", "my little one can't sleep", "i have a short break at work", "i'm making a birthday invitation", "today we have a quiz", "i am old and not good with computers", "hope you are well", "i'm on the train right now", "the weather is awful today", "thanks for the last one", "thanks for your help so far", "i'm writing from my phone", "excuse my typos",
)  # fmt: skip
REASONS = (
    "for my daughter", "for my son", "it's for my daughter", "it's for my grandson", "it's for a school project", "for school", "for my homework", "for a birthday card", "it's for her birthday", "it's my mother's birthday", "for a presentation", "for my website", "for my blog", "for work", "for my boss", "for my class", "i'm a teacher", "we are learning english words", "for my kids", "for a poster",
    "for a friend", "as a present", "as a surprise", "for a game i am making", "for my phone", "i need it today", "i need it for tomorrow", "i need it now", "it's urgent", "it's important", "my kid would love it", "she will be happy", "he would love that", "it would make my day", "i've always wanted one", "i just want to see if you can", "just testing", "just curious", "i'm curious", "i want to show it to my wife", "i want to show it to my friends",
    "i want to print it", "for the wall", "for a flyer", "for a quiz", "for a children's book", "because i like it", "because i can't do it myself", "because it's fun", "because why not", "no reason", "for fun", "we had a bet", "i lost a bet", "my friend doesn't believe you can do it", "because my old one is lost", "for a newsletter", "for a slide", "to cheer me up", "i'm sad today", "so i can show it to grandma", "the kids want it",
    "we have a party tonight", "for our club", "for my collection", "i collect them", "i will frame it", "it's for a memory game", "it's for a puzzle", "i'm writing a story about it", "i have a deadline", "my boss is waiting", "for the baby's room, haha", "for a music video, kind of", "for my english class", "it's for practice",
)  # fmt: skip
ENDINGS = (
    "please", "pls", "thanks", "thank you", "thanks a lot", "thank you very much", "many thanks", "thx", "cheers", "thanks in advance", "thank you in advance", "thank you so much", "much appreciated", "that would be great", "that would be nice", "that would be lovely", "that would be perfect", "that's all", "that is all", "that's it", "nothing else", "nothing more", "no more no less", "just that", "only that",
    "if you can", "if possible", "if you don't mind", "if that's ok", "is that ok?", "ok?", "okay?", "can you do that?", "is that possible?", "would that be possible?", "could you do that?", "will you do that for me?", "what do you think?", "do you get it?", "got it?", "you know what i mean", "if you know what i mean", "or something like that", "or so", "i guess", "i think", "right?", "yes?", "asap", "right now", "now", "quickly please", "quick", "hurry", "take your time", "no rush", "whenever you can", "when you're ready",
    "i'd be grateful", "i would be very happy", "i'd appreciate it", "i'd love that", "i can't wait", "can't wait to see it", "i'm excited", "good luck", "you can do it", "i know you can do it", "i believe in you", "do your best", "make it nice", "make it pretty", "make it good", "as nice as you can", "don't disappoint me", "no text please", "no text in it", "no words please", "no explanation needed", "without any text", "don't explain, just do it", "no need to explain", "no frame please", "no watermark", "keep it simple", "simple style", "nothing fancy", "not too fancy", "the quality doesn't matter",
    "in good quality", "in high quality", "nothing else in it", "without anything else", "without other things", "no people please", "no other animals", "the details don't matter", "you decide the rest", "the rest is up to you", "the rest doesn't matter", "i leave the rest to you", "surprise me with the rest", "anything else is up to you", "whatever you like for the rest", "as you like", "as you wish", "feel free", "haha", "lol", "hehe", ":)", "xx", "xoxo", "<3", "greetings from spain", "greetings", "kind regards", "best regards", "regards, tom", "yours, anna", "sincerely, peter", "love, lisa", "bye", "see you", "mwah", "ty", "tia", "amen", "over and out", "period", "and go", "go!", "do it", "just do it", "now please", "pronto", "por favor", "s'il te plait", "bitte", "danke", "merci",
)  # fmt: skip
GLUE_BEFORE = (", ", ", ", ", ", ". ", "! ", " - ", "... ", ": ", " ", " ", "; ", "\n", ",")
GLUE_AFTER = (", ", ", ", ", ", ". ", ". ", "! ", " - ", "... ", " ", " ", "; ", "\n", ". ", ",")


def surround(s: Speaker, text: str, amount: float = 1.0) -> str:
    """`text` with, now and then, a greeting, an opener, a reason and an ending around it."""
    if s.chance(0.10 * amount):
        text = text.rstrip(" ") + s.pick(GLUE_AFTER[:9]) + s.say("reason", REASONS)
    if s.chance(0.22 * amount):
        text = text.rstrip(" ") + s.pick(GLUE_AFTER) + s.say("ending", ENDINGS)
    if s.chance(0.14 * amount):
        text = s.say("opener", OPENERS) + s.pick(GLUE_BEFORE) + text
    if s.chance(0.13 * amount):
        text = s.say("greeting", GREETINGS) + s.pick(GLUE_BEFORE) + text
    return tidy(text)
