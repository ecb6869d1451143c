"""One turn's reply against what was wanted: which media came, what the judges see in them, what the words say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from anygen.evaluation.answers import answers, mentioned
from anygen.evaluation.foreground import Nearest, nearest_reference
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.evaluation.asking import SPOKEN
from anygen_pipelines.mini.evaluation.dialogues import Turn

Judge = Callable[[str, Sequence[np.ndarray]], list[list[dict[str, str]]]]
SEEN_IN: dict[str, tuple[str, ...]] = {
    "image": ("thing", "colour", "position", "size"),
    "video": ("thing", "colour", "size", "motion"),
    "audio": ("class",),
}


def array_of(media: Any) -> np.ndarray:
    """What the judges read of a generated medium: pixels, frames, or the mono waveform at 16 kHz."""
    if media.modality == "image":
        return media.pixels
    if media.modality == "video":
        return media.frames
    samples = media.samples if media.samples.ndim == 1 else media.samples.mean(axis=0)
    if media.sample_rate != sounds.SAMPLE_RATE:
        from scipy.signal import resample_poly

        samples = resample_poly(samples, sounds.SAMPLE_RATE, media.sample_rate)
    return np.asarray(samples, dtype=np.float32)


def check_media(
    turns: Sequence[Turn], media: Sequence[Mapping[str, Any]], judge: Judge
) -> list[dict[str, list[bool]]]:
    """For each turn `{"image.thing": [first probe right, second probe right], ...}`; media that did not come are wrong.

    media: for each turn the first medium of each modality that came back. All of one modality are judged at once.
    """
    results: list[dict[str, list[bool]]] = [{} for _ in turns]
    for modality, names in SEEN_IN.items():
        waiting: list[tuple[int, list[str]]] = []
        for index, turn in enumerate(turns):
            wanted = [name for name in names if name in turn.shows] if modality in turn.want else []
            if wanted and modality not in media[index]:
                results[index].update({f"{modality}.{name}": [False, False] for name in wanted})
            elif wanted:
                waiting.append((index, wanted))
        if not waiting:
            continue
        verdicts = judge(modality, [array_of(media[index][modality]) for index, _ in waiting])
        for place, (index, wanted) in enumerate(waiting):
            for name in wanted:
                seen = [found[place][name] == turns[index].shows[name] for found in verdicts]
                results[index][f"{modality}.{name}"] = seen
    return results


def check_words(turn: Turn, text: str) -> dict[str, bool]:
    """`{"says.thing": True, ...}` for attributes the words had to name, and "answer" where phrases were given.

    An attribute is right if its value is named and no other value of it is.
    """
    found = {f"says.{name}": mentioned(text, SPOKEN[name]) == {value} for name, value in turn.says.items()}
    if turn.accepted:
        found["answer"] = answers(text, turn.accepted, turn.refused)
    return found


def nearest_drawing(picture: np.ndarray, colour: str) -> tuple[world.Scene, Nearest]:
    """The world's drawing on that background nearest to a picture (64, 64, 3) uint8, and its foreground distance."""
    scenes, references, masks = _drawings(colour)
    found = nearest_reference(picture, references, masks)
    return scenes[found.index], found


@cache
def _drawings(colour: str) -> tuple[list[world.Scene], np.ndarray, np.ndarray]:
    scenes = [scene for scene in world.all_scenes() if scene.colour == colour]
    references = np.stack([world.draw(scene) for scene in scenes])
    return scenes, references, np.stack([world.sprite_mask(scene) > 0.5 for scene in scenes])
