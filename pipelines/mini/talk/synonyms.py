# ruff: noqa: E501
"""More words for the same world. Apart from lexicon.py, which the vocabulary is learned from: these may still grow."""

from __future__ import annotations

from anygen_pipelines.mini.talk import lexicon


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_NOUNS: dict[str, str] = {
    "dog": "wolfhound, great dane, greyhound, corgi, shih tzu, border collie, watchdog, guard dog, pet dog, barker, woofie, tail-wagger, st bernard, hunting dog, street dog, house dog, jack russell, barking dog, puppers, doggy dog, family dog, pet puppy, alsatian",
    "rain cloud": "rain-cloud, cloudburst, rainy sky, dripping cloud, cloud with raindrops, stormcloud, pouring cloud, nimbus, cloud in the rain, cloud with drops, thundercloud, raindrop cloud, weather cloud, wet weather cloud, rain storm, cloud with water falling",
    "sea wave": "wave in the ocean, surge, surging sea, whitecap, wave at the beach, wave on the shore, flood wave, rolling sea, swell of the sea, surfer's wave, wave of water, roaring sea, stormy sea, ocean swell, foaming wave, wave from the sea, curling wave, seaside wave",
    "baby": "nipper, bundle of joy, crying baby, human infant, infant child, rugrat, newborn infant, crybaby, cute baby, baby face, baby child, weeping baby, newly born baby, baby kid, baby person, baby girl, baby boy, child in diapers",
    "alarm clock": "alarm-clock, wake-up alarm, ringing clock, mechanical alarm clock, old-fashioned clock, tick-tock clock, ticking thing, snooze clock, clock that wakes you, clock which rings, clock for the morning, waking clock, retro alarm clock, wakeup clock, wake-me-up clock, time keeper, timer clock",
    "sneezing face": "sneezing guy, sneezing girl, allergic person, person with allergies, allergy face, sick emoji, person with the flu, snotty nose, smiley with a tissue, face with a tissue, sneezing head, bless you face, sneezing boy, sneezing smiley face, achoo face, sneezer with a tissue, someone's sneeze, sneezing human, face blowing its nose, nose-blowing face",
    "helicopter": "news helicopter, military helicopter, air ambulance, flying chopper, rotary wing aircraft, rescue chopper, police chopper, heli copter, transport helicopter, whirlybird in the sky, army chopper, sky chopper, coast guard helicopter, helicopter in the air, aircraft with a rotor",
    "saw": "circular saw, crosscut saw, bow saw, carpenter saw, saw for wood, toothed blade, timber saw, sawing machine, motor saw, tree saw, woodcutting saw, hand-held saw, saw with teeth, cutting saw, electric saw, table saw, wood-cutting tool, joiner's saw",
    "rooster": "barn rooster, crower, country rooster, crowing rooster, early bird that crows, weathercock, french rooster, daddy chicken, man chicken, hen's husband, crowing cock, loud rooster, cock-a-doodle-doo bird, boss of the henhouse, male hen, farm cock, farmer's rooster",
    "fire": "blazing fire, fire pit, wild fire, burning campfire, chimney fire, set of flames, roaring fire, glowing fire, open flame, bunch of flames, fireside, burning bonfire, scout's campfire, wood burner, burning log, live fire",
    "bell": "sleigh bell, service bell, golden bell, christmas bell, class bell, tower bell, temple bell, bell that rings, wedding bell, ship's bell, hotel bell, call bell, ding-dong bell, chiming bell, cathedral bell, gold bell, bell from a church, tinkling bell",
    "drum": "floor tom, drummer's drum, hand drum, toy drum, drum with sticks, war drum, side drum, military drum, parade drum, drumset, rock drum, beating drum, jazz drum, orchestra drum, percussion thing, band drum, drum from a band",
    "siren": "cop siren, cop light, police alarm, emergency lights, flashing siren, squad car light, warning beacon, fire truck siren, fire brigade siren, revolving light, rotating beacon, siren lamp, signal light, police car siren, rooftop police light, emergency alarm, blaring siren, wailing siren, flashing beacon, alarm lamp",
    "piano": "pianino, electric piano, piano keyboard, clavier, bar piano, player piano, music keyboard, steinway, keyboard of a piano, piano with keys, classical piano, saloon piano, jazz piano, row of piano keys, instrument with black and white keys, digital piano, school piano",
    "train": "toy train, passenger train, goods train, steamtrain, puffer train, old train, railway locomotive, engine on rails, puffing train, chugging train, old steam engine, rail engine, railway steam engine, thomas the train, old-time train, vintage train, cargo train, train on rails, coal train",
    "frog": "tree frog, frog prince, leaping frog, froglet, common frog, pond dweller, ribbiting frog, hopping frog, kermit, kermit the frog, frog king, croaky frog, jumping frog, grass frog, frog face, lake frog, pool frog",
    "cat": "street cat, stray cat, domestic cat, cat animal, maine coon, mouse catcher, mouse hunter, purring cat, meowing cat, puss in boots, family cat, kitten cat, pet kitty, fluffy kitty, british shorthair, lap cat, farm cat, kitty kitty, angora cat, furry feline, tiger cat",
    "car": "station wagon, coupe, sedan car, hot rod, convertible, four-wheeler, compact car, electric car, cabriolet, volkswagen, toyota, ferrari, mercedes, private car, roadster, used car, fiat, city car, rental car, vehicle with four wheels, vehicle for the road, driver's car, second-hand car",
    "fish": "sardine, perch, pike, haddock, anchovy, river fish, sea bass, animal with fins, halibut, minnow, koi, bream, finned animal, fish in the water, fish from the sea, ocean fish, lake fish, fresh fish, fish with scales, fishlet",
    "tree": "birch, ash tree, chestnut tree, poplar, willow, fruit tree, woody plant, street tree, apple tree, pear tree, walnut tree, old oak, tree with a trunk, tree full of leaves, round tree, birch tree, willow tree, tree in summer, acacia, elm tree",
}
NOUNS: dict[str, tuple[str, ...]] = {
    thing: names.nouns + _split(_NOUNS[thing]) for thing, names in lexicon.NAMES.items()
}

