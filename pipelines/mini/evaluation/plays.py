"""The named sets of dialogues. Item i of a set is the same whatever n is, so a longer run continues a shorter one.

Most sets ask one thing once, and are a row of ONE_TURN. Pairs go round the held-out ones; sounds of the recorded kinds come
from fold 4.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from anygen_pipelines.mini import world
from anygen_pipelines.mini.evaluation.asking import ADMITS, NO, VALUES, WORDINGS, YES, ask, with_article
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.dialogues import Attachment, Dialogue, Sound, Turn

PAIRS = tuple(sorted(world.HELD_OUT))
SOUNDING_PAIRS = tuple(pair for pair in PAIRS if pair[0] in world.SOUNDING)
COST_ONLY = 24
"""At most so many items where no aim is set and clips are made."""


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


def _wants(words: str, modality: str, shows: Mapping[str, str]) -> Turn:
    return Turn((words,), frozenset({modality}), shows)


def _other(values: tuple[str, ...], value: str, rng: np.random.Generator) -> str:
    return str(rng.choice([other for other in values if other != value]))


# ---------------------------------------------------------------------------------------------- one turn


def _recording(bench: Bench, index: int) -> Sound:
    """Every recording of fold 4 in its turn."""
    names = sorted(bench.recordings)
    name = names[(index * 7) % len(names)]
    return Sound(bench.recordings[name].thing, name)


# What a dialogue is about: the item, from the bench, the set's name and a number; and after how many items it comes round.
SUBJECTS: dict[str, tuple[Callable[[Bench, str, int], Attachment], int]] = {
    "picture": (lambda bench, name, index: _scene(name, index), len(PAIRS)),
    "sounding picture": (lambda bench, name, index: _scene(name, index, SOUNDING_PAIRS), len(SOUNDING_PAIRS)),
    "clip": (lambda bench, name, index: _clip(name, index), len(PAIRS)),
    "sounding clip": (lambda bench, name, index: _clip(name, index, SOUNDING_PAIRS), len(SOUNDING_PAIRS)),
    "sound": (lambda bench, name, index: bench.heard(index), len(world.SOUNDING)),
    "sound of a recorded kind": (lambda bench, name, index: bench.heard(index, world.RECORDED), 10),
    "kind of sound": (
        lambda bench, name, index: Sound(world.SOUNDING[index % len(world.SOUNDING)]),
        len(world.SOUNDING),
    ),
    "recording": (lambda bench, name, index: _recording(bench, index), 1),
    "synthesised sound": (
        lambda bench, name, index: Sound(world.SYNTHESISED[index % len(world.SYNTHESISED)]),
        len(world.SYNTHESISED),
    ),
}


@dataclass(frozen=True)
class OneTurn:
    """A set of dialogues of one turn: about what, in the wordings of which task, and what must come back.

    about: a name of SUBJECTS. wants: the medium that must come back; "" for words alone. checked: the attributes that the
    judges must see in it, or that the words must name; a sound has a class. given: where the item itself is attached,
    "before" or "after" the words, or "" where only words ask. most: how many items at most, "clips" where clips are made,
    "few" where they are made and no aim is set.
    """

    about: str
    task: str
    wants: str
    checked: str
    given: str = "before"
    most: str = "items"

    @property
    def key(self) -> str:
        """What is judged first of all, e.g. "image.thing" or "says.thing"."""
        return f"{self.wants or 'says'}.{self.checked.split()[0]}"

    def count(self, bench: Bench) -> int:
        """How many items a bench plays."""
        if self.about == "recording" and not bench.recordings:
            return 0
        few = min(bench.num_clips, COST_ONLY)
        return {"items": bench.num_items, "clips": bench.num_clips, "few": few}[self.most]

    def dialogue(self, bench: Bench, name: str, index: int) -> Dialogue:
        """The `index`-th of the set called `name`."""
        make, period = SUBJECTS[self.about]
        item = make(bench, name, index)
        named = {"thing": item.thing, "class": item.thing} if isinstance(item, Sound) else dict(vars(item))
        if "motion" in self.checked and isinstance(item, world.Scene):
            named["motion"] = str(_rng(name, index).choice(world.MOTIONS))
        words = ask(self.task, index // period, **named)
        checked = {key: named["thing" if key == "class" else key] for key in self.checked.split()}
        given = item
        if self.task.startswith("recolour") and not isinstance(item, Sound):
            # The pair that is asked for is held out; what is given stands on another background.
            given = replace(item, colour=_other(VALUES["colour"], item.colour, _rng(name + " from", index)))
        parts = {"before": (given, words), "after": (words, given), "": (words,)}[self.given]
        turn = Turn(parts, frozenset({self.wants}), checked) if self.wants else Turn(parts, says=checked)
        return _one(name, index, self._cluster(item, index), turn)

    def _cluster(self, item: Attachment, index: int) -> str:
        if not isinstance(item, Sound):
            return _pair(item)
        synthesised = {"kind of sound": item.thing, "synthesised sound": f"{item.thing} {index}"}
        return item.recording or synthesised.get(self.about, f"synthesised {item.thing}")


WHOLE_SCENE, WHOLE_CLIP, MOVES = (
    "thing colour position size",
    "thing colour size motion",
    "thing colour motion",
)
ONE_TURN: dict[str, OneTurn] = {
    "text_to_image": OneTurn("picture", "draw", "image", WHOLE_SCENE, ""),
    "image_to_text": OneTurn("picture", "describe picture", "", WHOLE_SCENE),
    "text_to_audio": OneTurn("kind of sound", "hear", "audio", "class", ""),
    "recording_to_text": OneTurn("recording", "name sound", "", "thing"),
    "synthesised_to_text": OneTurn("synthesised sound", "name sound", "", "thing"),
    "text_to_video": OneTurn("clip", "animate", "video", WHOLE_CLIP, "", "clips"),
    "video_to_text": OneTurn("clip", "describe clip", "", "thing motion"),
    "audio_to_image": OneTurn("sound of a recorded kind", "sound to picture", "image", "thing", "after"),
    "image_to_audio": OneTurn("sounding picture", "picture to sound", "audio", "class"),
    "audio_to_video": OneTurn(
        "sound of a recorded kind", "sound to clip", "video", "thing", "after", "clips"
    ),
    "video_to_image": OneTurn("clip", "clip to picture", "image", "thing colour"),
    "video_to_audio": OneTurn("sounding clip", "clip to sound", "audio", "class"),
    "image_to_image": OneTurn("picture", "recolour", "image", WHOLE_SCENE),
    "audio_to_audio": OneTurn("sound", "another sound", "audio", "class", most="few"),
    "image_to_video": OneTurn("picture", "picture to clip", "video", MOVES, most="few"),
    "video_to_video": OneTurn("clip", "recolour clip", "video", MOVES, most="few"),
}


def one_turn(name: str, bench: Bench) -> list[Dialogue]:
    """The dialogues of a row of ONE_TURN."""
    row = ONE_TURN[name]
    return [row.dialogue(bench, name, index) for index in range(row.count(bench))]


# ---------------------------------------------------------------------------------------------- sets of their own


def yes_no(bench: Bench) -> list[Dialogue]:
    """Half existence, half attribute; half of each truly yes. The cluster tells which: "existence dog on purple"."""
    tasks = {"colour": "is colour", "position": "is place", "size": "is size"}
    items = []
    for index in range(2 * bench.num_items):
        rng, scene = _rng("yes_no", index), _scene("yes_no", index // 4)
        truly = index % 2 == 0
        if index % 4 < 2:
            asked = scene.thing if truly else _other(world.THINGS, scene.thing, rng)
            kind, words = "existence", ask("is there", index // 4, other=with_article(asked))
        else:
            attribute = tuple(tasks)[int(rng.integers(3))]
            true_value = getattr(scene, attribute)
            value = true_value if truly else _other(VALUES[attribute], true_value, rng)
            words = ask(tasks[attribute], index // 4, **{"thing": scene.thing, attribute: value})
            kind = "attribute"
        turn = Turn((scene, words), accepted=YES if truly else NO, refused=NO if truly else YES)
        items.append(_one("yes_no", index, f"{kind} {_pair(scene)}", turn))
    return items


def turns(bench: Bench) -> list[Dialogue]:
    """A picture, then a change of one attribute: it is made, and the other three stay. The cluster names the edit.

    The first pair is held out; the edits go round, and so the pair after an edit of thing or colour may be any."""
    items = []
    for index in range(bench.num_items):
        rng, first = _rng("turns edit", index), _scene("turns", index)
        edit = ("size", "colour", "position", "thing")[index // len(PAIRS) % 4]
        new = _other(VALUES[edit], getattr(first, edit), rng)
        slots = {
            "size": {"bigger": "bigger" if new == "big" else "smaller"},
            "thing": {"other": with_article(new)},
        }.get(edit, {edit: new})
        task = "edit place" if edit == "position" else f"edit {edit}"
        asked = _wants(ask("draw", index, **vars(first)), "image", vars(first))
        edited = _wants(ask(task, index // 4, **slots), "image", vars(replace(first, **{edit: new})))
        items.append(_one("turns", index, f"{edit} {_pair(first)}", asked, edited))
    return items


def turns_across(bench: Bench) -> list[Dialogue]:
    """A picture, then its sound, or then its clip."""
    items = []
    for index in range(min(bench.num_clips, COST_ONLY)):
        first = _scene("turns_across", index, SOUNDING_PAIRS)
        asked = _wants(ask("draw", index, **vars(first)), "image", vars(first))
        if index // len(SOUNDING_PAIRS) % 2:
            motion = str(_rng("turns_across", index).choice(world.MOTIONS))
            shows = {"thing": first.thing, "colour": first.colour, "motion": motion}
            kind, then = "clip", _wants(ask("then clip", index // 4, motion=motion), "video", shows)
        else:
            kind, then = "sound", _wants(ask("then sound", index // 4), "audio", {"class": first.thing})
        items.append(_one("turns_across", index, f"{kind} {_pair(first)}", asked, then))
    return items


def text_to_text(bench: Bench) -> list[Dialogue]:
    """Small talk and questions about mini itself: no medium, and a word that fits."""
    said = [(words, tuple(row["fits"])) for row in WORDINGS["small_talk"] for words in row["say"]]
    return [
        _one("text_to_text", index, words, Turn((words,), accepted=accepted))
        for index, (words, accepted) in enumerate(said)
    ]


def outside(bench: Bench) -> list[Dialogue]:
    """Requests that mini cannot meet: the words must admit it and no medium may come."""
    asked = [
        ask(f"outside {kind}", index + shift, other=other)
        for shift, kind in enumerate(("picture", "clip", "picture"))
        for index, other in enumerate(WORDINGS["not_in_the_world"])
    ]
    asked += [
        ask("outside sound", index + shift, other=other)
        for shift in (0, 1)
        for index, other in enumerate(WORDINGS["unheard"])
    ]
    asked += [polite + words for polite in ("", "Hello! ") for words in WORDINGS["other_tasks"]]
    order = np.random.default_rng(5).permutation(len(asked))[: bench.num_items]
    return [
        _one("outside", int(index), asked[index], Turn((asked[index],), accepted=ADMITS)) for index in order
    ]


PLAYS: dict[str, Callable[[Bench], list[Dialogue]]] = {
    **{name: partial(one_turn, name) for name in ONE_TURN},
    **{play.__name__: play for play in (yes_no, turns, turns_across, text_to_text, outside)},
}
