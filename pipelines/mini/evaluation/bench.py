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
from torch import nn

from anygen import AnyGen, GenerationOptions
from anygen.messages.message import Message
from anygen_pipelines.mini import probes, sounds, world
from anygen_pipelines.mini.evaluation.checks import check_media, check_words, nearest_drawing
from anygen_pipelines.mini.evaluation.dialogues import Attachment, Dialogue, Sound, Turn, attach

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


@dataclass(eq=False)
class Bench:
    """A model on trial: its name or folder, what it is tried with, and where the answers are kept.

    esc10: the folder of the recordings. phrasings: an outside set of dialogues. part_hashes: a hash of each part of the
    model, by which answers are kept. most_clips: clips cost as much as twenty pictures each, so sets that make them may be
    smaller.
    """

    model_name: str
    cache_dir: Path
    num_items: int = 200
    esc10: Path | None = None
    phrasings: Path | None = None
    batch_size: int = 16
    probes_dir: Path = probes.PROBES_DIR
    part_hashes: Mapping[str, str] = field(default_factory=dict)
    most_clips: int | None = None
    _probes: dict[str, Sequence[nn.Module]] = field(default_factory=dict)

    @property
    def num_clips(self) -> int:
        """How many items a set holds that makes clips."""
        return self.num_items if self.most_clips is None else min(self.most_clips, self.num_items)

    @cached_property
    def model(self) -> AnyGen:
        """The model, loaded when first asked for."""
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

    def measured(self, name: str, used: Collection[str], measure: Callable[[], Any]) -> Any:
        """What `measure` gives, as JSON holds it; kept like the answers, by the parts it comes from."""
        path = self.cache_dir / f"{self.keyed(name, used)}.json"
        if not path.is_file():
            found = measure()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(found) + "\n")
        return json.loads(path.read_text())

    def in_batches(self, answer: Callable[..., Sequence[Any]], prompts: Sequence[Any]) -> list[Any]:
        """One answer a prompt, prompt i from seed i, by a method of the model."""
        found: list[Any] = []
        for start in range(0, len(prompts), self.batch_size):
            batch = list(prompts[start : start + self.batch_size])
            found += answer(batch, GenerationOptions(), list(range(start, start + len(batch))))
        return found

    def judge(self, modality: str, media: Sequence[np.ndarray]) -> list[list[dict[str, str]]]:
        """What the two probes of a modality see in each item."""
        return probes.judge(self.probes(modality), modality, media)

    def probes(self, modality: str) -> Sequence[nn.Module]:
        """The two judges of a modality, loaded once."""
        if modality not in self._probes:
            self._probes[modality] = probes.load_probes(modality, self.probes_dir)
        return self._probes[modality]

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
            way = answer or (generate if render else respond)
            played = self._play_batch(batch, options or GenerationOptions(), render, way)
            with path.open("a", encoding="utf-8") as lines:
                for item in played:
                    lines.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
            done.update({item.id: item for item in played})
            seconds = (time.perf_counter() - started) / (start + len(batch))
            logger.info("%s: %d/%d, %.2f s each", name, start + len(batch), len(todo), seconds)
        return [done[dialogue.id] for dialogue in dialogues]

    def _play_batch(
        self, dialogues: Sequence[Dialogue], options: GenerationOptions, render: bool, answer: Answer
    ) -> list[Played]:
        histories = [self._before(dialogue) for dialogue in dialogues]
        played: list[list[PlayedTurn]] = [[] for _ in dialogues]
        for round_index in range(max(len(dialogue.turns) for dialogue in dialogues)):
            active = [index for index, dialogue in enumerate(dialogues) if round_index < len(dialogue.turns)]
            for index in active:
                turn = dialogues[index].turns[round_index]
                parts = self._attached(turn.parts, (dialogues[index].seed, round_index))
                histories[index].append(Message("user", parts))
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
        return [
            Message(
                said.role,
                self._attached(said.parts, (dialogue.seed, 1000 + index), said.role == "assistant"),
            )
            for index, said in enumerate(dialogue.before)
        ]

    def _attached(
        self, parts: Sequence[str | Attachment], seed: tuple[int, ...], drawn: bool = False
    ) -> tuple[Any, ...]:
        """The parts of a message with its media made, each from the seed and its place."""
        return tuple(
            part if isinstance(part, str) else attach(part, (*seed, place), self.recordings, drawn)
            for place, part in enumerate(parts)
        )

    def _check(self, turns: Sequence[Turn], replies: Sequence[Any], render: bool) -> list[PlayedTurn]:
        media = [_first_of_each(reply) if render else {} for reply in replies]
        judged = check_media(turns, media, self.judge) if render else [{} for _ in turns]
        found = []
        for turn, reply, came, verdict in zip(turns, replies, media, judged, strict=True):
            numbers = {}
            if "image" in came and "image" in turn.want and {"thing", "colour"} <= set(turn.shows):
                scene, nearest = nearest_drawing(probes.resized(came["image"].pixels), turn.shows["colour"])
                right = float(scene.thing == turn.shows["thing"])
                numbers = {"foreground": nearest.distance, "nearest": right}
            spans = [part for part in reply.parts if not isinstance(part, str)]
            captions = (
                [each for each in reply.captions if each] if render else [each.caption for each in spans]
            )
            made, words = [str(each.modality) for each in spans], check_words(turn, reply.text)
            found.append(PlayedTurn(sorted(turn.want), made, reply.text, captions, verdict, words, numbers))
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
