"""The words people have for what is in the mini world. Data only.

Every word here is read by the model in training, whichever the split; what a split holds out are whole
phrasings (see grammar.py), words of the outside world (outside.py) and the world's held-out pairs.
"""

# ruff: noqa: E501
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """How a thing is called and what it does: `nouns` take "a"/"an", `bare` stand without an article."""

    nouns: tuple[str, ...]
    bare: tuple[str, ...]
    emoji: tuple[str, ...]
    verbs: tuple[tuple[str, str, str], ...]  # (bark, barks, barking): what it does when it is heard
    calls: tuple[str, ...]  # woof woof
    noises: tuple[str, ...]  # nouns that name the sound itself, without an article


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _names(nouns: str, bare: str, emoji: str, verbs: str, calls: str, noises: str) -> Names:
    triples = tuple(tuple(verb.split("/")) for verb in _split(verbs))
    return Names(_split(nouns), _split(bare), tuple(emoji.split()), triples, _split(calls), _split(noises))  # type: ignore[arg-type]


NAMES: dict[str, Names] = {
    "dog": _names(
        "dog, puppy, hound, doggy, doggo, pup, pooch, mutt, canine, doggie, pupper, labrador, poodle, terrier, "
        "beagle, dachshund, bulldog, husky, retriever, spaniel, german shepherd, puppy dog, collie, pug, rottweiler, "
        "dalmatian, chihuahua, mongrel, lapdog, sheepdog, woofer, golden retriever, four-legged friend",
        "man's best friend, fido, rover, rex",
        "🐕 🐶 🐩",
        "bark/barks/barking, woof/woofs/woofing, howl/howls/howling, yap/yaps/yapping",
        "woof woof, woof, bow-wow, bow wow, arf arf, ruff ruff, wuff wuff, yap yap, wau wau, bark bark, arf",
        "barking, dog barking, a bark, barks, woofing, a dog's bark, yapping, the woof of a dog",
    ),
    "rain cloud": _names(
        "rain cloud, raincloud, rainy cloud, cloud with rain, cloud, storm cloud, shower cloud, cloud that rains, "
        "raining cloud, downpour, rain shower, wet cloud, cloud full of rain, rainstorm, shower, drizzle, cloud raining",
        "rain, rainfall, rainy weather, clouds and rain, pouring rain",
        "🌧 🌧️ ☔",
        "rain/rains/raining, drip/drips/dripping, patter/patters/pattering, pour/pours/pouring",
        "pitter patter, drip drip, drip drop, splish splash, plip plop, drip drip drop, tip tap",
        "rain, rainfall, raindrops, falling rain, rain falling, pattering rain, pouring rain, a rain shower, the rain, "
        "rain on a roof, drizzle, a downpour",
    ),
    "sea wave": _names(
        "sea wave, wave, ocean wave, breaker, tidal wave, tsunami, swell, water wave, wave of the sea, seawave, "
        "wave from the ocean, surf wave, breaking wave, wave in the sea, rolling wave, surging wave, beach wave",
        "waves, surf, sea waves, ocean waves, the sea, the ocean, the surf, the waves",
        "🌊",
        "crash/crashes/crashing, roar/roars/roaring, break/breaks/breaking, splash/splashes/splashing",
        "whoosh, swoosh, splash, whoosh whoosh, swoosh swoosh, splash splash, schhh",
        "surf, waves, crashing waves, the sea, the ocean, waves crashing, waves on the beach, ocean waves, the surf, "
        "sea waves, waves breaking, the seaside, the beach, water on the shore",
    ),
    "baby": _names(
        "baby, infant, newborn, toddler, bambino, tot, bairn, new-born, baby boy, baby girl, newborn child, babe, "
        "newborn baby, bub, bubba, babe in arms, suckling, human baby",
        "our baby, my baby, bebe",
        "👶 🍼",
        "cry/cries/crying, wail/wails/wailing, weep/weeps/weeping, bawl/bawls/bawling, scream/screams/screaming",
        "waah waah, wah wah, waaah, boo hoo, whaa, bwaah, uweeh",
        "crying, a baby crying, a cry, wailing, sobbing, bawling, weeping, a crying child, baby cries, a baby's cry",
    ),
    "alarm clock": _names(
        "alarm clock, clock, alarm, wake-up clock, bedside clock, timepiece, ticker, ticking clock, alarmclock, "
        "morning alarm, clock with an alarm, table clock, wake up clock, clock for waking up, bedroom clock",
        "the thing that wakes me up",
        "⏰ 🕰 🕒",
        "tick/ticks/ticking, tick/ticks/ticking, go off/goes off/going off",
        "tick tock, ticktock, tick tick, tick tack, tick-tock, tick tock tick tock, tic toc, tick",
        "ticking, a tick, tick-tock, the ticking, the alarm, an alarm, a ticking clock, clock ticking, a clock, ticks",
    ),
    "sneezing face": _names(
        "sneezing face, sneeze, sneezing person, sneezer, person sneezing, face that sneezes, sick face, man sneezing, "
        "face with a cold, sneezing emoji, sneezy face, sneezing man, woman sneezing, sneezing smiley, face sneezing, "
        "person with a cold, person who sneezes, guy who sneezes, sneezing woman, person with hay fever, runny nose",
        "someone sneezing, somebody sneezing, someone who has a cold, someone with a cold, somebody who sneezes",
        "🤧",
        "sneeze/sneezes/sneezing, sneeze/sneezes/sneezing",
        "achoo, atchoo, hatschi, ah-choo, a-tishoo, ahchoo, haa-choo, atishoo, hatchoo, achoooo",
        "sneezing, a sneeze, sneezes, a cold, someone sneezing, a person sneezing, a big sneeze, somebody's sneeze",
    ),
    "helicopter": _names(
        "helicopter, chopper, copter, heli, whirlybird, rotorcraft, rescue helicopter, helo, police helicopter, "
        "army helicopter, hovering helicopter, gunship, rotor aircraft, medical helicopter",
        "airwolf",
        "🚁",
        "whirr/whirrs/whirring, hover/hovers/hovering, fly/flies/flying, chop/chops/chopping",
        "chop chop, whup whup, thwop thwop, wop wop, flap flap flap, whop whop, tchop tchop, flop flop flop",
        "rotor noise, a rotor, rotor blades, whirring blades, chopping blades, rotors, a chopper flying, a hovering chopper",
    ),
    "saw": _names(
        "saw, handsaw, hand saw, chainsaw, wood saw, hacksaw, carpenter's saw, sawing tool, buzz saw, saw blade, "
        "carpentry saw, chain saw, tool for cutting wood, lumberjack's saw, power saw, wood cutter",
        "something to cut wood",
        "🪚",
        "saw/saws/sawing, cut wood/cuts wood/cutting wood",
        "rrrrr, wrrrr, zzzing, brrrm, rritsch rratsch, wheee rrr, bzzzzt, vrrr vrrr",
        "sawing, wood being cut, cutting wood, sawing wood, sawing of wood, wood cutting, lumber being sawn, somebody sawing",
    ),
    "rooster": _names(
        "rooster, cock, cockerel, chanticleer, male chicken, farm rooster, barnyard rooster, morning rooster, "
        "crowing bird, proud rooster, cock from the farm, farmyard cock, rooster bird",
        "the bird that wakes the farm",
        "🐓 🐔",
        "crow/crows/crowing, cock-a-doodle/cock-a-doodles/cock-a-doodling",
        "cock-a-doodle-doo, cockadoodledoo, kikeriki, cocorico, cock a doodle doo, kukuruku, cock-a-doodle, quiquiriqui",
        "crowing, cock crow, a crow of the cock, crowing on the farm, the morning crow, cockcrow, cock-a-doodle-doo",
    ),
    "fire": _names(
        "fire, flame, blaze, bonfire, campfire, camp fire, burning fire, inferno, open fire, crackling fire, log fire, "
        "wildfire, burning flame, fireplace, hot fire, wood fire, hearth",
        "flames, fire, burning flames, something burning, burning wood",
        "🔥",
        "crackle/crackles/crackling, burn/burns/burning, blaze/blazes/blazing",
        "crackle crackle, snap crackle, crackle, crick crack, fssss, krrk krrk, crackle pop",
        "crackling, burning wood, crackling flames, burning, flames, crackling wood, logs burning, wood on fire",
    ),
    "bell": _names(
        "bell, church bell, handbell, hand bell, school bell, doorbell, dinner bell, ringing bell, brass bell, "
        "jingle bell, chime, cowbell, metal bell, reception bell, door bell, notification bell",
        "bells, church bells",
        "🔔 🛎",
        "ring/rings/ringing, chime/chimes/chiming, toll/tolls/tolling, jingle/jingles/jingling",
        "ding dong, ding ding, dong, bong, jingle jingle, dingdong, ding, ding-a-ling, dong dong, ding-dong",
        "ringing, chimes, tolling, bell ringing, a ring of the bell, bells ringing, jingling, a chime, ringing bells",
    ),
    "drum": _names(
        "drum, snare drum, bass drum, tom-tom, kettle drum, drum kit, drum set, snare, tambour, percussion drum, "
        "drumkit, marching drum, tom tom, percussion instrument, tin drum",
        "drums, percussion",
        "🥁",
        "beat/beats/beating, drum/drums/drumming, pound/pounds/pounding, bang/bangs/banging",
        "boom boom, bum bum, ratatata, rat-a-tat, ba dum tss, dum dum, rataplan, boom boom boom, bam bam, rum-pum-pum, boom",
        "drumming, a drumbeat, a drum roll, drum beats, beats, percussion, drumbeats, a drum solo, pounding, beating",
    ),
    "siren": _names(
        "siren, police siren, ambulance siren, fire siren, emergency siren, warning light, emergency light, police light, "
        "rotating light, alarm siren, flashing light, siren light, warning siren, beacon, police beacon, alarm light, "
        "police car light, air raid siren, emergency beacon, fire engine siren",
        "sirens, police sirens",
        "🚨",
        "wail/wails/wailing, howl/howls/howling, blare/blares/blaring, scream/screams/screaming",
        "wee woo wee woo, nee naw, nino nino, weeoo weeoo, tatu tata, wee-woo, nee nor nee nor, wiu wiu, tatuu tata, weewoo",
        "sirens, a wailing siren, police sirens, an emergency, emergency sirens, an ambulance coming, wailing of the police",
    ),
    "piano": _names(
        "piano, grand piano, keyboard, upright piano, pianoforte, musical keyboard, concert grand, concert piano, "
        "keyboard instrument, set of piano keys, stage piano",
        "piano keys, black and white keys of a piano",
        "🎹",
        "play/plays/playing, tinkle/tinkles/tinkling, plink/plinks/plinking",
        "plink plonk, plim plim, tinkle tinkle, plink plink, plonk, dadada dum on the keys, plinketi plonk",
        "piano music, piano notes, a piano chord, a tune on the piano, piano playing, piano keys, a piano piece, "
        "someone playing piano, a piano tune, a melody on the piano, a note on the piano",
    ),
    "train": _names(
        "train, steam train, locomotive, steam engine, railway engine, loco, choo-choo, choo choo train, steam loco, "
        "steam locomotive, railway train, iron horse, railroad train, train engine, choo choo, express train, freight train",
        "thomas the tank engine",
        "🚂 🚆",
        "whistle/whistles/whistling, chug/chugs/chugging, toot/toots/tooting, puff/puffs/puffing",
        "choo choo, chugga chugga, toot toot, tschu tschu, choo-choo, chuff chuff, tuut tuut, chugga chugga choo choo",
        "a train whistle, chugging, train noise, a steam whistle, a train going by, chuffing, a passing train, a train horn",
    ),
    "frog": _names(
        "frog, toad, froggy, froggie, bullfrog, pond frog, amphibian, croaker, water frog, croaking frog, swamp frog, "
        "frog from the pond, froggo, ribbiter, frogger, marsh frog",
        "kermit, mister frog",
        "🐸",
        "croak/croaks/croaking, ribbit/ribbits/ribbiting, croak/croaks/croaking",
        "ribbit ribbit, ribbit, croak croak, rebbit, brekekekex, quaak quaak, croak, rivet rivet, kwaak, kero kero",
        "croaking, a croak, ribbiting, croaks, ribbits, croaking at the pond, a ribbit, frogs at night",
    ),
    "cat": _names(
        "cat, kitty, kitten, kitty cat, pussycat, feline, tomcat, tabby, mouser, moggy, house cat, siamese cat, "
        "persian cat, alley cat, pussy cat, kitteh, puss, tabby cat, pet cat, housecat",
        "garfield",
        "🐈 🐱",
        "meow/meows/meowing, purr/purrs/purring, miaow/miaows/miaowing",
        "meow, miaow, meow meow, mew mew, miau, purr purr, meoow",
        "meowing, purring, a meow, a purr, miaowing, meows",
    ),
    "car": _names(
        "car, automobile, auto, motorcar, motor car, sedan, passenger car, hatchback, family car, sports car, racing car, "
        "jalopy, company car, car with four wheels, beetle car, saloon car, race car, motor vehicle",
        "my new car, someone's car",
        "🚗 🚘",
        "honk/honks/honking, drive/drives/driving, rev/revs/revving",
        "vroom vroom, honk honk, beep beep, brum brum, vroom, tut tut, broom broom",
        "honking, a car horn, a car engine, driving, revving, an engine of a car, a motor, traffic",
    ),
    "fish": _names(
        "fish, fishy, fishie, trout, carp, salmon, tuna, herring, swimming fish, cod, guppy, sea fish, aquarium fish, "
        "goldfish, freshwater fish, pet fish, swimmer with fins, mackerel, fish with fins",
        "nemo, something with fins",
        "🐟 🐠",
        "swim/swims/swimming, bubble/bubbles/bubbling, blub/blubs/blubbing",
        "blub blub, glug glug, blub, bloop bloop, gloop",
        "bubbling, blubbing, swimming, splashing of a fish",
    ),
    "tree": _names(
        "tree, oak, oak tree, leafy tree, deciduous tree, maple, beech, forest tree, linden, elm, sapling, shade tree, "
        "garden tree, maple tree, tree with leaves, beech tree, tall tree, tree from the woods, park tree, broadleaf tree",
        "something with leaves and a trunk",
        "🌳",
        "rustle/rustles/rustling, creak/creaks/creaking, sway/sways/swaying",
        "rustle rustle, creak, swish swish, rustle, whish",
        "rustling, rustling leaves, creaking wood, leaves in the wind, swaying branches",
    ),
}

COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "red": _split(
        "red, bright red, scarlet, crimson, cherry red, tomato red, blood red, ruby red, fire-engine red, dark red, reddish, ruby, deep red"
    ),
    "orange": _split(
        "orange, bright orange, tangerine, pumpkin orange, dark orange, orangey, carrot orange, deep orange, orange-coloured"
    ),
    "yellow": _split(
        "yellow, bright yellow, lemon yellow, sunny yellow, canary yellow, lemon, banana yellow, yellowish, sunflower yellow"
    ),
    "green": _split(
        "green, bright green, emerald, grass green, lime green, dark green, leaf green, emerald green, forest green, greenish, grassy green"
    ),
    "blue": _split(
        "blue, bright blue, sky blue, navy blue, azure, light blue, dark blue, navy, royal blue, deep blue, ocean blue, cobalt blue, bluish"
    ),
    "purple": _split(
        "purple, violet, dark purple, bright purple, lilac, royal purple, deep purple, plum purple, purplish, lavender"
    ),
    "black": _split(
        "black, jet black, pitch black, pitch-black, all black, deep black, coal black, night black, plain black, ebony"
    ),
    "white": _split(
        "white, snow white, plain white, pure white, all white, snowy white, bright white, blank white, white as snow, clean white"
    ),
}
COLOUR_EMOJI = {
    "red": "🔴",
    "orange": "🟠",
    "yellow": "🟡",
    "green": "🟢",
    "blue": "🔵",
    "purple": "🟣",
    "black": "⚫",
    "white": "⚪",
}

