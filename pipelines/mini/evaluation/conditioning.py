"""How near the output projectors come to what the decoders' own text encoders give for the same caption."""

from __future__ import annotations

import torch

from anygen import GenerationOptions
from anygen.evaluation.accuracy import Estimate
from anygen.evaluation.conditioning_error import conditioning_error
from anygen.evaluation.report import Row
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.plays import PLAYS
from anygen_pipelines.mini.evaluation.section import Section


def conditioning_errors(bench: Bench) -> list[Row]:
    """Relative squared error, cosine, and how often the nearest target is the item's own, over held-out requests."""
    rows = []
    for name in ("text_to_image", "text_to_audio", "text_to_video"):
        prompts = [list(dialogue.turns[0].parts) for dialogue in PLAYS[name](bench)]
        spans = []
        for start in range(0, len(prompts), bench.batch_size):
            batch = prompts[start : start + bench.batch_size]
            for response in bench.model.respond(
                batch, GenerationOptions(), list(range(start, start + len(batch)))
            ):
                spans += [span for span in response.spans if span.modality == name.removeprefix("text_to_")]
        if len(spans) < 2:
            continue
        decoder = bench.model.decoders[spans[0].modality]
        for part in spans[0].conditioning:
            projected = torch.stack([span.conditioning[part] for span in spans]).float()
            target = decoder.encode_text([span.caption for span in spans])[part].float()
            found = conditioning_error(projected, target)
            for measure in ("relative", "cosine", "nearest"):
                value = getattr(found, measure)
                figure = Estimate(value, value, value, found.num_items, found.num_items)
                label = f"{name.replace('_to_', ' to ')}, {part}: {_MEANING[measure]}"
                rows.append(Row(label, figure, unit="%" if measure == "nearest" else ""))
    return rows


_MEANING = {
    "relative": "squared error over the targets' variance",
    "cosine": "cosine",
    "nearest": "nearest target is its own",
}

SECTION = Section(
    "Conditioning: the output projectors beside the text encoders",
    conditioning_errors,
    (
        "The target is the decoder's text encoder on the caption that the LLM itself said before its signal tokens.",
    ),
)
