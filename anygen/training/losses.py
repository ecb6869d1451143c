"""The two losses of the stages. Both return sums, so that parts of a batch add up to what the whole would give.

Shape letters: M target positions, V vocabulary, K spans.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

ALIGNMENTS = ("euclidean", "mse")


def next_token_loss(logits_MV: Tensor, target_ids_M: Tensor) -> Tensor:
    """Cross-entropy of the target ids, in nats, summed over the M positions; a float32 scalar."""
    return functional.cross_entropy(logits_MV.float(), target_ids_M, reduction="sum")


def alignment_loss(predicted: Mapping[str, Tensor], target: Mapping[str, Tensor], kind: str) -> Tensor:
    """How far conditioning (name -> (K, ..., C)) is from the text encoder's, summed over the K spans; a float32 scalar.

    `euclidean`: the mean over a span's queries of |u - v| (what NExT-GPT trains on, under the name of MSE:
    NExT-GPT-Lagacy/code/model/common/utils.py), with an epsilon, since its gradient at u = v would be NaN.
    `mse`: the mean over a span's values of (u - v)^2. Several conditioning tensors of one span add up; a "mask" is not
    learned, since projectors fill every position.
    Raises ValueError for another kind, or names or shapes that differ."""
    if kind not in ALIGNMENTS:
        raise ValueError(f"alignment loss {kind!r}; accepted are {', '.join(ALIGNMENTS)}")
    if predicted.keys() != target.keys():
        raise ValueError(f"the projector gives {sorted(predicted)}, the decoder takes {sorted(target)}")
    total = None
    for name in sorted(predicted.keys() - {"mask"}):
        given, wanted = predicted[name], target[name]
        if given.shape != wanted.shape:
            raise ValueError(
                f"{name}: projector gives {tuple(given.shape)}, decoder takes {tuple(wanted.shape)}"
            )
        difference = given.float() - wanted.float()
        if kind == "euclidean":
            distance = torch.sqrt(difference.square().sum(-1) + 1e-12)
        else:
            distance = difference.square().mean(-1)
        value = distance.reshape(len(distance), -1).mean(1).sum()
        total = value if total is None else total + value
    if total is None:
        raise ValueError("no conditioning tensor to compare")
    return total
