# ruff: noqa: E501
"""How people ask for a picture, a sound or a clip: one wish in words, or several in one breath."""

from __future__ import annotations

from anygen_pipelines.mini.talk import lexicon, synonyms
from anygen_pipelines.mini.talk.grammar import Speaker, tidy
from anygen_pipelines.mini.talk.phrases import (
    SEPARATORS,
    Wish,
    a_noun,
    move,
    noun,
    phrase,
    share,
    tag,
    tail,
    the_noun,
)

# {np}: a thing with attributes; {pic}: a word for picture. What the noun phrase does not say follows in a tail.
IMAGE = (
    "[{do}] {draw}{me} {np}", "[{do}] {draw}{me} {np}", "[{do}] {draw}{me} {np}", "[{do}] {draw} {np} for me", "{do} {draw}{me} {np}, {please_end}",
    "[{do}] {make}{me} {a} {nice}{pic} {of} {np}", "[{do}] {make}{me} {a} {nice}{pic} {of} {np}", "[{do}] {make}{me} {a} {pic} {of} {np}", "[{do}] {make} {a} {pic} {of} {np}, {please_end}",
    "{want} {a} {nice}{pic} {of} {np}", "{want} {a} {nice}{pic} {of} {np}", "{want} {a} {pic} {of} {np}", "{want} {np} as {a} {pic}", "{want} {np} in {a} {pic}", "{want} {np} drawn", "{want} {np} on {a} {pic}",
    "{wanna_see} {np}", "{wanna_see} {np}", "{wanna_see} {a} {pic} {of} {np}", "{wanna_see} what {np} looks like", "{wanna_see} how {np} looks",
    "{a} {nice}{pic} {of} {np}", "{a} {nice}{pic} {of} {np}", "{pic} {of} {np}", "{pic} {of} {np}, {please_end}", "{a} {pic} {of} {np} (please|is what i want|would be nice|is all i need|, that's all)", "{np} as {a} {pic}", "{np}, as {pic}", "{np}, {pic}",
    "{pic}: {np}", "{pic} - {np}", "{pic}, {np}", "{pic} {np}", "{np} {please_end}", "{np}", "{np}, (drawn|painted|sketched|illustrated)[, {please_end}]", "draw: {np}", "to draw: {np}",
    "what does {np} look like", "what does {np} look like?", "how does {np} look?", "what would {np} look like[ in {a} {pic}]?", "do you know what {np} looks like? (show me|draw it|i'd like to see)",
    "(have you got|do you have|got|is there|you got) {a} {pic} {of} {np}?", "(do you have|is there) {a} {pic} with {np} for me?", "can you (draw|do|paint|sketch|manage) {np}?", "are you able to (draw|paint) {np}?", "could you (draw|paint|sketch) {np}?", "do you know how to (draw|paint|sketch) {np}?",
    "there should be {np} in the {pic}", "the {pic} should (show|have|contain|feature|display) {np}", "the {pic} (shows|contains|has) {np}", "i imagine {np}. (draw|paint|show) (it|that|this)", "imagine {np} and (draw|paint|show) (it|that)", "imagine {np}", "(picture|envision) this: {np}", "think of {np} and (paint|draw) it",
    "{np}, that's what (i want to see|you should draw|the {pic} should show)", "{np} would be (nice|great|lovely|good|fine|perfect)[ as {a} {pic}]", "my wish is a {pic} with {np}", "(put|place|get) {np} (on|onto) (paper|the screen|my screen|canvas)", "(put|place) {np} (in|into) {a} {pic}", "turn {np} into a {pic}",
    "i (can't|cannot) draw, so please do {np} for me", "(the subject|subject|motif|topic|theme|content) of the {pic}: {np}", "(next|one) {pic}, {np}", "1x {pic} {of} {np}", "i'd be (happy|glad) (about|with) {a} {pic} {of} {np}", "what about {np}?", "how about {np}?", "how about {a} {pic} {of} {np}?", "let there be {np}",
    "(i think of|i have in mind|i am thinking of|i dream of) {np}. (can|could) you (draw|paint|show) that?", "(your|the) task is to draw {np}", "(somebody|someone) should (draw|paint) {np}", "{np} should be (drawn|painted|shown|seen)", "{np} (is to|must) be (drawn|painted|shown)", "(surprise|delight|cheer) me [up ]with {a} {pic} {of} {np}",
    "(time|ready) for {np}[ on paper]", "it has to be {np}", "{a} {pic} please: {np}", "{a} {pic}, please. {np}", "{pic} please, {np}", "i'd like to order {a} {pic} {of} {np}", "(produce|output|return) {a} {pic}. (it shows|content:|subject:|it has) {np}", "i (miss|love|adore|like) {np}, (draw|show me) one", "visualise {np}", "visualize {np}", "illustrate {np}",
    "(can|could|may) i (have|get|see) {np}[ please]?", "is {np} something you can (draw|show|do)?", "(please )[make ]{pic} (where is|with) {np}", "you make {pic} with {np}, yes?", "for me {a} {pic} with {np}, {please_end}", "me (like|want|need) (see|have) {np}", "(i|we) have no {pic} of {np} yet, (make|draw) one", "{np} for (my|the) (wall|desktop|website|phone|fridge|album)", "{want} to (have|see) {np} on my screen",
    "(hang|stick) {np} on my wall", "if you were a painter, how would you paint {np}?", "(any|no) chance of {a} {pic} {of} {np}?", "do {np}", "do a {pic}, {np}", "give it a try: {np}", "(draw|paint|sketch) something for me: {np}", "(draw|paint) me something, namely {np}", "i want you to draw something: {np}", "can you draw? (then|if so) (draw|do) {np}", "generate: {np}", "prompt: {np}", "/image {np}", "/draw {np}", "!draw {np}", "/imagine {np}", "txt2img: {np}",
    "would you mind (drawing|painting|sketching|making) {np}?", "would you mind making {a} {pic} {of} {np}?", "how about (drawing|painting) {np}?", "what about (drawing|painting) {np}?", "i'd appreciate {a} {pic} {of} {np}", "i'd appreciate you drawing {np}", "try drawing {np}", "start drawing {np}", "i was hoping you'd draw {np}", "i was hoping for {a} {pic} {of} {np}", "i was hoping to see {np}", "is (drawing|painting) {np} possible?", "is {a} {pic} {of} {np} possible?", "would {a} {pic} {of} {np} be possible?", "let's have {np}", "let's (draw|paint) {np}", "let's see {np}", "let me have {a} {pic} {of} {np}",
    "please {np} draw", "please draw the {pic} with {np}", "{np} draw please", "{np} i want to see", "{np} i'd like to see", "{a} {pic}, and on it {np}", "{a} {pic}, on it you see {np}", "on the {pic} there (is|should be) {np}", "in the {pic} i want {np}", "in the {pic} there (is|should be) {np}", "{np} is what i (want|need|would like|am looking for)", "all i (want|need|ask for) is {np}", "the only thing i want to see is {np}", "nothing but {np}", "just {np}", "simply {np}", "only {np}[, please]", "(may|can|could) you show me {np}?", "(may|can|could) you give me {a} {pic} {of} {np}?", "do you have {np}?", "give {np} a try", "care to draw {np}?", "mind drawing {np}?", "fancy drawing {np}?", "(someone|anyone) draw {np}", "i'd love it if you drew {np}", "i wish you would draw {np}", "i wish i had {a} {pic} {of} {np}", "if only i had {a} {pic} {of} {np}", "it'd be (cool|great|lovely) to see {np}", "would love {a} {pic} {of} {np}", "would like {a} {pic} {of} {np}", "need {a} {pic} {of} {np}", "need {np}", "want {a} {pic} {of} {np}", "want {np}", "looking for {a} {pic} {of} {np}", "requesting {a} {pic} {of} {np}", "{a} {pic} request: {np}",
    "what would {np} look like?", "what might {np} look like? (show me|draw it)", "how would you (draw|paint) {np}?", "how would {np} look (drawn|painted|on paper)?", "could i (have|get|see) {a} {pic} {of} {np}?", "could there be {a} {pic} {of} {np}?", "could {np} be (drawn|painted|shown)[ for me]?", "could you come up with {a} {pic} {of} {np}?", "can you come up with {a} {pic} {of} {np}?", "can you put {np} (on paper|on a canvas|in a frame)?", "can {np} be on {a} {pic}?", "would it be possible to see {np}?", "would it be ok to ask for {a} {pic} {of} {np}?", "would you have {a} {pic} {of} {np}?", "is there any way to see {np}?", "is there a way to get {a} {pic} {of} {np}?", "may i ask for {a} {pic} {of} {np}?", "might i see {np}[ on {a} {pic}]?", "i'd like {a} {pic}, and what should be on it is {np}", "i'd like you to draw something: {np}", "i'd like to look at {np}", "i'd rather look at {np}",
    "i have never seen {np}, what does it look like?", "i have to show {np} to (my class|my boss|someone|the kids), draw it", "i can't imagine {np}, show me", "i forgot what {np} looks like", "i want to know what {np} looks like", "i wonder what {np} would look like", "i want to colour in {np}, please draw it", "i want to hang up {np}, (draw|paint) it", "i need {np} on paper", "i need something to look at: {np}", "i need to see {np}", "i'm making a poster with {np}, draw it", "my eyes want {np}", "my kid asks what {np} looks like", "we need {np} for the cover", "we'd like to look at {np}", "when i look at the {pic} i want to see {np}", "the {pic} i have in mind has {np} on it", "the {pic} i need shows {np}", "the kids want to see {np}", "to look at: {np}", "to hang on the wall: {np}", "on paper, please: {np}", "something to look at, {np}", "for my eyes: {np}", "for the cover: {np}", "for a card: {np}, drawn",
    "a card with {np} on it", "a poster with {np}", "a page with {np} on it", "not a sound, not a film, just {a} {pic} of {np}", "no sound, no movement, just {a} {pic} {of} {np}", "no words, just {a} {pic} {of} {np}", "no {vid}, {a} {pic} {of} {np}", "a still {pic} of {np}", "one still of {np}", "{np}, still and silent, as {a} {pic}", "{np} to look at", "{np} i would like to look at", "{np} on paper", "{np} on a card", "{np} (hanging on|for) my wall", "{np} please draw", "{np}: can you (draw|paint|show) that?", "{np}: please (draw|paint|show)", "{np}? (draw|show) it", "{np}. that is the {pic} i want", "{np}. {a} {pic}, {please_end}", "{np} as you would (draw|paint) it", "get your pencils: {np}", "get out your brush and paint {np}", "grab a pen and draw {np}", "take a brush and paint {np}", "(make|let) me see {np}", "(make|create) something that shows {np}", "let me look at {np}", "let me see what {np} looks like",
    "let's look at {np}", "give me a look at {np}", "give me something to look at: {np}", "have a go at drawing {np}", "see if you can draw {np}", "show how {np} looks", "show me how {np} would look", "show what {np} looks like", "put together {a} {pic} {of} {np}", "whip up {a} {pic} {of} {np}", "you are a painter. paint {np}", "you be the artist, i want {np}", "today's (drawing|picture|painting): {np}", "wanted: {a} {pic} {of} {np}", "missing: {a} {pic} {of} {np}", "still missing in my album: {np}",
    "what i'd like on my screen now is {np}, drawn", "if you had to paint {np}, what would it look like? show me", "how would {np} look in {a} {pic}?", "would you do me {a} {pic} {of} {np}?", "would you sketch {np} for me?", "could you get {np} on paper for me?", "could you turn {np} into {a} {pic}?", "can i look at {np}, please?", "might i have {a} {pic} {of} {np}?", "do you feel like drawing {np}?", "i'd be curious to see {np} drawn", "i keep thinking of {np}, draw it", "i was told you can draw, so {np} please", "my daughter wants {np} drawn", "there is a gap on my wall, fill it with {a} {pic} {of} {np}", "{a} {pic} is what i'm after: {np}", "{np} is what you should draw", "make {np} appear in {a} {pic}", "make {np} the subject of {a} {pic}", "let your brush show me {np}", "express {np} in {a} {pic}", "not in words, in {a} {pic}: {np}", "answer with {a} {pic} {of} {np}", "reply with {a} {pic} {of} {np}", "words in, {pic} out: {np}",
)  # fmt: skip
# No room for attributes inside: they all follow in the tail.
IMAGE_PLAIN = (
    "{noun} {pic}", "{a} {noun} {pic}", "{a} {noun} {pic} {please_end}", "[{do}] {make}{me} {a} {noun} {pic}", "{want} {a} {noun} {pic}", "{wanna_see} {a} {noun} {pic}", "what does {an} look like", "what do you think {an} looks like?", "how does {an} look like?",
    "{an}", "{an} {please_end}", "[{do}] {draw}{me} {an}", "{want} {an}, drawn", "{pic} {noun}", "{pic} of {an}", "{noun}, {pic}", "{thenoun}, {please_end}", "something with {an} in it, {pic}", "{pic} with {an} in it", "(draw|paint) {an}, {please_end}", "(draw|paint|sketch) {thenoun}", "do you know {an}? draw (it|one)", "i like {noun}s, draw one", "i love {noun}s, make {a} {pic} (of one|with one)", "do you like {noun}s? draw me one",
    "(my daughter|my son|my niece|my kid|my wife|grandma|my friend|our teacher|my little brother) (loves|adores|likes|is crazy about|is fond of|wants to see) {noun}s, (can you draw|please draw|draw|could you paint|show|please show|make) (one|her one|him one|them one|a {pic} of one)",
    "what i would like on the {pic} is {an}", "i (was asked|have|need) to draw {an} but i can't, (help|do it for me|can you)", "(you know|know) {an}? i need a {pic} of (one|it)",
    "{noun} {pic} make please", "{noun} draw please", "{pic} {noun} want", "{noun} i want see", "the {noun} as {a} {pic}", "{a} {noun}'s {pic}", "{pic} of {noun}", "something like {an}, {pic}", "you may draw {an}", "make it {an}, as {a} {pic}", "would you mind drawing {an}?", "how about drawing {an}?", "{noun}[, please]. {pic}", "{an}. {a} {pic}", "{pic} please. {an}", "can you do {an}?", "let's draw {an}",
    "could you draw {an}?", "could i have {a} {noun} {pic}?", "can i get {a} {noun} {pic}?", "can i see what {an} looks like?", "is there {a} {noun} {pic}?", "i'd like to see what {an} looks like", "i have never seen {an}, draw one", "i need {a} {noun} {pic}", "i wonder what {an} looks like", "let me see what {an} looks like", "my kid has never seen {an}, draw one please", "show what {an} looks like", "to look at: {an}", "{an} for my eyes", "{an}, to look at", "{an} on paper", "{an}, on {a} {pic}", "{noun} to look at please", "{noun}. {pic}. {please_end}", "what about {a} {noun} {pic}?", "would you draw {an} for me?", "just {a} {pic} of {an}",
)  # fmt: skip

