"""Pretrain mini's language model on the world's text alone: conversations in which every medium is given in words.

The layout is the one of later stages (Prompter): a medium stands between its tags, here as its caption, so that stage 1
has only to map features to what the model already reads. It says what it makes and makes nothing: signal tokens come in
stages 2 and 3.

    python -m anygen_pipelines.mini.pretrain_llm --tokenizer pipelines/mini/tokenizer --work runs/llm

`--start FOLDER` goes on from a model that was trained before, with a schedule of its own; give it another `--seed`, so
that it reads conversations it has not seen.
"""

from __future__ import annotations

import argparse
import copy
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase

from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.llm.prompting import Described, Prompter, PromptTemplate
from anygen.llm.signal_tokens import SignalTokens
from anygen.messages.message import Message
from anygen_pipelines.mini import world
from anygen_pipelines.mini.assemble import TEMPLATE
from anygen_pipelines.mini.pretraining import Run, set_up_script
from anygen_pipelines.mini.talk import KINDS, conversations

logger = logging.getLogger(__name__)

CONTEXT = 512
BATCH = 48
READING_WEIGHT = 0.1  # of what others say, next to 1 for what the assistant says
# Yes or no is one token of an answer, decides all of it, and is the only one that takes a comparison to predict.
DECIDING_WEIGHT = 8.0


@dataclass(frozen=True)
class Row:
    """One conversation as tokens: ids, and where the assistant speaks."""

    ids: list[int]
    target_mask: list[bool]


@torch.no_grad()
def grown(lm: LlamaForCausalLM, layers: int) -> LlamaForCausalLM:
    """The same function with more layers: the new ones come last and start as the identity."""
    config = copy.deepcopy(lm.config)
    config.num_hidden_layers = layers
    larger = LlamaForCausalLM(config)
    larger.load_state_dict(lm.state_dict(), strict=False)
    for layer in larger.model.layers[len(lm.model.layers) :]:
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
    return larger


def build(tokenizer: PreTrainedTokenizerBase, start: Path | None = None, layers: int = 4) -> LlamaForCausalLM:
    """A fresh model, or the one in `start` with as many layers as wanted, ready to be trained."""
    if start is not None:
        # Eager attention: on a CPU, at sentences of fifty tokens, a step takes 0.34 s, with sdpa 0.61.
        lm = LlamaForCausalLM.from_pretrained(
            start, use_safetensors=True, dtype=torch.float32, attn_implementation="eager"
        )
        return (lm if len(lm.model.layers) >= layers else grown(lm, layers)).train()
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=256,
            intermediate_size=768,
            num_hidden_layers=layers,
            num_attention_heads=8,
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            attn_implementation="eager",
        )
    )


def text_prompter(tokenizer: PreTrainedTokenizerBase) -> Prompter:
    """The layout of conversations without soft tokens and signal tokens."""
    return Prompter(
        tokenizer,
        PromptTemplate(**TEMPLATE),
        SignalTokens({}),
        dict.fromkeys((IMAGE, AUDIO, VIDEO), 1),
        CONTEXT,
    )


def described(part: dict[str, Any]) -> str | Described:
    """A part of a conversation in words."""
    if part["type"] == "text":
        return part["text"]
    spec = part["spec"]
    if part["type"] == "audio":
        words = world.sound_caption(spec["thing"])
    else:
        words = world.caption(world.Scene(**spec) if part["type"] == "image" else world.Clip(**spec))
    return Described(Modality(part["type"]), words)


def rows(
    tokenizer: PreTrainedTokenizerBase,
    seed: int,
    split: str,
    count: int,
    weights: Mapping[str, float] | None = None,
    noise: float = 1.0,
) -> list[Row]:
    """`count` conversations as tokens."""
    prompter, made = text_prompter(tokenizer), []
    for conversation in conversations(seed, split, count, weights, noise):
        turns = [
            Message(m["role"], tuple(map(described, m["content"])) or ("",)) for m in conversation["messages"]
        ]
        layout = prompter.layout(turns, reply=False)
        made.append(Row(layout.ids, layout.target_mask))
    return made


def collate(batch: list[Row], pad_id: int) -> tuple[Tensor, Tensor, Tensor]:
    """Ids and mask (N, T) int64, and the weight of each token as a thing to predict, (N, T) float32."""
    longest = max(len(row.ids) for row in batch)
    ids = torch.full((len(batch), longest), pad_id)
    mask = torch.zeros((len(batch), longest), dtype=torch.long)
    weights = torch.zeros((len(batch), longest))
    for index, row in enumerate(batch):
        length = len(row.ids)
        ids[index, :length] = torch.tensor(row.ids)
        mask[index, :length] = 1
        weights[index, :length] = (
            READING_WEIGHT + (1 - READING_WEIGHT) * torch.tensor(row.target_mask).float()
        )
    return ids, mask, weights


