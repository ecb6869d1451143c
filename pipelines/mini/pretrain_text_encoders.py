"""Pretrain mini's two text encoders, then freeze them: a CLIPTextModel for pictures and clips, a CLAP one for sounds.

Each learns to say, from its pooled state, every attribute its caption names; that puts the attributes into the states a
diffusion model attends to. Captions of held-out pairs are never read in training; the scores on them are printed.

    python -m anygen_pipelines.mini.pretrain_text_encoders --tokenizer pipelines/mini/tokenizer --work runs/text_encoders
"""

from __future__ import annotations

import argparse
import json
import logging
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
from anygen_pipelines.mini.pretraining import Run, set_up_script

logger = logging.getLogger(__name__)

MAX_TOKENS = 16
WIDTH = 128
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "thing": world.THINGS,
    "colour": tuple(world.COLOURS),
    "position": world.POSITIONS,
    "size": world.SIZES,
    "motion": world.MOTIONS,
}


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The world's tokenizer for captions: <s> words </s>, padded to 16."""
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    tokenizer.model_max_length = MAX_TOKENS
    return tokenizer


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
    if tokenizer.eos_token_id == 2:
        raise ValueError(
            "</s> has id 2, which makes CLIPTextModel pool at the wrong token: give it another id"
        )
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=4 * WIDTH,
            num_hidden_layers=3,
            num_attention_heads=4,
            max_position_embeddings=MAX_TOKENS,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def build_clap(tokenizer: PreTrainedTokenizerFast) -> ClapTextModelWithProjection:
    return ClapTextModelWithProjection(
        ClapTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=96,
            intermediate_size=192,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=MAX_TOKENS + 2 + tokenizer.pad_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            projection_dim=WIDTH,
        )
    )


class AttributeHeads(nn.Module):
    """One linear classifier an attribute on a pooled state (N, D)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = nn.ModuleDict(
            {name: nn.Linear(width, len(values)) for name, values in ATTRIBUTES.items()}
        )

    def forward(self, pooled_ND: Tensor) -> dict[str, Tensor]:
        return {name: head(pooled_ND) for name, head in self.heads.items()}


def labels(items: list[world.Scene | world.Clip]) -> dict[str, Tensor]:
    """Class indices an attribute, (N,) int64; -100 where an item has no such attribute."""
    return {
        name: torch.tensor(
            [values.index(value) if (value := getattr(item, name, None)) else -100 for item in items]
        )
        for name, values in ATTRIBUTES.items()
    }


def accuracy(logits: dict[str, Tensor], wanted: dict[str, Tensor]) -> dict[str, float]:
    scores = {}
    for name, target in wanted.items():
        known = target >= 0
        if known.any():
            scores[name] = (logits[name].argmax(-1)[known] == target[known]).float().mean().item()
    return scores


def train_clip(tokenizer: PreTrainedTokenizerFast, work: Path, num_steps: int) -> None:
    torch.manual_seed(0)
    encoder, heads = build_clip(tokenizer), AttributeHeads(WIDTH)
    parameters = [*encoder.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=1.5e-3, weight_decay=1e-2)
    run = Run(work, num_steps, {"encoder": encoder, "heads": heads}, optimizer)
    for _ in run.steps():
        rng, _ = run.generators()
        items = [world.random_scene(rng) if rng.random() < 0.5 else world.random_clip(rng) for _ in range(64)]
        ids, mask = encode_captions(tokenizer, [world.caption(item) for item in items])
        logits = heads(encoder(input_ids=ids, attention_mask=mask).pooler_output)
        wanted = labels(items)
        # An attribute that no item of the batch has would give NaN.
        losses = [
            F.cross_entropy(logits[name], target) for name, target in wanted.items() if (target >= 0).any()
        ]
        run.update(torch.stack(losses).sum())
    encoder.eval()
    report = {}
    for held_out in (False, True):
        everything = [
            item for item in (*world.all_scenes(), *world.all_clips()) if world.is_held_out(item) == held_out
        ]
        logits_rows: dict[str, list[Tensor]] = {name: [] for name in ATTRIBUTES}
        with torch.no_grad():
            for start in range(0, len(everything), 256):
                ids, mask = encode_captions(
                    tokenizer, [world.caption(x) for x in everything[start : start + 256]]
                )
                for name, value in heads(encoder(input_ids=ids, attention_mask=mask).pooler_output).items():
                    logits_rows[name].append(value)
        scores = accuracy({name: torch.cat(rows) for name, rows in logits_rows.items()}, labels(everything))
        report["held-out" if held_out else "training"] = scores
    logger.info("text encoder: %s", json.dumps(report))
    (work / "report.json").write_text(json.dumps(report, indent=1))
    if min(min(scores.values()) for scores in report.values()) < 0.995:
        raise RuntimeError(f"the text encoder misses attributes, so nothing may be trained on it: {report}")
    encoder.save_pretrained(work / "final")


def train_clap(tokenizer: PreTrainedTokenizerFast, work: Path, num_steps: int) -> None:
    torch.manual_seed(1)
    encoder, head = build_clap(tokenizer), nn.Linear(WIDTH, len(world.SOUNDING), bias=False)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=1e-3, weight_decay=1e-2)
    run = Run(work, num_steps, {"encoder": encoder, "head": head}, optimizer)
    ids, mask = encode_captions(tokenizer, [world.sound_caption(thing) for thing in world.SOUNDING])
    for _ in run.steps():
        embeds = F.normalize(encoder(input_ids=ids, attention_mask=mask).text_embeds, dim=-1)
        logits = 12 * embeds @ F.normalize(head.weight, dim=-1).T
        likeness = embeds @ embeds.T - torch.eye(len(embeds))
        # Sounds must be told apart: no two captions may lie close.
        run.update(F.cross_entropy(logits, torch.arange(len(ids))) + (likeness**2).mean())
    encoder.eval()
    with torch.no_grad():
        embeds = F.normalize(encoder(input_ids=ids, attention_mask=mask).text_embeds, dim=-1)
    likeness = (embeds @ embeds.T - 2 * torch.eye(len(embeds))).max().item()
    logger.info("CLAP text: largest cosine between two sounds %.2f", likeness)
    encoder.save_pretrained(work / "final")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=700)
    arguments = parser.parse_args()
    set_up_script()
    tokenizer = load_tokenizer(arguments.tokenizer)
    train_clip(tokenizer, arguments.work / "clip", arguments.steps)
    train_clap(tokenizer, arguments.work / "clap", 200)


if __name__ == "__main__":
    main()