AUDIO = (
    "[{do}] play{me} the (sound|noise) of {an}", "what does {an} sound like", "what does {an} sound like?", "how does {an} sound?", "how does {an} sound like?", "what (sound|noise|noises) does {an} make?", "what kind of (sound|noise) does {an} make?", "how does {an} go?", "what (sound|noise) (comes|is heard) from {an}?",
    "{wanna_hear} {an}", "{wanna_hear} {an}", "{wanna_hear} {thenoun}", "{wanna_hear} the {snd} of {an}", "{wanna_hear} what {an} sounds like", "{wanna_hear} how {an} sounds", "{wanna_hear} {an} {barking}", "{wanna_hear} {thenoun} {bark}", "{wanna_hear} {noises}", "{wanna_hear} {noises}", "{wanna_hear} some {noises}",
    "[{do}] {make}{me} {a} {nice}{snd} of {an}", "[{do}] {make}{me} the {snd} of {an}", "[{do}] {make}{me} {a} {noun} {snd}", "[{do}] {make}{me} {a} {snd} (with|of) {noises}", "{do} {make} the {snd} {an} makes", "{want} {a} {nice}{snd} of {an}", "{want} the {snd} of {an}", "{want} {a} {noun} {snd}", "{want} {noises}[ as {a} {snd}]", "{want} {a} {snd} (with|of|containing) {noises}",
    "{noun} {snd}", "{noun} {snd}, {please_end}", "{a} {noun} {snd}", "the {snd} of {an}", "{snd} of {an}", "{snd} of {noises}", "{snd}: {an}", "{snd}: {noun}", "{snd} - {noises}", "{an} as (audio|sound|a sound|an audio clip|mp3|wav)", "{an}, (audio|sound|as sound)", "{noises}, (audio|sound|as audio)[, {please_end}]", "{noises} {please_end}",
    "{order}", "{order}", "{order}", "{order}, {please_end}", "{do} {order}", "{do} {order}", "{do} imitate {an}", "(imitate|mimic|copy|be) {an}[ with sound]", "[{do}] make (the|a|like a) {noun} {snd}", "(make it|go) {call}", "{want} some {noises}", "{do} play {noises}", "play {noises}", "play{me} {noises}[ please]", "record {noises}",
    "the thing that goes {call}, (play it|i want to hear it|let me hear it|its sound please)", "what goes {call}? play it", "{call}! (that's what i want to hear|play that|give me that sound|i want that sound|make that sound)", "i want to hear {call}", "play {call}", "let me hear {call}", "say {call}", "can you (go|make|do) {call}?", "{wanna_hear} {an} go {call}", "{an} (going|that goes) {call}, please, (audio|sound)",
    "what do {noun}s say?", "what does the {noun} say?", "how do {noun}s sound?", "what do {noun}s sound like?", "which sound does {an} make?", "which noise is typical for {an}?", "do you know (how|what) {an} sounds[ like]? (play it|let me hear|show me)", "do you know the {snd} of {an}?", "can you (make|do|play) {a} {noun} {snd}?", "can you (play|make|do) the {snd} of {an}?", "can you {bark}?[ like {an}]",
    "(have you got|do you have|got|is there) {a} {snd} of {an}?", "(have you got|do you have|got) {noises}?", "{a} {snd} with {noises}", "{a} {snd} where {an} {barks}", "{a} {snd} of {an} {barking}", "{snd} of {an} {barking}", "{an} {barking}, as (audio|sound|{a} {snd})", "{an} {barking} (please|, sound please|, i want to hear it)", "{thenoun} should {bark}[, i want to hear it]", "let {thenoun} {bark}[ so i can hear it]", "make {thenoun} {bark}[ so i can hear it]", "have {thenoun} {bark} for me",
    "i need {noises} for my (film|movie|video|radio play|game|podcast|theatre play|project|presentation)", "i need {a} {snd} of {an} for my (film|movie|radio play|game|podcast|project)", "i'm (looking|searching) for {noises}", "(for my|as a) ringtone: {noises}", "i want {noises} as (my ringtone|my alarm|background noise)", "(my ears|i|we) (want|need) {noises}", "i (like|love|enjoy|miss) {noises}, (play some|let me hear it|play that)", "close my eyes and hear {an}", "if i close my eyes and {an} is here, what do i hear?",
    "what would i hear if (there was {an}|{an} was here|{an} were next to me)?", "what do you hear when {an} {barks}? play it", "how does it sound when {an} {barks}?", "what does it sound like when {an} {barks}?", "[{do}] {make} {an} (audible|heard)", "turn {an} into sound", "{an} for my ears", "{an}, but (as sound|only the sound|just the sound)[, no picture]", "only the sound of {an}", "just the {snd} of {an}[, no picture]", "no picture, (just|only) the sound of {an}", "(sfx|sound fx|foley): {noises}", "/sound {noun}", "/audio {noun}", "/play {noises}", "{noun}.wav", "{noun}.mp3", "{noises}.mp3",
    "(produce|output|return) audio: {noises}", "audio, {noun}", "sound {noun}", "noise of {noun}", "noise like {an}", "[{do}] (make|create|produce) a noise like {an}", "sound like {an}", "{do} sound like {an}", "pretend to be {an}[ and {bark}]", "give {an} a voice", "(your|the) task: the sound of {an}", "(next|now) sound: {an}", "let's (listen|hear) {an}", "how is {an} sounding?", "you play me {snd} of {noun}, yes?", "me want hear {noun}", "(hear|listen) {an} i want", "the noise (that {an} makes|made by {an}|from {an}), please", "the (sound|noise) {an} makes", "that (sound|noise) {noun}s make",
    "would you mind playing the sound of {an}?", "would you mind making the sound of {an}?", "how about the sound of {an}?", "what about the sound of {an}?", "i was hoping to hear {an}", "i'd appreciate the sound of {an}", "{an}'s (sound|noise|voice)", "the {noun}'s (sound|noise|voice)", "{noun}'s {snd}", "is the sound of {an} possible?", "let's have the sound of {an}", "i wish i could hear {an}", "i wonder (how|what) {an} sounds[ like]", "i wonder what sound {an} makes", "tell me (how|what) {an} sounds[ like]", "tell me what sound {an} makes", "show me (how|what) {an} sounds[ like]", "i don't know (how|what) {an} sounds[ like], (play|help|show me)", "need {a} {snd} of {an}", "want {a} {snd} of {an}", "need {noises}", "want {noises}", "looking for {noises}", "looking for {a} {snd} of {an}", "i need to know what {an} sounds like", "demonstrate the sound of {an}", "give me {an} {barking}", "give me {noises}", "put on {noises}", "all i want to hear is {an}", "{an} {barking}", "{an} is what i want to hear", "hear {an}", "hearing {an} would be (nice|great|lovely)", "could you let me hear {an}?", "can you let {thenoun} {bark}?", "could {thenoun} {bark} for me?", "will {thenoun} {bark} for me?", "may {thenoun} {bark}?", "how do you say {call} in sound?", "you know {call}? play that", "please {noises}", "some {noises}[, please]", "produce {noises}", "generate {noises}", "make {noises}", "create {noises}", "do {noises}", "which sound is made by {an}?", "what is the sound of {an}?", "what's the sound of {an}?", "what is the noise of {an}?", "what's {an} sound like?", "what do you hear when {an} is near?", "what {an} sounds like", "how {an} sounds",
    "what would {an} sound like?", "what would i hear next to {an}?", "what would i hear if i met {an}?", "what might {an} sound like?", "what do i hear when {an} is around?", "what does one hear from {an}?", "what is it like to hear {an}?", "what is typical for {an}, soundwise?", "what noise comes out of {an}?", "what noise would {an} make?", "what noise do {noun}s make?", "what's that noise {noun}s make?", "what sort of noise does {an} make?", "which noise would {an} make?", "how would {an} sound?", "how would you do the sound of {an}?", "how do you make the noise of {an}?", "how do {noun}s go?", "how loud is {an}? let me hear", "could i hear {an}?", "could i listen to {an}?", "could i have the sound of {an}?", "could you imitate {an}?", "could you do {an} for me, the sound i mean?", "could you make a noise like {an}?", "could you make {noises}?", "could you play {noises}?", "could you sound like {an}?",
    "could {an} be heard?", "can i hear what {an} sounds like?", "can i listen to {an}?", "can i get {noises}?", "can you imitate {an}?", "can you sound like {an}?", "can you play me {an}?", "can you make me hear {an}?", "may i listen to {an}?", "might i hear {an}?", "would you imitate {an} for me?", "would you play {noises}[ for me]?", "would it be possible to hear {an}?", "is there any way to hear {an}?", "is it possible to hear {noises}?", "do you know the noise {an} makes? play it", "do you have {an} as (sound|audio)?", "i'd like to hear {an} {bark}", "i'd like to hear the noise of {an}", "i'd like to hear what {an} would sound like", "i'd like to know what noise {an} makes", "i'd rather hear {an}", "i'd love to listen to {an}", "i have never heard {an}, play it", "i can't remember how {an} sounds", "i forgot what {an} sounds like", "i know what {an} looks like, but how does it sound?", "i know how {an} looks, now i want the sound",
    "i want my kid to hear {an}", "i want to know how {an} sounds", "i want to listen to {noises}", "i want {an} to be heard", "i need to hear {an}", "i need the noise of {an}", "i need something for the ears: {an}", "i sleep better with {noises}, play some", "i'm making a radio play and need {noises}", "i'm teaching animal and other sounds, play {an}", "my kid asks what {an} sounds like", "my kid asks what noise {an} makes", "my dog should hear {an}, play it", "we would like to hear {an}", "we want to listen to {noises}", "the kids want to hear {an}", "the kids want to hear {noises}", "for the ears: {an}", "for my ears: {noises}", "something to listen to, {an}", "something to listen to: {noises}", "to listen to: {an}", "to be heard: {an}", "{an} to listen to", "{an} i want to hear", "{an} i would like to hear", "{an}, how does it sound?", "{an}, how does it go?", "{an}: what (sound|noise) is that?",
    "{an}: play the (sound|noise)", "{an}? let me hear it", "{an}. play its (sound|noise)", "{an}. the (sound|noise), please", "{an}, the (sound|noise) of it", "{an}, heard from near", "{an}, loud and clear", "{noun}, how does it sound?", "{noun}: its (sound|noise)", "{noun}s, what do they sound like?", "{noises}, that's what i want to hear", "{noises} would be (nice|great|lovely)", "{noises} i want", "{noises} for the ears", "{noises}? play some", "not {a} {pic}, the (sound|noise) of {an}", "not what it looks like, what {an} sounds like", "no {vid}, only the (sound|noise) of {an}", "i don't want to see it, i want to hear {an}", "don't show me {an}, let me hear it", "close your eyes: {an}. what do you hear? play it", "with eyes closed: {noises}", "turn up the volume: {an}", "turn on {noises}", "switch on {noises}", "fill the room with {noises}", "let it {bark}, i mean {an}", "let me hear how {an} {barks}",
    "let me hear the noise of {an}", "let me know how {an} sounds, as audio", "let me listen to {noises}", "let there be {noises}", "let's hear {noises}", "let's hear what {an} sounds like", "give me a listen of {an}", "give me something to hear: {an}", "give me the noise of {an}", "make me listen to {noises}", "make some noise like {an}", "make noise: {noun}", "make the noise of {an}", "make it sound like {an}", "make it sound as if {an} was here", "have a go at {noises}", "see if you can sound like {an}", "do your best {noun}", "do an impression of {an}", "do {an}, the sound", "act like {an}, i want to hear it", "be {an} for a second, with sound", "copy the noise of {an}", "play back {noises}", "play something with {an}", "play what {an} sounds like", "play how {an} {barks}", "play a recording of {an}", "play one {noun}", "put {noises} on my speakers", "reproduce the sound of {an}", "ring, bang, whatever: the noise of {an}",
    "show how {an} sounds", "wake me up with {noises}", "scare my cat with {noises}", "surprise my ears with {noises}", "you be {an}, i listen", "guess game: play {an}", "today's sound: {an}", "wanted: {a} {snd} of {an}", "missing in my sound collection: {an}", "audio only: {an}", "as audio: {an}", "sound, please: {an}", "sound of {an}, {please_end}",
    "what would my ears get from {an}? play it", "what does it sound like next to {an}?", "what noise should i imagine for {an}? play it", "could you voice {an}?", "could you do the noise of {an}?", "could my ears have {an}?", "can you let my ears know {an}?", "would you make the noise of {an} for me?", "would you let {thenoun} be heard?", "do me the noise of {an}", "i'm curious how {an} sounds, play it", "i was told you make sounds, so {an} please", "i was asked what {an} sounds like, play it for me", "{a} {snd} is what i'm after: {an}", "make {an} heard in {a} {snd}", "not in words, as {a} {snd}: {an}", "answer with the sound of {an}", "reply with the noise of {an}", "words in, sound out: {an}", "record the sound of {an} for me", "what {an} would sound like, please, as {a} {snd}", "something for my ears: {an}",
)  # fmt: skip

