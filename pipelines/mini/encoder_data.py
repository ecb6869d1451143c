"""What mini's encoder is trained on: banks of pictures, clips and sounds of the world, and how they are worn each time.

A bank holds, for every scene (or clip) that is not held out, some as users' files show it, brought to the encoder's
size by the encoder's own rule, and the canonical one as it is drawn; beside them stand some on a background of any
colour, of which the caption then says nothing. Each draw from a bank is worn anew: moved, stretched, shaded, blurred and
noised as decoders blur and noise.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from anygen.encoders.imagebind.config import ImageBindConfig
from anygen.encoders.imagebind.preprocess import fit_frames, fit_square, prepare_audio
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.world import COLOURS, HELD_OUT, OPPOSITE, SOUNDING, THINGS, Clip, Scene, Shown

# N items, C channels, T frames, H height, W width

logger = logging.getLogger(__name__)

ATTRIBUTES = world.ATTRIBUTES
UNSPOKEN = -100  # the label of an attribute that an item does not show or that is not spoken of
HELD_COLOUR_DISTANCE = 50.0  # how far a background of any colour stays from a held-out one (RGB, 0-255)
LOOPED_SHARE, SPED_SHARE, FLOORED_SHARE = 0.2, 0.25, 0.15


@dataclass(frozen=True)
class Labelled:
    """A batch of prepared inputs, the caption of each item and its labels (N,) int64 by attribute."""

    inputs: Tensor
    captions: list[str]
    labels: dict[str, Tensor]


def caption_of(item: Scene | Clip, colour_spoken: bool) -> str:
    """The world's caption, without the background where its colour is not spoken of."""
    whole = world.caption(item)
    return whole if colour_spoken else whole[: whole.rindex(" on a")]


def labels_of(items: Sequence[Scene | Clip], colour_spoken: Sequence[bool]) -> dict[str, Tensor]:
    """Indices into ATTRIBUTES, UNSPOKEN where an item has no such attribute."""
    rows: dict[str, list[int]] = {name: [] for name in ATTRIBUTES}
    for item, spoken in zip(items, colour_spoken, strict=True):
        for name, values in ATTRIBUTES.items():
            value = getattr(item, name, None)
            if value is None or (name == "colour" and not spoken):
                rows[name].append(UNSPOKEN)
            else:
                rows[name].append(values.index(value))
    return {name: torch.tensor(row) for name, row in rows.items()}


def any_background(thing: str, rng: np.random.Generator) -> tuple[int, int, int]:
    """A colour at random that is not near one the thing is never shown on."""
    held = [COLOURS[colour] for known, colour in HELD_OUT if known == thing]
    while True:
        colour = world.random_background(rng)
        if all(np.linalg.norm(np.subtract(colour, other)) > HELD_COLOUR_DISTANCE for other in held):
            return colour


# ---------------------------------------------------------------------------------------------- pictures and clips


@dataclass(frozen=True, eq=False)
class Bank:
    """Pixels (N, ..., 64, 64, 3) uint8 of `items`; `kind` is "drawn", "read" or "unspoken" (any background)."""

    pixels: np.ndarray
    items: Sequence[Scene | Clip]
    kinds: np.ndarray

    def rows(self, *kinds: str) -> np.ndarray:
        return np.flatnonzero(np.isin(self.kinds, kinds))


def picture_bank(config: ImageBindConfig, read: int, unspoken: int, seed: int, folder: Path | None) -> Bank:
    """`read` photographs of every scene that is not held out, `unspoken` on any background, each drawn one once."""

    def show(scene: Scene, rng: np.random.Generator, background: tuple[int, int, int] | None) -> np.ndarray:
        return fit_square(world.photograph(scene, rng, background), config.image)

    return _bank(world.all_scenes(), world.draw, show, (read, unspoken), seed, folder)


