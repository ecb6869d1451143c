"""What is in the encoder's features: linear probes, and the text tower's own choice among the world's captions.

Probes are trained on features of pairs the encoder was trained on, a third of the items on a background of any
colour (without them a linear map learns that some things have no yellow background), and scored on held-out pairs: on the
canonical drawings and on files as users have them. Sounds are scored on the validation sources of folds 1 to 3, and on
fold 4.

    python -m anygen_pipelines.mini.probe_features --encoder runs/encoder_refined/final --recordings esc10/
"""

from __future__ import annotations

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
from anygen_pipelines.mini.pretraining import TOKENIZER_DIR, command, set_up_script
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


@dataclass(frozen=True)
class Towers:
    """An encoder with the tokens of captions, as its text tower reads them."""

    encoder: ImageBind
    captions: Captions

    def features(self, modality: Modality, items: Sequence[object], batch: int = 64) -> Tensor:
        """Features (N, E) of media items."""
        prepared = [self.encoder.prepare(modality, item) for item in items]
        pieces = [torch.stack(prepared[at : at + batch]) for at in range(0, len(prepared), batch)]
        return torch.cat([self.encoder.encode(modality, piece).squeeze(1) for piece in pieces])

    def texts(self, captions: list[str]) -> Tensor:
        """Features (K, E) of captions."""
        return self.encoder.encode(TEXT, self.captions.ids(captions)).squeeze(1)


@dataclass(frozen=True)
class Sight:
    """What is seen in one modality: the world's items, a file of one as users have them, and one as it is drawn.

    read: from an item, a generator and a background (None = the item's own) to the medium."""

    modality: Modality
    known: list[Scene] | list[Clip]
    read: Callable[[Any, np.random.Generator, tuple[int, int, int] | None], object]
    drawn: Callable[[Any], object]


def pictures() -> Sight:
    """The world's scenes."""
    return Sight(
        IMAGE,
        list(world.all_scenes()),
        lambda scene, rng, background: Image(world.photograph(scene, rng, background)),
        lambda scene: Image(world.draw(scene)),
    )


def clips() -> Sight:
    """The world's clips."""
    return Sight(
        VIDEO,
        list(world.all_clips()),
        lambda clip, rng, background: Video(*world.film(clip, rng, background)),
        lambda clip: Video(world.animate(clip), world.FPS),
    )


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
        """The share right by attribute, of features (N, E) and labels (N,) int64."""
        x_NE = (features_NE - self.mean) / self.std
        shares = {
            name: 100 * (head(x_NE).argmax(1) == labels[name]).float().mean().item()
            for name, head in self.heads.items()
        }
        return Row(what, len(x_NE), shares)


def zero_shot(what: str, towers: Towers, features_NE: Tensor, items: Sequence[Scene | Clip]) -> Row:
    """The attributes of the nearest caption among all of the world's."""
    known = list(world.all_scenes()) if isinstance(items[0], Scene) else list(world.all_clips())
    texts_KE = towers.texts([world.caption(item) for item in known])
    chosen = [known[row] for row in (features_NE @ texts_KE.T).argmax(1).tolist()]
    pairs = list(zip(chosen, items, strict=True))
    shares = {
        name: 100 * float(np.mean([getattr(one, name) == getattr(other, name) for one, other in pairs]))
        for name in ATTRIBUTES
        if hasattr(items[0], name)
    }
    return Row(what, len(items), shares)


def visual_rows(towers: Towers, sight: Sight, copies: int, seed: int) -> list[Row]:
    """Probe and zero-shot rows of pictures or of clips."""
    modality, read, rng = sight.modality, sight.read, np.random.default_rng(seed)
    train = [item for item in sight.known if not world.is_held_out(item)]
    held = [item for item in sight.known if world.is_held_out(item)]
    known = [
        towers.features(modality, [read(item, rng, None) for item in train]),
        towers.features(modality, [sight.drawn(item) for item in train]),
        towers.features(modality, [read(item, rng, any_background(item.thing, rng)) for item in train]),
    ]
    spoken = [True] * (2 * len(train)) + [False] * len(train)
    probe = Probe(torch.cat(known), labels_of([*train] * 3, spoken))
    rows = []
    for kind, items, shown in (
        ("as users have them", held * copies, [read(item, rng, None) for item in held * copies]),
        ("as drawn", held, [sight.drawn(item) for item in held]),
    ):
        features = towers.features(modality, shown)
        what = f"{modality}, held pairs, {kind}"
        rows.append(probe.score(f"{what}: probe", features, labels_of(items, [True] * len(items))))
        rows.append(zero_shot(f"{what}: captions", towers, features, items))
    return rows


