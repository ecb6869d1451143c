"""Pretrain mini's two text encoders, then freeze them: a CLIPTextModel for pictures and clips, a CLAP one for sounds.

Each learns to say, from its pooled state, every attribute its caption names; that puts the attributes into the states a
diffusion model attends to. Captions of held-out pairs are never read in training; the scores on them are printed.

    python -m anygen_pipelines.mini.pretrain_text_encoders --tokenizer pipelines/mini/tokenizer --work runs/text_encoders
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import (
    AutoTokenizer,
    ClapTextConfig,
    ClapTextModelWithProjection,
    CLIPTextConfig,
    CLIPTextModel,
    PreTrainedTokenizerFast,
)

from anygen_pipelines.mini import world
from anygen_pipelines.mini.encoder_data import ATTRIBUTES, labels_of
from anygen_pipelines.mini.pretraining import RECIPES, Run, begin, command, vocabulary

logger = logging.getLogger(__name__)

MAX_TOKENS = 16
WIDTH = 128
RECIPE, SOUND_RECIPE = RECIPES["text_encoder"], RECIPES["sound_text_encoder"]
ENOUGH = 0.995
"""The least share of right answers about any attribute: less, and nothing may be trained on the encoder."""


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The world's tokenizer for captions: <s> words </s>, padded to 16."""
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    tokenizer.model_max_length = MAX_TOKENS
    return tokenizer  # type: ignore[return-value]


def encode_captions(tokenizer: PreTrainedTokenizerFast, captions: list[str]) -> tuple[Tensor, Tensor]:
    """Ids and mask, (N, 16) int64 each. Raises ValueError for a caption that does not fit."""
    rows = [
        [tokenizer.bos_token_id, *tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id]
        for text in captions
    ]
    longest = max(map(len, rows))
    if longest > MAX_TOKENS:
        raise ValueError(f"a caption of {longest} tokens: at most {MAX_TOKENS}")
    ids = torch.full((len(rows), MAX_TOKENS), tokenizer.pad_token_id)
    mask = torch.zeros((len(rows), MAX_TOKENS), dtype=torch.long)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
        mask[index, : len(row)] = 1
    return ids, mask


def build_clip(tokenizer: PreTrainedTokenizerFast) -> CLIPTextModel:
    """A fresh text encoder for pictures and clips. Raises ValueError for a tokenizer that it would misread."""
    if tokenizer.eos_token_id == 2:
        raise ValueError(
            "</s> has id 2, which makes CLIPTextModel pool at the wrong token: give it another id"
        )
    return CLIPTextModel(
        CLIPTextConfig(max_position_embeddings=MAX_TOKENS, **RECIPE["model"], **vocabulary(tokenizer))
    )


def build_clap(tokenizer: PreTrainedTokenizerFast) -> ClapTextModelWithProjection:
    """A fresh text encoder for sounds."""
    positions = MAX_TOKENS + 2 + tokenizer.pad_token_id
    config = ClapTextConfig(
        max_position_embeddings=positions, **SOUND_RECIPE["model"], **vocabulary(tokenizer)
    )
    return ClapTextModelWithProjection(config)


class AttributeHeads(nn.Module):
    """One linear classifier an attribute on a pooled state (N, D)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = nn.ModuleDict(
            {name: nn.Linear(width, len(values)) for name, values in ATTRIBUTES.items()}
        )

    def forward(self, pooled_ND: Tensor) -> dict[str, Tensor]:
        """The scores of each attribute's values, (N, V)."""
        return {name: head(pooled_ND) for name, head in self.heads.items()}


def labels(items: Sequence[world.Scene | world.Clip]) -> dict[str, Tensor]:
    """Class indices an attribute, (N,) int64; -100 where an item has no such attribute."""
    return labels_of(items, [True] * len(items))


def accuracy(logits: dict[str, Tensor], wanted: dict[str, Tensor]) -> dict[str, float]:
    """The share of right answers by attribute, where any item has it; logits (N, V), wanted (N,) int64."""
    scores = {}
    for name, target in wanted.items():
        known = target >= 0
        if known.any():
            scores[name] = (logits[name].argmax(-1)[known] == target[known]).float().mean().item()
    return scores