_SIDE = (
    "on the {s}, to the {s}, at the {s}, on the {s} side, on the {s}-hand side, on the {s} hand side, at the {s} edge, "
    "in the {s} half, in the {s} part, over on the {s}, far {s}, all the way {s}, all the way to the {s}, at the far {s}, "
    "towards the {s}, on the {s} of the picture, near the {s} edge, near the {s} border, at {s}, {s} side, in the {s}, "
    "toward the {s} side, close to the {s} edge, along the {s} edge, on the {s} of the frame, {s}-aligned, more to the {s}, "
    "at the {s} border, on the very {s}, to the {s} side, off to the {s}, somewhere on the {s}, {s} of centre, hard {s}"
)
PLACES: dict[str, tuple[str, ...]] = {
    "left": _split(_SIDE.format(s="left")),
    "right": _split(_SIDE.format(s="right")),
    "top": _split(
        "at the top, up top, on top, at the upper edge, in the upper part, in the upper half, near the top, high up, up high, "
        "in the top half, at the very top, close to the top, up at the top, at the top of the picture, top side, in the top part, "
        "on the upper side, towards the top, at the top edge, on the top, up there at the top, near the upper edge, in the upper area, "
        "up above, all the way up, somewhere at the top, at the upper border, top, right at the top, way up high, in the top"
    ),
    "bottom": _split(
        "at the bottom, down at the bottom, down below, at the lower edge, in the lower part, in the lower half, near the bottom, "
        "low down, in the bottom half, at the very bottom, close to the bottom, at the bottom of the picture, bottom side, "
        "in the bottom part, on the lower side, towards the bottom, at the bottom edge, on the bottom, near the lower edge, "
        "in the lower area, down low, all the way down, somewhere at the bottom, at the lower border, bottom, right at the bottom, "
        "way down, at the foot of the picture, in the bottom, down there at the bottom, underneath everything"
    ),
    "middle": _split(
        "in the middle, in the centre, in the center, right in the middle, centred, centered, dead centre, at the centre, "
        "at the center, in the middle of the picture, in the very middle, in the central part, exactly in the middle, middle, "
        "center, centre, right in the centre, in the heart of the picture, smack in the middle, in the center of the image, "
        "in the middle part, bang in the middle, in mid-picture, centrally placed, right at the centre, in the midst, halfway"
    ),
}
PLACE_WORDS: dict[str, tuple[str, ...]] = {
    "left": _split(
        "left, left side, left-hand side, left edge, left half, far left, the left, lefthand side, left part"
    ),
    "right": _split(
        "right, right side, right-hand side, right edge, right half, far right, the right, righthand side, right part"
    ),
    "top": _split(
        "top, upper part, upper half, top half, upper edge, top edge, the top, upper side, upper area, up"
    ),
    "bottom": _split(
        "bottom, lower part, lower half, bottom half, lower edge, bottom edge, the bottom, lower side, lower area, down"
    ),
    "middle": _split(
        "middle, centre, center, the middle, the centre, the center, mid, central, middle part, central part"
    ),
}
PLACE_EMOJI = {"left": "⬅️", "right": "➡️", "top": "⬆️", "bottom": "⬇️", "middle": "🎯"}

