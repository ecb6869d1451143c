"""Pretrain mini's encoder on the mini world.

Each step reads pictures, clips and sounds. Two losses: contrastive against the text tower's captions, in both
directions (InfoNCE, as ImageBind and CLIP train), and cross-entropy of linear heads on the features for what an item shows
(thing, colour, position, size, motion); the heads are thrown away. Every second step holds hard groups, which agree in thing
and colour. Held-out pairs are in no step.

    python -m anygen_pipelines.mini.pretrain_encoder --work runs/encoder --recordings esc10/ --out runs/encoder/final
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedTokenizerFast

from anygen.encoders.imagebind.config import ImageBindConfig
from anygen.encoders.imagebind.model import ImageBind
from anygen_pipelines.mini.encoder_config import TEXT_LENGTH, encoder_config
from anygen_pipelines.mini.encoder_data import (
    ATTRIBUTES,
    UNSPOKEN,
    Labelled,
    SoundSampler,
    VisualSampler,
    clip_bank,
    picture_bank,
)
from anygen_pipelines.mini.pretraining import (
    RECIPES,
    TOKENIZER_DIR,
    Run,
    begin,
    below,
    command,
    num_weights,
)
from anygen_pipelines.mini.sounds import is_validation, load_recordings

# N items, K captions, L tokens, E embedding width

logger = logging.getLogger(__name__)

RECIPE = RECIPES["encoder"]
TOWERS = {"picture": "vision", "clip": "vision", "sound": "audio"}


class Captions:
    """Captions as token ids, each looked up once."""

    def __init__(self, tokenizer_dir: Path) -> None:
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(tokenizer_dir)
        self.known: dict[str, Tensor] = {}

    @property
    def end_id(self) -> int:
        """The id of the token that ends every text."""
        return int(self.tokenizer.eos_token_id)

    def ids(self, captions: list[str]) -> Tensor:
        """(K, L) int64, just long enough for the longest; every text ends in the end token, kept when cut."""
        for caption in captions:
            if caption not in self.known:
                pieces = self.tokenizer.encode(caption, add_special_tokens=False)[: TEXT_LENGTH - 1]
                self.known[caption] = torch.tensor([*pieces, self.end_id])
        rows = [self.known[caption] for caption in captions]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self.end_id)


def attribute_heads(embed_dim: int) -> nn.ModuleDict:
    """One linear classifier an attribute, the same for pictures, clips and sounds."""
    return nn.ModuleDict({name: nn.Linear(embed_dim, len(values)) for name, values in ATTRIBUTES.items()})


def contrastive_loss(features_NE: Tensor, texts_KE: Tensor, row_of_N: Tensor) -> Tensor:
    """InfoNCE both ways between items and distinct captions; items of one caption share it."""
    logits_NK = features_NE @ texts_KE.T
    of_items = functional.cross_entropy(logits_NK, row_of_N)
    used = row_of_N.unique()
    members_KN = (row_of_N[None] == used[:, None]).float()
    of_texts = functional.cross_entropy(logits_NK.T[used], members_KN / members_KN.sum(dim=1, keepdim=True))
    return (of_items + of_texts) / 2


def attribute_loss(
    heads: nn.ModuleDict, features_NE: Tensor, labels: dict[str, Tensor]
) -> tuple[Tensor, dict[str, float]]:
    """Sum of the mean cross-entropies of the attributes that are spoken of, and the share of right answers."""
    total, right = features_NE.new_zeros(()), {}
    for name, label_N in labels.items():
        spoken = label_N != UNSPOKEN
        if spoken.any():
            # Features have length 1; their root mean square is brought to 1, as linear layers expect.
            logits = heads[name](features_NE[spoken] * features_NE.shape[1] ** 0.5)
            total = total + functional.cross_entropy(logits, label_N[spoken])
            right[name] = (logits.argmax(1) == label_N[spoken]).float().mean().item()
    return total, right


def step_loss(
    encoder: ImageBind, heads: nn.ModuleDict, captions: Captions, batches: dict[str, Labelled]
) -> tuple[Tensor, dict[str, float]]:
    """The loss of one step over all senses, with what to log."""
    distinct = sorted({caption for batch in batches.values() for caption in batch.captions})
    row_of = {caption: row for row, caption in enumerate(distinct)}
    with torch.autocast("cpu", torch.bfloat16):
        texts_KE = encoder.embed("text", captions.ids(distinct)).squeeze(1)
        features = {
            name: encoder.embed(TOWERS[name], batch.inputs).squeeze(1) for name, batch in batches.items()
        }
    total = texts_KE.new_zeros(())
    log: dict[str, float] = {}
    for name, batch in batches.items():
        rows = torch.tensor([row_of[caption] for caption in batch.captions])
        used, own_rows = rows.unique(return_inverse=True)
        pairs = contrastive_loss(features[name].float(), texts_KE[used].float(), own_rows)
        attributes, right = attribute_loss(heads, features[name].float(), batch.labels)
        total = total + pairs + attributes
        log |= {f"{name}_pairs": pairs.item(), **{f"{name}_{key}": value for key, value in right.items()}}
    return total, log


def start_from(work_dir: Path, encoder: ImageBind, heads: nn.ModuleDict) -> None:
    """Take the averaged encoder and the heads of another run."""
    tensors = load_file(work_dir / "checkpoint.safetensors")
    # Buffers hold no averages: the text tower's mask is infinite, and infinities average to nothing.
    encoder.load_state_dict({**below(tensors, "average.encoder/"), **dict(encoder.named_buffers())})
    heads.load_state_dict(below(tensors, "heads/"))
    logger.info("starting from %s", work_dir)


def parser() -> argparse.ArgumentParser:
    """The script's options."""
    found = command(__doc__, "work", "recordings", "seed", steps=RECIPE["steps"])
    add = found.add_argument
    add("--out", type=Path, required=True, help="folder for the finished encoder")
    add("--tokenizer", type=Path, default=TOKENIZER_DIR)
    add("--rate", type=float, default=RECIPE["optimizer"]["lr"], help="learning rate after the warm-up")
    add("--pictures", type=int, default=48, help="pictures a step")
    add("--clips", type=int, default=56, help="clips a step")
    add("--sounds", type=int, default=24, help="sounds a step")
    add("--read", type=int, default=2, help="photographs and films of each scene in the banks")
    add("--unspoken", type=int, default=4000, help="pictures on any background; half as many clips")
    add("--unspoken-share", type=float, default=0.5, help="their share of every other step")
    add("--start", type=Path, help="the --work folder of a finished run to go on from")
    add("--made", type=int, default=150, help="made sounds of each kind")
    return found


