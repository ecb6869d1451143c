"""How far a projector's conditioning is from what the decoder's own text encoder gives for the same caption."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class ConditioningError:
    """relative: squared error over the targets' variance around their mean (1 = no better than the mean target).
    cosine: mean cosine between projected and target, each flattened. nearest: share whose nearest target is its own."""

    relative: float
    cosine: float
    nearest: float
    num_items: int


def conditioning_error(projected: torch.Tensor, target: torch.Tensor) -> ConditioningError:
    """Compare (N, ...) with (N, ...), N >= 2. Raises ValueError for other shapes or values that are not finite."""
    if projected.shape != target.shape or projected.shape[0] < 2:
        raise ValueError(
            f"projected {tuple(projected.shape)} and target {tuple(target.shape)}: need equal, N >= 2"
        )
    made_NX, wanted_NX = projected.flatten(1).double(), target.flatten(1).double()
    if not (made_NX.isfinite().all() and wanted_NX.isfinite().all()):
        raise ValueError("conditioning holds values that are not finite")
    variance = (wanted_NX - wanted_NX.mean(dim=0)).square().sum()
    relative = (made_NX - wanted_NX).square().sum() / variance.clamp_min(1e-12)
    cosine = torch.nn.functional.cosine_similarity(made_NX, wanted_NX, dim=1).mean()
    distances_NN = torch.cdist(made_NX, wanted_NX)
    own_N = distances_NN.diagonal()
    # Equal captions have equal targets: a tie with one's own is a hit.
    nearest = (own_N <= distances_NN.min(dim=1).values + 1e-9).double().mean()
    return ConditioningError(float(relative), float(cosine), float(nearest), int(projected.shape[0]))
