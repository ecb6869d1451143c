"""How much of a score is the projectors': what each says swapped between items, and how near they come to their targets.

If scores stay when what a projector says is swapped, the projectors did not make them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from anygen import AnyGen, GenerationOptions
from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.evaluation.conditioning_error import conditioning_error
from anygen.evaluation.report import Row
from anygen.messages.reply import Reply, Response, Span
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.plays import ONE_TURN, PLAYS
from anygen_pipelines.mini.evaluation.rows import Section, alone, arrow, checked

NUM_ITEMS = 48
OUTPUTS: dict[Modality, str] = {IMAGE: "text_to_image", AUDIO: "text_to_audio", VIDEO: "text_to_video"}
INPUTS: dict[Modality, str] = {IMAGE: "image_to_text", AUDIO: "recording_to_text", VIDEO: "video_to_text"}
MEASURES = {
    "relative": "squared error over the targets' variance",
    "cosine": "cosine",
    "nearest": "nearest target is its own",
}


# ---------------------------------------------------------------------------------------------- swapped between items


def shuffled(bench: Bench) -> list[Row]:
    """The same with what each projector says swapped between items: what is left is not the projectors' doing."""
    rows = []
    for modality, name in OUTPUTS.items():
        if modality in bench.model.makes:
            most = min(bench.num_clips, NUM_ITEMS // 2) if modality == VIDEO else NUM_ITEMS
            dialogues = PLAYS[name](bench)[:most]
            played = bench.play(f"{name}_shuffled", dialogues, answer=_answer_shuffled)
            key = ONE_TURN[name].key
            rows.append(checked(f"text to {modality}: {key}, projector output shuffled", played, key))
    for modality, name in INPUTS.items():
        dialogues = PLAYS[name](bench)[:NUM_ITEMS]
        if dialogues and modality in bench.model.reads:
            with _previous_item(bench, modality):
                played = bench.play(f"{name}_shuffled", dialogues)
            rows.append(checked(f"{modality} to text: thing, soft tokens shuffled", played, "says.thing"))
    return rows


def _answer_shuffled(
    model: AnyGen, prompts: Sequence[Any], options: GenerationOptions, seeds: Sequence[int]
) -> list[Reply]:
    """Replies whose media are made from another item's conditioning."""
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


# ---------------------------------------------------------------------------------------------- beside their targets


def conditioning_errors(bench: Bench) -> list[Row]:
    """Relative squared error, cosine, and how often the nearest target is the item's own, over held-out requests."""
    rows = []
    for modality, name in OUTPUTS.items():
        prompts = [list(dialogue.turns[0].parts) for dialogue in PLAYS[name](bench)]
        responses = bench.in_batches(bench.model.respond, prompts)
        spans = [span for response in responses for span in response.spans if span.modality == modality]
        if len(spans) < 2:
            continue
        decoder = bench.model.decoders[modality]
        for part in spans[0].conditioning:
            projected = torch.stack([span.conditioning[part] for span in spans]).float()
            target = decoder.encode_text([span.caption for span in spans])[part].float()
            found = conditioning_error(projected, target)
            for measure, meaning in MEASURES.items():
                figure = alone(getattr(found, measure), found.num_items)
                unit = "%" if measure == "nearest" else ""
                rows.append(Row(f"{arrow(name)}, {part}: {meaning}", figure, unit=unit))
    return rows


SHUFFLED = Section("Projector outputs shuffled between items", shuffled)
CONDITIONING = Section(
    "Conditioning: the output projectors beside the text encoders",
    conditioning_errors,
    (
        "The target is the decoder's text encoder on the caption that the LLM itself said before its signal tokens.",
    ),
)