Heard = dict[str, list[tuple[str, Audio]]]
"""Sounds and what they are of, by group; probes are trained on the group "train"."""


def heard(recordings: Sequence[sounds.Recording], windows: int, made: int, seed: int) -> Heard:
    """Windows of the training recordings, whole recordings of the others, and made sounds of what is in none."""
    rng, groups = np.random.default_rng(seed), Heard(train=[])

    def add(group: str, thing: str, samples: np.ndarray) -> None:
        groups.setdefault(group, []).append((thing, Audio(samples, sounds.SAMPLE_RATE)))

    for recording in recordings:
        if recording.fold == 4 or sounds.is_validation(recording):
            group = "fold 4" if recording.fold == 4 else "validation sources"
            add(group, recording.thing, recording.samples)
            continue
        for _ in range(windows):
            add("train", recording.thing, sounds.vary(sounds.window(recording.samples, rng), rng))
    silent = [thing for thing in SOUNDING if not any(recording.thing == thing for recording in recordings)]
    for group in ("train", "made"):
        for thing in silent:
            for _ in range(made):
                add(group, thing, sounds.vary(sounds.synthesise(thing, rng), rng))
    return groups


def sound_rows(towers: Towers, groups: Heard) -> list[Row]:
    """Probe and zero-shot rows of sounds, whole files through the encoder's own rule."""

    def labelled(group: str) -> tuple[Tensor, dict[str, Tensor]]:
        things = [THINGS.index(thing) for thing, _ in groups[group]]
        return towers.features(AUDIO, [audio for _, audio in groups[group]]), {"thing": torch.tensor(things)}

    texts_KE = towers.texts([world.sound_caption(thing) for thing in SOUNDING])
    probe = Probe(*labelled("train"))
    rows = []
    for name in groups:
        if name == "train":
            continue
        features, labels = labelled(name)
        rows.append(probe.score(f"audio, {name}: probe", features, labels))
        chosen = [THINGS.index(SOUNDING[row]) for row in (features @ texts_KE.T).argmax(1).tolist()]
        share = 100 * float(np.mean([a == b for a, b in zip(chosen, labels["thing"].tolist(), strict=True)]))
        rows.append(Row(f"audio, {name}: captions", len(chosen), {"thing": share}))
    return rows


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, in per cent."""
    lines = ["| | n | " + " | ".join(ATTRIBUTES) + " |", "|---" * (2 + len(ATTRIBUTES)) + "|"]
    for row in rows:
        cells = [f"{row.shares[name]:.1f}" if name in row.shares else "" for name in ATTRIBUTES]
        lines.append(f"| {row.what} | {row.count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = command(__doc__, "recordings")
    add = parser.add_argument
    add("--encoder", type=Path, required=True)
    add("--tokenizer", type=Path, default=TOKENIZER_DIR)
    add("--pictures", type=int, default=5, help="pictures of each held-out scene")
    add("--clips", type=int, default=2, help="films of each held-out clip")
    add("--windows", type=int, default=4, help="windows of each training recording")
    add("--made", type=int, default=30, help="made sounds of each kind")
    add("--seed", type=int, default=90_000)
    options = parser.parse_args(arguments)
    set_up_script()

    towers = Towers(ImageBind.from_pretrained(options.encoder), Captions(options.tokenizer))
    rows = visual_rows(towers, pictures(), options.pictures, options.seed)
    logger.info("pictures done")
    rows += visual_rows(towers, clips(), options.clips, options.seed)
    logger.info("clips done")
    recordings = sounds.load_recordings(options.recordings) if options.recordings else []
    rows += sound_rows(towers, heard(recordings, options.windows, options.made, options.seed))
    print(table(rows))


if __name__ == "__main__":
    main()
