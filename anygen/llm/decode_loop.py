"""The loop over steps, on the KV cache: feed every row its newest token, ask what comes next, drop the rows that are done.

What a row says is not decided here: completion.py forces signal spans, captions.py captions between tags.
Legend: N rows, T positions, D width, V ids, A axes of rotary positions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from anygen.llm.backbone import Backbone

NextToken = Callable[[int, Tensor, Tensor, bool], int | None]
"""Called with a row, the state (D,) and the logits (V,), on the CPU, of what it read last, and whether to stop now.

Gives the token that the row reads next, or None where it is done."""


@torch.no_grad()
def decode(
    backbone: Backbone,
    embeds: Sequence[Tensor],
    next_token: NextToken,
    should_stop: Callable[[], bool] | None = None,
    positions: Sequence[Tensor] | None = None,
) -> None:
    """Continue prompts, (T_i, D) embeddings each, until every row is done.

    `positions`, (A, T_i) each, are given where a model counts them otherwise than 0, 1, ...; what is said goes on from
    the highest."""
    from transformers import DynamicCache

    if not embeds:
        return
    active = list(range(len(embeds)))
    step_NTD, mask_NT = pad_left(embeds, backbone)
    if positions is None:
        positions_NT = (mask_NT.long().cumsum(1) - 1).clamp_min(0)
    else:
        # Axes first, as models with several of them take them.
        positions_NT = _pad_positions(positions, mask_NT)
    cache = DynamicCache(config=backbone.lm.config)
    while active:
        hidden_ND = backbone(step_NTD, mask_NT, positions_NT, cache)[:, -1]
        stop_now = should_stop is not None and should_stop()
        logits_NV = backbone.logits(hidden_ND).float().cpu()
        given = [
            next_token(row, hidden_ND[place], logits_NV[place], stop_now) for place, row in enumerate(active)
        ]
        staying = [place for place, token in enumerate(given) if token is not None]
        if len(staying) < len(active):
            keep = torch.tensor(staying, dtype=torch.long, device=mask_NT.device)
            active = [active[place] for place in staying]
            if not active:
                return
            # Layers may be on several devices; indices of the CPU are read on each.
            cache.batch_select_indices(keep.cpu())
            mask_NT, positions_NT = mask_NT[keep], positions_NT[..., keep, :]
        newest = torch.tensor([[given[place]] for place in staying], device=mask_NT.device)
        step_NTD = backbone.embed(newest)
        mask_NT = torch.cat((mask_NT, mask_NT.new_ones(len(active), 1)), dim=1)
        positions_NT = _next_positions(positions_NT)


def pad_left(embeds: Sequence[Tensor], backbone: Backbone) -> tuple[Tensor, Tensor]:
    """Prompts as one batch (N, T, D), the shorter ones preceded by zeros, and the mask of what is real."""
    longest = max(prompt.shape[0] for prompt in embeds)
    batch_NTD = torch.zeros(len(embeds), longest, backbone.dim, dtype=backbone.dtype, device=backbone.device)
    mask_NT = torch.zeros(len(embeds), longest, dtype=torch.bool, device=backbone.device)
    for row, prompt in enumerate(embeds):
        batch_NTD[row, longest - prompt.shape[0] :] = prompt
        mask_NT[row, longest - prompt.shape[0] :] = True
    return batch_NTD, mask_NT


def _pad_positions(positions: Sequence[Tensor], mask_NT: Tensor) -> Tensor:
    """(A, N, T), zeros where the mask is False."""
    padded = mask_NT.new_zeros((positions[0].shape[0], *mask_NT.shape), dtype=torch.long)
    for row, each_AT in enumerate(positions):
        padded[:, row, mask_NT.shape[1] - each_AT.shape[1] :] = each_AT
    return padded


def _next_positions(positions: Tensor) -> Tensor:
    """Positions of the next token: one more than the last, or on every axis one more than the highest so far."""
    if positions.ndim == 2:
        return positions[:, -1:] + 1
    return (positions.amax(dim=(0, 2), keepdim=True) + 1).expand(positions.shape[0], -1, -1)
