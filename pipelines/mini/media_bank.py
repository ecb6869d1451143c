"""Files for the conversations to hold: pictures, clips and sounds of the world, many of each kind.

`photo`, `film` and `heard` are as users' files are; `any` stand on a background of any colour, for conversations that do
not speak of it; `drawn` are as mini itself makes them, a little blurred and noisy as a decoder's are. A file's name says
what it shows, and its content depends on the name and the seed alone: what is there already need not be made again.
Held-out pairs are in none of them.

Making photographs and films takes minutes of a core. Where the encoder's own banks are at hand (encoder_data.py: the same
photographs and films, brought to the encoder's size), they are written out instead, which the encoder reads as the same.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image as PILImage
from PIL import ImageFilter

from anygen.core.modality import AUDIO, IMAGE, VIDEO, Modality
from anygen.media.types import SUFFIX, Audio, Image, Video
from anygen_pipelines.mini import sounds, world
from anygen_pipelines.mini.encoder_data import Bank, any_background
from anygen_pipelines.mini.world import Clip, Scene

logger = logging.getLogger(__name__)

Seen = Scene | Clip | str  # a picture, a clip, or the thing that is heard
MODALITY_OF: dict[type, Modality] = {Scene: IMAGE, Clip: VIDEO, str: AUDIO}


@dataclass(frozen=True)
class BankSizes:
    """How many files of each: `photos` and `drawn_pictures` of every scene, `films` and `drawn_clips` of every clip,
    `any_*` of every scene or clip whatever its colour, `shapes` of every colour, `heard` and `made` of every sound."""

    photos: int = 2
    drawn_pictures: int = 1
    any_photos: int = 4
    films: int = 1
    drawn_clips: int = 1
    any_films: int = 1
    heard: int = 100
    made: int = 20
    shapes: int = 60


class MediaBank:
    """The files below `folder`, made when asked for. `recordings` are those that may be heard; without them, stand-ins."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        recordings: Sequence[sounds.Recording],
        sizes: BankSizes,
        encoder_banks: Sequence[Bank] = (),
    ) -> None:
        self.folder, self.seed, self.sizes = folder, seed, sizes
        self.prepared: dict[tuple[str, ...], list[np.ndarray]] = {}
        for bank in encoder_banks:
            for item, kind, pixels in zip(bank.items, bank.kinds, bank.pixels, strict=True):
                if kind != "drawn":
                    self.prepared.setdefault(_prepared_key(item, kind == "unspoken"), []).append(pixels)
        self.recordings: dict[str, list[sounds.Recording]] = {}
        for recording in recordings:
            self.recordings.setdefault(recording.thing, []).append(recording)

    def _count(self, seen: Seen, kind: str) -> int:
        """How many files there are of something, of a kind."""
        sizes = self.sizes
        if isinstance(seen, str):
            return {"heard": sizes.heard, "made": sizes.made, "shapes": sizes.shapes}[kind]
        if isinstance(seen, Scene):
            return {"photo": sizes.photos, "drawn": sizes.drawn_pictures, "any": sizes.any_photos}[kind]
        return {"film": sizes.films, "drawn": sizes.drawn_clips, "any": sizes.any_films}[kind]

    def _chosen(self, seen: Seen, kind: str, choice: int) -> Path:
        return self._made(seen, kind, choice % self._count(seen, kind))

    def shown(self, seen: Seen, choice: int, any_colour: bool = False) -> Path:
        """A file of `seen` as a user shows it; mostly their own, sometimes one that mini drew. `choice` picks it."""
        if isinstance(seen, str):
            return self._chosen(seen, "heard", choice)
        if any_colour and self._count(seen, "any"):
            return self._chosen(seen, "any", choice)
        choice, rest = divmod(choice, 5)
        own = "photo" if isinstance(seen, Scene) else "film"
        return self._chosen(seen, "drawn" if rest == 0 else own, choice)

    def shapes(self, colour: str, choice: int) -> Path:
        """A picture of a shape that is no thing of the world, on a named colour, as a user shows it."""
        return self._chosen(colour, "shapes", choice)

    def drawn(self, seen: Seen, choice: int) -> Path:
        """A file of `seen` as mini makes it, to be fed back."""
        return self._chosen(seen, "made" if isinstance(seen, str) else "drawn", choice)

    def fill(self) -> int:
        """Make every file there is; returns how many there are."""
        scenes = [scene for scene in world.all_scenes() if not world.is_held_out(scene)]
        clips = [clip for clip in world.all_clips() if not world.is_held_out(clip)]
        groups: tuple[tuple[Sequence[Seen], tuple[str, ...]], ...] = (
            (scenes, ("photo", "drawn", "any")),
            (tuple(world.COLOURS), ("shapes",)),
            (world.SOUNDING, ("heard", "made")),
            (clips, ("film", "drawn", "any")),
        )
        count = 0
        for items, kinds in groups:
            for seen, kind in product(items, kinds):
                for number in range(self._count(seen, kind)):
                    self._made(seen, kind, number)
                    count += 1
                    if count % 1000 == 0:
                        logger.info("%d files", count)
        return count

    def _made(self, seen: Seen, kind: str, number: int) -> Path:
        """The file, which is made unless it is there. Raises ValueError for a held-out pair."""
        modality = IMAGE if kind == "shapes" else MODALITY_OF[type(seen)]
        words = [seen] if isinstance(seen, str) else list(vars(seen).values())
        if kind == "any" and not isinstance(seen, str):
            words.remove(seen.colour)
        name = "-".join(word.replace(" ", "_") for word in [*words, str(number)])
        path = self.folder / str(modality) / kind / f"{name}{SUFFIX[modality]}"
        if not path.is_file():
            if not isinstance(seen, str) and kind != "any" and world.is_held_out(seen):
                raise ValueError(f"{seen} is a held-out pair; it may stand in no training data")
            key = hashlib.sha256(f"{self.seed} {modality} {kind} {name}".encode()).digest()
            content = self._make(seen, kind, np.random.default_rng(list(key))).encode()
            path.parent.mkdir(parents=True, exist_ok=True)
            # Renamed when whole, but not synced one by one: thousands of files that can be made again.
            unfinished = path.with_name(f".{path.name}.part")
            unfinished.write_bytes(content)
            os.replace(unfinished, path)
        return path

    def _make(self, seen: Seen, kind: str, rng: np.random.Generator) -> Image | Video | Audio:
        if kind == "shapes":
            return Image(world.shapes(str(seen), rng))
        if isinstance(seen, str):
            return Audio(self._sound(seen, kind, rng), sounds.SAMPLE_RATE)
        known = self.prepared.get(_prepared_key(seen, kind == "any")) if kind != "drawn" else None
        if known:
            pixels = known[rng.integers(len(known))]
            return Image(pixels) if isinstance(seen, Scene) else Video(pixels, world.FPS)
        background = any_background(seen.thing, rng) if kind == "any" else None
        if isinstance(seen, Scene):
            if kind == "drawn":
                return Image(soften(world.draw(seen)[None], rng)[0])
            return Image(world.photograph(seen, rng, background))
        if kind == "drawn":
            return Video(soften(world.animate(seen), rng), world.FPS)
        frames, fps = world.film(seen, rng, background)
        return Video(smaller(frames), fps)

    def _sound(self, thing: str, kind: str, rng: np.random.Generator) -> np.ndarray:
        known = self.recordings.get(thing)
        if known:
            samples = sounds.window(known[rng.integers(len(known))].samples, rng)
        else:
            samples = sounds.synthesise(thing, rng)
        return sounds.vary(samples, rng) if kind == "heard" else smear(samples, rng)


