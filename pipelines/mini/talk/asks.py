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
)  # fmt: skip
# No room for attributes inside: they all follow in the tail.
IMAGE_PLAIN = (
    "{noun} {pic}", "{a} {noun} {pic}", "{a} {noun} {pic} {please_end}", "[{do}] {make}{me} {a} {noun} {pic}", "{want} {a} {noun} {pic}", "{wanna_see} {a} {noun} {pic}", "what does {an} look like", "what do you think {an} looks like?", "how does {an} look like?",
    "{an}", "{an} {please_end}", "[{do}] {draw}{me} {an}", "{want} {an}, drawn", "{pic} {noun}", "{pic} of {an}", "{noun}, {pic}", "{thenoun}, {please_end}", "something with {an} in it, {pic}", "{pic} with {an} in it", "(draw|paint) {an}, {please_end}", "(draw|paint|sketch) {thenoun}", "do you know {an}? draw (it|one)", "i like {noun}s, draw one", "i love {noun}s, make {a} {pic} (of one|with one)", "do you like {noun}s? draw me one",
    "(my daughter|my son|my niece|my kid|my wife|grandma|my friend|our teacher|my little brother) (loves|adores|likes|is crazy about|is fond of|wants to see) {noun}s, (can you draw|please draw|draw|could you paint|show|please show|make) (one|her one|him one|them one|a {pic} of one)",
    "what i would like on the {pic} is {an}", "i (was asked|have|need) to draw {an} but i can't, (help|do it for me|can you)", "(you know|know) {an}? i need a {pic} of (one|it)",
    "{noun} {pic} make please", "{noun} draw please", "{pic} {noun} want", "{noun} i want see", "the {noun} as {a} {pic}", "{a} {noun}'s {pic}", "{pic} of {noun}", "something like {an}, {pic}", "you may draw {an}", "make it {an}, as {a} {pic}", "would you mind drawing {an}?", "how about drawing {an}?", "{noun}[, please]. {pic}", "{an}. {a} {pic}", "{pic} please. {an}", "can you do {an}?", "let's draw {an}",
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
)  # fmt: skip
# Motion left for the tail, or free.
VIDEO_PLAIN = (
    "[{do}] {make}{me} {a} {nice}{vid} {of} {an}", "{want} {a} {nice}{vid} {of} {an}", "{a} {noun} {vid}", "{noun} {vid}", "{noun} {vid}, {please_end}", "[{do}] animate {an}", "animate {thenoun}", "[{do}] {make}{me} {a} {noun} {vid}", "{want} {a} {noun} {vid}", "{vid} of {an}", "{vid}: {noun}", "{vid} {noun}", "{an} as {a} {vid}", "{an}, {vid}",
    "{an}, animated", "an animated {noun}", "a moving {noun}", "bring {an} to life", "[{do}] let {an} move", "[{do}] make {an} move", "{want} {an} in motion", "{wanna_watch} {a} {vid} {of} {an}", "{wanna_watch} {an} move", "{wanna_watch} {an} in motion", "film {an}", "(film|shoot|record) {an} for me", "set {an} in motion", "(do you have|got|is there) {a} {vid} of {an}?", "{a} {vid} with {an} in it", "{vid} with {an}", "(my daughter|my son|my niece|grandpa|our kids|my class) (loves|adores|likes|love) {noun}s, (make|show|film) {a} {vid} of one",
    "can you make {a} {vid} of {an}?", "could i have {a} {vid} {of} {an}?", "/video {noun}", "how about {a} {noun} {vid}?", "{a} {vid} {of} {an}, {please_end}",
    "would you mind animating {an}?", "how about animating {an}?", "{noun} {vid} make please", "{vid} {noun} want", "{a} {noun}'s {vid}", "need {a} {vid} of {an}", "want {a} {vid} of {an}", "looking for {a} {vid} of {an}", "{an}. {a} {vid}", "{vid} please. {an}", "can you animate {an}?", "could you film {an}?", "let's animate {an}", "i'd love {a} {vid} of {an}", "is there {a} {vid} of {an}?", "{an} moving, {vid}", "no still, {a} {vid} of {an}",
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
    "image": ("{a} {pic} of {np}", "{a} {pic} of {np}", "{a} {pic} {of} {np}", "{a} {nice}{pic} {of} {np}", "{a} drawing of {np}", "{np} as {a} {pic}"),
    "audio": ("the (sound|noise) of {an}", "the sound of {an}", "{a} {noun} {snd}", "{a} {snd} of {an}", "the sound {an} makes", "{noises}", "what {an} sounds like", "{a} {snd} with {noises}"),
    "video": ("{a} {vid} of {mp}", "{a} {vid} of {mp}", "{a} {vid} (where|in which) {np} {m1}", "{a} {vid} {of} {mp}", "{mp} as {a} {vid}"),
}  # fmt: skip
PART_OF_IT = {
    "image": ("{a} {pic}", "{a} {pic}", "{a} {pic} of it", "{a} {pic} of one", "its {pic}", "what it looks like"),
    "audio": ("the sound", "its sound", "{a} {snd}", "the sound it makes", "its noise", "how it sounds", "the noise", "{a} {snd} of it", "what it sounds like"),
    "video": ("{a} {vid} in which it {m1}", "{a} {vid} of it {m2}", "{a} {vid} where it {m1}", "it {m2} in {a} {vid}", "{a} {vid} of one {m2}", "{a} {vid} ({m2})", "{a} {vid} that shows it {m2}"),
    "video free": ("{a} {vid}", "{a} {vid}", "{a} {vid} of it", "{a} {vid} of one", "{a} {vid} with it", "something animated"),
}  # fmt: skip
JOIN = ("{x} and {y}", "{x} and {y}", "{x} and {y}", "{x} and {y}", "{x} plus {y}", "{x}, then {y}", "{x} and also {y}", "{x} as well as {y}", "{x} & {y}", "{x}, {y}", "{x} + {y}", "{x} and then {y}", "both {x} and {y}", "first {x}, then {y}", "{x} with {y}", "{x} together with {y}", "{x} followed by {y}", "{x}; {y}", "{x} along with {y}", "{x}, and {y} too", "{x} and after that {y}", "{x}, also {y}", "1. {x} 2. {y}", "1) {x}, 2) {y}", "{x}, and on top of that {y}")  # fmt: skip
JOIN_THREE = ("{x}, {y} and {z}", "{x}, {y} and {z}", "{x}, {y} and {z}", "{x}, {y}, and {z}", "{x}, {y}, {z}", "{x} and {y} and {z}", "{x} + {y} + {z}", "{x}, then {y}, then {z}", "first {x}, then {y}, finally {z}", "{x} as well as {y} and {z}", "{x} plus {y} plus {z}", "all of these: {x}, {y}, {z}", "{x}, {y} & {z}", "1. {x} 2. {y} 3. {z}", "{x}, also {y} and {z}")  # fmt: skip
LISTED = (
    "{want} {list}", "{want} {list}", "{want} {list}, {please_end}", "[{do}] (make|create|produce|give|generate|prepare|send|get){me} {list}", "[{do}] (make|create|produce|give|generate|show){me} {list}", "{list}", "{list}, {please_end}", "{list} would be (nice|great|perfect)", "(can|could|may) i (have|get) {list}?", "i'd be happy with {list}", "do you have {list}?", "how about {list}?", "(several|more than one|many|a few) things[ please]: {list}", "here is what i need: {list}", "my order: {list}", "(output|return|deliver): {list}", "(my|our) wishes: {list}",
)  # fmt: skip
ABOUT_ONE = (
    "{list} of {np}", "{list} of {np}, {please_end}", "{want} {list} of {np}", "[{do}] (make|create|produce|give|generate|prepare|send|get){me} {list} of {np}", "{np}: {list}", "{np}, {list}", "{np} as {list}", "{want} {np} as {list}", "{list} (for|about|with) {np}", "(can|could|may) i (have|get) {list} of {np}?", "i (love|like|adore) {noun}s. {want} {list}", "take {np} and give me {list}", "everything about {np}: {list}", "(tonight|today) it's all about {np}: {list}", "[{do}] (show|present) {np} in {list}", "{list} please, {np}", "topic: {np}. {list}",
)  # fmt: skip
FOLLOWING = {
    "image": ("draw {np}", "draw {np}", "show me {np}", "make {a} {pic} of {np}", "{a} {pic} of {np}", "paint {np}"),
    "audio": ("play the sound of {an}", "let me hear {an}", "let me hear {noises}", "{order}", "play {noises}", "make the sound of {an}", "the sound of {an}", "i want to hear {an}"),
    "video": ("make {a} {vid} of {mp}", "animate {mp}", "let {np} {m0}", "{a} {vid} of {mp}", "make {np} {m0}", "make {a} {vid} where {np} {m1}", "show {a} {vid} of {mp}"),
}  # fmt: skip
FOLLOWING_IT = {
    "image": ("draw it", "draw it", "show me it", "show me what it looks like", "make {a} {pic} of it", "paint it", "{a} {pic} of it", "draw one"),
    "audio": ("play its sound", "let me hear it", "play the sound it makes", "tell me how it sounds", "make its sound", "its sound too", "let it {bark}", "i want to hear it", "play what it sounds like", "make it {bark}"),
    "video": ("let it {m0}", "make it {m0}", "make {a} {vid} where it {m1}", "film it {m2}", "show it {m2}", "{a} {vid} of it {m2}", "animate it so that it {m1}", "animate it, {m2}"),
    "video free": ("animate it", "make {a} {vid} of it", "film it", "bring it to life", "make it move", "let it move", "{a} {vid} of it"),
}  # fmt: skip
AND_THEN = ("{x} and {y}", "{x} and {y}", "{x}, then {y}", "{x}. then {y}", "{x} and then {y}", "{x}, and {y}", "{x}. also {y}", "{x}. and {y}", "first {x}, then {y}", "{x}. after that {y}", "{x}, also {y}", "{x}; {y}", "{x}. besides, {y}", "{x}. {y}", "{x}, {y}", "{x} & {y}", "{x}. next, {y}", "{x} and also {y}", "{x}\n{y}", "{x}. afterwards {y}")  # fmt: skip


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
    style = s.weigh({"list": 40, "about": 32 if same else 0, "then": 28})
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
    text = part(s, wishes[0], FOLLOWING, "following")
    for wish in wishes[1:]:
        bare = same and set(wish.said()) <= {"motion"} and s.chance(0.75)
        text = s.say(
            "and then", AND_THEN, x=text, y=part(s, wish, FOLLOWING_IT if bare else FOLLOWING, "following")
        )
    return s.fill(s.pick(("[{do}] {x}", "{x}", "{x}", "{x}, {please_end}")), x=text)