SIZE_WORDS: dict[str, tuple[str, ...]] = {
    "small": _split(
        "small, little, tiny, miniature, teeny, wee, itty-bitty, teeny tiny, very small, rather small, quite small, smallish, "
        "really small, minuscule, pint-sized, pocket-sized, tiny little, small sized, really tiny, super small"
    ),
    "big": _split(
        "big, large, huge, giant, enormous, gigantic, massive, great big, very big, really big, oversized, jumbo, rather large, "
        "quite big, very large, humongous, immense, bigger, big fat, super big, mighty, big sized, extra large"
    ),
}
SIZE_TAGS: dict[str, tuple[str, ...]] = {
    "small": _split(
        "small, tiny, little, size small, size: small, small size, as small as possible, not big, make it small, S, small one, "
        "in small, on a small scale, keep it small, tiny one, mini size, not too large, of small size"
    ),
    "big": _split(
        "big, large, huge, size big, size: big, large size, as big as possible, not small, make it big, XL, big one, in large, "
        "on a large scale, nice and big, huge one, full size, big size, not too small, of big size, XXL"
    ),
}

# (bare form, third person, -ing form); "moves left" names a clip, "move it left" an edit of a picture.
_GO = (
    "move {d}/moves {d}/moving {d}, go {d}/goes {d}/going {d}, move to the {d}/moves to the {d}/moving to the {d}, "
    "drift {d}/drifts {d}/drifting {d}, slide {d}/slides {d}/sliding {d}, go to the {d}/goes to the {d}/going to the {d}, "
    "travel {d}/travels {d}/travelling {d}, head {d}/heads {d}/heading {d}, glide to the {d}/glides to the {d}/gliding to the {d}, "
    "drift to the {d}/drifts to the {d}/drifting to the {d}, float {d}/floats {d}/floating {d}, "
    "move {d}wards/moves {d}wards/moving {d}wards, slide to the {d}/slides to the {d}/sliding to the {d}, "
    "run {d}/runs {d}/running {d}, run to the {d}/runs to the {d}/running to the {d}, walk to the {d}/walks to the {d}/walking to the {d}, "
    "fly to the {d}/flies to the {d}/flying to the {d}, wander {d}/wanders {d}/wandering {d}, rush to the {d}/rushes to the {d}/rushing to the {d}, "
    "travel from {o} to {d}/travels from {o} to {d}/travelling from {o} to {d}, go from the {o} to the {d}/goes from the {o} to the {d}/going from the {o} to the {d}, "
    "move from {o} to {d}/moves from {o} to {d}/moving from {o} to {d}, shift to the {d}/shifts to the {d}/shifting to the {d}, "
    "leave to the {d}/leaves to the {d}/leaving to the {d}, pass from {o} to {d}/passes from {o} to {d}/passing from {o} to {d}"
)


