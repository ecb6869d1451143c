"""The mini world in pictures and clips: twenty things on eight backgrounds.

What is *drawn* stands on a grid (`draw`, `animate`): 64x64 pixels, exact places, so that a small diffusion model can be
crisp. What is *read* varies as people's files do (`photograph`, `film`): any place and size, gradients, odd
resolutions, blur, noise, JPEG, other frame counts and rates. Everything is a pure function of its arguments and of the
`numpy.random.Generator` passed in.

The sprites are Google's Noto Color Emoji (SIL Open Font License 1.1; sprites/LICENSE.txt), rendered once at 128 px.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import yaml
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFilter

SPRITES_DIR = Path(__file__).parent / "sprites"

_TABLE = yaml.safe_load((Path(__file__).parent / "world.yaml").read_text(encoding="utf-8"))
_THINGS: dict[str, dict[str, str]] = _TABLE["things"]

EMOJI: dict[str, str] = {thing: about["emoji"] for thing, about in _THINGS.items()}
ESC10_FOLDERS: dict[str, str] = {t: about["recorded"] for t, about in _THINGS.items() if "recorded" in about}
THINGS: tuple[str, ...] = tuple(_THINGS)
RECORDED: tuple[str, ...] = tuple(ESC10_FOLDERS)
SYNTHESISED: tuple[str, ...] = tuple(thing for thing in THINGS if "synthesised" in _THINGS[thing])
SOUNDING: tuple[str, ...] = RECORDED + SYNTHESISED

COLOURS: dict[str, tuple[int, int, int]] = {name: (r, g, b) for name, (r, g, b) in _TABLE["colours"].items()}
PLACE_WORDS: dict[str, str] = _TABLE["positions"]  # the one way the world names each
MOTION_WORDS: dict[str, str] = _TABLE["motions"]
SPRITE_SIZE: dict[str, int] = _TABLE["sizes"]  # pixels, drawn
POSITIONS: tuple[str, ...] = tuple(PLACE_WORDS)
SIZES: tuple[str, ...] = tuple(SPRITE_SIZE)
MOTIONS: tuple[str, ...] = tuple(MOTION_WORDS)
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "thing": THINGS,
    "colour": tuple(COLOURS),
    "position": POSITIONS,
    "size": SIZES,
    "motion": MOTIONS,
}
OPPOSITE: dict[str, str] = _TABLE["opposites"] | {b: a for a, b in _TABLE["opposites"].items()}
# Never in any training data of any part (the probes excepted): the pairs the scores are measured on.
HELD_OUT: frozenset[tuple[str, str]] = frozenset(_TABLE["held out"].items())

CANVAS = 64  # pixels
NUM_FRAMES = 8
FPS = 4.0


@dataclass(frozen=True)
class Scene:
    """One still picture: a thing, its background colour, its place and its size."""

    thing: str
    colour: str
    position: str
    size: str


@dataclass(frozen=True)
class Clip:
    """One clip: a thing that moves, on a background colour."""

    thing: str
    colour: str
    size: str
    motion: str


Shown = TypeVar("Shown", Scene, Clip)


def is_held_out(item: Scene | Clip) -> bool:
    return (item.thing, item.colour) in HELD_OUT


def all_scenes() -> Iterator[Scene]:
    """Every scene of the world, the held-out ones included."""
    return itertools.starmap(Scene, itertools.product(THINGS, COLOURS, POSITIONS, SIZES))


def all_clips() -> Iterator[Clip]:
    """Every clip of the world, the held-out ones included."""
    return itertools.starmap(Clip, itertools.product(THINGS, COLOURS, SIZES, MOTIONS))


# ---------------------------------------------------------------------------------------------- canonical words


def article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def caption(item: Scene | Clip) -> str:
    """The one way the world names a picture or a clip; what the decoders' text encoders read."""
    background = f"on {article(item.colour)} {item.colour} background"
    if isinstance(item, Scene):
        return f"a {item.size} {item.thing} {PLACE_WORDS[item.position]} {background}"
    return f"a {item.size} {item.thing} {MOTION_WORDS[item.motion]} {background}"


def sound_caption(thing: str) -> str:
    """The one way the world names a sound."""
    return f"the sound of {article(thing)} {thing}"


