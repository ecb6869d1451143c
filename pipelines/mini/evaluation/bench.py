"""Plays dialogues on a model, judges every reply at once, and keeps one JSON line a dialogue.

The lines are the cache: a play that was interrupted goes on where it stopped, and a larger n only adds what is new.
Media are judged and dropped; sheets keep those that people should look at.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from anygen import AnyGen, GenerationOptions
from anygen.messages.message import Message
from anygen_pipelines.mini import probes, sounds, world
from anygen_pipelines.mini.evaluation.checks import check_media, check_words, nearest_drawing
from anygen_pipelines.mini.evaluation.dialogues import Dialogue, Sound, Turn, attach

logger = logging.getLogger(__name__)


Answer = Callable[[AnyGen, Sequence[Any], GenerationOptions, Sequence[int]], Sequence[Any]]
"""From prompts, options and seeds to one reply a prompt."""


def generate(
    model: AnyGen, prompts: Sequence[Any], options: GenerationOptions, seeds: Sequence[int]
) -> Sequence[Any]:
    """A user's way: everything is answered and drawn."""
    return model.generate_batch(prompts, options, seeds)


def respond(
    model: AnyGen, prompts: Sequence[Any], options: GenerationOptions, seeds: Sequence[int]
) -> Sequence[Any]:
    """Only what is said and what would be drawn."""
    return model.respond(prompts, options, seeds)


@dataclass(frozen=True)
class PlayedTurn:
    """What came back in one turn. judged: both probes' verdicts by name; words: checks of the text by name."""

    want: list[str]
    made: list[str]
    text: str
    captions: list[str]
    judged: dict[str, list[bool]]
    words: dict[str, bool]
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Played:
    """One dialogue as it went."""

    id: str
    cluster: str
    turns: list[PlayedTurn]

    @property
    def last(self) -> PlayedTurn:
        return self.turns[-1]