def _moves(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(tuple(verb.split("/")) for verb in _split(text))  # type: ignore[misc]


MOVES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "left": _moves(_GO.format(d="left", o="right")),
    "right": _moves(_GO.format(d="right", o="left")),
    "up": _moves(
        "move up/moves up/moving up, go up/goes up/going up, rise/rises/rising, climb/climbs/climbing, ascend/ascends/ascending, "
        "float up/floats up/floating up, fly up/flies up/flying up, drift up/drifts up/drifting up, move upwards/moves upwards/moving upwards, "
        "lift off/lifts off/lifting off, float upwards/floats upwards/floating upwards, go upwards/goes upwards/going upwards, "
        "travel upward/travels upward/travelling upward, soar/soars/soaring, slide up/slides up/sliding up, "
        "move from bottom to top/moves from bottom to top/moving from bottom to top, take off/takes off/taking off, "
        "rise up/rises up/rising up, head up/heads up/heading up, move to the top/moves to the top/moving to the top, "
        "go from the bottom to the top/goes from the bottom to the top/going from the bottom to the top"
    ),
    "down": _moves(
        "move down/moves down/moving down, go down/goes down/going down, fall/falls/falling, sink/sinks/sinking, drop/drops/dropping, "
        "descend/descends/descending, fall down/falls down/falling down, float down/floats down/floating down, drift down/drifts down/drifting down, "
        "move downwards/moves downwards/moving downwards, go downwards/goes downwards/going downwards, travel downward/travels downward/travelling downward, "
        "slide down/slides down/sliding down, move from top to bottom/moves from top to bottom/moving from top to bottom, "
        "tumble down/tumbles down/tumbling down, come down/comes down/coming down, head down/heads down/heading down, "
        "move to the bottom/moves to the bottom/moving to the bottom, plunge/plunges/plunging, "
        "go from the top to the bottom/goes from the top to the bottom/going from the top to the bottom"
    ),
    "grows": _moves(
        "grow/grows/growing, get bigger/gets bigger/getting bigger, become bigger/becomes bigger/becoming bigger, expand/expands/expanding, "
        "get larger/gets larger/getting larger, swell/swells/swelling, inflate/inflates/inflating, grow bigger/grows bigger/growing bigger, "
        "become larger/becomes larger/becoming larger, get bigger and bigger/gets bigger and bigger/getting bigger and bigger, "
        "grow in size/grows in size/growing in size, blow up like a balloon/blows up like a balloon/blowing up like a balloon, "
        "enlarge/enlarges/enlarging, grow and grow/grows and grows/growing and growing, get huge/gets huge/getting huge, "
        "grow larger/grows larger/growing larger, turn from small to big/turns from small to big/turning from small to big, "
        "increase in size/increases in size/increasing in size"
    ),
    "shrinks": _moves(
        "shrink/shrinks/shrinking, get smaller/gets smaller/getting smaller, become smaller/becomes smaller/becoming smaller, "
        "contract/contracts/contracting, get tinier/gets tinier/getting tinier, shrink away/shrinks away/shrinking away, "
        "get smaller and smaller/gets smaller and smaller/getting smaller and smaller, diminish/diminishes/diminishing, "
        "decrease in size/decreases in size/decreasing in size, dwindle/dwindles/dwindling, grow smaller/grows smaller/growing smaller, "
        "shrivel/shrivels/shriveling, shrink down/shrinks down/shrinking down, become tiny/becomes tiny/becoming tiny, get tiny/gets tiny/getting tiny, "
        "turn from big to small/turns from big to small/turning from big to small, deflate/deflates/deflating, lose size/loses size/losing size"
    ),
    "spins": _moves(
        "spin/spins/spinning, rotate/rotates/rotating, turn round/turns round/turning round, turn around/turns around/turning around, "
        "twirl/twirls/twirling, whirl/whirls/whirling, do a spin/does a spin/doing a spin, revolve/revolves/revolving, "
        "spin around/spins around/spinning around, turn in circles/turns in circles/turning in circles, spin in place/spins in place/spinning in place, "
        "turn on the spot/turns on the spot/turning on the spot, spin round and round/spins round and round/spinning round and round, "
        "go round and round/goes round and round/going round and round, rotate on the spot/rotates on the spot/rotating on the spot, "
        "pirouette/pirouettes/pirouetting, spin like a top/spins like a top/spinning like a top, turn around itself/turns around itself/turning around itself, "
        "do pirouettes/does pirouettes/doing pirouettes, turn/turns/turning, roll around/rolls around/rolling around"
    ),
}
MOTION_TAGS: dict[str, tuple[str, ...]] = {
    "left": _split(
        "leftwards, to the left, motion left, motion: left, direction left, leftward, going left, right to left, movement to the left, from right to left"
    ),
    "right": _split(
        "rightwards, to the right, motion right, motion: right, direction right, rightward, going right, left to right, movement to the right, from left to right"
    ),
    "up": _split(
        "upwards, motion up, motion: up, direction up, upward, going up, rising, bottom to top, upward movement, from bottom to top"
    ),
    "down": _split(
        "downwards, motion down, motion: down, direction down, downward, going down, falling, top to bottom, downward movement, from top to bottom"
    ),
    "grows": _split(
        "growing, getting bigger, motion: grows, growth, with growth, small to big, bigger and bigger"
    ),
    "shrinks": _split("shrinking, getting smaller, motion: shrinks, big to small, smaller and smaller"),
    "spins": _split(
        "spinning, rotating, motion: spins, rotation, with a spin, round and round, spin, turning"
    ),
}
# A kind of moving that leaves the direction free.
FREE_MOVES = _moves(
    "move/moves/moving, move around/moves around/moving around, come alive/comes alive/coming alive, be in motion/is in motion/in motion, "
    "move somehow/moves somehow/moving somehow, run/runs/running, go somewhere/goes somewhere/going somewhere, move a bit/moves a bit/moving a bit"
)

