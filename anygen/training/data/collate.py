"""From examples to batches: ids laid out by the Prompter, labels on what the assistant says, media and targets looked up.

An example is laid out once (`encode_example`) and put into batches from then on. Rows are padded on the right: with causal
attention no real token can see the padding, so batches carry no mask.

Shape letters: N rows, T tokens, I media items, F features per item, E encoder width, K spans.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from anygen.core.errors import PromptError
from anygen.core.modality import Modality
from anygen.llm.prompting import Prompter
from anygen.training.data.examples import Example, ExampleError, MediaReference
from anygen.training.data.features import FeatureCache
from anygen.training.data.targets import TargetCache

logger = logging.getLogger(__name__)

IGNORE = -100
"""The label of a position that is not learned."""


@dataclass(frozen=True, eq=False)
class EncodedExample:
    """An example as tokens. `ids_T` and `is_target_T` are numpy arrays; soft positions hold the padding id.

    `media` lists (first soft position, modality, feature key), `spans` (first signal position, modality, caption)."""

    ids_T: np.ndarray
    is_target_T: np.ndarray
    media: tuple[tuple[int, Modality, str], ...]
    spans: tuple[tuple[int, Modality, str], ...]

    def __len__(self) -> int:
        return len(self.ids_T)


@dataclass(frozen=True, eq=False)
class MediaItems:
    """The media of one modality in a batch: where each item's first soft token stands, and its features."""

    rows_I: Tensor
    positions_I: Tensor
    features_IFE: Tensor


@dataclass(frozen=True, eq=False)
class Spans:
    """The spans of one modality in a batch: where each one's first signal token stands, and its target conditioning."""

    rows_K: Tensor
    positions_K: Tensor
    target: Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Batch:
    """N examples, right-padded. `labels_NT` holds the id at every position to be learned and IGNORE elsewhere."""

    ids_NT: Tensor
    labels_NT: Tensor
    media: Mapping[Modality, MediaItems]
    spans: Mapping[Modality, Spans]

    @property
    def counts(self) -> dict[str, int]:
        """Loss term -> how many things it sums over: `text` target tokens, and spans of each modality."""
        targets = int((self.labels_NT[:, 1:] != IGNORE).sum())
        return {
            "text": targets,
            **{str(modality): len(spans.rows_K) for modality, spans in self.spans.items()},
        }

    def to(self, device: torch.device | str) -> Batch:
        """The same batch with every tensor on `device`."""
        moved: Batch = _moved(self, device)
        return moved


def _moved(value: Any, device: torch.device | str) -> Any:
    """A tensor, a mapping or a dataclass of such, with every tensor on `device`."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        return {name: _moved(each, device) for name, each in value.items()}
    return type(value)(**{name: _moved(each, device) for name, each in vars(value).items()})


def encode_example(example: Example, prompter: Prompter, features: FeatureCache) -> EncodedExample:
    """Lay an example out with the `Prompter` that generation uses.

    Raises PromptError if its last exchange does not fit the context, ExampleError if nothing in it can be learned."""
    layout = prompter.layout(example.turns, reply=False, present=_has_file)
    is_target = np.asarray(layout.target_mask, dtype=bool)
    if not is_target.any():
        raise ExampleError(f"{example.source}: nothing the assistant says is left to learn from")
    return EncodedExample(
        np.asarray(layout.ids, dtype=np.int32),
        is_target,
        tuple((at.position, at.modality, features.key(at.media)) for at in layout.media),
        tuple((at.position, at.modality, at.part.caption) for at in layout.spans),
    )


def _has_file(part: MediaReference) -> bool:
    """Whether later turns can read what the assistant made here."""
    return part.path is not None


def encode_examples(
    examples: Sequence[Example], prompter: Prompter, features: FeatureCache
) -> list[EncodedExample]:
    """Lay all examples out. Those too long for the context are left out, and how many is logged.

    Raises ExampleError if all of them are."""
    encoded: list[EncodedExample] = []
    first_error = ""
    for example in examples:
        try:
            encoded.append(encode_example(example, prompter, features))
        except PromptError as error:
            first_error = first_error or f"{example.source}: {error}"
    if not encoded:
        raise ExampleError(first_error or "there are no examples")
    if first_error:
        logger.warning(
            "%d of %d examples left out; the first: %s",
            len(examples) - len(encoded),
            len(examples),
            first_error,
        )
    return encoded


class Collator:
    """Puts encoded examples into a Batch on the CPU."""

    def __init__(self, pad_id: int, features: FeatureCache, targets: TargetCache) -> None:
        self.pad_id = pad_id
        self.features = features
        self.targets = targets

    def __call__(self, examples: Sequence[EncodedExample]) -> Batch:
        longest = max(len(example) for example in examples)
        ids_NT = np.full((len(examples), longest), self.pad_id, dtype=np.int64)
        labels_NT = np.full((len(examples), longest), IGNORE, dtype=np.int64)
        media: dict[Modality, list[tuple[int, int, str]]] = {}
        spans: dict[Modality, list[tuple[int, int, str]]] = {}
        for row, example in enumerate(examples):
            ids_NT[row, : len(example)] = example.ids_T
            labels_NT[row, : len(example)] = np.where(example.is_target_T, example.ids_T, IGNORE)
            for position, modality, key in example.media:
                media.setdefault(modality, []).append((row, position, key))
            for position, modality, caption in example.spans:
                spans.setdefault(modality, []).append((row, position, caption))
        return Batch(
            torch.from_numpy(ids_NT),
            torch.from_numpy(labels_NT),
            {modality: self._media(modality, found) for modality, found in media.items()},
            {modality: self._spans(modality, found) for modality, found in spans.items()},
        )

    def _media(self, modality: Modality, found: list[tuple[int, int, str]]) -> MediaItems:
        rows, positions, keys = zip(*found, strict=True)
        return MediaItems(torch.tensor(rows), torch.tensor(positions), self.features.gather(modality, keys))

    def _spans(self, modality: Modality, found: list[tuple[int, int, str]]) -> Spans:
        rows, positions, captions = zip(*found, strict=True)
        return Spans(torch.tensor(rows), torch.tensor(positions), self.targets.gather(modality, captions))