# ---------------------------------------------------------------------------------------------- sprites


@cache
def sprite(thing: str) -> PILImage.Image:
    """(128, 128) RGBA, the emoji trimmed to its square, centred."""
    return PILImage.open(SPRITES_DIR / f"{thing.replace(' ', '_')}.png").convert("RGBA")


@lru_cache(maxsize=4096)
def scaled_sprite(thing: str, size: int, angle: int = 0) -> PILImage.Image:
    """The sprite at `size` pixels, turned by `angle` degrees counter-clockwise, RGBA."""
    picture = sprite(thing)
    if angle % 360:
        picture = picture.rotate(angle, PILImage.Resampling.BICUBIC)
    return picture.resize((size, size), PILImage.Resampling.LANCZOS)


def _paste(canvas: PILImage.Image, thing: str, size: int, left: int, top: int, angle: int = 0) -> None:
    picture = scaled_sprite(thing, size, angle)
    canvas.paste(picture, (left, top), picture)


# ---------------------------------------------------------------------------------------------- drawn: on the grid


def place(position: str, size: int, canvas: int = CANVAS) -> tuple[int, int]:
    """(left, top) in pixels of a sprite of `size` pixels; multiples of 4 so that they fall on the VAE's grid."""
    free = canvas - size
    middle = free // 2
    return {
        "left": (0, middle),
        "right": (free, middle),
        "top": (middle, 0),
        "bottom": (middle, free),
        "middle": (middle, middle),
    }[position]


def draw(scene: Scene) -> np.ndarray:
    """The canonical picture of a scene: (64, 64, 3) uint8."""
    canvas = PILImage.new("RGB", (CANVAS, CANVAS), COLOURS[scene.colour])
    size = SPRITE_SIZE[scene.size]
    _paste(canvas, scene.thing, size, *place(scene.position, size))
    return np.asarray(canvas)


def sprite_mask(scene: Scene) -> np.ndarray:
    """Where the thing is in `draw(scene)`: (64, 64) float32 in [0, 1]."""
    mask = PILImage.new("L", (CANVAS, CANVAS), 0)
    size = SPRITE_SIZE[scene.size]
    mask.paste(scaled_sprite(scene.thing, size).getchannel("A"), place(scene.position, size))
    return np.asarray(mask, dtype=np.float32) / 255


def _path(motion: str, size: int, share: float) -> tuple[float, float, float, float]:
    """Left, top (pixels on the 64 canvas), sprite size and angle (degrees) when `share` in [0, 1] of a clip has passed."""
    free, middle = CANVAS - size, (CANVAS - size) / 2
    match motion:
        case "left":
            return free * (1 - share), middle, size, 0.0
        case "right":
            return free * share, middle, size, 0.0
        case "up":
            return middle, free * (1 - share), size, 0.0
        case "down":
            return middle, free * share, size, 0.0
        case "spins":
            return middle, middle, size, 360 * share
        case "grows" | "shrinks":
            # A big thing goes between 24 and 56 pixels, a small one between 16 and 40.
            low, high = (24, 56) if size >= 40 else (16, 40)
            now = low + (high - low) * (share if motion == "grows" else 1 - share)
            return (CANVAS - now) / 2, (CANVAS - now) / 2, now, 0.0
    raise ValueError(f"motion {motion!r}: one of {', '.join(MOTIONS)}")


def animate(clip: Clip) -> np.ndarray:
    """The canonical clip: (8, 64, 64, 3) uint8, on whole pixels. A spin is one turn, its last frame 45 degrees short."""
    frames = []
    for index in range(NUM_FRAMES):
        share = index / NUM_FRAMES if clip.motion == "spins" else index / (NUM_FRAMES - 1)
        left, top, size, angle = _path(clip.motion, SPRITE_SIZE[clip.size], share)
        canvas = PILImage.new("RGB", (CANVAS, CANVAS), COLOURS[clip.colour])
        # Even sizes keep a growing thing centred on whole pixels.
        size = 2 * round(size / 2)
        if clip.motion in ("grows", "shrinks"):
            left = top = (CANVAS - size) // 2
        _paste(canvas, clip.thing, size, round(left), round(top), round(angle))
        frames.append(np.asarray(canvas))
    return np.stack(frames)


# ---------------------------------------------------------------------------------------------- read: as people's files are


