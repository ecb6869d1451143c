"""The forward pass of training: the flow of anygen/model.py, with the assistant's words given instead of sampled.

Features are projected to soft tokens and put in their places, the language model runs once over whole rows, and two things
come out: logits where a label is, and, for every span, the conditioning its output projector makes from the states at
the signal tokens' own positions (after the final norm) together with their input embeddings: what `complete` keeps.

Shape letters: N rows, T tokens, D language model width, V vocabulary, I media items, F features per item, E encoder
width, S soft or signal tokens of an item, K spans, M target positions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from anygen.core.errors import ConfigError
from anygen.core.modality import Modality
from anygen.llm.backbone import Backbone
from anygen.training.data.collate import IGNORE, Batch


@dataclass(frozen=True)
class FeatureNoise:
    """Disturbs input features in training, so that a projector does not learn its training media by heart.

    `scale` is the standard deviation of added noise relative to the root mean square of an item's features; `mix` the
    largest share of another item of the same modality that is mixed in (drawn anew, uniformly, for each item). The
    share stays below a half, so the words still describe the item."""

    scale: float = 0.0
    mix: float = 0.0

    def __post_init__(self) -> None:
        if self.scale < 0:
            raise ConfigError(f"noise.scale: is {self.scale}; expected 0 or more")
        if not 0 <= self.mix < 0.5:
            raise ConfigError(f"noise.mix: is {self.mix}; expected 0 or more and less than 0.5")

    def apply(self, features_IFE: Tensor, generator: torch.Generator) -> Tensor:
        """Disturbed features of the same shape, type and device; `generator` is on the CPU."""
        device, items = features_IFE.device, len(features_IFE)
        if self.mix and items > 1:
            share = self.mix * torch.rand(items, 1, 1, generator=generator)
            other = torch.randint(1, items, (items,), generator=generator) + torch.arange(items)
            features_IFE = features_IFE.lerp(features_IFE[(other % items).to(device)], share.to(features_IFE))
        if self.scale:
            noise = torch.randn(features_IFE.shape, generator=generator).to(features_IFE)
            size = features_IFE.square().mean(dim=(1, 2), keepdim=True).sqrt()
            features_IFE = features_IFE + self.scale * size * noise
        return features_IFE


@dataclass(frozen=True, eq=False)
class TeacherForcedOutput:
    """`logits_MV` and `target_ids_M` at the positions to be learned; modality -> conditioning name -> (K, ...)."""

    logits_MV: Tensor
    target_ids_M: Tensor
    conditioning: Mapping[Modality, Mapping[str, Tensor]]


class TeacherForced(nn.Module):
    """The parts that a stage may train, as one module: `input_projectors`, `backbone`, `output_projectors`."""

    def __init__(
        self, input_projectors: nn.ModuleDict, backbone: Backbone, output_projectors: nn.ModuleDict
    ) -> None:
        super().__init__()
        self.input_projectors = input_projectors
        self.backbone = backbone
        self.output_projectors = output_projectors

    def forward(
        self,
        batch: Batch,
        noise: FeatureNoise | None = None,
        generator: torch.Generator | None = None,
        shuffle: bool = False,
    ) -> TeacherForcedOutput:
        """`noise` disturbs the input features, drawing from `generator`. `shuffle` gives every item of a modality the
        projector output of the next one, on the way in and on the way out: a control that must do worse."""
        embeds_NTD, hidden_NTD = self._states(batch, noise, generator, shuffle)
        # The state at position t speaks of the token at t + 1.
        is_target = batch.labels_NT[:, 1:] != IGNORE
        logits_MV = self.backbone.logits(hidden_NTD[:, :-1][is_target])
        target_ids_M = batch.labels_NT[:, 1:][is_target]

        conditioning: dict[Modality, dict[str, Tensor]] = {}
        for modality, (hidden_KSD, embeds_KSD) in self._span_states(batch, embeds_NTD, hidden_NTD).items():
            # A projector trains in float32 beside a language model in half precision.
            projector = self.output_projectors[modality]
            dtype = next(projector.parameters()).dtype
            predicted = dict(projector(hidden_KSD.to(dtype), embeds_KSD.to(dtype)))
            if shuffle:
                predicted = {name: value.roll(1, dims=0) for name, value in predicted.items()}
            conditioning[modality] = predicted
        return TeacherForcedOutput(logits_MV, target_ids_M, conditioning)

    @torch.no_grad()
    def span_states(self, batch: Batch) -> dict[Modality, tuple[Tensor, Tensor]]:
        """What the output projectors read of a batch: modality -> hidden states and input embeddings, (K, S, D) each."""
        return self._span_states(batch, *self._states(batch, None, None, False))

    def _states(
        self, batch: Batch, noise: FeatureNoise | None, generator: torch.Generator | None, shuffle: bool
    ) -> tuple[Tensor, Tensor]:
        """What the language model reads, with soft tokens in place, and its states after the final norm: (N, T, D) each."""
        embeds_NTD = self.backbone.embed(batch.ids_NT)
        for modality in sorted(batch.media):
            items = batch.media[modality]
            features_IFE = items.features_IFE
            if noise is not None and generator is not None:
                features_IFE = noise.apply(features_IFE, generator)
            projector = self.input_projectors[modality]
            soft_ISD = projector(features_IFE.to(next(projector.parameters()).dtype))
            if shuffle:
                soft_ISD = soft_ISD.roll(1, dims=0)
            places_IS = items.positions_I[:, None] + torch.arange(soft_ISD.shape[1], device=soft_ISD.device)
            embeds_NTD = embeds_NTD.index_put(
                (items.rows_I[:, None], places_IS), soft_ISD.to(embeds_NTD.dtype)
            )

        hidden_NTD = self.backbone(embeds_NTD)
        return embeds_NTD, hidden_NTD

    def _span_states(
        self, batch: Batch, embeds_NTD: Tensor, hidden_NTD: Tensor
    ) -> dict[Modality, tuple[Tensor, Tensor]]:
        states = {}
        for modality in sorted(batch.spans):
            spans = batch.spans[modality]
            count = len(self.backbone.signal_ids.of(modality))
            places_KS = spans.positions_K[:, None] + torch.arange(count, device=hidden_NTD.device)
            rows_K1 = spans.rows_K[:, None]
            states[modality] = hidden_NTD[rows_K1, places_KS], embeds_NTD[rows_K1, places_KS]
        return states