# {mp}: a thing that moves, with attributes; {an}: the thing alone.
VIDEO = (
    "[{do}] {make}{me} {a} {nice}{vid} {of} {mp}", "[{do}] {make}{me} {a} {nice}{vid} {of} {mp}", "[{do}] {make}{me} {a} {vid} {of} {mp}", "[{do}] {make} {a} {vid} {of} {mp}, {please_end}", "{want} {a} {nice}{vid} {of} {mp}", "{want} {a} {vid} {of} {mp}", "{want} {mp} as {a} {vid}", "{a} {nice}{vid} {of} {mp}", "{vid} {of} {mp}", "{vid} {of} {mp}, {please_end}", "{vid}: {mp}", "{vid} - {mp}", "{vid}, {mp}", "{vid} {mp}", "{mp}, {vid}", "{mp} as {a} {vid}", "{mp} {please_end}, as {a} {vid}", "{mp}, (animated|filmed|in motion)",
    "{wanna_watch} {mp}", "{wanna_watch} {mp}", "{wanna_watch} {a} {vid} {of} {mp}", "{wanna_watch} how {np} {m1}", "{wanna_watch} {np} {m0}", "[{do}] (animate|film|shoot|record) {mp}", "[{do}] animate {np} so that it {m1}", "[{do}] animate {np}: it should {m0}", "animate {np}. it {m1}", "[{do}] let {np} {m0}", "[{do}] make {np} {m0}", "[{do}] make {np} {m0}[ in {a} {vid}]", "let {np} {m0}, {please_end}", "have {np} {m0}", "{do} have {np} {m0}",
    "{a} {vid} (where|in which) {np} {m1}", "{a} {vid} (where|in which) {np} is {m2}", "{vid} (where|in which) {np} {m1}", "{want} {a} {vid} (where|in which) {np} {m1}", "[{do}] {make}{me} {a} {vid} (where|in which|so that) {np} {m1}", "[{do}] {make}{me} {a} {vid} (where|in which) {np} is {m2}", "how does it look when {np} {m1}?", "what does it look like when {np} {m1}?", "show me how {np} {m1}", "how does {np} {m0}?", "what does {np} {m2} look like?", "can {np} {m0}? (show me|i want to see it|let me see)", "can you make {np} {m0}?", "could you let {np} {m0}?",
    "{np} (should|must|has to|ought to|needs to) {m0}[, make {a} {vid}]", "{np} {m1}. (film|animate|show|record) (it|that)", "{np} {m1}, make {a} {vid}[ of that]", "{np} {m1}", "{mp}", "{np} is {m2}", "i imagine {np} {m2}. {a} {vid} please", "imagine {mp}, as {a} {vid}", "bring {np} to life: it should {m0}", "bring {np} to life, {m2}", "(set|put) {np} in motion: it {m1}", "in the {vid} {np} should {m0}", "in the {vid} {np} {m1}", "the {vid} should show {mp}", "the {vid} shows {mp}", "there is {np} in the {vid} and it {m1}",
    "(have you got|do you have|got|is there) {a} {vid} {of} {mp}?", "do you have {a} {vid} where {np} {m1}?", "{mp} would be (nice|great|cool|lovely)[ to watch]", "what about {mp}?", "how about {a} {vid} {of} {mp}?", "(any|no) chance of {a} {vid} {of} {mp}?", "(next|one) {vid}: {mp}", "(1x|one) {vid} {of} {mp}", "my wish: {a} {vid} with {mp}", "(your|the) task: {a} {vid} of {mp}", "{a} {vid} please: {mp}", "{vid} please, {mp}", "/video {mp}", "/animate {mp}", "!gif {mp}", "txt2vid: {mp}", "gif of {mp}", "generate: {vid} {of} {mp}", "(produce|output|return) {a} {vid}. (it shows|content:) {mp}",
    "you make {vid} where {np} {m1}, yes?", "me want watch {np} {m0}", "{want} to watch {np} {m0}", "i want {np} to {m0}", "i'd like {np} to {m0}", "i would like to see that {np} {m1}", "it would be (nice|funny|great) if {np} {m0}[, as {a} {vid}]", "i (need|want) {np}, (animated|moving): it should {m0}", "{np}, animated, that {m1}", "{np}, moving: it should {m0}", "no still picture: {np} should {m0}", "not a picture but {a} {vid}: {mp}", "{a} {vid} rather than a picture: {mp}", "let's (watch|see) {np} {m0}", "(move|animate) {np}: {m2}", "what if {np} {m1}? show it in {a} {vid}", "i dreamt that {np} {m1}, (show|film|animate) it",
    "would you mind animating {mp}?", "would you mind making {a} {vid} {of} {mp}?", "how about animating {mp}?", "i was hoping to see {np} {m0}", "i was hoping for {a} {vid} {of} {mp}", "i'd appreciate {a} {vid} {of} {mp}", "is {a} {vid} {of} {mp} possible?", "would {a} {vid} {of} {mp} be possible?", "let's have {a} {vid} {of} {mp}", "let's make {a} {vid} {of} {mp}", "i wish i could see {np} {m0}", "i wonder how it looks when {np} {m1}", "need {a} {vid} {of} {mp}", "want {a} {vid} {of} {mp}", "looking for {a} {vid} {of} {mp}", "would like {a} {vid} {of} {mp}", "{mp} is what i want to (see|watch)", "all i want is {a} {vid} {of} {mp}", "{a} {vid}, and in it {np} {m1}", "{a} {vid}, in it {np} {m1}", "in the {vid} i want {np} to {m0}", "in the {vid} you see {mp}", "could you show me {mp}, (animated|as {a} {vid})?", "could you animate {mp}?", "can you do {a} {vid} {of} {mp}?", "can you film {mp}?", "(may|can|could) i see {np} {m0}?", "(may|can|could) i watch {np} {m0}?", "would you let {np} {m0}?", "have you ever seen {np} {m0}? show me", "{np} is to {m0}, {a} {vid} please", "(tell|get|force|teach) {np} to {m0}", "cause {np} to {m0}", "watching {np} {m0} would be (nice|great|fun)", "seeing {np} {m0} would be (nice|great|fun)", "{np} starts to {m0}. make that {a} {vid}", "please {np} {m2}, {vid}", "{vid} please: {np} {m1}", "i'd love it if {np} would {m0}", "it should be {a} {vid}: {np} {m1}", "in motion please: {mp}", "animation request: {mp}",
    "what would it look like if {np} {m1}?", "what would {np} {m2} look like?", "how would it look if {np} {m1}?", "how would {np} look {m2}?", "could {np} {m0}?", "could {np} {m0} (for me|please)?", "could i watch {np} {m0}?", "could i have {a} {vid} {of} {mp}?", "could you make {np} {m0}?", "could you show {np} {m2}?", "can {np} {m0}?", "can i have {a} {vid} {of} {mp}?", "can you let {np} {m0}?", "can you show me {np} {m2}?", "can you show how {np} {m1}?", "would you make {np} {m0}?", "would you show me {np} {m2}?", "would you mind letting {np} {m0}?", "would it be possible to see {np} {m0}?", "would it be possible that {np} {m1}?", "is it possible to let {np} {m0}?", "is there any way to see {np} {m0}?", "is there {a} {vid} in which {np} {m1}?", "may i see {np} {m2}?", "i'd like to see {np} {m2}", "i'd like to see how {np} {m1}", "i'd like to watch {np} {m2}", "i'd like {a} {vid} (where|in which) {np} {m1}",
    "i'd love to see {np} {m0}", "i'd rather see {np} {m2}", "i have never seen {np} {m0}", "i want to see {np} {m2}", "i want to see how {np} {m1}", "i want {np} to be {m2}", "i want {np}, and it should {m0}", "i want {np} that {m1}", "i need {np} {m2}", "i need {a} {vid}: {np} {m1}", "i need {np} to {m0}", "i wish {np} would {m0}", "i wonder how {np} {m1}", "i can see it before me: {np} {m1}", "i see in my mind how {np} {m1}", "imagine how {np} {m1} and (show|film|animate) it", "imagine {np}. now it {m1}", "imagine {np} {m2}", "just imagine: {np} {m1}", "let me see how {np} {m1}", "let me watch how {np} {m1}", "let me see {np} as it {m1}", "let's see how {np} {m1}", "let's let {np} {m0}", "let's make {np} {m0}", "let us see {np} {m2}", "show {np} {m2}", "show {np} as it {m1}", "show me {np} {m2}", "show me {np}, and it should {m0}", "show us how {np} {m1}", "see to it that {np} {m1}", "make it so that {np} {m1}",
    "make sure {np} {m1}", "draw {np} and let it {m0}", "draw {np}, but it should {m0}, as {a} {vid}", "take {np} and let it {m0}", "take {np} and make it {m0}", "get {np} to {m0}", "get {np} {m2}", "have a go: {np} {m1}", "give me {np} {m2}", "give me {np} that {m1}", "give me {a} {vid} (where|in which) {np} {m1}", "start with {np}, then let it {m0}", "first there is {np}, then it {m1}", "there is {np}. it should {m0}", "there is {np} and it {m1}", "here comes {np}, {m2}", "look, {np} {m1}. film it", "see how {np} {m1}? animate it", "once there was {np}. it {m1}", "watch {np} {m0}, that's what i want", "{np} {m2}", "{np} {m2}, {please_end}", "{np} {m2}, that's what i want to see", "{np} should be {m2}", "{np} should be seen {m2}", "{np} needs to be {m2}", "{np} that {m1}", "{np} that {m1}, {please_end}", "{np} which {m1}", "{np}, and then it {m1}", "{np}, and it {m1}", "{np}, it {m1}", "{np}, it should {m0}",
    "{np}: let it {m0}", "{np}: {m2}", "{np}? let it {m0}", "{np}. now let it {m0}", "{np} as it {m1}", "{np} while it {m1}", "{np} shall {m0}", "{np} will {m0}, film it", "{np} wants to {m0}. let it", "{mp}, to watch", "{mp} is what should happen", "{m2}: {np}", "{m2} please, {np}", "it {m1}, and it is {np}", "to watch: {mp}", "for my screen: {np} {m2}", "for the intro of our film: {mp}", "something moving: {mp}", "something to watch: {np} {m2}", "the thing that {m1} should be {np}", "the movement: {m2}. the thing: {np}", "what {m1} is {np}, in {a} {vid}", "my kid wants to see {np} {m0}", "my kid wants to watch how {np} {m1}", "the kids want {np} to {m0}", "we want to see {np} {m0}", "we'd like {np} to {m0}", "no sound, just {np} {m2}", "not a still: {np} {m2}", "not a {pic}, it should move: {np} {m2}", "with movement, please: {np} {m1}", "today's {vid}: {mp}", "wanted: {a} {vid} {of} {mp}", "you be the director: {np} {m1}",
    "lights, camera, action: {np} {m1}", "roll the camera: {mp}",
    "would you do me {a} {vid} where {np} {m1}?", "could you turn this into {a} {vid}: {np} {m1}", "could i have {np} {m2} in {a} {vid}?", "can you get {np} to {m0}?", "can i have {a} {vid} in which {np} {m1}?", "do you feel like animating {mp}?", "i'd be curious to watch {np} {m0}", "i keep thinking of {np} {m2}, make it {a} {vid}", "i was told you make clips, so {mp} please", "{a} {vid} is what i'm after: {mp}", "{a} {vid} with {np} in it, and it {m1}", "{a} {vid} starring {np}: it {m1}", "make {a} {vid} out of this idea: {np} {m1}", "{np} in {a} {vid}, {m2}", "{np}, filmed as it {m1}", "{np} on the screen, {m2}, as {a} {vid}", "not in words, as {a} {vid}: {mp}", "not {a} {pic}, i want {np} to {m0}", "answer with {a} {vid} {of} {mp}", "reply with {a} {vid} in which {np} {m1}", "words in, {vid} out: {mp}",
)  # fmt: skip
# Motion left for the tail, or free.
VIDEO_PLAIN = (
    "[{do}] {make}{me} {a} {nice}{vid} {of} {an}", "{want} {a} {nice}{vid} {of} {an}", "{a} {noun} {vid}", "{noun} {vid}", "{noun} {vid}, {please_end}", "[{do}] animate {an}", "animate {thenoun}", "[{do}] {make}{me} {a} {noun} {vid}", "{want} {a} {noun} {vid}", "{vid} of {an}", "{vid}: {noun}", "{vid} {noun}", "{an} as {a} {vid}", "{an}, {vid}",
    "{an}, animated", "an animated {noun}", "a moving {noun}", "bring {an} to life", "[{do}] let {an} move", "[{do}] make {an} move", "{want} {an} in motion", "{wanna_watch} {a} {vid} {of} {an}", "{wanna_watch} {an} move", "{wanna_watch} {an} in motion", "film {an}", "(film|shoot|record) {an} for me", "set {an} in motion", "(do you have|got|is there) {a} {vid} of {an}?", "{a} {vid} with {an} in it", "{vid} with {an}", "(my daughter|my son|my niece|grandpa|our kids|my class) (loves|adores|likes|love) {noun}s, (make|show|film) {a} {vid} of one",
    "can you make {a} {vid} of {an}?", "could i have {a} {vid} {of} {an}?", "/video {noun}", "how about {a} {noun} {vid}?", "{a} {vid} {of} {an}, {please_end}",
    "would you mind animating {an}?", "how about animating {an}?", "{noun} {vid} make please", "{vid} {noun} want", "{a} {noun}'s {vid}", "need {a} {vid} of {an}", "want {a} {vid} of {an}", "looking for {a} {vid} of {an}", "{an}. {a} {vid}", "{vid} please. {an}", "can you animate {an}?", "could you film {an}?", "let's animate {an}", "i'd love {a} {vid} of {an}", "is there {a} {vid} of {an}?", "{an} moving, {vid}", "no still, {a} {vid} of {an}",
    "could {an} move?", "could you animate {an}?", "could i have {a} {noun} {vid}?", "can {an} move? show me", "can i see {an} in motion?", "can i watch {an}?", "can you get {an} moving?", "how does {an} move?", "how does {an} look in motion?", "i'd like {an} that moves", "i'd like to see {an} move", "i'd like to watch {an}", "i want to watch {an}", "i want {an} that moves", "i need {an} in motion", "i need {a} {noun} {vid}", "let me watch {an}", "let's see {an} move", "show me how {an} moves", "show {an} in motion", "give me {an} that moves", "give me {an} in motion", "an action shot of {an}, moving", "{an} that moves", "{an} in motion", "{an} on the move", "{an}, not still but moving", "{noun} in motion please", "to watch: {an}, {vid}", "something moving with {an}", "would you get {an} moving for me?", "no still {pic}: {an} in motion",
)  # fmt: skip