def yes_no_ids(tokenizer: PreTrainedTokenizerBase) -> Tensor:
    """The ids of "Yes" and of "No", (2,) int64."""
    return torch.tensor(tokenizer.convert_tokens_to_ids(["Yes", "No"]))


@torch.no_grad()
def yes_no_accuracy(lm: LlamaForCausalLM, held: list[Row], pad_id: int, yes_no: Tensor) -> float:
    """Share of yes and no, where one of them is said, that the model says too."""
    right, count = 0, 0
    for start in range(0, len(held), 64):
        ids, mask, weights = collate(held[start : start + 64], pad_id)
        asked = torch.isin(ids[:, 1:], yes_no) & (weights[:, 1:] == 1)
        said = lm(input_ids=ids, attention_mask=mask).logits[:, :-1][asked].argmax(-1)
        right += int((said == ids[:, 1:][asked]).sum())
        count += int(asked.sum())
    return right / count


def token_losses(lm: LlamaForCausalLM, ids_NT: Tensor, mask_NT: Tensor) -> Tensor:
    """Cross-entropy of each token after the first, (N, T - 1)."""
    logits = lm(input_ids=ids_NT, attention_mask=mask_NT).logits[:, :-1].float()
    return F.cross_entropy(logits.transpose(1, 2), ids_NT[:, 1:], reduction="none")


@torch.no_grad()
def answer_loss(lm: LlamaForCausalLM, held: list[Row], pad_id: int) -> float:
    """Mean cross-entropy a token of what the assistant says."""
    total, count = 0.0, 0.0
    for start in range(0, len(held), 64):
        ids, mask, weights = collate(held[start : start + 64], pad_id)
        spoken = (weights[:, 1:] == 1).float()
        total += float((token_losses(lm, ids, mask) * spoken).sum())
        count += float(spoken.sum())
    return total / count


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--conversations", type=int, default=80_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="a folder of a model to go on from")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="the highest learning rate")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument(
        "--mix",
        nargs="*",
        default=[],
        metavar="KIND=WEIGHT",
        help="other weights of kinds of talk, e.g. quiz=100",
    )
    parser.add_argument("--noise", type=float, default=1.0, help="how often users mistype, from 0 to 1")
    arguments = parser.parse_args()
    set_up_script()
    torch.manual_seed(arguments.seed)
    tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer, trust_remote_code=False)
    mix = {kind: float(weight) for kind, weight in (pair.split("=") for pair in arguments.mix)}
    data = rows(tokenizer, arguments.seed, "train", arguments.conversations, mix, arguments.noise)
    held = rows(tokenizer, arguments.seed, "held", 512)
    asked = rows(
        tokenizer, arguments.seed, "held", 512, dict.fromkeys(KINDS, 0.0) | {"question": 1.0, "quiz": 1.0}
    )
    yes_no = yes_no_ids(tokenizer)
    # Neighbours in length share a batch, so that little is padding.
    order = np.argsort([len(row.ids) for row in data], kind="stable")
    logger.info("%d conversations, %d tokens", len(data), sum(len(row.ids) for row in data))
    lm = build(tokenizer, arguments.start, arguments.layers)
    decayed = [p for n, p in lm.named_parameters() if p.ndim > 1 and "embed" not in n]
    others = [p for n, p in lm.named_parameters() if p.ndim <= 1 or "embed" in n]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=arguments.rate, betas=(0.9, 0.98))
    run = Run(arguments.work, arguments.steps, {"lm": lm}, optimizer, seed=arguments.seed, warmup=100)
    for step in run.steps():
        rng, _ = run.generators()
        start = int(rng.integers(0, len(order) - 4 * BATCH))
        picked = rng.choice(order[start : start + 4 * BATCH], BATCH, replace=False)
        ids, mask, weights = collate([data[index] for index in picked], tokenizer.pad_token_id)
        with torch.autocast("cpu", torch.bfloat16):
            losses = token_losses(lm, ids, mask)
        weights = weights[:, 1:]
        spoken = weights == 1
        numbers = {"answer_loss": float(losses.detach()[spoken].mean())}
        if step % 250 == 249:
            numbers["held_answer_loss"] = answer_loss(lm, held, tokenizer.pad_token_id)
            numbers["held_yes_no"] = yes_no_accuracy(lm, asked, tokenizer.pad_token_id, yes_no)
        deciding = spoken & torch.isin(ids[:, 1:], yes_no)
        weights = torch.where(deciding, DECIDING_WEIGHT, weights)
        run.update((losses * weights).sum() / weights.sum(), **numbers)
    lm.eval()
    logger.info("answers to held-out phrasings: %.3f a token", answer_loss(lm, held, tokenizer.pad_token_id))
    lm.save_pretrained(arguments.work / "final")
    tokenizer.save_pretrained(arguments.work / "final")


if __name__ == "__main__":
    main()