def _shade(colour: tuple[int, int, int], rng: np.random.Generator, spread: float = 14.0) -> np.ndarray:
    return np.clip(np.asarray(colour) + rng.normal(0, spread, 3), 0, 255)


def _background(
    colour: tuple[int, int, int], height: int, width: int, rng: np.random.Generator
) -> PILImage.Image:
    """A plain or softly shaded background in about the named colour."""
    one, two = _shade(colour, rng, 8), _shade(colour, rng, 8)
    if rng.random() < 0.5:
        two = one
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:height, 0:width]
    ramp = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle) + 0.5
    ramp = np.clip(ramp, 0, 1)[..., None]
    return PILImage.fromarray((one * (1 - ramp) + two * ramp).astype(np.uint8))


def random_background(rng: np.random.Generator) -> tuple[int, int, int]:
    """Any colour at all: for training inputs whose colour is not spoken of."""
    return tuple(int(v) for v in rng.integers(0, 256, 3))  # type: ignore[return-value]


def _frame_shape(rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of a user's file: mostly near square, sometimes 3:2 or 16:9, 64 to 480 pixels."""
    short = int(np.exp(rng.uniform(np.log(64), np.log(360))))
    ratio = float(rng.choice([1.0, 1.0, 1.0, 4 / 3, 3 / 2, 16 / 9]))
    if ratio > 1 and rng.random() < 0.35:
        return round(short * ratio), short
    return short, round(short * ratio)


def _loose_place(
    position: str, size: float, height: int, width: int, rng: np.random.Generator
) -> tuple[int, int]:
    """A place that a person would call by that name: anywhere near that side, not on the grid."""

    def near(low: float, high: float) -> float:
        return rng.uniform(low, high)

    free_x, free_y = width - size, height - size
    across = {"left": (0.0, 0.12), "right": (0.88, 1.0)}.get(position, (0.42, 0.58))
    down = {"top": (0.0, 0.12), "bottom": (0.88, 1.0)}.get(position, (0.42, 0.58))
    return round(free_x * near(*across)), round(free_y * near(*down))


def _loose_size(size: str, rng: np.random.Generator) -> float:
    """The share of the short side a thing takes: drawn ones are 0.50 and 0.75."""
    return float(rng.uniform(0.38, 0.55) if size == "small" else rng.uniform(0.68, 0.82))


def wear(picture: PILImage.Image, rng: np.random.Generator, strength: float = 1.0) -> PILImage.Image:
    """What cameras, networks and decoders do to a picture: blur, noise, brightness, JPEG."""
    if rng.random() < 0.3 * strength:
        picture = picture.filter(
            ImageFilter.GaussianBlur(float(rng.uniform(0.2, 1.2)) * min(picture.size) / 64 * 0.7)
        )
    pixels: np.ndarray = np.asarray(picture, dtype=np.float32)
    if rng.random() < 0.4 * strength:
        pixels = pixels + rng.normal(0, rng.uniform(1, 10), pixels.shape)
    if rng.random() < 0.4 * strength:
        pixels = pixels * rng.uniform(0.88, 1.1) + rng.uniform(-8, 8)
    picture = PILImage.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if rng.random() < 0.5 * strength:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=int(rng.integers(35, 95)))
        picture = PILImage.open(io.BytesIO(buffer.getvalue())).convert("RGB")
    return picture


def photograph(
    scene: Scene, rng: np.random.Generator, background: tuple[int, int, int] | None = None
) -> np.ndarray:
    """A scene as a user's file shows it: (H, W, 3) uint8, 64 to 640 pixels a side.

    `background` replaces the named colour by any other (then the colour must not be spoken of)."""
    height, width = _frame_shape(rng)
    canvas = _background(background or COLOURS[scene.colour], height, width, rng)
    size = max(12, round(min(height, width) * _loose_size(scene.size, rng)))
    left, top = _loose_place(scene.position, size, height, width, rng)
    angle = int(rng.integers(-12, 13)) if rng.random() < 0.4 else 0
    picture = sprite(scene.thing)
    if angle:
        picture = picture.rotate(angle, PILImage.Resampling.BICUBIC)
    picture = picture.resize((size, size), PILImage.Resampling.LANCZOS)
    canvas.paste(picture, (left, top), picture)
    return np.asarray(wear(canvas, rng))


