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
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

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
from anygen_pipelines.mini.pretraining import Average, Run, set_up_script
from anygen_pipelines.mini.sounds import is_validation, load_recordings

# N items, K captions, L tokens, E embedding width

logger = logging.getLogger(__name__)

TOWERS = {"picture": "vision", "clip": "vision", "sound": "audio"}


class Captions:
    """Captions as token ids, each looked up once."""

    def __init__(self, tokenizer_dir: Path) -> None:
        from transformers import PreTrainedTokenizerFast

        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(tokenizer_dir)
        self.known: dict[str, Tensor] = {}

    @property
    def end_id(self) -> int:
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
    total, log = texts_KE.new_zeros(()), {}
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

    def part(prefix: str) -> dict[str, Tensor]:
        return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}

    encoder.load_state_dict({**part("average.encoder/"), **dict(encoder.named_buffers())})
    heads.load_state_dict(part("heads/"))
    logger.info("starting from %s", work_dir)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--work", type=Path, required=True, help="folder for the log, the banks and the checkpoint"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished encoder")
    parser.add_argument("--tokenizer", type=Path, default=Path(__file__).parent / "tokenizer")
    parser.add_argument("--recordings", type=Path, help="ESC-10 folder; without it, stand-ins made by code")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=2e-3, help="learning rate after the warm-up")
    parser.add_argument("--pictures", type=int, default=48, help="pictures a step")
    parser.add_argument("--clips", type=int, default=56, help="clips a step")
    parser.add_argument("--sounds", type=int, default=24, help="sounds a step")
    parser.add_argument(
        "--read", type=int, default=2, help="photographs and films of each scene in the banks"
    )
    parser.add_argument(
        "--unspoken", type=int, default=4000, help="pictures on any background; half as many clips"
    )
    parser.add_argument("--unspoken-share", type=float, default=0.5, help="their share of every other step")
    parser.add_argument("--start", type=Path, help="the --work folder of a finished run to go on from")
    parser.add_argument("--made", type=int, default=150, help="made sounds of each kind")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    set_up_script()

    captions = Captions(options.tokenizer)
    config = encoder_config(len(captions.tokenizer), captions.end_id)
    torch.manual_seed(options.seed)
    encoder, heads = ImageBind(config), attribute_heads(config.embed_dim)
    num_weights = sum(weight.numel() for weight in encoder.parameters())
    logger.info(
        "plan: %d steps of %d pictures, %d clips, %d sounds; %.2f M weights; about 0.4 s a step on a free core",
        options.steps,
        options.pictures,
        options.clips,
        options.sounds,
        num_weights / 1e6,
    )
    if options.start is not None:
        start_from(options.start, encoder, heads)
    started = time.process_time()
    recordings = load_recordings(options.recordings, (1, 2, 3)) if options.recordings else []
    recordings = [recording for recording in recordings if not is_validation(recording)]
    if not recordings:
        logger.warning("no recordings (--recordings): the ten recorded kinds are stand-ins made by code")
    banks = options.work / "banks"
    photographs = picture_bank(config, 2 * options.read, options.unspoken, options.seed, banks)
    films = clip_bank(config, options.read, options.unspoken // 2, options.seed, banks)
    pictures, clips = (VisualSampler(bank, options.unspoken_share) for bank in (photographs, films))
    noises = SoundSampler(recordings, options.made, options.seed)
    logger.info("banks ready after %.0f CPU-s", time.process_time() - started)

    trained: dict[str, nn.Module] = {"encoder": encoder, "heads": heads}
    optimizer = torch.optim.AdamW(
        [weight for module in trained.values() for weight in module.parameters()],
        lr=options.rate,
        betas=(0.9, 0.98),
        weight_decay=0.02,
    )
    average = {"encoder": Average(encoder, 0.998)}
    run = Run(options.work, options.steps, trained, optimizer, average, options.seed, warmup=100)
    encoder.train()
    for step in run.steps():
        rng, generator = run.generators()
        hard = step % 2 == 1
        batches = {
            "picture": pictures.batch(config, options.pictures, hard, rng, generator),
            "clip": clips.batch(config, options.clips, hard, rng, generator),
            "sound": noises.batch(config, options.sounds, rng),
        }
        loss, log = step_loss(encoder, heads, captions, batches)
        run.update(loss, **log)
    # Buffers hold no averages: the text tower's mask is infinite, and infinities average to nothing.
    encoder.load_state_dict({**run.average["encoder"].state, **dict(encoder.named_buffers())})
    encoder.save_pretrained(options.out, dtype=torch.float16)
    made = {
        "steps": options.steps,
        "seed": options.seed,
        "weights": num_weights,
        "recordings": len(recordings),
    }
    (options.out / "training.json").write_text(json.dumps(made, indent=1) + "\n")
    logger.info("wrote %s", options.out)


if __name__ == "__main__":
    main()