KEYS = {
    "thing": ("thing", "subject", "object", "what", "motif", "content", "animal or thing", "name"),
    "colour": ("background", "bg", "colour", "color", "backdrop", "background colour"),
    "position": ("position", "place", "where", "location", "pos"),
    "size": ("size", "how big", "scale"),
    "motion": ("motion", "movement", "moves", "action", "direction"),
    "medium": ("medium", "type", "format", "output", "kind", "as"),
}
SELF_CORRECTION = (
    "{wrong}, no, {right}", "{wrong}, no, i mean {right}", "{wrong}, sorry, {right}", "{wrong} ... no wait, {right}", "{wrong}, i mean {right}", "{wrong}, or rather {right}", "{wrong}, no no, {right}", "{wrong}, correction: {right}", "not {wrong} but {right}", "not {wrong}, {right}", "{right}, not {wrong}", "{right} instead of {wrong}",
    "{wrong}, oh no, {right}", "{wrong}, hm, better {right}", "{wrong}, err, {right}", "{right} (not {wrong})", "{right} rather than {wrong}", "{wrong}... actually {right}", "{wrong}, no sorry i meant {right}", "{wrong}, oops, {right}", "{wrong}, wait, make that {right}", "{right}, and not {wrong}", "{wrong}, scratch that, {right}", "no {wrong}, {right}",
)  # fmt: skip


