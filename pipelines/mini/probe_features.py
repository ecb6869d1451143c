"""What is in the encoder's features: linear probes, and the text tower's own choice among the world's captions.

Probes are trained on features of pairs the encoder was trained on, a third of the items on a background of any
colour (without them a linear map learns that some things have no yellow background), and scored on held-out pairs: on the
canonical drawings and on files as users have them. Sounds are scored on the validation sources of folds 1 to 3, and on
fold 4.

    python -m anygen_pipelines.mini.probe_features --encoder runs/encoder_refined/final --recordings esc10/
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from anygen.core.modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
from anygen.encoders.imagebind.model import ImageBind
from anygen.media import Audio, Image, Video
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.encoder_data import ATTRIBUTES, UNSPOKEN, any_background, labels_of
from anygen_pipelines.mini.pretrain_encoder import Captions
from anygen_pipelines.mini.pretraining import set_up_script
from anygen_pipelines.mini.world import SOUNDING, THINGS, Clip, Scene

# N items, E embedding width, K captions

logger = logging.getLogger(__name__)

PROBE_STEPS = 400


@dataclass(frozen=True)
class Row:
    """One line of the table: shares in per cent by attribute, over `count` items."""

    what: str
    count: int
    shares: dict[str, float]


def encode_all(encoder: ImageBind, modality: Modality, items: Sequence[object], batch: int = 64) -> Tensor:
    """Features (N, E) of media items."""
    prepared = [encoder.prepare(modality, item) for item in items]
    pieces = [torch.stack(prepared[at : at + batch]) for at in range(0, len(prepared), batch)]
    return torch.cat([encoder.encode(modality, piece).squeeze(1) for piece in pieces])


class Probe:
    """One linear classifier an attribute, on standardised features."""

    def __init__(self, features_NE: Tensor, labels: dict[str, Tensor], decay: float = 1e-4) -> None:
        self.mean, self.std = features_NE.mean(0), features_NE.std(0) + 1e-6
        x_NE = (features_NE - self.mean) / self.std
        self.heads: dict[str, nn.Linear] = {}
        for name, label_N in labels.items():
            spoken = label_N != UNSPOKEN
            if not spoken.any():
                continue
            torch.manual_seed(0)
            head = nn.Linear(x_NE.shape[1], len(ATTRIBUTES[name]))
            optimizer = torch.optim.AdamW(head.parameters(), lr=0.02, weight_decay=decay)
            for step in range(PROBE_STEPS):
                optimizer.param_groups[0]["lr"] = 0.02 * (1 - step / PROBE_STEPS)
                optimizer.zero_grad()
                functional.cross_entropy(head(x_NE[spoken]), label_N[spoken]).backward()
                optimizer.step()
            self.heads[name] = head

    @torch.no_grad()
    def score(self, what: str, features_NE: Tensor, labels: dict[str, Tensor]) -> Row:
        x_NE = (features_NE - self.mean) / self.std
        shares = {
            name: 100 * (head(x_NE).argmax(1) == labels[name]).float().mean().item()
            for name, head in self.heads.items()
        }
        return Row(what, len(x_NE), shares)


def zero_shot(
    what: str, encoder: ImageBind, captions: Captions, features_NE: Tensor, items: Sequence[Scene | Clip]
) -> Row:
    """The attributes of the nearest caption among all of the world's."""
    known = list(world.all_scenes()) if isinstance(items[0], Scene) else list(world.all_clips())
    texts_KE = encoder.encode(TEXT, captions.ids([world.caption(item) for item in known])).squeeze(1)
    chosen = [known[row] for row in (features_NE @ texts_KE.T).argmax(1).tolist()]
    return Row(what, len(items), _agreement(chosen, items))


def _agreement(chosen: Sequence[Scene | Clip], items: Sequence[Scene | Clip]) -> dict[str, float]:
    names = [name for name in ATTRIBUTES if hasattr(items[0], name)]
    pairs = list(zip(chosen, items, strict=True))
    return {
        name: 100 * float(np.mean([getattr(one, name) == getattr(other, name) for one, other in pairs]))
        for name in names
    }


def visual_rows(
    encoder: ImageBind,
    captions: Captions,
    modality: Modality,
    known: list[Scene] | list[Clip],
    read: Callable[[Any, np.random.Generator, tuple[int, int, int] | None], object],
    drawn: Callable[[Any], object],
    copies: int,
    seed: int,
) -> list[Row]:
    """Probe and zero-shot rows of pictures or of clips."""
    train = [item for item in known if not world.is_held_out(item)]
    held = [item for item in known if world.is_held_out(item)]
    rng = np.random.default_rng(seed)
    train_features = torch.cat(
        [
            encode_all(encoder, modality, [read(item, rng, None) for item in train]),
            encode_all(encoder, modality, [drawn(item) for item in train]),
            encode_all(
                encoder, modality, [read(item, rng, any_background(item.thing, rng)) for item in train]
            ),
        ]
    )
    spoken = [True] * (2 * len(train)) + [False] * len(train)
    probe = Probe(train_features, labels_of([*train] * 3, spoken))
    rows = []
    for kind, items, media in (
        ("as users have them", held * copies, [read(item, rng, None) for item in held * copies]),
        ("as drawn", held, [drawn(item) for item in held]),
    ):
        features = encode_all(encoder, modality, media)
        labels = labels_of(items, [True] * len(items))
        rows.append(probe.score(f"{modality}, held pairs, {kind}: probe", features, labels))
        rows.append(
            zero_shot(f"{modality}, held pairs, {kind}: captions", encoder, captions, features, items)
        )
    return rows