def _prepared_key(seen: Scene | Clip, any_colour: bool) -> tuple[str, ...]:
    """What a file shows, without the colour where that may be any."""
    words = {**vars(seen), "colour": "any"} if any_colour else vars(seen)
    return (type(seen).__name__, *words.values())


def smaller(frames: np.ndarray, short_side: int = 96) -> np.ndarray:
    """Frames (F, H, W, 3) uint8 with the short side at most `short_side` pixels, even sides: more is a waste of disk and
    time for an encoder that looks at 64."""
    height, width = frames.shape[1:3]
    scale = min(1.0, short_side / min(height, width))
    size = (max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2))
    return np.stack(
        [np.asarray(PILImage.fromarray(each).resize(size, PILImage.Resampling.BOX)) for each in frames]
    )


def soften(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Frames (F, H, W, 3) uint8 as a small decoder gives them: a little blurred, noisy and off in colour."""
    radius, noise = float(rng.uniform(0, 0.9)), float(rng.uniform(0, 6))
    shift = rng.normal(0, 4, 3)
    blurred = np.stack(
        [np.asarray(PILImage.fromarray(each).filter(ImageFilter.GaussianBlur(radius))) for each in frames]
    )
    # Coarse noise: a decoder's errors are blotches, not grain.
    coarse = rng.normal(0, noise, (len(frames), frames.shape[1] // 4, frames.shape[2] // 4, 3))
    blotches = coarse.repeat(4, axis=1).repeat(4, axis=2)
    return np.clip(blurred + blotches + shift, 0, 255).astype(np.uint8)


def smear(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A sound as a vocoder without phases gives it: each frame's magnitudes kept to a few percent, its phases disturbed."""
    from scipy import signal

    _, _, spectrum = signal.stft(samples, nperseg=1024, noverlap=768)
    phase = np.exp(1j * rng.normal(0, rng.uniform(0.2, 1.2), spectrum.shape))
    loud = np.exp(rng.normal(0, rng.uniform(0.05, 0.3), spectrum.shape))
    _, changed = signal.istft(spectrum * phase * loud, nperseg=1024, noverlap=768)
    return sounds.normalise(changed[: len(samples)], float(rng.uniform(0.4, 0.9)))