IMAGE_NOUNS = _split(
    "picture, picture, picture, pic, image, image, image, drawing, sketch, painting, illustration, photo, photograph, snapshot, graphic, "
    "cartoon, icon, portrait, sticker, poster, postcard, doodle, still image, still, visual, rendering, png, jpeg, jpg, piece of art, artwork, "
    "figure, wallpaper, scene, canvas, pictogram, pixel picture, still picture, avatar, watercolour, comic, snap, shot, card"
)
AUDIO_NOUNS = _split(
    "sound, sound, sound, noise, noise, audio, recording, sound clip, audio clip, sound effect, sfx, wav, mp3, sound file, audio file, "
    "sound bite, audio recording, sound sample, ringtone, audio sample, sound recording, sound track, audio track, noises, sounds"
)
VIDEO_NOUNS = _split(
    "video, video, video, clip, clip, animation, animation, gif, movie, film, short film, video clip, moving picture, animated picture, "
    "footage, mp4, vid, short video, short clip, animated gif, moving image, little film, small video, mini video, film clip, loop, "
    "short animation, animated clip, little clip, motion picture, reel, video sequence"
)
NOUNS = {"image": IMAGE_NOUNS, "audio": AUDIO_NOUNS, "video": VIDEO_NOUNS}

DRAW = _split(
    "draw, draw, draw, paint, sketch, make, create, generate, show, give, design, illustrate, render, produce, depict, do, "
    "craft, prepare, whip up, draw up, doodle, cook up, conjure up, compose, pencil, portray, put together"
)
DRAW_ONLY = _split(
    "draw, draw, draw, draw, paint, sketch, illustrate, doodle, depict, pencil, portray, scribble, picture, crayon, photograph"
)
MAKE_IMAGE = _split(
    "make, create, generate, show, give, design, render, produce, do, craft, prepare, draw, paint, get, send, present, build, deliver, make up, sketch"
)
MAKE_AUDIO = _split(
    "make, create, generate, play, give, produce, do, play, prepare, synthesise, get, send, render, let me have, record, deliver, output, present, play back"
)
MAKE_VIDEO = _split(
    "make, create, generate, show, give, produce, do, render, shoot, film, prepare, get, send, make up, direct, build, put together, present, play"
)
ADJECTIVES = _split(
    "nice, cute, lovely, funny, beautiful, pretty, friendly, simple, happy, good, sweet, cool, great, plain, adorable, fancy, decent, "
    "old, young, proper, perfect, typical, normal, ordinary, wonderful, awesome, charming, real, single, silly, fluffy, quick, neat"
)
CATEGORIES: dict[str, frozenset[str]] = {
    "an animal": frozenset({"dog", "rooster", "frog", "cat", "fish"}),
    "a vehicle": frozenset({"helicopter", "train", "car"}),
    "an instrument": frozenset({"drum", "piano"}),
    "a musical instrument": frozenset({"drum", "piano"}),
    "a plant": frozenset({"tree"}),
    "a tool": frozenset({"saw"}),
    "a human": frozenset({"baby", "sneezing face"}),
    "a bird": frozenset({"rooster"}),
}