def sound_rows(
    encoder: ImageBind,
    captions: Captions,
    recordings: Sequence[sounds.Recording],
    windows: int,
    made: int,
    seed: int,
) -> list[Row]:
    """Probe and zero-shot rows of sounds, whole files through the encoder's own rule."""
    rng = np.random.default_rng(seed)

    def audio(samples: np.ndarray) -> Audio:
        return Audio(samples, sounds.SAMPLE_RATE)

    groups: dict[str, tuple[list[Audio], list[str]]] = {"train": ([], [])}
    for recording in recordings:
        if recording.fold == 4 or sounds.is_validation(recording):
            name = "fold 4" if recording.fold == 4 else "validation sources"
            media, things = groups.setdefault(name, ([], []))
            media.append(audio(recording.samples))
            things.append(recording.thing)
            continue
        for _ in range(windows):
            groups["train"][0].append(audio(sounds.vary(sounds.window(recording.samples, rng), rng)))
            groups["train"][1].append(recording.thing)
    silent = [thing for thing in SOUNDING if not any(recording.thing == thing for recording in recordings)]
    for name in ("train", "made"):
        media, things = groups.setdefault(name, ([], []))
        for thing in silent:
            media += [audio(sounds.vary(sounds.synthesise(thing, rng), rng)) for _ in range(made)]
            things += [thing] * made

    texts_KE = encoder.encode(TEXT, captions.ids([world.sound_caption(thing) for thing in SOUNDING])).squeeze(
        1
    )
    train_features = encode_all(encoder, AUDIO, groups["train"][0])
    probe = Probe(
        train_features, {"thing": torch.tensor([THINGS.index(thing) for thing in groups["train"][1]])}
    )
    rows = []
    for name, (media, things) in groups.items():
        if name == "train":
            continue
        features = encode_all(encoder, AUDIO, media)
        labels = {"thing": torch.tensor([THINGS.index(thing) for thing in things])}
        rows.append(probe.score(f"audio, {name}: probe", features, labels))
        chosen = [SOUNDING[row] for row in (features @ texts_KE.T).argmax(1).tolist()]
        share = 100 * float(np.mean([one == other for one, other in zip(chosen, things, strict=True)]))
        rows.append(Row(f"audio, {name}: captions", len(things), {"thing": share}))
    return rows


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, in per cent."""
    lines = ["| | n | " + " | ".join(ATTRIBUTES) + " |", "|---" * (2 + len(ATTRIBUTES)) + "|"]
    for row in rows:
        cells = [f"{row.shares[name]:.1f}" if name in row.shares else "" for name in ATTRIBUTES]
        lines.append(f"| {row.what} | {row.count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--tokenizer", type=Path, default=Path(__file__).parent / "tokenizer")
    parser.add_argument("--pictures", type=int, default=5, help="pictures of each held-out scene")
    parser.add_argument("--clips", type=int, default=2, help="films of each held-out clip")
    parser.add_argument("--windows", type=int, default=4, help="windows of each training recording")
    parser.add_argument("--made", type=int, default=30, help="made sounds of each kind")
    parser.add_argument("--seed", type=int, default=90_000)
    options = parser.parse_args(arguments)
    set_up_script()

    encoder, captions = ImageBind.from_pretrained(options.encoder), Captions(options.tokenizer)
    rows = visual_rows(
        encoder,
        captions,
        IMAGE,
        list(world.all_scenes()),
        lambda scene, rng, background: Image(world.photograph(scene, rng, background)),
        lambda scene: Image(world.draw(scene)),
        options.pictures,
        options.seed,
    )
    logger.info("pictures done")
    rows += visual_rows(
        encoder,
        captions,
        VIDEO,
        list(world.all_clips()),
        lambda clip, rng, background: Video(*world.film(clip, rng, background)),
        lambda clip: Video(world.animate(clip), world.FPS),
        options.clips,
        options.seed,
    )
    logger.info("clips done")
    recordings = sounds.load_recordings(options.recordings) if options.recordings else []
    rows += sound_rows(encoder, captions, recordings, options.windows, options.made, options.seed)
    print(table(rows))


if __name__ == "__main__":
    main()