def _slots(s: Speaker, wish: Wish) -> dict[str, object]:
    if wish.thing is None:
        raise ValueError("a wish in words needs a thing")
    thing, names = wish.thing, lexicon.NAMES[wish.thing]
    bark, barks, barking = s.pick(names.verbs)
    return {
        "draw": lexicon.DRAW if wish.size or wish.colour or wish.position else lexicon.DRAW_ONLY,
        "make": {"image": lexicon.MAKE_IMAGE, "audio": lexicon.MAKE_AUDIO, "video": lexicon.MAKE_VIDEO}[wish.medium],
        "pic": synonyms.MEDIA["image"], "snd": synonyms.MEDIA["audio"], "vid": synonyms.MEDIA["video"],
        "an": lambda: a_noun(s, thing), "noun": lambda: noun(s, thing), "thenoun": lambda: the_noun(s, thing),
        "bark": bark, "barks": barks, "barking": barking,
        "call": names.calls, "noises": names.noises, "order": lexicon.ORDERS[thing],
    }  # fmt: skip


def ask_image(s: Speaker, wish: Wish) -> str:
    style = s.weigh({"full": 62, "plain": 14, "tags": 15, "keys": 4, "front": 5})
    said = wish.said()
    if style == "tags" and not said:
        style = "plain"
    if style == "full":
        inside, rest = share(s, said)
        text = s.say("image", IMAGE, np=lambda: phrase(s, wish, inside), **_slots(s, wish))  # type: ignore[arg-type]
        return tidy(text + tail(s, wish, rest))
    if style == "plain":
        return tidy(s.say("image plain", IMAGE_PLAIN, **_slots(s, wish)) + tail(s, wish, said))  # type: ignore[arg-type]
    if style == "front" and said:
        front = s.pick((", ", ". ", ": ", " - ", "; ")).join(tag(s, wish, name) for name in said)
        return tidy(
            front
            + s.pick((", ", ". ", ": ", " - ", ". then "))
            + s.say("image plain", IMAGE_PLAIN, **_slots(s, wish))
        )  # type: ignore[arg-type]
    return tags(s, wish, keys=style == "keys", name_medium=s.chance(0.6))