_COLOURS = {
    "red": "strawberry red, rose red, vermilion, wine red, lobster red, light red, fiery red, fire red, intense red, signal red, apple red, poppy red",
    "orange": "mandarin orange, amber, light orange, intense orange, orange like the fruit, pumpkin, neon orange, sunset orange, burnt orange",
    "yellow": "golden yellow, mustard yellow, butter yellow, light yellow, pale yellow, sun yellow, lemony, neon yellow, corn yellow, intense yellow",
    "green": "light green, moss green, pea green, apple green, jade green, olive green, neon green, intense green, spring green, lime, deep green",
    "blue": "cobalt, sapphire blue, midnight blue, pale blue, marine blue, steel blue, sapphire, intense blue, neon blue, cornflower blue, blue as the sky, electric blue",
    "purple": "mauve, amethyst, grape purple, aubergine, light purple, pale purple, intense purple, neon purple, eggplant purple, violet blue purple, bright violet, dark violet",
    "black": "raven black, inky black, midnight black, total black, pure black, black as night, black as coal, dark black, completely black, solid black, ink black",
    "white": "milk white, chalk white, paper white, milky white, white like paper, completely white, solid white, bright clean white, lily white, whiter than white",
}
COLOUR_WORDS = {name: group + _split(_COLOURS[name]) for name, group in lexicon.COLOUR_WORDS.items()}

_PLACES = {
    "left": "leftmost, left-justified, at the leftmost edge, at the western edge, way over on the left, on its left side, on the picture's left side, as far left as possible, in the left-hand part, in the left third, left of the middle, by the left edge, on the left-hand edge, over to the left, over left, along the left side, next to the left edge, on the left margin, pushed to the left",
    "right": "rightmost, right-justified, at the rightmost edge, at the eastern edge, way over on the right, on its right side, on the picture's right side, as far right as possible, in the right-hand part, in the right third, right of the middle, by the right edge, on the right-hand edge, over to the right, over right, along the right side, next to the right edge, on the right margin, pushed to the right",
    "top": "topmost, in the uppermost part, overhead, at the topmost edge, in the top third, as high as possible, up in the top part, way up at the top, by the top edge, next to the upper edge, at the upper end, at the top end, over everything at the top, at the top side, on the very top, up in the upper part, along the top edge, far up, in the upper third, high in the picture, near the ceiling",
    "bottom": "bottommost, in the lowest part, at the bottommost edge, in the bottom third, as low as possible, down in the bottom part, way down at the bottom, by the bottom edge, next to the lower edge, at the lower end, at the bottom end, at the bottom side, on the very bottom, down in the lower part, along the bottom edge, far down, in the lower third, low in the picture, near the floor, at the base of the picture, down there",
    "middle": "smack dab in the middle, midway, in a central position, in the exact centre, in the exact middle, mid-frame, at the midpoint, dead center, in the centre of the picture, in the very centre, in the centre of everything, in the middle of everything, plumb in the middle, right in the center, in the center of things, center stage, in the middle area, in the middle section, in the centre part, straight in the middle",
}
PLACES = {name: group + _split(_PLACES[name]) for name, group in lexicon.PLACES.items()}

