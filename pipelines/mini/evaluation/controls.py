"""The control: what each projector says, swapped between items. If scores stay, the projectors did not make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from torch import Tensor

from anygen import GenerationOptions
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.messages.reply import Response, Span
from anygen_pipelines.mini.evaluation.bench import Bench, Played
from anygen_pipelines.mini.evaluation.plays import PLAYS

NUM_ITEMS = 48
OUTPUTS: tuple[tuple[Modality, str, str], ...] = (
    (IMAGE, "text_to_image", "image.thing"),
    (AUDIO, "text_to_audio", "audio.class"),
    (VIDEO, "text_to_video", "video.thing"),
)
INPUTS: tuple[tuple[Modality, str], ...] = (
    (IMAGE, "image_to_text"),
    (AUDIO, "recording_to_text"),
    (VIDEO, "video_to_text"),
)


def shuffled_outputs(bench: Bench) -> list[tuple[str, str, list[Played]]]:
    """Media made from another item's conditioning: modality, what is judged, and what came."""
    results = []
    for modality, name, key in OUTPUTS:
        if modality in bench.model.makes:
            count = (
                min(bench.num_items, NUM_ITEMS) if modality != VIDEO else min(bench.num_clips, NUM_ITEMS // 2)
            )
            played = bench.play(f"{name}_shuffled", PLAYS[name](bench)[:count], answer=_answer_shuffled)
            results.append((str(modality), key, played))
    return results


def shuffled_inputs(bench: Bench) -> list[tuple[str, list[Played]]]:
    """Media described through another item's soft tokens: modality, and what was said."""
    results = []
    for modality, name in INPUTS:
        dialogues = PLAYS[name](bench)[:NUM_ITEMS]
        if dialogues and modality in bench.model.reads:
            with _previous_item(bench, modality):
                results.append((str(modality), bench.play(f"{name}_shuffled", dialogues)))
    return results


def _answer_shuffled(
    model: Any, prompts: list[Any], options: GenerationOptions, seeds: list[int]
) -> list[Any]:
    return model.render(swap_conditioning(model.respond(prompts, options, seeds)))


def swap_conditioning(responses: list[Response]) -> list[Response]:
    """Every span gets the conditioning of the next span of its modality; the last gets the first's."""
    spans = [(row, span) for row, response in enumerate(responses) for span in response.spans]
    given: dict[tuple[int, int], Span] = {}
    for modality in {span.modality for _, span in spans}:
        same = [(row, span) for row, span in spans if span.modality == modality]
        for place, (row, span) in enumerate(same):
            other = same[(place + 1) % len(same)][1]
            given[row, span.index] = replace(span, conditioning=other.conditioning)
    return [
        replace(
            response,
            parts=tuple(part if isinstance(part, str) else given[row, part.index] for part in response.parts),
        )
        for row, response in enumerate(responses)
    ]


@contextmanager
def _previous_item(bench: Bench, modality: Modality) -> Iterator[None]:
    """While this lasts, a medium's soft tokens are those of the medium that was read before it.

    The first has none before it and keeps its own."""
    before: list[Tensor] = []

    def hand_on(module: Any, inputs: Any, output: Tensor) -> Tensor:
        before.append(output)
        return before[-2] if len(before) > 1 else output

    handle = bench.model.input_projectors[str(modality)].register_forward_hook(hand_on)
    try:
        yield
    finally:
        handle.remove()