def train_clip(tokenizer: PreTrainedTokenizerFast, work: Path, num_steps: int) -> None:
    """Train the encoder of pictures and clips; saved where it knows all. Raises RuntimeError where it does not."""
    torch.manual_seed(0)
    encoder, heads = build_clip(tokenizer), AttributeHeads(WIDTH)
    options = argparse.Namespace(work=work, steps=num_steps)
    run = Run.of(RECIPE, options, {"encoder": encoder, "heads": heads})

    def scores_of(items: Sequence[world.Scene | world.Clip]) -> dict[str, Tensor]:
        ids, mask = encode_captions(tokenizer, [world.caption(item) for item in items])
        return heads(encoder(input_ids=ids, attention_mask=mask).pooler_output)

    for _ in run.steps():
        rng, _ = run.generators()
        items = [
            world.random_scene(rng) if rng.random() < 0.5 else world.random_clip(rng)
            for _ in range(RECIPE["batch"])
        ]
        logits, wanted = scores_of(items), labels(items)
        # An attribute that no item of the batch has would give NaN.
        losses = [
            F.cross_entropy(logits[name], target) for name, target in wanted.items() if (target >= 0).any()
        ]
        run.update(torch.stack(losses).sum())
    encoder.eval()
    report = {}
    every: tuple[world.Scene | world.Clip, ...] = (*world.all_scenes(), *world.all_clips())
    for label, held_out in (("training", False), ("held-out", True)):
        items = [item for item in every if world.is_held_out(item) == held_out]
        with torch.no_grad():
            rows = [scores_of(items[start : start + 256]) for start in range(0, len(items), 256)]
        logits = {name: torch.cat([row[name] for row in rows]) for name in ATTRIBUTES}
        report[label] = accuracy(logits, labels(items))
    logger.info("text encoder: %s", json.dumps(report))
    (work / "report.json").write_text(json.dumps(report, indent=1))
    if min(min(scores.values()) for scores in report.values()) < ENOUGH:
        raise RuntimeError(f"the text encoder misses attributes, so nothing may be trained on it: {report}")
    encoder.save_pretrained(work / "final")


def train_clap(tokenizer: PreTrainedTokenizerFast, work: Path, num_steps: int) -> None:
    """Train and save the encoder of sounds."""
    torch.manual_seed(1)
    encoder, head = build_clap(tokenizer), nn.Linear(WIDTH, len(world.SOUNDING), bias=False)
    options = argparse.Namespace(work=work, steps=num_steps)
    run = Run.of(SOUND_RECIPE, options, {"encoder": encoder, "head": head})
    ids, mask = encode_captions(tokenizer, [world.sound_caption(thing) for thing in world.SOUNDING])

    def embed() -> Tensor:
        return F.normalize(encoder(input_ids=ids, attention_mask=mask).text_embeds, dim=-1)

    for _ in run.steps():
        embeds = embed()
        logits = 12 * embeds @ F.normalize(head.weight, dim=-1).T
        likeness = embeds @ embeds.T - torch.eye(len(embeds))
        # Sounds must be told apart: no two captions may lie close.
        run.update(F.cross_entropy(logits, torch.arange(len(ids))) + (likeness**2).mean())
    encoder.eval()
    with torch.no_grad():
        embeds = embed()
    likeness = embeds @ embeds.T - 2 * torch.eye(len(embeds))
    logger.info("CLAP text: largest cosine between two sounds %.2f", likeness.max().item())
    encoder.save_pretrained(work / "final")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and save both below --work."""
    options = begin(command(__doc__, "tokenizer", "work", steps=RECIPE["steps"]), arguments)
    tokenizer = load_tokenizer(options.tokenizer)
    train_clip(tokenizer, options.work / "clip", options.steps)
    train_clap(tokenizer, options.work / "clap", SOUND_RECIPE["steps"])


if __name__ == "__main__":
    main()