def ask_audio(s: Speaker, wish: Wish) -> str:
    if s.chance(0.03):
        return tags(s, wish, keys=True, name_medium=True)
    return s.say("audio", AUDIO, **_slots(s, wish))  # type: ignore[arg-type]


def ask_video(s: Speaker, wish: Wish) -> str:
    said = wish.said()
    style = s.weigh({"full": 66, "plain": 16, "tags": 13, "keys": 5})
    if style in ("tags", "keys"):
        return tags(s, wish, keys=style == "keys", name_medium=wish.motion is None or s.chance(0.75))
    if style == "plain" or (wish.motion is None and s.chance(0.85)):
        return tidy(s.say("video plain", VIDEO_PLAIN, **_slots(s, wish)) + tail(s, wish, said))  # type: ignore[arg-type]
    others = [name for name in said if name != "motion"]
    inside, rest = share(s, others)
    m0, m1, m2 = move(s, wish.motion)
    text = s.say(
        "video", VIDEO,
        np=lambda: phrase(s, wish, inside), mp=lambda: moving_phrase(s, wish, inside), m0=m0, m1=m1, m2=m2, **_slots(s, wish),  # type: ignore[arg-type]
    )  # fmt: skip
    return tidy(text + tail(s, wish, rest))


def moving_phrase(s: Speaker, wish: Wish, inside: list[str]) -> str:
    if wish.motion is None:
        return f"{phrase(s, wish, inside)} {move(s, None)[2]}"
    return phrase(s, wish, ["motion", *inside])


def tags(s: Speaker, wish: Wish, keys: bool, name_medium: bool) -> str:
    """A list of fragments in any order: "dog / small, left. blue bg", or of keys and values."""
    named = noun(s, wish.thing) if wish.thing else ""
    if s.chance(0.06) and wish.thing:
        named = s.pick(lexicon.NAMES[wish.thing].emoji)
    elif s.chance(0.3) and wish.thing:
        named = a_noun(s, wish.thing)
    medium = s.pick(synonyms.MEDIA[wish.medium])
    items: list[tuple[str, str]] = [("thing", named)]
    said = wish.said()
    for name in said:
        if not keys:
            items.append((name, tag(s, wish, name)))
        elif name == "motion":
            items.append((name, move(s, wish.motion)[2]))
        else:
            items.append(
                (name, {"colour": wish.colour, "position": wish.position, "size": wish.size}[name] or "")
            )
    # A bare thing without medium or motion is a picture, but "dog" alone says too little to be one in training.
    if name_medium or keys or wish.medium == "audio" or (wish.medium == "video" and wish.motion is None):
        items.append(("medium", medium))
    if s.chance(0.65):
        s.rng.shuffle(items)
    if keys:
        colon = s.pick((": ", "=", " = ", ":", " - ", " is "))
        glue = s.pick((", ", "; ", "\n", " ", " | ", ",", "\n- "))
        return glue.join(s.pick(KEYS[name]) + colon + value for name, value in items)
    glue = s.pick(SEPARATORS)
    if s.chance(0.05):
        return " ".join("#" + value.replace(" ", "") for _, value in items)
    return glue.join(value for _, value in items)


ASK = {"image": ask_image, "audio": ask_audio, "video": ask_video}


def ask(s: Speaker, wish: Wish) -> str:
    """One wish in words."""
    return ASK[wish.medium](s, wish)


def corrected(s: Speaker, text: str, right: str, wrong: str) -> str:
    """`text` with a false start: the first mention of `right` preceded, or followed, by `wrong` and its correction."""
    if right not in text:
        return text
    fixed = s.say("self correction", SELF_CORRECTION, wrong=wrong, right=right)
    return text.replace(right, fixed, 1)


# ---------------------------------------------------------------------------------------------- several at once

PART = {
    "image": ("{a} {pic} of {np}", "{a} {pic} of {np}", "{a} {pic} {of} {np}", "{a} {nice}{pic} {of} {np}", "{a} drawing of {np}", "{np} as {a} {pic}",
        "{np}, drawn", "{np} on {a} {pic}", "{a} {pic} with {np} on it", "{np} on paper", "{a} {pic} that shows {np}"),
    "audio": ("the (sound|noise) of {an}", "the sound of {an}", "{a} {noun} {snd}", "{a} {snd} of {an}", "the sound {an} makes", "{noises}", "what {an} sounds like", "{a} {snd} with {noises}",
        "{an} as {a} {snd}", "how {an} sounds", "the noise made by {an}", "{an} for the ears", "a recording of {an}"),
    "video": ("{a} {vid} of {mp}", "{a} {vid} of {mp}", "{a} {vid} (where|in which) {np} {m1}", "{a} {vid} {of} {mp}", "{mp} as {a} {vid}",
        "{a} {vid} with {mp}", "{np}, filmed as it {m1}", "{a} {vid} that shows {mp}", "an animation of {mp}", "{a} {vid} showing how {np} {m1}"),
}  # fmt: skip
PART_OF_IT = {
    "image": ("{a} {pic}", "{a} {pic}", "{a} {pic} of it", "{a} {pic} of one", "its {pic}", "what it looks like",
        "something to look at", "a drawing", "a drawing of it", "how it looks", "the {pic}",
        "{a} {pic} with it", "it drawn on paper", "a sketch of it", "{a} {pic} to look at", "a painting of it"),
    "audio": ("the sound", "its sound", "{a} {snd}", "the sound it makes", "its noise", "how it sounds", "the noise", "{a} {snd} of it", "what it sounds like",
        "something to hear", "its voice", "the sound of it", "the noise of it", "audio of it", "what one hears from it",
        "something for the ears", "a recording of it", "{a} {snd} to listen to", "the noise it makes", "the matching sound", "an audio recording"),
    "video": ("{a} {vid} in which it {m1}", "{a} {vid} of it {m2}", "{a} {vid} where it {m1}", "it {m2} in {a} {vid}", "{a} {vid} of one {m2}", "{a} {vid} ({m2})", "{a} {vid} that shows it {m2}",
        "a moving one, {m2}", "{a} {vid}, in it it {m1}", "how it {m1}, as {a} {vid}",
        "an animation of it {m2}", "{a} {vid} with it {m2}", "a film of it {m2}", "{a} {vid} to show how it {m1}"),
    "video free": ("{a} {vid}", "{a} {vid}", "{a} {vid} of it", "{a} {vid} of one", "{a} {vid} with it", "something animated",
        "something to watch", "how it moves", "the thing in motion", "a moving one", "the {vid}",
        "{a} {vid} to watch", "a film of it", "an animation of it", "it on the move, as {a} {vid}", "a moving version"),
}  # fmt: skip
JOIN = ("{x} and {y}", "{x} and {y}", "{x} and {y}", "{x} and {y}", "{x} plus {y}", "{x}, then {y}", "{x} and also {y}", "{x} as well as {y}", "{x} & {y}", "{x}, {y}", "{x} + {y}", "{x} and then {y}", "both {x} and {y}", "first {x}, then {y}", "{x} with {y}", "{x} together with {y}", "{x} followed by {y}", "{x}; {y}", "{x} along with {y}", "{x}, and {y} too", "{x} and after that {y}", "{x}, also {y}", "1. {x} 2. {y}", "1) {x}, 2) {y}", "{x}, and on top of that {y}",
    "{x} and, if you can, {y}", "{x}, and don't forget {y}", "{x}, and i also want {y}", "not only {x} but also {y}", "{x}, plus {y}", "{x}, and with it {y}", "{x} (and {y})", "{x}, and additionally {y}", "{x}, {y} as well", "{x}; also {y}", "{x}, next {y}", "two things: {x} and {y}", "a) {x} b) {y}",
    "{x} and {y} as well", "{x}, but also {y}", "{x}, and while you are at it {y}", "{x} - and {y}", "{x} on the one hand, {y} on the other", "{x} to begin with and {y} to end with", "for one thing {x}, for another {y}", "one: {x}, two: {y}", "{x}, and to go with it {y}", "a pair, {x} and {y}", "{x} / {y}", "{x} and, last, {y}", "{x} first and {y} second", "{x} before {y}")  # fmt: skip
