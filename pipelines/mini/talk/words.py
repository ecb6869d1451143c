"""Common English, so that the vocabulary spends few tokens on how people wrap what they want. Data only."""

# ruff: noqa: E501
from __future__ import annotations

_COMMON = """
the a an and or but not no yes of to in on at it its it's is are was were be been am i'm i me my mine you your yours we us our he she
they them their his her this that these those there here what which who whom whose when where why how all any some each every both
many much more most other another same such only just also too very so as if then than because for from with without by about into over
under after before between through up down out off again once now today tomorrow yesterday later soon always never maybe perhaps
please pls plz thanks thank thx sorry hello hi hey good morning evening night afternoon bye goodbye welcome dear friend folks buddy mate
can could can't cannot couldn't will would wouldn't won't shall should may might must do does did don't doesn't didn't done have has had
make makes made making draw draws drawn drawing show shows shown showing give gives given get gets got want wants wanted wish like likes
need needs see sees seen saw hear hears heard listen play plays played sound sounds noise noises picture pictures image images video clip
audio animation animate moving move moves put puts place places set change changes turn turns let lets let's try create generate produce
paint sketch render design send bring take takes keep keeps stay stays add adds use uses using look looks looking think know knows tell
tells say says said speak ask asks answer find help wonder wondering possible able mean means meant hope love loves really actually well
okay ok sure great nice cool wonderful perfect lovely beautiful cute funny little bit thing things something anything nothing everything
someone person people man woman child kid kids son daughter mother father mum dad brother sister family boss teacher wife husband baby
one two three four five six seven eight nine ten first second third last next new old time day week year school project work home birthday
party card book story game room wall door house garden world animal animals colour color colours colors background behind front side sides
left right top bottom middle centre center upper lower part half edge corner hand small big large huge tiny giant size bigger smaller
larger red orange yellow green blue purple black white position attached given file above below hear heard seen shown
that's what's where's who's here's there's i'd i'll i've you're you'd we're isn't aren't doesn't shouldn't gonna wanna gimme lemme dunno
quick quickly fast slowly slow maybe else instead different opposite previous own still already yet back again way ways kind sort type
exactly around round across along near next inside outside away far whole quite rather pretty almost even ever since while until during
against among towards upon per via like unlike except plus minus times equals number count word words text name names title caption letter
question questions describe description explain identify recognise recognize guess contain contains include includes appear appears present
visible seem seems belong belongs match matches follow follows start starts stop stops happen happens come comes coming go goes going gone
run runs running walk walking fly flies flying float floating drift drifting slide slides sliding rise rises rising fall falls falling
sink sinking climb climbing grow grows growing shrink shrinks shrinking spin spins spinning rotate rotates rotating expand expanding
turning travel travelling head heading direction motion movement does way upwards downwards upward downward leftwards rightwards
bark barking cry crying ring ringing tick ticking croak croaking crow crowing crackle crackling wail wailing beat drumming sneeze sneezing
meow barks hum buzz whistle music song tune note melody voice loud quiet silent clear short long funny strange weird crazy amazing super
poem joke recipe weather news capital country city president code python program email essay price money buy sell book flight hotel
translate french german spanish write read sing cook calculate solve sum math maths history science football team player movie film
phone computer internet website google app data model robot human brain feel feeling alive age old born live lives eat eats drink sleep
teach learn study understand believe remember forget call calls called open close begin end finish ready busy bored tired happy sad angry
version replace swap switch edit modify adjust shift transfer convert turn freeze frame snapshot still photo poster sticker icon cartoon
both either neither together combined combine mix separate single double pair group set list item option choice choose pick select
true false correct wrong right sure certain fact real fake exact check test example sample sort demo hurry asap min sec wait hold moment
oh ah oops hmm uh um er well wow yeah yep nope yup nah alright fine dude bro sis sir madam kindly appreciate grateful favour favor
grandma granny niece nephew kids class lesson homework presentation slide website page blog post newsletter gift present invitation
limited world know understand draw colour twenty things eight sixteen seven only made model small honest learned trained outside
"""
COMMON: tuple[str, ...] = tuple(_COMMON.split())

EVERYDAY: tuple[str, ...] = (
    "could you please make me a picture of",
    "i would like to have a",
    "i'd love to see a",
    "can you show me what it looks like",
    "what does it sound like",
    "what do you see in this picture",
    "what do you hear in this recording",
    "where is it in the picture",
    "what colour is the background",
    "is there a thing in this picture",
    "please draw what you hear",
    "make it bigger please",
    "now on a red background",
    "move it to the other side",
    "let it move to the left",
    "which way does it go",
    "the background should be",
    "put it on the left hand side",
    "i am looking for a",
    "how about a",
    "i was wondering if you could",
    "would you be so kind as to",
    "do you think you could",
    "give me a sound and a video of",
    "i want a pic of it",
    "i need a clip and a pic",
    "sorry, i only know a small world of twenty things",
    "sorry, i can only draw one thing at a time",
    "sorry, i know no sound for it",
    "sorry, i can't do that, i only make small pictures, sounds and clips",
    "yes, there is, no, there is no",
    "yes, it is, no, it is not, it is on the left, it is at the top, it is in the middle",
    "the background is, the picture shows a, the clip shows a, i hear the sound of a",
    "i am mini, a small model, trained from scratch",
    "you are welcome, have a nice day, how are you, i am fine",
    "here you are, here it is, there you go, with pleasure, of course, and the sound, and the clip",
)