class Media:
    """What a run's steps read, from banks that are kept below its --work."""

    def __init__(self, config: ImageBindConfig, options: argparse.Namespace) -> None:
        self.config, self.options = config, options
        recordings = load_recordings(options.recordings, (1, 2, 3)) if options.recordings else []
        self.recordings = [recording for recording in recordings if not is_validation(recording)]
        if not self.recordings:
            logger.warning("no recordings (--recordings): the ten recorded kinds are stand-ins made by code")
        banks, share = options.work / "banks", options.unspoken_share
        photographs = picture_bank(config, 2 * options.read, options.unspoken, options.seed, banks)
        films = clip_bank(config, options.read, options.unspoken // 2, options.seed, banks)
        self.pictures, self.clips = VisualSampler(photographs, share), VisualSampler(films, share)
        self.sounds = SoundSampler(self.recordings, options.made, options.seed)

    def batches(self, run: Run) -> dict[str, Labelled]:
        """Those of the current step; every second one holds hard groups."""
        rng, generator = run.generators()
        options, hard = self.options, run.step % 2 == 1
        return {
            "picture": self.pictures.batch(self.config, options.pictures, hard, rng, generator),
            "clip": self.clips.batch(self.config, options.clips, hard, rng, generator),
            "sound": self.sounds.batch(self.config, options.sounds, rng),
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and save the averaged encoder in --out."""
    options = begin(parser(), arguments)
    captions = Captions(options.tokenizer)
    config = encoder_config(len(captions.tokenizer), captions.end_id)
    encoder, heads = ImageBind(config), attribute_heads(config.embed_dim)
    sizes = (options.steps, options.pictures, options.clips, options.sounds, num_weights(encoder) / 1e6)
    plan = "plan: %d steps of %d pictures, %d clips, %d sounds; %.2f M weights; about 0.4 s a step on a free core"
    logger.info(plan, *sizes)
    if options.start is not None:
        start_from(options.start, encoder, heads)
    started = time.process_time()
    media = Media(config, options)
    logger.info("banks ready after %.0f CPU-s", time.process_time() - started)
    run = Run.of(RECIPE, options, {"encoder": encoder, "heads": heads}, lr=options.rate)
    encoder.train()
    for _ in run.steps():
        loss, log = step_loss(encoder, heads, captions, media.batches(run))
        run.update(loss, **log)
    run.take_averages()
    encoder.save_pretrained(options.out, dtype=torch.float16)
    made = {
        "steps": options.steps,
        "seed": options.seed,
        "weights": num_weights(encoder),
        "recordings": len(media.recordings),
    }
    (options.out / "training.json").write_text(json.dumps(made, indent=1) + "\n")
    logger.info("wrote %s", options.out)


if __name__ == "__main__":
    main()