def clip_bank(config: ImageBindConfig, read: int, unspoken: int, seed: int, folder: Path | None) -> Bank:
    """`read` films of every clip that is not held out, `unspoken` on any background, each drawn one once."""

    def show(clip: Clip, rng: np.random.Generator, background: tuple[int, int, int] | None) -> np.ndarray:
        return fit_frames(world.film(clip, rng, background)[0], config.image, config.video)

    return _bank(world.all_clips(), world.animate, show, (read, unspoken), seed, folder)


def _bank(
    every: Iterable[Shown],
    draw: Callable[[Shown], np.ndarray],
    show: Callable[[Shown, np.random.Generator, tuple[int, int, int] | None], np.ndarray],
    counts: tuple[int, int],
    seed: int,
    folder: Path | None,
) -> Bank:
    """The bank of what is not held out, kept in a file in `folder`."""
    known = [item for item in every if not world.is_held_out(item)]
    read, unspoken = counts
    chosen = np.random.default_rng((seed, len(known))).integers(len(known), size=unspoken)
    items = known * (1 + read) + [known[index] for index in chosen]
    kinds = np.array(["drawn"] * len(known) + ["read"] * (read * len(known)) + ["unspoken"] * unspoken)
    tag = hashlib.sha256(repr((seed, read, unspoken, len(known), HELD_COLOUR_DISTANCE)).encode()).hexdigest()
    name = "pictures" if isinstance(known[0], Scene) else "clips"
    path = None if folder is None else folder / f"{name}-{tag[:12]}.npy"
    if path is not None and path.is_file():
        return Bank(np.load(path), items, kinds)
    logger.info("making %d %s", len(items), name)

    def one(index: int) -> np.ndarray:
        item, rng = items[index], np.random.default_rng((seed, index))
        if kinds[index] == "drawn":
            return draw(item)
        return show(item, rng, any_background(item.thing, rng) if kinds[index] == "unspoken" else None)

    pixels = np.stack([one(index) for index in range(len(items))])
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(".part.npy")
        np.save(scratch, pixels)
        scratch.replace(path)
    return Bank(pixels, items, kinds)


class VisualSampler:
    """Draws batches from a bank: at random, or in groups that differ in one respect only (hard ones)."""

    def __init__(self, bank: Bank, unspoken_share: float = 0.4, drawn_share: float = 0.35) -> None:
        self.bank, self.unspoken_share, self.drawn_share = bank, unspoken_share, drawn_share
        self.is_clips = isinstance(bank.items[0], Clip)
        self.unspoken = bank.rows("unspoken")
        self.groups: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, list[int]]]] = {}
        for row in bank.rows("drawn", "read"):
            item = bank.items[row]
            key, rest = self._key(item)
            kinds = self.groups.setdefault(key, {}).setdefault(rest, {"drawn": [], "read": []})
            kinds[str(bank.kinds[row])].append(int(row))

    def _key(self, item: Scene | Clip) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if isinstance(item, Clip):
            return (item.thing, item.colour, item.size), (item.motion,)
        return (item.thing, item.colour), (item.position, item.size)

    def rows(self, count: int, hard: bool, rng: np.random.Generator) -> list[int]:
        """Rows of the bank. Hard: groups of up to seven that agree in thing and colour."""
        keys = list(self.groups)
        if not hard:
            num_unspoken = int(rng.binomial(count, self.unspoken_share)) if len(self.unspoken) else 0
            chosen = [int(row) for row in rng.choice(self.unspoken, num_unspoken)] if num_unspoken else []
            while len(chosen) < count:
                rests = self.groups[keys[rng.integers(len(keys))]]
                chosen.append(self._one(rests[list(rests)[rng.integers(len(rests))]], rng))
            return chosen
        chosen = []
        while len(chosen) < count:
            rests = self.groups[keys[rng.integers(len(keys))]]
            order = rng.permutation(len(rests))[: min(7, count - len(chosen))]
            chosen += [self._one(rests[list(rests)[index]], rng) for index in order]
        return chosen

    def _one(self, kinds: dict[str, list[int]], rng: np.random.Generator) -> int:
        use_drawn = rng.random() < self.drawn_share or not kinds["read"]
        rows = kinds["drawn" if use_drawn else "read"]
        return rows[rng.integers(len(rows))]

    def batch(
        self,
        config: ImageBindConfig,
        count: int,
        hard: bool,
        rng: np.random.Generator,
        generator: torch.Generator,
    ) -> Labelled:
        rows = self.rows(count, hard, rng)
        items: Sequence[Scene | Clip] = [self.bank.items[row] for row in rows]
        spoken = [str(self.bank.kinds[row]) != "unspoken" for row in rows]
        pixels = self.bank.pixels[rows]
        if self.is_clips:
            items, pixels = reverse_some([i for i in items if isinstance(i, Clip)], pixels, rng)
            values = torch.from_numpy(pixels).permute(0, 4, 1, 2, 3).float() / 255
        else:
            values = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
        shape = [1, 3] + [1] * (values.ndim - 2)
        mean, std = (torch.tensor(three).view(shape) for three in (config.image.mean, config.image.std))
        inputs = (wear_batch(values, rng, generator) - mean) / std
        captions = [caption_of(item, known) for item, known in zip(items, spoken, strict=True)]
        return Labelled(inputs.unsqueeze(1) if self.is_clips else inputs, captions, labels_of(items, spoken))