JOIN_THREE = ("{x}, {y} and {z}", "{x}, {y} and {z}", "{x}, {y} and {z}", "{x}, {y}, and {z}", "{x}, {y}, {z}", "{x} and {y} and {z}", "{x} + {y} + {z}", "{x}, then {y}, then {z}", "first {x}, then {y}, finally {z}", "{x} as well as {y} and {z}", "{x} plus {y} plus {z}", "all of these: {x}, {y}, {z}", "{x}, {y} & {z}", "1. {x} 2. {y} 3. {z}", "{x}, also {y} and {z}",
    "{x}, {y}, and don't forget {z}", "{x}, {y}, plus {z}", "{x}, with {y} and {z}", "not only {x} but also {y} and {z}", "three things: {x}, {y} and {z}", "{x}; {y}; {z}", "a) {x} b) {y} c) {z}", "{x}, next {y}, last {z}", "{x} and {y}, and {z} as well",
    "{x} and {y}, but also {z}", "{x}, {y} and, while you are at it, {z}", "one: {x}, two: {y}, three: {z}", "{x} / {y} / {z}", "to begin with {x}, then {y}, at the end {z}", "{x}, and to go with it {y} and {z}", "{x}, {y}, and last of all {z}", "{x} - {y} - {z}", "a set of three, {x}, {y} and {z}", "{x} first, {y} second, {z} third")  # fmt: skip
LISTED = (
    "{want} {list}", "{want} {list}", "{want} {list}, {please_end}", "[{do}] (make|create|produce|give|generate|prepare|send|get){me} {list}", "[{do}] (make|create|produce|give|generate|show){me} {list}", "{list}", "{list}, {please_end}", "{list} would be (nice|great|perfect)", "(can|could|may) i (have|get) {list}?", "i'd be happy with {list}", "do you have {list}?", "how about {list}?", "(several|more than one|many|a few) things[ please]: {list}", "here is what i need: {list}", "my order: {list}", "(output|return|deliver): {list}", "(my|our) wishes: {list}",
    "could you (make|give|get) me {list}?", "could i (have|get) {list}, please?", "can you do {list}?", "can you make both of these, or all of them: {list}?", "would you (make|prepare|send) {list} for me?", "would it be possible to get {list}?", "is it possible to have {list}?", "may i ask for {list}?", "i'd like (all of this|the following): {list}", "i'd love to have {list}", "i would be glad about {list}", "i need more than one thing: {list}", "i need the following: {list}", "i hope for {list}", "we need {list} for our project", "my kids want {list}", "for my lesson i need {list}", "for our game we need {list}", "please do the following: {list}", "please prepare {list}", "please make {list}", "what i need is {list}", "what about {list}?", "this is what i'd like: {list}", "these, please: {list}", "to do: {list}", "to see and to hear and so on: {list}", "in one go: {list}", "all at once: {list}",
    "let me have {list}", "let's have {list}", "all i ask for is {list}", "{list}, that's what i need", "{list}, in this order", "{list} in one go, {please_end}", "{list} i would like to have",
    "could you put together {list}?", "could we get {list}?", "could my order be {list}?", "can you manage {list} at once?", "can you do all of this in one answer: {list}?", "can i ask for more than one thing? {list}", "may i have all of these: {list}?", "would you do me {list}?", "would you mind making {list}?", "do you think you could make {list}?", "is {list} too much to ask?", "i can't decide, so i take them all: {list}", "i'd like to order {list}", "i'd love it if you made {list}", "i am after {list}", "i could use {list}", "i was hoping for {list}", "i want it all: {list}", "i want the full package: {list}", "nothing less than {list}", "one answer with {list} in it, please", "in one answer: {list}", "answer with {list}", "reply with {list}", "surprise me with {list}", "treat me to {list}", "bring me {list}", "put {list} on my screen", "for my eyes and ears and so on: {list}", "a little package: {list}", "everything in one message: {list}", "{list}: that is all", "{list}, all in one answer", "{list}. can you do that?", "{list}. that's the job",
)  # fmt: skip
ABOUT_ONE = (
    "{list} of {np}", "{list} of {np}, {please_end}", "{want} {list} of {np}", "[{do}] (make|create|produce|give|generate|prepare|send|get){me} {list} of {np}", "{np}: {list}", "{np}, {list}", "{np} as {list}", "{want} {np} as {list}", "{list} (for|about|with) {np}", "(can|could|may) i (have|get) {list} of {np}?", "i (love|like|adore) {noun}s. {want} {list}", "take {np} and give me {list}", "everything about {np}: {list}", "(tonight|today) it's all about {np}: {list}", "[{do}] (show|present) {np} in {list}", "{list} please, {np}", "topic: {np}. {list}",
    "could i have {list} of {np}?", "could you make {list} of {np}?", "can you do {np} as {list}?", "can you give me {list} for {np}?", "would you make {list} of {np} for me?", "would it be possible to get {list} of {np}?", "i'd like {np}: {list}", "i'd like to have {np} as {list}", "i need {list} of {np}", "i need {np}, namely {list}", "i'm preparing a lesson about {np}: {list}", "my kids want {np}: {list}", "we talk about {np} today: {list}, please", "about {np}: {list}", "let's do {np}: {list}", "let me have {list} of {np}", "for {np}, {list}", "from {np} i want {list}", "of {np} i want {list}", "of {np}: {list}", "make {np}, and i want {list}", "think of {np}: {list}", "all about {np}, i mean {list}", "{np}. {list}", "{np}. please {list}", "{np}! {list}!", "{np}, please: {list}", "{np} and the following: {list}", "{np} in these ways: {list}", "{np}, but as {list}", "{np}, once as {list}", "with {np}: {list}",
    "could you show {np} in more than one way: {list}?", "could you do {np} in several media: {list}?", "could we have {np} as {list}?", "can i get {np} as {list}?", "can you turn {np} into {list}?", "may i have {list} of {np}?", "might i get {list} of {np}?", "would you turn {np} into {list}?", "would you mind making {list} of {np}?", "do you have {list} of {np}?", "is there {list} of {np}?", "i'd love {list} of {np}", "i was hoping for {list} of {np}", "i want the whole package for {np}: {list}", "i want {np} for all senses: {list}", "i'm a fan of {np}, so {list} please", "i can't get enough of {np}: {list}", "i want to know all about {np}: {list}", "introduce {np} with {list}", "answer with {list} of {np}", "surprise me with {list} of {np}", "turn {np} into {list}", "present {np}: {list}", "one thing, several media: {np}, {list}", "the full package for {np}: {list}", "the subject is {np}, the media are {list}", "{list}, all of {np}", "{list}, and all of it about {np}", "{list} - of {np}", "{np} in every way: {list}", "{np} to see and so on: {list}", "{np}, in one answer: {list}",
)  # fmt: skip
FOLLOWING = {
    "image": ("draw {np}", "draw {np}", "show me {np}", "make {a} {pic} of {np}", "{a} {pic} of {np}", "paint {np}",
        "sketch {np}", "put {np} on paper", "let me see {a} {pic} of {np}", "i want {a} {pic} of {np}", "do {a} drawing of {np}", "give me {a} {pic} of {np}"),
    "audio": ("play the sound of {an}", "let me hear {an}", "let me hear {noises}", "{order}", "play {noises}", "make the sound of {an}", "the sound of {an}", "i want to hear {an}",
        "imitate {an}", "do the noise of {an}", "let me know how {an} sounds, as audio", "make {an} audible", "give me the sound of {an}"),
    "video": ("make {a} {vid} of {mp}", "animate {mp}", "let {np} {m0}", "{a} {vid} of {mp}", "make {np} {m0}", "make {a} {vid} where {np} {m1}", "show {a} {vid} of {mp}",
        "film {mp}", "let me watch {np} {m0}", "i want {a} {vid} of {mp}", "give me {a} {vid} in which {np} {m1}", "get {np} to {m0}"),
}  # fmt: skip
FOLLOWING_IT = {
    "image": ("draw it", "draw it", "show me it", "show me what it looks like", "make {a} {pic} of it", "paint it", "{a} {pic} of it", "draw one",
        "let me look at it", "show what it looks like", "let me see it", "sketch it", "put it on paper", "i want to see it", "give me {a} {pic} of it",
        "do a drawing of it", "illustrate it", "turn it into {a} {pic}", "add {a} {pic} of it", "get it on paper", "i'd like {a} {pic} of it"),
    "audio": ("play its sound", "let me hear it", "play the sound it makes", "tell me how it sounds", "make its sound", "its sound too", "let it {bark}", "i want to hear it", "play what it sounds like", "make it {bark}",
        "make it heard", "let me listen to it", "let it be heard", "show me how it sounds", "give me its sound", "imitate it", "make the noise it makes", "let me hear what it sounds like", "add its sound",
        "do its noise", "turn it into a sound", "play me its noise", "i'd like its sound", "let my ears have it"),
    "video": ("let it {m0}", "make it {m0}", "make {a} {vid} where it {m1}", "film it {m2}", "show it {m2}", "{a} {vid} of it {m2}", "animate it so that it {m1}", "animate it, {m2}",
        "show how it {m1}", "let me see it {m0}", "let me watch it {m0}", "have it {m0}", "get it to {m0}", "give me {a} {vid} in which it {m1}",
        "turn it into {a} {vid} where it {m1}", "i'd like {a} {vid} of it {m2}", "film how it {m1}", "see to it that it {m1}", "bring it to life, {m2}"),
    "video free": ("animate it", "make {a} {vid} of it", "film it", "bring it to life", "make it move", "let it move", "{a} {vid} of it",
        "let me watch it move", "let me see it move", "get it moving", "show it in motion", "set it in motion", "give me {a} {vid} of it",
        "turn it into {a} {vid}", "i'd like {a} {vid} of it", "make it come alive", "add {a} {vid} of it", "show it on the move"),
}  # fmt: skip
# The media as verbs over one thing: "draw, film and play a dog".
VERBS = {
    "image": ("draw", "draw", "paint", "show", "sketch", "show me", "picture", "let me see", "i want to see",
        "illustrate", "make a picture of", "depict", "make a drawing of"),
    "audio": ("play", "play", "let me hear", "sound out", "imitate", "make audible", "i want to hear", "make me hear", "let me listen to",
        "make the sound of", "mimic", "do the noise of"),
    "video": ("animate", "animate", "film", "let me watch", "i want to watch", "bring to life", "set in motion", "make a clip of", "make a video of",
        "make an animation of", "turn into a clip", "make a gif of", "let me watch a video of"),
}  # fmt: skip
VERBS_OVER = ("{list} {np}", "{list} {np}", "{list} {np}, {please_end}", "[{do}] {list} {np}", "[{do}] {list} {np}", "{np}: {list}", "please {list} {np}", "can you {list} {np}?", "could you {list} {np}?", "would you {list} {np} for me?", "{list} it: {np}", "take {np} and {list} it", "here is {np}: {list} it", "{np}, {list} it", "i'd like you to {list} {np}", "{list} this: {np}",
    "could you please {list} {np} for me?", "would you mind if i asked you to {list} {np}?", "do you think you could {list} {np}?", "are you able to {list} {np}?", "your job: {list} {np}", "in one go: {list} {np}", "in one answer, {list} {np}", "what i want you to do: {list} {np}", "the subject is {np}: {list} it", "think of {np}, then {list} it", "i give you {np}, you {list} it", "there is {np}: {list} it", "{np}? {list} it", "{list} the following: {np}")  # fmt: skip