_SIZES = {
    "small": "petite, weeny, diminutive, smol, lil, bite-sized, undersized, microscopic, minute, ever so small, extra small, fairly small, extremely small, reduced, super tiny, relatively small, not very big, not so big, scaled-down, pretty small",
    "big": "colossal, mega, gargantuan, titanic, hefty, bulky, whopping, monster-sized, ginormous, full-size, sizeable, vast, supersized, ever so big, fairly big, extremely big, relatively big, not very small, not so small, super large, blown-up, pretty big, oversize, king-size, super huge",
}
SIZE_WORDS = {name: group + _split(_SIZES[name]) for name, group in lexicon.SIZE_WORDS.items()}


def _conjugated(verb: str, rest: str) -> tuple[str, str, str]:
    """(dash, dashes, dashing) with what follows the verb."""
    third = (
        verb[:-1] + "ies"
        if verb.endswith("y") and verb[-2] not in "aeo"
        else verb + ("es" if verb.endswith(("sh", "o", "ss", "x")) else "s")
    )
    stem = (
        verb + verb[-1]
        if verb in ("run", "swim", "drop", "step", "hop", "zip")
        else verb[:-1]
        if verb.endswith("e") and verb != "flee"
        else verb
    )
    return f"{verb} {rest}", f"{third} {rest}", f"{stem}ing {rest}"


_GOING = _split(
    "move, go, drift, slide, glide, float, fly, run, walk, roll, creep, crawl, travel, dash, cruise, sail, swim, march, hurry, shift, head, push, pass, wander, stroll, race, speed, step, slip, zip, proceed, migrate, advance"
)
_SIDEWAYS = _split(
    "{d}, to the {d}, {d}wards, over to the {d}, towards the {d}, off to the {d}, from {o} to {d}, to the {d} side, {d}ward, from the {o} side to the {d} side, from the {o} to the {d}, slowly to the {d}, quickly to the {d}, all the way to the {d}, across to the {d}, out to the {d}, toward the {d} edge, in the {d} direction, away to the {d}"
)
_UPWARDS = _split(
    "up, upwards, to the top, towards the top, upward, from the bottom to the top, from bottom to top, slowly up, quickly up, all the way up, straight up, up into the air, up to the top, from below to above, up and up, up and away, higher and higher, into the sky, skywards, toward the upper edge"
)
_DOWNWARDS = _split(
    "down, downwards, to the bottom, towards the bottom, downward, from the top to the bottom, from top to bottom, slowly down, quickly down, all the way down, straight down, down to the ground, down to the bottom, from above to below, down and down, lower and lower, to the floor, toward the lower edge"
)