def reverse_some(
    items: Sequence[Clip], pixels: np.ndarray, rng: np.random.Generator
) -> tuple[list[Clip], np.ndarray]:
    """Play half of the clips backwards, where that is another motion of the world."""
    found, reversed_pixels = list(items), pixels.copy()
    for index, item in enumerate(items):
        if item.motion in OPPOSITE and rng.random() < 0.5:
            found[index] = Clip(item.thing, item.colour, item.size, OPPOSITE[item.motion])
            reversed_pixels[index] = pixels[index, ::-1]
    return found, reversed_pixels


def wear_batch(values: Tensor, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
    """Pictures (N, 3, H, W) or clips (N, 3, T, H, W) in [0, 1], some of them moved, shaded, blurred, noised."""
    values = _moved(values, rng)
    values = _shaded(values, rng)
    return _softened(values, rng, generator).clamp(0, 1)


def _some(count: int, share: float, rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(np.flatnonzero(rng.random(count) < share))


def _per_item(values: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(values).float().view(-1, *[1] * (like.ndim - 1))


def _moved(values: Tensor, rng: np.random.Generator, share: float = 0.5) -> Tensor:
    chosen = _some(len(values), share, rng)
    if not len(chosen):
        return values
    count = len(chosen)
    theta = np.zeros((count, 2, 3), dtype=np.float32)
    theta[:, 0, 0], theta[:, 1, 1] = 1 / rng.uniform(0.92, 1.08, (2, count))
    theta[:, 0, 2], theta[:, 1, 2] = rng.uniform(-0.05, 0.05, (2, count))
    picked = values[chosen]
    planes = picked.flatten(1, -3)
    shape = [count, planes.shape[1], *planes.shape[-2:]]
    grid = functional.affine_grid(torch.from_numpy(theta), shape, align_corners=False)
    moved = functional.grid_sample(planes, grid, padding_mode="border", align_corners=False)
    return values.index_copy(0, chosen, moved.view_as(picked))


def _shaded(values: Tensor, rng: np.random.Generator, share: float = 0.3) -> Tensor:
    chosen = _some(len(values), share, rng)
    if not len(chosen):
        return values
    picked = values[chosen]
    gain, offset = rng.uniform(0.9, 1.1, len(chosen)), rng.uniform(-0.04, 0.04, len(chosen))
    return values.index_copy(0, chosen, picked * _per_item(gain, picked) + _per_item(offset, picked))


def _softened(
    values: Tensor, rng: np.random.Generator, generator: torch.Generator, share: float = 0.35
) -> Tensor:
    """As small generators draw: detail blended with its blur, cloudy noise, a little grain."""
    chosen = _some(len(values), share, rng)
    if not len(chosen):
        return values
    picked = values[chosen]
    planes = picked.flatten(1, -3)
    coarse = functional.avg_pool2d(planes, 2)
    blurred = functional.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
    weight = _per_item(rng.uniform(0.2, 1.0, len(chosen)), planes)
    clouds = torch.randn(*planes.shape[:2], 16, 16, generator=generator) * _per_item(
        rng.uniform(0, 0.05, len(chosen)), planes
    )
    soft = (
        planes
        + weight * (blurred - planes)
        + functional.interpolate(clouds, scale_factor=4.0, mode="bilinear")
    )
    soft = soft + torch.randn(planes.shape, generator=generator) * _per_item(
        rng.uniform(0, 0.03, len(chosen)), planes
    )
    return values.index_copy(0, chosen, soft.view_as(picked))


# ---------------------------------------------------------------------------------------------- sounds


class SoundSampler:
    """Draws sounds: recordings of the ten recorded kinds where there are any, made ones of the others."""

    def __init__(self, recordings: Sequence[sounds.Recording], made_per_kind: int, seed: int) -> None:
        self.real: dict[str, list[np.ndarray]] = {}
        for recording in recordings:
            self.real.setdefault(recording.thing, []).append(recording.samples)
        logger.info("making %d sounds", made_per_kind * (len(SOUNDING) - len(self.real)))
        self.made = {
            thing: [
                sounds.synthesise(thing, np.random.default_rng((seed, kind, index)))
                for index in range(made_per_kind)
            ]
            for kind, thing in enumerate(SOUNDING)
            if thing not in self.real
        }

    def batch(self, config: ImageBindConfig, count: int, rng: np.random.Generator) -> Labelled:
        things = [SOUNDING[index] for index in rng.integers(len(SOUNDING), size=count)]
        prepared = []
        for thing in things:
            pool = self.real.get(thing) or self.made[thing]
            samples = sounds.vary(vary_length(pool[rng.integers(len(pool))], rng), rng)
            audio = SimpleNamespace(samples=samples, sample_rate=sounds.SAMPLE_RATE)
            prepared.append(prepare_audio(audio, config.sound))
        inputs = mask_mel(torch.stack(prepared), rng)
        labels = {name: torch.full((count,), UNSPOKEN) for name in ATTRIBUTES}
        labels["thing"] = torch.tensor([THINGS.index(thing) for thing in things])
        return Labelled(inputs, [world.sound_caption(thing) for thing in things], labels)


def vary_length(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One window of a sound, sometimes faster or slower, sometimes a short piece of it looped."""
    if rng.random() < SPED_SHARE:
        speed = rng.uniform(0.87, 1.15)
        at = np.arange(0, len(samples) - 1, speed)
        samples = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    piece = sounds.window(samples, rng)
    if rng.random() < LOOPED_SHARE:
        length = int(rng.uniform(0.5, 2.0) * sounds.SAMPLE_RATE)
        energy = np.cumsum(piece.astype(np.float64) ** 2)
        start = int(np.argmax(energy[length:] - energy[:-length]))
        piece = np.resize(piece[start : start + length], sounds.WINDOW)
    return piece


def mask_mel(mels: Tensor, rng: np.random.Generator) -> Tensor:
    """Spectrograms (N, 1, 1, bins, frames), some with bands and moments missing, tilted, blurred, or cut off above."""
    mels = mels.clone()
    bins, frames = mels.shape[-2:]
    for mel in mels:
        low = mel.min()
        if rng.random() < 0.5:
            width, start = rng.integers(2, 10), rng.integers(bins)
            mel[..., start : start + width, :] = mel.mean()
        if rng.random() < 0.5:
            width, start = rng.integers(4, 40), rng.integers(frames)
            mel[..., start : start + width] = mel.mean()
        if rng.random() < 0.5:
            knots = rng.normal(0, 0.35, 5)
            curve = np.interp(np.linspace(0, 4, bins), np.arange(5), knots)
            mel += torch.from_numpy(curve).float()[:, None]
        if rng.random() < FLOORED_SHARE:
            mel[..., rng.integers(bins * 5 // 8, bins) :, :] = low
        if rng.random() < 0.2:
            mel.copy_(functional.avg_pool2d(mel, 3, stride=1, padding=1, count_include_pad=False))
    return mels
