"""What mini does not know: words of the world outside, and tasks it cannot do. Data only.

A fixed fifth of every list is kept for the held split (`known_outside`), so that refusing is measured on words
that training never showed.
"""

# ruff: noqa: E501
from __future__ import annotations

import hashlib
from functools import cache


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


ANIMALS = _split(
    "elephant, lion, tiger, horse, cow, pig, sheep, goat, rabbit, bunny, mouse, rat, hamster, bear, wolf, fox, deer, moose, giraffe, zebra, "
    "monkey, gorilla, chimpanzee, kangaroo, koala, panda, penguin, owl, eagle, parrot, swan, pigeon, sparrow, seagull, snake, lizard, "
    "crocodile, turtle, tortoise, dinosaur, dragon, unicorn, whale, dolphin, shark, octopus, squid, crab, lobster, jellyfish, snail, worm, "
    "spider, ant, bee, wasp, butterfly, mosquito, beetle, ladybird, dragonfly, hedgehog, squirrel, beaver, otter, badger, bat, camel, llama, "
    "donkey, rhino, hippo, buffalo, leopard, cheetah, panther, jaguar, hyena, seal, walrus, flamingo, peacock, ostrich, crow, raven, duck, "
    "goose, turkey, hummingbird, woodpecker, salamander, chameleon, scorpion, cricket, grasshopper, moth, starfish, seahorse, polar bear, "
    "raccoon, skunk, mole, lynx, pony, calf, lamb, piglet, ox, yak, sloth, meerkat, lemur, toucan, pelican, stork, vulture, falcon, gecko, iguana"
)
OBJECTS = _split(
    "house, castle, tower, bridge, church, skyscraper, barn, tent, door, window, chair, table, sofa, bed, lamp, candle, mirror, carpet, cup, "
    "mug, plate, spoon, fork, knife, bottle, glass, kettle, pot, pan, fridge, oven, toaster, washing machine, vacuum cleaner, television, radio, "
    "phone, smartphone, laptop, computer, printer, camera, robot, satellite, rocket, spaceship, aeroplane, airplane, plane, jet, balloon, kite, "
    "boat, ship, submarine, sailing boat, ferry, canoe, bicycle, bike, motorbike, scooter, skateboard, truck, lorry, bus, tractor, tram, "
    "ambulance van, bulldozer, crane, tank, sled, wheel, hammer, screwdriver, axe, shovel, drill, ladder, rope, nail, screw, wrench, scissors, "
    "book, pencil, pen, notebook, envelope, letter, newspaper, map, globe, flag, key, lock, umbrella, hat, shirt, shoe, sock, glove, scarf, dress, "
    "crown, ring with a diamond, necklace, watch, glasses, backpack, suitcase, basket, box, bag, wallet, coin, banknote, toy, doll, teddy bear, "
    "puzzle, dice, chess board, football, basketball, tennis racket, baseball bat, golf ball, trophy, medal, guitar, violin, trumpet, flute, "
    "saxophone, cello, harp, accordion, clarinet, trombone, banjo, ukulele, harmonica, xylophone, tambourine, triangle, organ, bagpipes, "
    "microphone, headphones, pyramid, statue, fountain, well, windmill, lighthouse, street light, traffic light, stop sign, fence, wall of bricks, "
    "telescope, microscope, thermometer, battery, light bulb, magnet, sword, shield, bow and arrow, cannon, anchor, treasure chest, mask, "
    "toothbrush, comb, soap, towel, bathtub, shower cap, toilet, sink, bucket, broom, needle, button, pillow, blanket, vase, pumpkin lantern, "
    "snow globe, christmas present, wrapping paper, ice skates, surfboard, parachute, hot air balloon, wheelbarrow, calculator, ruler, paint brush"
)
FOOD = _split(
    "apple, banana, pear, cherry, strawberry, grape, lemon cake, pineapple, melon, watermelon, peach, plum, kiwi, mango, coconut, tomato, potato, "
    "carrot, onion, garlic, cucumber, pepper, broccoli, cabbage, mushroom, corn, bean, pea, salad, bread, toast, sandwich, burger, hamburger, pizza, "
    "pasta, spaghetti, noodles, rice, sushi, soup, cheese, egg, bacon, sausage, steak, hot dog, cake, cookie, chocolate, candy, ice cream, pie, "
    "donut, pancake, waffle, honey, butter, jam, coffee, tea, milk, juice, beer, wine, lemonade, popcorn, croissant, pretzel, taco, burrito, curry"
)
NATURE = _split(
    "flower, rose, tulip, sunflower, daisy, cactus, grass, leaf, mushroom house, forest, jungle, mountain, hill, volcano, river, lake, waterfall, "
    "island, desert, cave, sun, moon, star, planet, earth, mars, galaxy, comet, rainbow, snowflake, snowman, lightning, tornado, hurricane, "
    "earthquake, iceberg, glacier, stone, rock, sand, diamond, crystal, palm beach, sunset, sunrise, night sky, field, meadow, garden, pond"
)
PEOPLE = _split(
    "man with a hat, woman, girl, boy, king, queen, prince, princess, knight, wizard, witch, fairy, mermaid, ghost, vampire, zombie, skeleton, "
    "pirate, ninja, cowboy, astronaut, policeman, fireman, doctor, nurse, teacher, farmer, cook, chef, soldier, clown, superhero, santa claus, "
    "angel, devil, monster, alien, grandmother, grandfather, couple, crowd, football player, dancer, singer, president, bride, my mother, my boss, "
    "batman, spiderman, mickey mouse, harry potter, mona lisa, darth vader, pikachu, einstein, napoleon, elvis, taylor swift, superman"
)
PLACES_OUT = _split(
    "paris, london, new york, berlin, rome, tokyo, africa, the eiffel tower, big ben, the statue of liberty, a city, a village, a street, a farm, "
    "a school, a hospital, a supermarket, a kitchen, a living room, a football stadium, a zoo, an airport, a train station, a harbour, a park, "
    "venice, the taj mahal, the moon surface, a swimming pool, a playground, a library, a museum, hollywood, the golden gate bridge"
)
ABSTRACT = _split(
    "love, happiness, war, peace, freedom, time, music, democracy, justice, friendship, hope, fear, anger, the future, the past, nothing, infinity, "
    "chaos, winter, summer, spring, autumn, christmas, easter, halloween, a birthday party, a wedding, a dream, a nightmare, a heart, a circle, "
    "a square, a hexagon, a logo, a diagram, a chart, a floor plan, a qr code, a tattoo, a landscape, a meme, a comic strip, a selfie"
)
SOUNDS_OUT = _split(
    "violin, guitar, trumpet, flute, elephant, lion, cow, horse, sheep, duck, wolf, owl, snake, wind, thunder, waterfall, river, explosion, gunshot, "
    "applause, laughter, footsteps, a door closing, glass breaking, keyboard typing, a phone ringing, a vacuum cleaner, a washing machine, a motorbike, "
    "an airplane, a jet, a rocket, a ship horn, a saxophone, a choir, an orchestra, rock music, jazz, techno, hip hop, a lullaby, a song by abba, "
    "someone talking, a woman speaking, a man snoring, a cough, whispering, a kiss, a burp, a crowd cheering, fireworks, a microwave, a printer, "
    "bees, crickets, a mosquito, a pig, a donkey, a monkey, a whale, birds singing, a parrot, a hammer, a drill, an accordion, bagpipes, a harp"
)
THINGS_OUT = ANIMALS + OBJECTS + FOOD + NATURE + PEOPLE
COLOURS_OUT = _split(
    "pink, brown, grey, gray, turquoise, beige, silver, teal, maroon, cyan, magenta, khaki, bronze, copper, mint, peach-coloured, "
    "rainbow-coloured, striped, checkered, transparent, chequered, polka dot, multicoloured, gradient, starry, cream-coloured, indigo, tan"
)
MOVES_OUT = _split(
    "jumping, dancing, exploding, melting, swimming in circles, doing a somersault, moving in zigzag, eating, sleeping, laughing, "
    "bouncing, waving, clapping, breaking into pieces, disappearing, blinking, wagging its tail, fading away, changing its colour, talking, "
    "playing football, doing a backflip, shaking, winking, walking backwards on its hands"
)
EXTRAS = _split(
    "a hat, sunglasses, a red scarf, a birthday cake, a friend, a crown, a ball, wings, a house behind it, a moustache, a party hat, mountains behind it, "
    "some text, my name on it, a balloon, boots, a speech bubble, a bow tie, a beach, flowers around it, a skateboard, a sword, snow, a face, a cape"
)
COUNTS = _split(
    "two, three, four, five, six, seven, ten, a dozen, twenty, a hundred, many, lots of, several, a pair of, 2, 3, 5, 10, a group of, some"
)