# What is ordered of a thing when its sound is wanted.
ORDERS: dict[str, tuple[str, ...]] = {
    "dog": _split(
        "let the dog bark, make the dog bark, bark like a dog, bark for me, have the puppy bark, woof for me, let rex bark"
    ),
    "rain cloud": _split(
        "let it rain so i can hear it, make it rain so that i hear it, let me hear the rain, i want to hear it raining, let me listen to the rain"
    ),
    "sea wave": _split(
        "let the sea roar, let me hear the sea, let me listen to the waves, i want to hear the ocean, take my ears to the beach, let the waves crash"
    ),
    "baby": _split(
        "let the baby cry, make the baby cry, cry like a baby, have the infant cry, let me hear the little one cry"
    ),
    "alarm clock": _split(
        "let the clock tick, make the clock tick, tick like a clock, go tick tock, let me hear the clock ticking"
    ),
    "sneezing face": _split(
        "sneeze for me, sneeze, sneeze once please, do a sneeze, make somebody sneeze, give me a sneeze, sneeze as loud as you can"
    ),
    "helicopter": _split(
        "start the helicopter so i hear it, let the rotor turn so i hear it, let a helicopter fly over my head for my ears, let me hear the chopper"
    ),
    "saw": _split(
        "start the chainsaw, saw some wood for my ears, let me hear somebody saw wood, switch on the chainsaw, make the saw go"
    ),
    "rooster": _split(
        "let the rooster crow, make the rooster crow, crow for me, crow like a rooster, wake me up like a rooster would, let the cock crow"
    ),
    "fire": _split(
        "let the fire crackle, let me listen to the fire, crackle like a fire, let me hear the fire burn, i want to hear the fire crackle"
    ),
    "bell": _split(
        "ring the bell, ring a bell, let the bell ring, chime the bell, sound the bell, let the bells ring, toll the bell, ring that bell for me"
    ),
    "drum": _split(
        "bang the drum, beat the drum, play the drum, play the drums, hit the drum, play me something on the drums, let me hear the drum, drum for me"
    ),
    "siren": _split(
        "sound the siren, switch on the siren, turn on the siren, let the siren wail, let the siren howl, let me hear the siren, put on the siren"
    ),
    "piano": _split(
        "play the piano, play something on the piano, hit a key on the piano, play me the piano, strike a chord on the piano, play a tune on the piano, play piano"
    ),
    "train": _split(
        "blow the train whistle, let the train whistle, toot like a train, let the locomotive whistle, let me hear the train, make the train go choo choo"
    ),
    "frog": _split(
        "let the frog croak, make the frog croak, croak like a frog, croak for me, ribbit for me, let me hear the frog, have the frog croak"
    ),
    "cat": _split(
        "let the cat meow, make the cat meow, meow for me, meow like a cat, purr like a cat, let the kitty purr"
    ),
    "car": _split(
        "honk the horn of the car, start the car so i hear the engine, let the car honk, rev the engine of the car, beep like a car"
    ),
    "fish": _split(
        "let the fish bubble, let me hear the fish, make the fish go blub, blub like a fish, let me listen to the fish"
    ),
    "tree": _split(
        "let the tree rustle, let me hear the tree, let the leaves of the tree rustle, rustle like a tree, let me listen to the tree"
    ),
}