AND_THEN = ("{x} and {y}", "{x} and {y}", "{x}, then {y}", "{x}. then {y}", "{x} and then {y}", "{x}, and {y}", "{x}. also {y}", "{x}. and {y}", "first {x}, then {y}", "{x}. after that {y}", "{x}, also {y}", "{x}; {y}", "{x}. besides, {y}", "{x}. {y}", "{x}, {y}", "{x} & {y}", "{x}. next, {y}", "{x} and also {y}", "{x}\n{y}", "{x}. afterwards {y}",
    "{x}, and if you can, {y}", "{x} and when you are done {y}", "{x}. when you're done, {y}", "{x}, and don't forget: {y}", "{x}. as a second step, {y}", "{x} first and {y} second", "{x}, and finally {y}", "{x}. i'd also like this: {y}", "{x} and please also {y}", "{x}... and {y}", "{x} + {y}", "two things: {x}, {y}", "{x} and in addition {y}",
    "{x}, and while you are at it {y}", "{x}. once you have done that, {y}", "{x}, but also {y}", "{x}. another thing: {y}", "{x}. one more thing: {y}", "{x}. part two: {y}", "{x}. in the same answer, {y}", "{x}, and to go with it {y}", "{x} / {y}", "{x} - {y}", "step one: {x}. step two: {y}", "do two things: {x} and {y}", "{x}. that's one. {y}. that's two", "{x}. last, {y}", "{x}, following that {y}")  # fmt: skip


def part(s: Speaker, wish: Wish, table: dict[str, tuple[str, ...]], style: str) -> str:
    m0, m1, m2 = move(s, wish.motion)
    inside = [name for name in wish.said() if name != "motion"]
    free = f"{wish.medium} free"
    return s.say(
        f"{style} {wish.medium}", table[free if wish.motion is None and free in table else wish.medium],
        np=lambda: phrase(s, wish, inside), mp=lambda: moving_phrase(s, wish, inside), m0=m0, m1=m1, m2=m2, **_slots(s, wish),  # type: ignore[arg-type]
    )  # fmt: skip


def listing(s: Speaker, parts: list[str]) -> str:
    if len(parts) == 2:
        return s.say("join", JOIN, x=parts[0], y=parts[1])
    if len(parts) == 3:
        return s.say("join three", JOIN_THREE, x=parts[0], y=parts[1], z=parts[2])
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def ask_several(s: Speaker, wishes: list[Wish]) -> str:
    """Several media in one breath, in this order. Where all are of one thing, its name may be said once."""
    same = len({w.thing for w in wishes}) == 1
    style = s.weigh({"list": 40, "about": 32 if same else 0, "then": 28, "verbs": 11 if same else 0})
    if style == "list":
        parts = [part(s, wishes[0], PART, "part")]
        parts += [
            part(s, w, PART_OF_IT if same and s.chance(0.6) and set(w.said()) <= {"motion"} else PART, "part")
            for w in wishes[1:]
        ]
        return s.say("listed", LISTED, list=listing(s, parts))
    if style == "about":
        # The thing's own attributes are said once and meant for picture and clip alike.
        parts = [part(s, Wish(w.medium, w.thing, motion=w.motion), PART_OF_IT, "part of it") for w in wishes]
        shown = next((w for w in wishes if w.medium != "audio"), wishes[0])
        inside = [name for name in shown.said() if name != "motion"]
        return s.say(
            "about one",
            ABOUT_ONE,
            list=listing(s, parts),
            np=phrase(s, shown, inside),
            noun=noun(s, shown.thing or ""),
        )
    if style == "verbs":
        shown = next((w for w in wishes if w.medium != "audio"), wishes[0])
        inside = [name for name in shown.said() if name != "motion"]
        moving = next((w for w in wishes if w.motion is not None), None)
        verbs = [s.pick(VERBS[w.medium]) for w in wishes]
        text = s.say(
            "verbs over",
            VERBS_OVER,
            list=f"{', '.join(verbs[:-1])}{s.pick((' and ', ' and ', ', ', ' and then '))}{verbs[-1]}",
            np=phrase(s, shown, inside),
        )
        return text if moving is None else tidy(text + tail(s, moving, ["motion"]))
    text = part(s, wishes[0], FOLLOWING, "following")
    for wish in wishes[1:]:
        bare = same and set(wish.said()) <= {"motion"} and s.chance(0.75)
        text = s.say(
            "and then", AND_THEN, x=text, y=part(s, wish, FOLLOWING_IT if bare else FOLLOWING, "following")
        )
    return s.fill(s.pick(("[{do}] {x}", "{x}", "{x}", "{x}, {please_end}")), x=text)