_TASKS = (
    "write me a poem about {x}|write a story about {x}|tell me a joke|tell me a joke about {x}|tell me a story|sing me a song|sing a song about {x}|write an essay on {topic}|"
    "write a letter to my landlord|write an email to my boss|translate this into {language}|how do you say {x} in {language}|what is the capital of {country}|"
    "what's the capital city of {country}|who is the president of {country}|what is {n} plus {m}|what's {n} times {m}|{n}+{m}=?|calculate {n} minus {m}|"
    "solve this equation for x: {n}x = {m}|what is the square root of {n}|write a python function that sorts a list|write some code in {code}|fix this {code} bug|"
    "how do i install {code}|debug my {code} program|what is the weather like in {city}|will it be warm tomorrow|what's the weather today|how is the weather in {city}|"
    "what's in the news|what happened in {city} yesterday|who won the world cup|who won the match last night|what time is it in {city}|what day is it today|"
    "what time is it|book me a flight to {city}|find me a hotel in {city}|plan a trip to {country}|how do i get to {city}|recommend a restaurant in {city}|"
    "give me a recipe for {food}|how do i cook {food}|what can i cook with {food}|what do {xs} eat|how long does {ax} live|how much does {ax} weigh|how fast is {ax}|"
    "how much does {ax} cost|where can i buy {ax}|what is the meaning of life|explain {topic} to me|what is {topic}|tell me about {topic}|who invented {topic}|"
    "when was {person} born|who was {person}|who is {person}|how old is {person}|what do you think about {topic}|give me advice on {topic}|should i invest in {topic}|"
    "set a timer for {n} minutes|remind me to call mum|call my mother|send a message to john|order me a pizza|open the window|turn off the lights|play a game with me|"
    "let's play chess|give me a riddle|how tall is mount everest|how far is the moon|how many people live in {country}|summarise this article|correct my grammar|"
    "spell {topic}|what is the best phone|what's the price of gold|how is the stock market doing|help me with my homework|do my tax return|write my cv|"
    "what's a good name for {ax}|can you drive|make me a sandwich|give me a haiku|write a song text about {x}|teach me {language}|make a spreadsheet|draw up a contract|"
    "search the internet for {topic}|google {topic}|what is the distance from {city} to {city}|convert {n} miles to km|how do i lose weight|i have a headache what should i do|"
    "which medicine helps against {topic}|is {topic} dangerous|what is your opinion on {topic}|predict the future|tell my fortune|what's my horoscope|explain how {ax} works|"
    "why is the sky blue|why do {xs} make noise|why are bananas yellow|how are {xs} born|what is the latin name of {ax}|how many legs does {ax} have|"
    "how do i train {ax}|how can i repair {ax}|what colour should i paint my house|where does {ax} come from|make a 3d model of {ax}|print {ax} for me|"
    "let me smell {ax}|bake {ax}|write the word {x} ten times|count to ten|say the alphabet|what rhymes with {x}|define {topic}|give me five facts about {xs}"
    "|are {xs} dangerous|do {xs} make good pets|where do {xs} live|what are {xs} made of|what is {ax} made of|what is {ax} used for|who invented {ax}|since when are there {xs}|how many {xs} are there in the world|is {ax} heavier than a cow|which is bigger, {ax} or a mountain|what does {x} mean|what is the plural of {x}|what's another word for {x}|is {food} healthy|what is {topic} about|can you explain {topic}|could you tell me something about {topic}|i want to learn about {topic}|i need help with {topic}"
    "|i have a question about {topic}|what do i need to know about {topic}|who discovered {topic}|when did {topic} begin|why is {topic} important|what are the basics of {topic}|is {topic} difficult|give me a summary of {topic}|compare {topic} and {topic}|discuss {topic} with me|where is {city}|where is {country}|which language is spoken in {country}|what is the currency of {country}|how big is {country}|how far is it from {city} to {city}|is {city} worth a visit|what can i do in {city}|when does the next bus leave"
    "|how late is it in {city}|what's the date|what year is it|how many days until christmas|when is easter|what will the weather be like tomorrow|do i need an umbrella today|what's {n} divided by {m}|how much is {n} percent of {m}|add {n} and {m}|is {n} a prime number|what comes after {n}|how many minutes are {n} hours|what is {n} in roman numerals|where was {person} born|how did {person} die|what did {person} do|is {person} still alive|tell me about {person}|who is more famous, {person} or {person}|how do i say good morning in {language}"
    "|can you speak {language}|do you speak {language}|translate {x} to {language}|what is {x} called in {language}|speak {language} with me|what is {code}|how do i learn {code}|write a program in {code}|explain this {code} code|is {code} hard to learn|which is better, {code} or {code}|how long do i boil {food}|what goes well with {food}|what should i cook tonight|i am hungry, what should i eat|order {food} for me|where can i get {food} in {city}|buy me {food}|write a speech for my wedding|write a review of {x}"
    "|write a rap about {x}|write a slogan for {xs}|write instructions for {ax}|write a diary entry|write me a thank you note|compose a symphony|compose a song about {x}|tell me a fairy tale|tell me something interesting|tell me a secret|tell me the news|tell me the score of the game|tell me what to do with my life|tell me why {xs} exist|read me a bedtime story|read my emails|make a powerpoint about {topic}|make a pdf about {xs}|make a table of {xs}|make me rich|make me coffee|make a crossword|make a website about {xs}"
    "|make a phone call|build {ax} out of wood|knit {ax} for me|sew {ax} for me|carve {ax} out of stone|send me {ax} by mail|buy {ax} for me|sell my {x}|rent me {ax}|repair my {x}|feed my {x}|clean my room|wash my clothes|pay my bills|do my shopping|walk my dog|drive me to {city}|lend me some money|turn the heating up|turn on the light in the kitchen|lock the door|set an alarm for {n} minutes past six|start a timer|add milk to my shopping list|put it in my calendar|check my messages|call a taxi|call the police"
    "|should i buy {ax}|should i marry him|what should i wear today|what should i do this weekend|which film should i watch|which book do you recommend|what is the best gift for my mother|how do i tell my boss that i am ill|i feel lonely, what can i do|i can't sleep, what helps|i have a cold, which pills should i take|my back hurts, what should i do|how do i stop smoking|how do i get a visa for {country}|how do i fix a leaking tap|do you believe in god|what is love|what happens after death|is there life on mars"
    "|are we alone in the universe|what is the best football team|who will win the election|what are the lottery numbers|guess my age|guess what i'm thinking|flip a coin|roll the dice for me|pick a number|ask me a riddle|let's play a quiz|let's play tic tac toe|teach me to dance|sing happy birthday|rhyme something with {x}|spell {x} backwards|invent a new word"
    "|write down the history of {topic}|write me a letter about {x}|write a love letter|write a test about {topic}|tell me how {ax} works|tell me how many {xs} there are|tell me who {person} was|tell me where {city} is|tell me how to get to {country}|tell me what to cook with {food}|give me a tip for {city}|give me the news from {country}|give me three reasons to like {topic}|give me a word in {language}|give me the answer to {n} times {m}|give me your opinion on {topic}"
    "|explain {topic} in simple words|explain to my kid what {topic} is|explain how to cook {food}|find out how old {person} is|find me a doctor in {city}|find me a job|find the mistake in my {code} program|recommend me a book about {topic}|recommend a film about {xs}|plan my week|plan a party for {n} people|calculate the square of {n}|solve {n} + x = {m}|translate good night into {language}|spell the word {x}|count the letters in {x}|ask me something about {topic}|guess how old i am|check my spelling"
    "|read me the news|teach me something about {topic}|teach me to cook {food}|what would {person} say about {topic}|what language do people speak in {city}|what do people eat in {country}|what do you know about {topic}|what do you know about {person}|what is so special about {city}|what should i know before i go to {country}|what is {n} minus {m}|what's half of {n}|what would {ax} cost|what is a good present for my sister|what are you doing tonight|what shall we eat tonight|what's on tv tonight"
    "|which country is bigger, {country} or {country}|which city is nicer, {city} or {city}|which food is healthier, {food} or {food}|how do people say {x} in {country}|how old can {ax} get|how do {xs} sleep|how heavy is {ax}|how many {xs} fit into a bus|how do i write a program in {code}|how do i learn {language}|how do i make {food}|how warm is it in {city}|how was your weekend|when did {person} live|when do the shops open in {city}|where do i find a good restaurant in {city}|where did {person} live"
    "|why is {person} famous|why should i learn {language}|why do people like {xs}|why do people like {topic}|who is the richest person in {country}|who wrote the first book about {topic}|could you help me with {topic}|can you help me to learn {language}|can you fix my {code} code|would you give me advice about {topic}|do you know anything about {topic}|do you know who {person} is|do you know the way to {city}|is {person} from {country}|is it cold in {city} today|is {ax} allowed on a plane"
    "|is {n} bigger than {m}|should i move to {city}|should i learn {code}|i'd like to learn {language}|i need a recipe with {food}|i need a hotel in {city}|i need a doctor|i want to travel to {country}|i want to know more about {topic}|i want to talk about {topic}|i want to know who {person} was|i wonder when {person} was born|i wonder how far it is to {city}|i have to give a talk about {topic}, help me|i am bored, tell me a joke|i lost my {x}, where could it be|let's talk about {topic}"
    "|let's talk about {person}"
)  # fmt: skip
TASKS = tuple(_TASKS.split("|"))
TASK_VERBS = _split(
    "write, tell, sing, translate, calculate, solve, fix, debug, book, find, plan, recommend, give, explain, set, remind, call, send, order, open, "
    "turn, play, teach, make, search, google, convert, define, count, say, bake, print, "
    "compare, discuss, add, buy, compose, read, build, knit, sew, carve, sell, rent, repair, feed, clean, wash, pay, walk, drive, lend, "
    "lock, start, put, check, guess, flip, roll, pick, ask, rhyme, spell, invent, speak"
)
TOPICS = _split(
    "quantum physics, the french revolution, global warming, football, politics, religion, photosynthesis, black holes, evolution, bitcoin, inflation, "
    "the roman empire, world war two, gravity, electricity, dna, the internet, philosophy, economics, chemistry, ballet, yoga, marathon running, "
    "machine learning, neural networks, climate change, medieval history, the telephone, vaccines, diabetes, back pain, taxes, insurance, mortgages, "
    "astronomy, geometry, grammar, cricket rules, tennis, the olympic games, shakespeare, opera, cinema, netflix, instagram, dating, marriage, cheese making"
)
PERSONS = _split(
    "albert einstein, napoleon, cleopatra, mozart, beethoven, shakespeare, marie curie, obama, leonardo da vinci, julius caesar, gandhi, picasso, "
    "nelson mandela, isaac newton, charles darwin, frida kahlo, bill gates, elon musk, madonna, messi, ronaldo, the queen of england"
)
CITIES = _split(
    "paris, london, berlin, rome, madrid, tokyo, new york, chicago, sydney, cairo, moscow, vienna, oslo, lisbon, athens, dublin, mumbai, beijing, toronto, zurich"
)
COUNTRIES = _split(
    "france, germany, italy, spain, japan, china, india, brazil, canada, australia, kenya, egypt, norway, sweden, poland, greece, mexico, peru, turkey, portugal"
)
LANGUAGES = _split(
    "french, german, spanish, italian, japanese, chinese, russian, latin, arabic, dutch, swedish, polish, portuguese, greek, hindi, korean"
)
CODE = _split(
    "python, java, javascript, c++, rust, html, sql, bash, css, go, linux, windows, excel, docker, git"
)


def is_held(word: str) -> bool:
    """Whether an outside word is kept for the held split: a fixed fifth, by hash."""
    return hashlib.sha256(b"outside " + word.encode()).digest()[0] % 5 == 0


def _bare(word: str) -> str:
    return word.removeprefix("a ").removeprefix("an ").removeprefix("the ")


# "a hammer" is held as a sound, so "hammer" must not be trained on as an object.
_HELD_BARE = frozenset(
    _bare(word)
    for words in (THINGS_OUT, SOUNDS_OUT, PLACES_OUT, ABSTRACT, COLOURS_OUT, EXTRAS)
    for word in words
    if is_held(word)
)


@cache
def known_outside(words: tuple[str, ...], split: str) -> tuple[str, ...]:
    """The part of a word list that a split may use: the fifth in `is_held` for "held", the rest otherwise."""
    if split == "held":
        return tuple(word for word in words if is_held(word))
    return tuple(word for word in words if not is_held(word) and _bare(word) not in _HELD_BARE)
