"""Pretrain mini's language model on the world's text alone: conversations in which every medium is given in words.

The layout is the one of later stages (Prompter): a medium stands between its tags, here as its caption, so that stage 1
has only to map features to what the model already reads. It says what it makes and makes nothing: signal tokens come in
stages 2 and 3.

    python -m anygen_pipelines.mini.pretrain_llm --tokenizer pipelines/mini/tokenizer --work runs/llm

`--start FOLDER` goes on from a model that was trained before, with a schedule of its own; give it another `--seed`, so
that it reads conversations it has not seen.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Mapping, Sequence
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
from anygen_pipelines.mini.pretraining import RECIPES, Run, begin, command, vocabulary
from anygen_pipelines.mini.talk import KINDS, conversations

logger = logging.getLogger(__name__)

RECIPE = RECIPES["llm"]
CONTEXT: int = RECIPE["model"]["max_position_embeddings"]
BATCH: int = RECIPE["batch"]
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
    shape = {**RECIPE["model"], **vocabulary(tokenizer), "num_hidden_layers": layers}
    return LlamaForCausalLM(LlamaConfig(attn_implementation="eager", **shape))  # type: ignore[call-arg]


def text_prompter(tokenizer: PreTrainedTokenizerBase) -> Prompter:
    """The layout of conversations without soft tokens and signal tokens."""
    one_token = dict.fromkeys((IMAGE, AUDIO, VIDEO), 1)
    return Prompter(tokenizer, PromptTemplate(**TEMPLATE), SignalTokens({}), one_token, CONTEXT)


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


def token_losses(lm: LlamaForCausalLM, ids_NT: Tensor, mask_NT: Tensor) -> Tensor:
    """Cross-entropy of each token after the first, (N, T - 1)."""
    logits = lm(input_ids=ids_NT, attention_mask=mask_NT).logits[:, :-1].float()
    return F.cross_entropy(logits.transpose(1, 2), ids_NT[:, 1:], reduction="none")


class Held:
    """Conversations in held-out phrasings, and those that ask yes or no."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, seed: int, count: int = 512) -> None:
        asking = dict.fromkeys(KINDS, 0.0) | {"question": 1.0, "quiz": 1.0}
        self.pad_id = tokenizer.pad_token_id
        self.yes_no = torch.tensor(tokenizer.convert_tokens_to_ids(["Yes", "No"]))
        self.any = rows(tokenizer, seed, "held", count)
        self.asked = rows(tokenizer, seed, "held", count, asking)

    def _batches(self, held: list[Row]) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        return (collate(held[start : start + 64], self.pad_id) for start in range(0, len(held), 64))

    @torch.no_grad()
    def yes_no_accuracy(self, lm: LlamaForCausalLM) -> float:
        """Share of yes and no, where one of them is said, that the model says too."""
        right, count = 0, 0
        for ids, mask, weights in self._batches(self.asked):
            asked = torch.isin(ids[:, 1:], self.yes_no) & (weights[:, 1:] == 1)
            said = lm(input_ids=ids, attention_mask=mask).logits[:, :-1][asked].argmax(-1)
            right += int((said == ids[:, 1:][asked]).sum())
            count += int(asked.sum())
        return right / count

    @torch.no_grad()
    def answer_loss(self, lm: LlamaForCausalLM) -> float:
        """Mean cross-entropy a token of what the assistant says."""
        total, count = 0.0, 0.0
        for ids, mask, weights in self._batches(self.any):
            spoken = (weights[:, 1:] == 1).float()
            total += float((token_losses(lm, ids, mask) * spoken).sum())
            count += float(spoken.sum())
        return total / count


def train(run: Run, lm: LlamaForCausalLM, data: list[Row], held: Held) -> None:
    """All steps of a run."""
    # Neighbours in length share a batch, so that little is padding.
    order = np.argsort([len(row.ids) for row in data], kind="stable")
    for step in run.steps():
        rng, _ = run.generators()
        start = int(rng.integers(0, len(order) - 4 * BATCH))
        picked = rng.choice(order[start : start + 4 * BATCH], BATCH, replace=False)
        ids, mask, weights = collate([data[index] for index in picked], held.pad_id)
        with torch.autocast("cpu", torch.bfloat16):
            losses = token_losses(lm, ids, mask)
        weights = weights[:, 1:]
        spoken = weights == 1
        numbers = {"answer_loss": float(losses.detach()[spoken].mean())}
        if step % 250 == 249:
            numbers["held_answer_loss"] = held.answer_loss(lm)
            numbers["held_yes_no"] = held.yes_no_accuracy(lm)
        deciding = spoken & torch.isin(ids[:, 1:], held.yes_no)
        weights = torch.where(deciding, DECIDING_WEIGHT, weights)
        run.update((losses * weights).sum() / weights.sum(), **numbers)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and save model and tokenizer below --work."""
    parser = command(__doc__, "tokenizer", "work", "seed", steps=RECIPE["steps"])
    add = parser.add_argument
    add("--conversations", type=int, default=80_000)
    add("--start", type=Path, help="a folder of a model to go on from")
    add("--rate", type=float, default=RECIPE["optimizer"]["lr"], help="the highest learning rate")
    add("--layers", type=int, default=4)
    mix = "other weights of kinds of talk, e.g. quiz=100"
    add("--mix", nargs="*", default=[], metavar="KIND=WEIGHT", help=mix)
    add("--noise", type=float, default=1.0, help="how often users mistype, from 0 to 1")
    options = begin(parser, arguments)
    tokenizer = AutoTokenizer.from_pretrained(options.tokenizer, trust_remote_code=False)
    weights = {kind: float(weight) for kind, weight in (pair.split("=") for pair in options.mix)}
    data = rows(tokenizer, options.seed, "train", options.conversations, weights, options.noise)
    held = Held(tokenizer, options.seed)
    logger.info("%d conversations, %d tokens", len(data), sum(len(row.ids) for row in data))
    lm = build(tokenizer, options.start, options.layers)
    decayed = [p for n, p in lm.named_parameters() if p.ndim > 1 and "embed" not in n]
    others = [p for n, p in lm.named_parameters() if p.ndim <= 1 or "embed" in n]
    groups = [{"params": decayed, "weight_decay": RECIPE["decay"]}, {"params": others, "weight_decay": 0.0}]
    train(Run.of(RECIPE, options, {"lm": lm}, groups, lr=options.rate), lm, data, held)
    lm.eval()
    logger.info("answers to held-out phrasings: %.3f a token", held.answer_loss(lm))
    for part in (lm, tokenizer):
        part.save_pretrained(options.work / "final")


if __name__ == "__main__":
    main()
