"""The named sets of dialogues. Item i of a set is the same whatever n is, so a longer run continues a shorter one.

Pairs go round the held-out ones; sounds of the recorded kinds come from fold 4.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from anygen_pipelines.mini import world
from anygen_pipelines.mini.evaluation.asking import ADMITS, NO, YES, ask, with_article
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.dialogues import Dialogue, Sound, Turn

PAIRS = tuple(sorted(world.HELD_OUT))
SOUNDING_PAIRS = tuple(pair for pair in PAIRS if pair[0] in world.SOUNDING)
COLOURS = tuple(world.COLOURS)
SHOWN = ("thing", "colour", "position", "size")


def _rng(name: str, index: int) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(name.encode()), index])


def _scene(name: str, index: int, pairs: tuple[tuple[str, str], ...] = PAIRS) -> world.Scene:
    """A held-out pair (they go round) at a random place and size."""
    rng = _rng(name, index)
    thing, colour = pairs[index % len(pairs)]
    return world.Scene(thing, colour, str(rng.choice(world.POSITIONS)), str(rng.choice(world.SIZES)))


def _clip(name: str, index: int, pairs: tuple[tuple[str, str], ...] = PAIRS) -> world.Clip:
    rng = _rng(name, index)
    thing, colour = pairs[index % len(pairs)]
    return world.Clip(thing, colour, str(rng.choice(world.SIZES)), str(rng.choice(world.MOTIONS)))


def _one(name: str, index: int, cluster: str, *turns: Turn) -> Dialogue:
    return Dialogue(f"{name}-{index:04d}", cluster, turns, seed=index)


def _pair(item: world.Scene | world.Clip) -> str:
    return f"{item.thing} on {item.colour}"


def _hearing_cluster(sound: Sound) -> str:
    return sound.recording or f"synthesised {sound.thing}"


# ---------------------------------------------------------------------------------------------- from text


def text_to_image(bench: Bench) -> list[Dialogue]:
    name = "text_to_image"
    items = []
    for index in range(bench.num_items):
        scene = _scene(name, index)
        words = ask("draw", index // len(PAIRS), **vars(scene))
        items.append(_one(name, index, _pair(scene), Turn((words,), frozenset({"image"}), vars(scene))))
    return items


def text_to_audio(bench: Bench) -> list[Dialogue]:
    items = []
    for index in range(bench.num_items):
        thing = world.SOUNDING[index % len(world.SOUNDING)]
        words = ask("hear", index // len(world.SOUNDING), thing=thing)
        items.append(
            _one("text_to_audio", index, thing, Turn((words,), frozenset({"audio"}), {"class": thing}))
        )
    return items


def text_to_video(bench: Bench) -> list[Dialogue]:
    name = "text_to_video"
    items = []
    for index in range(bench.num_clips):
        clip = _clip(name, index)
        words = ask("animate", index // len(PAIRS), **vars(clip))
        items.append(_one(name, index, _pair(clip), Turn((words,), frozenset({"video"}), vars(clip))))
    return items


# ---------------------------------------------------------------------------------------------- into text


def image_to_text(bench: Bench) -> list[Dialogue]:
    name = "image_to_text"
    items = []
    for index in range(bench.num_items):
        scene = _scene(name, index)
        turn = Turn((scene, ask("describe picture", index // len(PAIRS))), says=vars(scene))
        items.append(_one(name, index, _pair(scene), turn))
    return items


def video_to_text(bench: Bench) -> list[Dialogue]:
    name = "video_to_text"
    items = []
    for index in range(bench.num_items):
        clip = _clip(name, index)
        turn = Turn(
            (clip, ask("describe clip", index // len(PAIRS))),
            says={"thing": clip.thing, "motion": clip.motion},
        )
        items.append(_one(name, index, _pair(clip), turn))
    return items


def recording_to_text(bench: Bench) -> list[Dialogue]:
    """Every recording of fold 4 in its turn, each asked about in several wordings."""
    names = sorted(bench.recordings)
    items = []
    for index in range(bench.num_items if names else 0):
        recording = bench.recordings[names[(index * 7) % len(names)]]
        turn = Turn(
            (Sound(recording.thing, recording.name), ask("name sound", index)),
            says={"thing": recording.thing},
        )
        items.append(_one("recording_to_text", index, recording.name, turn))
    return items


def synthesised_to_text(bench: Bench) -> list[Dialogue]:
    items = []
    for index in range(bench.num_items):
        thing = world.SYNTHESISED[index % len(world.SYNTHESISED)]
        turn = Turn((Sound(thing), ask("name sound", index // len(world.SYNTHESISED))), says={"thing": thing})
        items.append(_one("synthesised_to_text", index, f"{thing} {index}", turn))
    return items


def yes_no(bench: Bench) -> list[Dialogue]:
    """Half existence, half attribute; half of each truly yes. The cluster tells which: "existence dog on purple"."""
    name = "yes_no"
    items = []
    for index in range(2 * bench.num_items):
        rng, scene = _rng(name, index), _scene(name, index // 4)
        truly = index % 2 == 0
        if index % 4 < 2:
            others = [thing for thing in world.THINGS if thing != scene.thing]
            asked = scene.thing if truly else str(rng.choice(others))
            kind, words = "existence", ask("is there", index // 4, other=with_article(asked))
        else:
            attribute = ("colour", "position", "size")[int(rng.integers(3))]
            values = {"colour": COLOURS, "position": world.POSITIONS, "size": world.SIZES}[attribute]
            true_value = getattr(scene, attribute)
            value = (
                true_value if truly else str(rng.choice([other for other in values if other != true_value]))
            )
            task = {"colour": "is colour", "position": "is place", "size": "is size"}[attribute]
            words = ask(task, index // 4, **{"thing": scene.thing, attribute: value})
            kind = "attribute"
        turn = Turn((scene, words), accepted=YES if truly else NO, refused=NO if truly else YES)
        items.append(_one(name, index, f"{kind} {_pair(scene)}", turn))
    return items


# ---------------------------------------------------------------------------------------------- from media to media


def audio_to_image(bench: Bench) -> list[Dialogue]:
    items = []
    for index in range(bench.num_items):
        sound = bench.heard(index, world.RECORDED)
        turn = Turn(
            (ask("sound to picture", index // 10), sound), frozenset({"image"}), {"thing": sound.thing}
        )
        items.append(_one("audio_to_image", index, _hearing_cluster(sound), turn))
    return items


def audio_to_video(bench: Bench) -> list[Dialogue]:
    items = []
    for index in range(bench.num_clips):
        sound = bench.heard(index, world.RECORDED)
        turn = Turn((ask("sound to clip", index // 10), sound), frozenset({"video"}), {"thing": sound.thing})
        items.append(_one("audio_to_video", index, _hearing_cluster(sound), turn))
    return items


def image_to_audio(bench: Bench) -> list[Dialogue]:
    name = "image_to_audio"
    items = []
    for index in range(bench.num_items):
        scene = _scene(name, index, SOUNDING_PAIRS)
        words = ask("picture to sound", index // len(SOUNDING_PAIRS))
        turn = Turn((scene, words), frozenset({"audio"}), {"class": scene.thing})
        items.append(_one(name, index, _pair(scene), turn))
    return items


def video_to_audio(bench: Bench) -> list[Dialogue]:
    name = "video_to_audio"
    items = []
    for index in range(bench.num_items):
        clip = _clip(name, index, SOUNDING_PAIRS)
        words = ask("clip to sound", index // len(SOUNDING_PAIRS))
        turn = Turn((clip, words), frozenset({"audio"}), {"class": clip.thing})
        items.append(_one(name, index, _pair(clip), turn))
    return items


def video_to_image(bench: Bench) -> list[Dialogue]:
    name = "video_to_image"
    items = []
    for index in range(bench.num_items):
        clip = _clip(name, index)
        words = ask("clip to picture", index // len(PAIRS))
        turn = Turn((clip, words), frozenset({"image"}), {"thing": clip.thing, "colour": clip.colour})
        items.append(_one(name, index, _pair(clip), turn))
    return items


def image_to_video(bench: Bench) -> list[Dialogue]:
    name = "image_to_video"
    items = []
    for index in range(_fewer(bench)):
        scene = _scene(name, index)
        motion = str(_rng(name, index).choice(world.MOTIONS))
        words = ask("picture to clip", index // len(PAIRS), thing=scene.thing, motion=motion)
        shows = {"thing": scene.thing, "colour": scene.colour, "motion": motion}
        items.append(_one(name, index, _pair(scene), Turn((scene, words), frozenset({"video"}), shows)))
    return items


def image_to_image(bench: Bench) -> list[Dialogue]:
    """A user's picture on another background; the pair that is asked for is held out."""
    name = "image_to_image"
    items = []
    for index in range(bench.num_items):
        rng, wanted = _rng(name + " from", index), _scene(name, index)
        given = replace(
            wanted, colour=str(rng.choice([colour for colour in COLOURS if colour != wanted.colour]))
        )
        words = ask("recolour", index // len(PAIRS), colour=wanted.colour)
        turn = Turn((given, words), frozenset({"image"}), vars(wanted))
        items.append(_one(name, index, _pair(wanted), turn))
    return items


def video_to_video(bench: Bench) -> list[Dialogue]:
    name = "video_to_video"
    items = []
    for index in range(_fewer(bench)):
        rng, wanted = _rng(name + " from", index), _clip(name, index)
        given = replace(
            wanted, colour=str(rng.choice([colour for colour in COLOURS if colour != wanted.colour]))
        )
        words = ask("recolour clip", index // len(PAIRS), colour=wanted.colour)
        shows = {"thing": wanted.thing, "colour": wanted.colour, "motion": wanted.motion}
        items.append(_one(name, index, _pair(wanted), Turn((given, words), frozenset({"video"}), shows)))
    return items


def audio_to_audio(bench: Bench) -> list[Dialogue]:
    items = []
    for index in range(_fewer(bench)):
        sound = bench.heard(index)
        turn = Turn((sound, ask("another sound", index // 16)), frozenset({"audio"}), {"class": sound.thing})
        items.append(_one("audio_to_audio", index, _hearing_cluster(sound), turn))
    return items


def _fewer(bench: Bench) -> int:
    """For cells that no aim is set for and that cost clips."""
    return min(bench.num_clips, 24)


# ---------------------------------------------------------------------------------------------- several turns


def turns(bench: Bench) -> list[Dialogue]:
    """A picture, then a change of one attribute: it is made, and the other three stay. The cluster names the edit.

    The first pair is held out; the edits go round, and so the pair after an edit of thing or colour may be any."""
    name = "turns"
    items = []
    for index in range(bench.num_items):
        rng, first = _rng(name + " edit", index), _scene(name, index)
        edit = ("size", "colour", "position", "thing")[index // len(PAIRS) % 4]
        values = {"size": world.SIZES, "colour": COLOURS, "position": world.POSITIONS, "thing": world.THINGS}[
            edit
        ]
        new = str(rng.choice([value for value in values if value != getattr(first, edit)]))
        second = replace(first, **{edit: new})
        task = {
            "size": "edit size",
            "colour": "edit colour",
            "position": "edit place",
            "thing": "edit thing",
        }[edit]
        slots = {
            "size": {"bigger": "bigger" if new == "big" else "smaller"},
            "colour": {"colour": new},
            "position": {"position": new},
            "thing": {"other": with_article(new)},
        }[edit]
        asked = ask("draw", index, **vars(first))
        items.append(
            _one(
                name,
                index,
                f"{edit} {_pair(first)}",
                Turn((asked,), frozenset({"image"}), vars(first)),
                Turn((ask(task, index // 4, **slots),), frozenset({"image"}), vars(second)),
            )
        )
    return items


def turns_across(bench: Bench) -> list[Dialogue]:
    """A picture, then its sound, or then its clip."""
    name = "turns_across"
    items = []
    for index in range(_fewer(bench)):
        first = _scene(name, index, SOUNDING_PAIRS)
        asked = Turn((ask("draw", index, **vars(first)),), frozenset({"image"}), vars(first))
        if index // len(SOUNDING_PAIRS) % 2:
            motion = str(_rng(name, index).choice(world.MOTIONS))
            shows = {"thing": first.thing, "colour": first.colour, "motion": motion}
            then = Turn((ask("then clip", index // 4, motion=motion),), frozenset({"video"}), shows)
        else:
            then = Turn((ask("then sound", index // 4),), frozenset({"audio"}), {"class": first.thing})
        items.append(
            _one(name, index, f"{'clip' if 'video' in then.want else 'sound'} {_pair(first)}", asked, then)
        )
    return items


# ---------------------------------------------------------------------------------------------- only words

SMALL_TALK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Hello!", ("hello", "hi", "hey")), ("Hey, anyone there?", ("hello", "hi", "hey", "here")),
    ("Good evening.", ("evening", "hello", "hi", "hey")), ("Nice to meet you.", ("meet", "hello", "hi", "hey", "too")),
    ("Which model am I talking to?", ("mini",)), ("Please introduce yourself.", ("mini",)),
    ("What should I call you?", ("mini",)), ("Tell me about yourself.", ("mini",)),
    ("What kinds of things can I ask of you?", ("picture", "pictures", "draw", "sound", "sounds", "clip", "clips")),
    ("Could you list your abilities?", ("picture", "pictures", "draw", "sound", "sounds", "clip", "clips")),
    ("How do I use you?", ("picture", "pictures", "draw", "sound", "sounds", "clip", "clips", "ask")),
    ("Thank you so much!", ("welcome", "pleasure", "glad", "happy", "any time", "anytime")),
    ("That was lovely, thanks a lot.", ("welcome", "pleasure", "glad", "happy", "any time", "anytime")),
    ("Much appreciated.", ("welcome", "pleasure", "glad", "happy", "any time", "anytime")),
    ("Goodbye!", ("bye", "goodbye", "see you", "later", "care")),
    ("I have to go now, see you.", ("bye", "goodbye", "see you", "later", "care")),
    ("How is it going?", ("good", "well", "fine", "great", "thanks", "thank", "ready")),
    ("Are you all right?", ("good", "well", "fine", "great", "thanks", "thank", "ready", "yes")),
)  # fmt: skip


def text_to_text(bench: Bench) -> list[Dialogue]:
    """Small talk and questions about mini itself: no medium, and a word that fits."""
    return [
        _one("text_to_text", index, words, Turn((words,), accepted=accepted))
        for index, (words, accepted) in enumerate(SMALL_TALK)
    ]


# ---------------------------------------------------------------------------------------------- outside the world

NOT_IN_THE_WORLD = (
    "a zebra", "a bicycle", "a castle", "a pineapple", "a violin", "the moon", "a sunflower", "a robot", "a penguin",
    "a sailing boat", "a teapot", "a dinosaur", "an astronaut", "a bridge", "a hamburger", "a snowman", "a cow",
    "an umbrella", "a rocket", "a mushroom", "a skyscraper", "a butterfly", "a guitar", "a kangaroo", "a pair of shoes",
    "a mountain lake", "a submarine", "an octopus", "a football", "a queen", "a lamp", "a banana", "a tractor",
    "a wedding", "a giraffe", "a laptop", "a turtle", "a volcano", "a croissant", "a spider",
)  # fmt: skip
UNHEARD = (
    "a violin", "a cow", "a trumpet", "a waterfall", "an owl", "a lion", "a motorbike", "a typewriter", "a flute",
    "applause", "a horse", "thunder", "a washing machine", "a choir", "a duck", "a phone", "a cat", "a car", "a fish",
    "a tree",
)  # fmt: skip
OTHER_TASKS = (
    "Translate good morning into Japanese.", "How many people live in Canada?", "What is seventeen times twenty-three?",
    "Recommend a restaurant near me.", "Summarise the news of this week.", "Write a Python function that sorts a list.",
    "What will the weather be tomorrow?", "Who painted the Mona Lisa?", "Tell me a joke about lawyers.",
    "Send an email to my landlord.", "Which year did the Berlin wall fall?", "Order a taxi for eight o'clock.",
    "Explain how vaccines work.", "What is the capital of Peru?", "Compose a sonnet on autumn.",
    "Give me investment advice.", "How do I bake sourdough?", "Set a timer for ten minutes.",
    "Who is the prime minister of Norway?", "Spell Mississippi backwards.",
)  # fmt: skip


def outside(bench: Bench) -> list[Dialogue]:
    """Requests that mini cannot meet: the words must admit it and no medium may come."""
    asked = [ask(task, index + shift, other=other)
             for shift, task in enumerate(("outside picture", "outside clip", "outside picture"))
             for index, other in enumerate(NOT_IN_THE_WORLD)]  # fmt: skip
    asked += [
        ask("outside sound", index + shift, other=other)
        for shift in (0, 1)
        for index, other in enumerate(UNHEARD)
    ]
    asked += [polite + words for polite in ("", "Hello! ") for words in OTHER_TASKS]
    order = np.random.default_rng(5).permutation(len(asked))[: bench.num_items]
    return [
        _one("outside", int(index), asked[index], Turn((asked[index],), accepted=ADMITS)) for index in order
    ]


PLAYS: dict[str, Callable[[Bench], list[Dialogue]]] = {
    play.__name__: play
    for play in (
        text_to_image, image_to_text, yes_no, text_to_audio, recording_to_text, synthesised_to_text, text_to_video,
        video_to_text, audio_to_image, image_to_audio, audio_to_video, video_to_image, video_to_audio, image_to_image,
        audio_to_audio, image_to_video, video_to_video, turns, turns_across, text_to_text, outside,
    )
}  # fmt: skip
