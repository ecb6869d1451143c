"""The learned projectors beside the strategies that go through words, item by item on the same seeds.

Outputs: a decoder's own text encoder reads the caption. Inputs: its text tower names what is read (describing.py).
Both: nothing that a stage trained lies between what is read and what is drawn but the language model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anygen import AnyGen, GenerationOptions
from anygen.evaluation.report import Row
from anygen_pipelines.mini.describing import describe_world
from anygen_pipelines.mini.evaluation.bench import Bench, Played, generate
from anygen_pipelines.mini.evaluation.plays import PLAYS
from anygen_pipelines.mini.evaluation.rows import Section, arrow, by_probe, verdicts

CAPTIONS = GenerationOptions(conditioning="caption")
WORDS = GenerationOptions(reading="words")
BOTH_IN_WORDS = GenerationOptions(conditioning="caption", reading="words")

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


def strategies(bench: Bench) -> list[Row]:
    """Differences in points, learned minus words; where inputs go through words, also what is reached in words."""
    rows = []
    for name, key, most in OUTPUTS:
        learned, words = _both_ways(bench, name, "_caption", CAPTIONS, most)
        rows.append(_difference(f"{arrow(name)}: {key}", learned, words, key, -0.02))
    for name, keys in INPUTS:
        learned, words = _both_ways(bench, name, "_words", WORDS, 200)
        for key in keys:
            rows += _beside(f"{arrow(name)}: {key}, inputs through words", learned, words, key)
    for name, key, most in BOTH:
        learned, words = _both_ways(bench, name, "_both", BOTH_IN_WORDS, most)
        rows += _beside(f"{arrow(name)}: {key}, both through words", learned, words, key)
    return rows


def _both_ways(
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


def _beside(measure: str, learned: Sequence[Played], words: Sequence[Played], key: str) -> list[Row]:
    """What is reached through words, and how much the projectors reach more."""
    if not words:
        return []
    reached = by_probe(measure, [verdicts(item, key) for item in words], [item.cluster for item in words])
    return [reached, _difference(f"- learned minus it: {key}", learned, words, key)]


def _difference(
    measure: str, learned: Sequence[Played], words: Sequence[Played], key: str, aim: float | None = None
) -> Row:
    scores = [
        [float(a) - float(b) for a, b in zip(verdicts(item, key), verdicts(other, key), strict=True)]
        for item, other in zip(learned, words, strict=True)
    ]
    return by_probe(measure, scores, [item.cluster for item in learned], aim, note="points")


SECTION = Section(
    "Learned projectors beside the ways through words",
    strategies,
    (
        "Same seeds; differences are in points.",
        "Through words: inputs are named by the encoder's text tower out of all captions of the world; captions become "
        "conditioning by the decoders' own text encoders.",
    ),
)