def _listed(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(tuple(verb.split("/")) for verb in _split(text))  # type: ignore[misc]


def _going(ways: tuple[str, ...], **words: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(_conjugated(verb, way.format(**words)) for verb in _GOING for way in ways)


_MORE_MOVES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "left": _going(_SIDEWAYS, d="left", o="right"),
    "right": _going(_SIDEWAYS, d="right", o="left"),
    "up": _going(_UPWARDS),
    "down": _going(_DOWNWARDS),
    "grows": _listed(
        "puff up/puffs up/puffing up, balloon/balloons/ballooning, become huge/becomes huge/becoming huge, become giant/becomes giant/becoming giant, get large/gets large/getting large, double in size/doubles in size/doubling in size, gain size/gains size/gaining size, "
        "get big/gets big/getting big, become big/becomes big/becoming big, slowly grow/slowly grows/slowly growing, grow quickly/grows quickly/growing quickly, keep growing/keeps growing/constantly growing, grow up/grows up/growing up, go from small to big/goes from small to big/going from small to big, "
        "grow into a giant/grows into a giant/growing into a giant, become larger and larger/becomes larger and larger/becoming larger and larger, increase/increases/increasing, scale up/scales up/scaling up, come closer/comes closer/coming closer, get enormous/gets enormous/getting enormous, grow over time/grows over time/growing over time"
    ),
    "shrinks": _listed(
        "scale down/scales down/scaling down, get little/gets little/getting little, become little/becomes little/becoming little, halve in size/halves in size/halving in size, get small/gets small/getting small, become small/becomes small/becoming small, slowly shrink/slowly shrinks/slowly shrinking, shrink quickly/shrinks quickly/shrinking quickly, "
        "keep shrinking/keeps shrinking/constantly shrinking, go from big to small/goes from big to small/going from big to small, shrink to a dot/shrinks to a dot/shrinking to a dot, become smaller and smaller/becomes smaller and smaller/becoming smaller and smaller, reduce in size/reduces in size/reducing in size, shrink over time/shrinks over time/shrinking over time, "
        "shrink in size/shrinks in size/shrinking in size, go away into the distance/goes away into the distance/going away into the distance, shrink to nothing/shrinks to nothing/shrinking to nothing, get less big/gets less big/getting less big, turn tiny/turns tiny/turning tiny"
    ),
    "spins": _listed(
        "gyrate/gyrates/gyrating, swivel/swivels/swivelling, swirl/swirls/swirling, do a full turn/does a full turn/doing a full turn, make a full turn/makes a full turn/making a full turn, turn in a circle/turns in a circle/turning in a circle, spin in circles/spins in circles/spinning in circles, "
        "rotate around its axis/rotates around its axis/rotating around its axis, turn around its own axis/turns around its own axis/turning around its own axis, slowly spin/slowly spins/slowly spinning, spin quickly/spins quickly/spinning quickly, keep spinning/keeps spinning/constantly spinning, do a rotation/does a rotation/doing a rotation, "
        "twirl around/twirls around/twirling around, whirl around/whirls around/whirling around, spin round/spins round/spinning round, turn once around/turns once around/turning once around, rotate slowly/rotates slowly/rotating slowly, make a turn/makes a turn/making a turn, spin on its axis/spins on its axis/spinning on its axis, cartwheel/cartwheels/cartwheeling, be rotating/is rotating/rotating, turn and turn/turns and turns/turning and turning, spin wildly/spins wildly/spinning wildly, turn like a wheel/turns like a wheel/turning like a wheel"
    ),
}
# The common ones three times as often as each of the many combinations.
MOVES = {
    name: group * (8 if len(_MORE_MOVES[name]) > 100 else 2) + _MORE_MOVES[name]
    for name, group in lexicon.MOVES.items()
}
FREE_MOVES = lexicon.FREE_MOVES + _listed(
    "move along/moves along/moving along, do something/does something/doing something, start moving/starts moving/on the move, walk/walks/walking, travel/travels/travelling, wander/wanders/wandering, dash about/dashes about/dashing about, be alive/is alive/alive, move about/moves about/moving about, change somehow/changes somehow/changing somehow"
)

_MEDIA = {
    "image": "emoji, sprite, clip art, thumbnail, pixel art, bitmap, line drawing, crayon drawing, oil painting, print, flashcard, scribble, depiction, image file, png file, jpg file, foto, piccy, visualisation, pics, coloured picture, digital image, little picture, digital drawing, hand drawing, book illustration, screen picture, pencil drawing, picture file, profile picture, quick sketch, drawn picture, small image",
    "audio": "audio snippet, snippet of sound, sound snippet, ogg, flac, voice, sound byte, sample, short recording, short sound, acoustic clip, voice clip, tone, mp3 file, wav file, audio bit, piece of audio, short audio, sound bit, quick recording, noise clip, sound piece, real sound, little sound",
    "video": "vids, motion clip, movie clip, short, webm, animated sticker, animated drawing, flipbook, looping gif, video file, film snippet, tiny film, animated video, cartoon film, mp4 file, gif animation, looping video, quick clip, moving gif, cartoon video, home video, animated cartoon, motion video, quick animation, gif file",
}
MEDIA = {name: group + _split(_MEDIA[name]) for name, group in lexicon.NOUNS.items()}

# What is cut out of a clip.
STILLS = _split(
    "still, still, still, frame, single frame, still image, still picture, still frame, freeze frame, freeze-frame, snapshot, screenshot, screen grab, "
    "screencap, frozen frame, frozen image, frozen picture, still photo, still shot, film still, video still, stopped frame, motionless picture, thumbnail"
)