def shapes(colour: str, rng: np.random.Generator) -> np.ndarray:
    """No thing of the world, but a shape of several colours, on a named colour: (H, W, 3) uint8, as a user's file has it."""
    height, width = _frame_shape(rng)
    canvas = _background(COLOURS[colour], height, width, rng)
    size = max(12, round(min(height, width) * float(rng.uniform(0.3, 0.75))))
    left, top = (int(rng.integers(0, max(1, side - size))) for side in (width, height))
    pen = ImageDraw.Draw(canvas)
    for _ in range(int(rng.integers(2, 6))):
        count = int(rng.integers(3, 8))
        corners = [(left + float(x), top + float(y)) for x, y in rng.uniform(0, size, (count, 2))]
        pen.polygon(corners, fill=tuple(int(value) for value in rng.integers(0, 256, 3)))
    return np.asarray(wear(canvas, rng))


def film(
    clip: Clip,
    rng: np.random.Generator,
    background: tuple[int, int, int] | None = None,
) -> tuple[np.ndarray, float]:
    """A clip as a user's file shows it: frames (F, H, W, 3) uint8 with F from 6 to 40, and its frame rate."""
    num_frames = int(rng.integers(6, 41))
    fps = float(rng.choice([4, 8, 10, 12, 15, 24, 25, 30]))
    height, width = _frame_shape(rng)
    height, width = min(height, 240), min(width, 240)
    scale = min(height, width) / CANVAS
    canvas = _background(background or COLOURS[clip.colour], height, width, rng)
    size = SPRITE_SIZE[clip.size] * float(rng.uniform(0.88, 1.1))
    first, last = float(rng.uniform(0, 0.15)), float(rng.uniform(0.85, 1))
    if clip.motion == "spins":
        first, last = float(rng.uniform(0, 1)), 0.0
        last = first + float(rng.uniform(0.7, 1.3))
    shift_x, shift_y = (float(v) * CANVAS for v in rng.uniform(-0.06, 0.06, 2))
    picture = sprite(clip.thing)
    noise, worn = float(rng.uniform(0, 6)) * (rng.random() < 0.4), rng.random() < 0.3
    quality = int(rng.integers(40, 95))
    frames = []
    for index in range(num_frames):
        share = first + (last - first) * index / max(num_frames - 1, 1)
        left, top, now, angle = _path(clip.motion, round(size), share)
        pixels = max(6, round(now * scale))
        left = (width - height) / 2 / scale * (width > height) + left if width > height else left
        top = (height - width) / 2 / scale + top if height > width else top
        piece = picture.rotate(angle, PILImage.Resampling.BICUBIC) if angle else picture
        piece = piece.resize((pixels, pixels), PILImage.Resampling.BILINEAR)
        frame = canvas.copy()
        frame.paste(piece, (round((left + shift_x) * scale), round((top + shift_y) * scale)), piece)
        if noise:
            grain = rng.normal(0, noise, (height, width, 3))
            frame = PILImage.fromarray(np.clip(np.asarray(frame) + grain, 0, 255).astype(np.uint8))
        if worn:
            buffer = io.BytesIO()
            frame.save(buffer, "JPEG", quality=quality)
            frame = PILImage.open(io.BytesIO(buffer.getvalue())).convert("RGB")
        frames.append(np.asarray(frame))
    return np.stack(frames), fps


def random_scene(rng: np.random.Generator, held_out: bool = False) -> Scene:
    """A scene at random; with `held_out` only held-out pairs, without it none of them."""
    return _at_random(Scene, (THINGS, tuple(COLOURS), POSITIONS, SIZES), rng, held_out)


def random_clip(rng: np.random.Generator, held_out: bool = False) -> Clip:
    """A clip at random; with `held_out` only held-out pairs, without it none of them."""
    return _at_random(Clip, (THINGS, tuple(COLOURS), SIZES, MOTIONS), rng, held_out)


def _at_random(
    shown: type[Shown], values: tuple[tuple[str, ...], ...], rng: np.random.Generator, held_out: bool
) -> Shown:
    while True:
        item = shown(*(each[rng.integers(len(each))] for each in values))
        if is_held_out(item) == held_out:
            return item
