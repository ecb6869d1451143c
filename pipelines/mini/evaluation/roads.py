"""The learned projectors beside the roads through words, item by item on the same seeds.

Outputs: a decoder's own text encoder reads the caption. Inputs: its text tower names what is read (describing.py).
Both: nothing that a stage trained lies between what is read and what is drawn but the language model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anygen import AnyGen, GenerationOptions
from anygen.evaluation.accuracy import Estimate, estimate, lower
from anygen.evaluation.report import Row
from anygen_pipelines.mini.describing import describe_world
from anygen_pipelines.mini.evaluation.bench import Bench, Played, generate
from anygen_pipelines.mini.evaluation.plays import PLAYS
from anygen_pipelines.mini.evaluation.section import Section

CAPTION_ROAD = GenerationOptions(conditioning="caption")
WORDS_ROAD = GenerationOptions(reading="words")
BOTH_ROADS = GenerationOptions(conditioning="caption", reading="words")

# Play, what is scored, and how many at most: sounds and clips cost the most.
OUTPUTS = (
    ("text_to_image", "image.thing", 200),
    ("text_to_audio", "audio.class", 96),
    ("text_to_video", "video.thing", 24),
)
INPUTS = (
    ("image_to_text", ("says.thing", "says.colour", "says.position", "says.size")),
    ("recording_to_text", ("says.thing",)),
    ("synthesised_to_text", ("says.thing",)),
    ("video_to_text", ("says.thing", "says.motion")),
)
BOTH = (
    ("image_to_image", "image.thing", 96),
    ("audio_to_image", "image.thing", 96),
    ("image_to_audio", "audio.class", 48),
)


def roads(bench: Bench) -> list[Row]:
    """Differences in points, learned minus words; where inputs go through words, also what is reached in words."""
    rows = []
    for name, key, most in OUTPUTS:
        learned, words = _pair(bench, name, "_caption", CAPTION_ROAD, most)
        rows.append(_difference(f"{_arrow(name)}: {key}", learned, words, key))
    for name, keys in INPUTS:
        learned, words = _pair(bench, name, "_words", WORDS_ROAD, 200)
        for key in keys:
            rows += _beside(f"{_arrow(name)}: {key}, inputs through words", learned, words, key)
    for name, key, most in BOTH:
        learned, words = _pair(bench, name, "_both", BOTH_ROADS, most)
        rows += _beside(f"{_arrow(name)}: {key}, both through words", learned, words, key)
    return rows


def _pair(
    bench: Bench, name: str, suffix: str, options: GenerationOptions, most: int
) -> tuple[Sequence[Played], Sequence[Played]]:
    """The first dialogues of a play as they went by projectors, and as they go through words."""
    every = PLAYS[name](bench)
    learned = bench.play(name, every)[:most]
    return learned, bench.play(name + suffix, every[:most], options, answer=_in_words)


def _in_words(
    model: AnyGen, prompts: Sequence[Any], options: GenerationOptions, seeds: Sequence[int]
) -> Sequence[Any]:
    if options.reading == "words":
        describe_world(model)
    return generate(model, prompts, options, seeds)


def _verdicts(item: Played, key: str) -> list[bool]:
    """One verdict of a check in words, one of each probe of a check of media."""
    return [item.last.words[key]] if key in item.last.words else item.last.judged[key]


def _beside(measure: str, learned: Sequence[Played], words: Sequence[Played], key: str) -> list[Row]:
    """What is reached through words, and how much the projectors reach more."""
    if not words:
        return []
    by_probe = [
        estimate([_verdicts(item, key)[probe] for item in words], [item.cluster for item in words])
        for probe in range(len(_verdicts(words[0], key)))
    ]
    figures = tuple(each.value for each in by_probe) if len(by_probe) == 2 else ()
    reached = Row(measure, _lowest(by_probe), probes=figures)
    return [reached, _difference(f"- learned minus it: {key}", learned, words, key, None)]


def _difference(
    measure: str, learned: Sequence[Played], words: Sequence[Played], key: str, aim: float | None = -0.02
) -> Row:
    differences = []
    for probe in range(len(_verdicts(learned[0], key))):
        pairs = zip(learned, words, strict=True)
        scores = [float(_verdicts(a, key)[probe]) - float(_verdicts(b, key)[probe]) for a, b in pairs]
        differences.append(estimate(scores, [item.cluster for item in learned]))
    figures = tuple(each.value for each in differences) if len(differences) == 2 else ()
    return Row(measure, _lowest(differences), aim, probes=figures, note="points")


def _lowest(estimates: Sequence[Estimate]) -> Estimate:
    return lower(*estimates) if len(estimates) == 2 else estimates[0]


def _arrow(name: str) -> str:
    return name.replace("_to_", " to ")


SECTION = Section(
    "Learned projectors beside the roads through words",
    roads,
    (
        "Same seeds; differences are in points.",
        "Through words: inputs are named by the encoder's text tower out of all captions of the world; captions become "
        "conditioning by the decoders' own text encoders.",
    ),
)
