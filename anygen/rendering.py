"""Step 5: the spans of responses drawn, one decoder after the other, in batches of one modality and equal options."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from anygen import provenance
from anygen.modality import Modality
from anygen.reply import DecoderProgress, Event, MediaReady, Reply, Response, Span
from anygen.seeds import generator

Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]

DECODE_BATCH = 8
"""Items a decoder draws at once, at most."""


class Stopped(Exception):
    """Raised inside a decoder's step when the caller asked to stop."""


@dataclass(eq=False)
class Rendered:
    """What was drawn: (response, part index) -> medium; and for every response the seconds of each step and how many
    items were drawn beside its own."""

    media: dict[tuple[int, int], Any] = field(default_factory=dict)
    timings: list[dict[str, float]] = field(default_factory=list)
    neighbours: list[int] = field(default_factory=list)


def draw(
    decoders: Mapping[Modality, Any],
    responses: Sequence[Response],
    emit: Emit | None = None,
    should_stop: ShouldStop | None = None,
) -> Rendered:
    """Everything that responses say; a span that was stopped is left out."""
    drawn = Rendered(
        timings=[dict(response.timings) for response in responses],
        neighbours=[response.batch_size for response in responses],
    )
    groups: dict[tuple[Modality, str], list[tuple[int, Span]]] = {}
    for row, response in enumerate(responses):
        for span in response.spans:
            groups.setdefault((span.modality, repr(response.request.options)), []).append((row, span))
    for (modality, _), items in groups.items():
        size = 1 if responses[items[0][0]].request.options.exact else DECODE_BATCH
        for start in range(0, len(items), size):
            batch = items[start : start + size]
            began = time.perf_counter()
            try:
                spans = [(responses[row], span) for row, span in batch]
                media = decode(decoders, modality, spans, emit, should_stop)
            except Stopped:
                break
            took = (time.perf_counter() - began) / len(batch)
            for (row, span), medium in zip(batch, media, strict=True):
                drawn.media[row, span.index] = medium
                drawn.neighbours[row] = max(drawn.neighbours[row], len(batch))
                drawn.timings[row][modality] = drawn.timings[row].get(modality, 0.0) + took
                if emit is not None:
                    emit(MediaReady(span.index, medium))
    return drawn


def decode(
    decoders: Mapping[Modality, Any],
    modality: Modality,
    batch: Sequence[tuple[Response, Span]],
    emit: Emit | None = None,
    should_stop: ShouldStop | None = None,
) -> list[Any]:
    """One decoding: a medium for each span of `batch`, all of one modality and equal options. Raises Stopped."""

    def on_step(step: int, num_steps: int) -> None:
        if should_stop is not None and should_stop():
            raise Stopped
        if emit is not None:
            for _, span in batch:
                emit(DecoderProgress(span.index, modality, step, num_steps))

    names = batch[0][1].conditioning
    conditioning = {name: torch.stack([span.conditioning[name] for _, span in batch]) for name in names}
    generators = [generator(response.seed, 1 + span.index) for response, span in batch]
    options = batch[0][0].request.options.of(modality)
    return decoders[modality].decode(conditioning, options, generators, on_step)


def reply_of(response: Response, drawn: Rendered, row: int, name: str, weights_hash: str) -> Reply:
    """What a response says with what was drawn for it, response `row` of `drawn`; spans without a medium are out. `name`
    and `weights_hash` are those of the model, for the record."""
    request = response.request
    made, timings = drawn.media, drawn.timings[row]
    kept = [part for part in response.parts if isinstance(part, str) or (row, part.index) in made]
    return Reply(
        parts=tuple(part if isinstance(part, str) else made[row, part.index] for part in kept),
        seed=response.seed,
        timings={**timings, "total": sum(timings.values())},
        provenance=provenance.build(
            model=name,
            weights_hash=weights_hash,
            messages=request.messages,
            options=request.options.to_dict(),
            seed=response.seed,
            modalities=request.may,
            require=request.require,
            batch_size=drawn.neighbours[row],
            described=response.described,
        ),
        captions=tuple("" if isinstance(part, str) else part.caption for part in kept),
        messages=request.messages,
    )