class Bench:
    """A model on trial: its name or folder, what it is tried with, and where the answers are kept."""

    def __init__(
        self,
        model_name: str,
        cache_dir: Path,
        num_items: int = 200,
        esc10: Path | None = None,
        phrasings: Path | None = None,
        batch_size: int = 16,
        probes_dir: Path = probes.PROBES_DIR,
        part_hashes: Mapping[str, str] | None = None,
        num_clips: int | None = None,
    ) -> None:
        self.model_name = model_name
        self.cache_dir = cache_dir
        self.num_items = num_items
        self.esc10 = esc10
        self.phrasings = phrasings
        self.batch_size = batch_size
        self.probes_dir = probes_dir
        self.part_hashes = part_hashes or {}
        # Clips cost as much as twenty pictures each: sets that make them may be smaller.
        self.num_clips = num_items if num_clips is None else min(num_clips, num_items)
        self._probes: dict[str, Sequence[Any]] = {}

    @cached_property
    def model(self) -> AnyGen:
        started = time.perf_counter()
        model = AnyGen.from_pretrained(self.model_name)
        logger.info("loaded %s in %.1f s", self.model_name, time.perf_counter() - started)
        return model

    @cached_property
    def recordings(self) -> dict[str, sounds.Recording]:
        """The recordings of fold 4 by name; empty without the folder."""
        found = sounds.load_recordings(self.esc10, folds=(4,)) if self.esc10 else []
        return {recording.name: recording for recording in found}

    def heard(self, index: int, things: Sequence[str] = world.SOUNDING) -> Sound:
        """The `index`-th sound to play to the model, things going round: fold 4 where recorded, else synthesised."""
        thing = things[index % len(things)]
        names = sorted(name for name, recording in self.recordings.items() if recording.thing == thing)
        return Sound(thing, names[index // len(things) % len(names)] if names else None)

    def cache_name(self, name: str, dialogues: Sequence[Dialogue], render: bool = True) -> str:
        """The play's name with a hash of the parts its answers come from.

        A new video decoder leaves the answers about pictures as they are; a new language model leaves none."""
        used = {"trained", "config", "llm"}
        wanted = {modality for dialogue in dialogues for turn in dialogue.turns for modality in turn.want}
        if render:
            used |= {f"decoders.{modality}" for modality in wanted}
        reads = any(
            dialogue.before
            or len(dialogue.turns) > 1
            or any(not isinstance(part, str) for part in dialogue.turns[0].parts)
            for dialogue in dialogues
        )
        if reads:
            used |= {part for part in self.part_hashes if part.startswith("encoders.")}
        return self.keyed(name, used)

    def keyed(self, name: str, used: Collection[str]) -> str:
        """The name with a hash of those of the `used` parts that are known; the name alone where none is."""
        chosen = {part: value for part, value in self.part_hashes.items() if part in used}
        if not chosen:
            return name
        return f"{name}-{hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:10]}"

    def judge(self, modality: str, media: Sequence[np.ndarray]) -> list[list[dict[str, str]]]:
        """What the two probes of a modality see in each item."""
        if modality not in self._probes:
            self._probes[modality] = probes.load_probes(modality, self.probes_dir)
        return probes.judge(self._probes[modality], modality, media)

    def play(
        self,
        name: str,
        dialogues: Sequence[Dialogue],
        options: GenerationOptions | None = None,
        render: bool = True,
        answer: Answer | None = None,
    ) -> list[Played]:
        """Play every dialogue that has no line yet in the cache; returns all of them in order.

        render=False stops before the decoders: which media were asked for, not what they show.
        answer: another way from prompts to replies than the model's own.
        """
        path = self.cache_dir / f"{self.cache_name(name, dialogues, render)}.jsonl"
        done = _read(path)
        todo = [dialogue for dialogue in dialogues if dialogue.id not in done]
        if todo:
            path.parent.mkdir(parents=True, exist_ok=True)
            logger.info("%s: %d of %d dialogues to play", name, len(todo), len(dialogues))
        started = time.perf_counter()
        for start in range(0, len(todo), self.batch_size):
            batch = todo[start : start + self.batch_size]
            played = self._play_batch(
                batch, options or GenerationOptions(), render, answer or (generate if render else respond)
            )
            with path.open("a", encoding="utf-8") as lines:
                for item in played:
                    lines.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
            done.update({item.id: item for item in played})
            seconds = (time.perf_counter() - started) / (start + len(batch))
            logger.info("%s: %d/%d, %.2f s each", name, start + len(batch), len(todo), seconds)
        return [done[dialogue.id] for dialogue in dialogues]

    def _play_batch(
        self,
        dialogues: Sequence[Dialogue],
        options: GenerationOptions,
        render: bool,
        answer: Answer,
    ) -> list[Played]:
        histories = [self._before(dialogue) for dialogue in dialogues]
        played: list[list[PlayedTurn]] = [[] for _ in dialogues]
        for round_index in range(max(len(dialogue.turns) for dialogue in dialogues)):
            active = [index for index, dialogue in enumerate(dialogues) if round_index < len(dialogue.turns)]
            for index in active:
                dialogue = dialogues[index]
                parts = [
                    part
                    if isinstance(part, str)
                    else attach(part, (dialogue.seed, round_index, place), self.recordings)
                    for place, part in enumerate(dialogue.turns[round_index].parts)
                ]
                histories[index].append(Message("user", tuple(parts)))
            prompts = [tuple(histories[index]) for index in active]
            replies = answer(self.model, prompts, options, [dialogues[index].seed for index in active])
            turns = [dialogues[index].turns[round_index] for index in active]
            results = self._check(turns, replies, render)
            for place, index in enumerate(active):
                if render:
                    histories[index].append(replies[place].message())
                played[index].append(results[place])
        return [
            Played(dialogue.id, dialogue.cluster, turns)
            for dialogue, turns in zip(dialogues, played, strict=True)
        ]

    def _before(self, dialogue: Dialogue) -> list[Message]:
        messages = []
        for index, said in enumerate(dialogue.before):
            drawn = said.role == "assistant"
            parts = [
                part
                if isinstance(part, str)
                else attach(part, (dialogue.seed, 1000 + index, place), self.recordings, drawn)
                for place, part in enumerate(said.parts)
            ]
            messages.append(Message(said.role, tuple(parts)))
        return messages

    def _check(self, turns: Sequence[Turn], replies: Sequence[Any], render: bool) -> list[PlayedTurn]:
        media = [_first_of_each(reply) if render else {} for reply in replies]
        judged = check_media(turns, media, self.judge) if render else [{} for _ in turns]
        found = []
        for turn, reply, came, verdict in zip(turns, replies, media, judged, strict=True):
            numbers = {}
            if "image" in came and "image" in turn.want and {"thing", "colour"} <= set(turn.shows):
                scene, nearest = nearest_drawing(probes.resized(came["image"].pixels), turn.shows["colour"])
                numbers = {
                    "foreground": nearest.distance,
                    "nearest": float(scene.thing == turn.shows["thing"]),
                }
            made = [str(part.modality) for part in reply.parts if not isinstance(part, str)]
            captions = [part.caption for part in reply.parts if not isinstance(part, str)] if not render else [
                caption for caption in reply.captions if caption
            ]  # fmt: skip
            found.append(
                PlayedTurn(
                    sorted(turn.want),
                    made,
                    reply.text,
                    captions,
                    verdict,
                    check_words(turn, reply.text),
                    numbers,
                )
            )
        return found


def _first_of_each(reply: Any) -> Mapping[str, Any]:
    came: dict[str, Any] = {}
    for part in reply.parts:
        if not isinstance(part, str):
            came.setdefault(str(part.modality), part)
    return came


def _read(path: Path) -> dict[str, Played]:
    """Lines already written; a last line cut short by an interruption is left out and written again."""
    found: dict[str, Played] = {}
    if not path.is_file():
        return found
    whole = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        whole.append(line)
        turns = [PlayedTurn(**turn) for turn in record["turns"]]
        found[record["id"]] = Played(record["id"], record["cluster"], turns)
    path.write_text("".join(line + "\n" for line in whole), encoding="utf-8")
    return found
