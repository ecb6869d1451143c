"""The mini world in sounds: ten kinds from real recordings (ESC-10), six made by code, stand-ins for who has no recordings.

All sounds are mono float32 at 16 kHz. A sound of the world is one window of 2.56 s. Everything is a pure function of its
arguments and of the `numpy.random.Generator` passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from anygen_pipelines.mini.world import ESC10_FOLDERS, RECORDED, SOUNDING

SAMPLE_RATE = 16_000  # Hz
WINDOW = 40_960  # samples: 2.56 s
_TIME = np.arange(WINDOW) / SAMPLE_RATE


def normalise(samples: np.ndarray, peak: float = 0.7) -> np.ndarray:
    """The same sound with its loudest sample at `peak`; silence stays silence."""
    loudest = float(np.abs(samples).max(initial=0))
    return (samples * (peak / loudest) if loudest > 1e-6 else samples).astype(np.float32)


# ---------------------------------------------------------------------------------------------- building blocks


def _ring(start: float, partials: list[tuple[float, float, float]], rng: np.random.Generator) -> np.ndarray:
    """Partials (frequency Hz, amplitude, decay 1/s) struck at `start` seconds."""
    after = np.maximum(_TIME - start, 0)
    struck = start <= _TIME
    total = np.zeros(WINDOW)
    for frequency, amplitude, decay in partials:
        phase = rng.uniform(0, 2 * np.pi)
        total += amplitude * np.sin(2 * np.pi * frequency * after + phase) * np.exp(-decay * after)
    return np.asarray(total * struck * np.minimum(after * 400, 1))


def _noise(rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """White noise between two frequencies in Hz."""
    band = signal.butter(2, [low, min(high, 7900)], "bandpass", fs=SAMPLE_RATE, output="sos")
    filtered = signal.sosfilt(band, rng.standard_normal(WINDOW))
    return np.asarray(filtered / (np.abs(filtered).max() + 1e-9))


def _sweep(frequency: np.ndarray) -> np.ndarray:
    """A sine whose frequency in Hz is given at every sample."""
    return np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE)


def _burst(start: float, seconds: float) -> np.ndarray:
    """An envelope that rises and falls once, a raised cosine."""
    inside = np.clip((_TIME - start) / seconds, 0, 1)
    return np.sin(np.pi * inside) ** 2


# ---------------------------------------------------------------------------------------------- the six made by code


def _bell(rng: np.random.Generator) -> np.ndarray:
    base = rng.uniform(420, 900)
    gap = rng.uniform(0.5, 1.1)
    ratios = (0.5, 1.0, 1.19, 1.5, 2.0, 2.74, 3.76, 5.4)
    total = np.zeros(WINDOW)
    for start in np.arange(rng.uniform(0, 0.2), 2.5, gap):
        total += _ring(
            start, [(base * r, 1 / (1 + i * 0.6), 1.6 + 0.9 * i) for i, r in enumerate(ratios)], rng
        )
    return total


def _drum(rng: np.random.Generator) -> np.ndarray:
    beat = rng.uniform(0.16, 0.34)
    pattern = rng.choice([0.0, 0.6, 1.0], size=16, p=[0.25, 0.3, 0.45])
    pattern[0] = 1.0
    base = rng.uniform(90, 190)
    snare = _noise(rng, 1200, 6000)
    total = np.zeros(WINDOW)
    for step, weight in enumerate(pattern):
        start = step * beat + rng.normal(0, 0.004)
        if weight == 0 or start > 2.5:
            continue
        after = np.maximum(_TIME - start, 0)
        thump = _sweep(base * (1 + 0.8 * np.exp(-after * 40))) * np.exp(-after * 18)
        total += weight * (start <= _TIME) * (thump + 0.5 * snare * np.exp(-after * 28))
    return total


def _siren(rng: np.random.Generator) -> np.ndarray:
    low, high, rate = rng.uniform(450, 650), rng.uniform(1000, 1500), rng.uniform(0.35, 1.6)
    phase = rng.uniform(0, 1)
    if rng.random() < 0.5:
        swing = 0.5 - 0.5 * np.cos(2 * np.pi * (rate * _TIME + phase))
    else:
        swing = signal.sosfilt(
            signal.butter(1, 20, fs=SAMPLE_RATE, output="sos"),
            ((rate * _TIME + phase) % 1 > 0.5).astype(float),
        )
    frequency = low + (high - low) * swing
    return _sweep(frequency) + 0.45 * _sweep(2 * frequency) + 0.25 * _sweep(3 * frequency)


def _piano(rng: np.random.Generator) -> np.ndarray:
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16])
    root = rng.integers(52, 67)
    total, start = np.zeros(WINDOW), rng.uniform(0, 0.1)
    while start < 2.4:
        for note in rng.choice(scale, size=int(rng.choice([1, 1, 2, 3])), replace=False):
            base = 440 * 2 ** ((root + note - 69) / 12)
            partials = [
                (base * k * np.sqrt(1 + 4e-4 * k * k), 0.75**k, 1.5 + 0.7 * k)
                for k in range(1, 9)
                if base * k < 7500
            ]
            total += _ring(start, partials, rng)
        start += rng.choice([0.2, 0.3, 0.4, 0.6])
    return total


def _train(rng: np.random.Generator) -> np.ndarray:
    rate = rng.uniform(2.2, 5.0)
    puff = np.abs(np.sin(np.pi * rate * _TIME + rng.uniform(0, 3))) ** rng.uniform(4, 8)
    total = puff * _noise(rng, 150, 2200) + 0.25 * _noise(rng, 60, 300)
    if rng.random() < 0.7:
        start, seconds, base = rng.uniform(0, 1.2), rng.uniform(0.6, 1.2), rng.uniform(280, 420)
        whistle = sum(
            np.sin(2 * np.pi * base * r * _TIME) / (i + 1) for i, r in enumerate((1, 1.26, 1.5, 2.0))
        )
        total = total + 0.55 * whistle * _burst(start, seconds) ** 0.5
    return np.asarray(total)


def _frog(rng: np.random.Generator) -> np.ndarray:
    total = np.zeros(WINDOW)
    base, gap = rng.uniform(500, 1100), rng.uniform(0.35, 0.8)
    pulse = rng.uniform(28, 55)
    for start in np.arange(rng.uniform(0, 0.25), 2.4, gap):
        seconds = rng.uniform(0.18, 0.35)
        train = (0.5 + 0.5 * np.cos(2 * np.pi * pulse * (_TIME - start))) ** 3
        pitch = base * (1 + 0.35 * np.clip((_TIME - start) / seconds, 0, 1))
        total += _burst(start, seconds) * train * (_sweep(pitch) + 0.5 * _sweep(2.1 * pitch))
    return total


# ---------------------------------------------------------------------------------------------- stand-ins for recordings


def _dog(rng: np.random.Generator) -> np.ndarray:
    total = np.zeros(WINDOW)
    base = rng.uniform(350, 700)
    for start in np.arange(rng.uniform(0, 0.3), 2.3, rng.uniform(0.4, 1.0)):
        pitch = base * (1 + 0.7 * _burst(start, 0.16))
        voice = sum(_sweep(pitch * k) / k for k in range(1, 7))
        total += _burst(start, 0.18) * (voice + 0.6 * _noise(rng, 400, 3000))
    return total


def _rain(rng: np.random.Generator) -> np.ndarray:
    drops = (rng.random(WINDOW) < 0.004) * rng.uniform(0.2, 1, WINDOW)
    return np.asarray(0.5 * _noise(rng, 800, 7500) + signal.lfilter([1], [1, -0.6], drops))


def _wave(rng: np.random.Generator) -> np.ndarray:
    swell = 0.25 + _burst(rng.uniform(-0.5, 0.8), rng.uniform(1.4, 2.4))
    return swell * (_noise(rng, 100, 1500) + 0.5 * _noise(rng, 1500, 6000) * swell)


def _baby(rng: np.random.Generator) -> np.ndarray:
    total = np.zeros(WINDOW)
    base = rng.uniform(380, 520)
    for start in np.arange(rng.uniform(0, 0.2), 2.2, rng.uniform(0.8, 1.2)):
        pitch = base * (1 + 0.25 * _burst(start, 0.8) + 0.02 * np.sin(2 * np.pi * 6 * _TIME))
        total += _burst(start, 0.8) ** 0.5 * sum(_sweep(pitch * k) / k**0.7 for k in range(1, 9))
    return total


def _clock(rng: np.random.Generator) -> np.ndarray:
    total = np.zeros(WINDOW)
    for index, start in enumerate(np.arange(rng.uniform(0, 0.2), 2.5, rng.choice([0.25, 0.5, 1.0]))):
        base = 2600 if index % 2 else 3100
        total += _ring(start, [(base, 1, 160), (base * 1.7, 0.6, 220), (700, 0.4, 120)], rng)
    return total


def _sneeze(rng: np.random.Generator) -> np.ndarray:
    start = rng.uniform(0.3, 1.2)
    breath = 0.25 * _burst(start - 0.5, 0.5) * _noise(rng, 500, 3000)
    after = np.maximum(_TIME - start, 0)
    blast = _noise(rng, 700, 7000) + 0.6 * _sweep(300 - 60 * after)
    return np.asarray(breath + (start <= _TIME) * np.exp(-after * 7) * blast)


def _helicopter(rng: np.random.Generator) -> np.ndarray:
    chop = (0.5 + 0.5 * np.cos(2 * np.pi * rng.uniform(9, 17) * _TIME)) ** 3
    return np.asarray(chop * _noise(rng, 60, 900) + 0.2 * _noise(rng, 60, 2500))


def _saw(rng: np.random.Generator) -> np.ndarray:
    rev = rng.uniform(85, 140) * (1 + 0.3 * _burst(rng.uniform(0, 1), 1.5))
    return np.asarray(sum(_sweep(rev * k) / k**0.5 for k in range(1, 14)) + 0.6 * _noise(rng, 500, 6000))


def _rooster(rng: np.random.Generator) -> np.ndarray:
    total = np.zeros(WINDOW)
    base, start = rng.uniform(500, 750), rng.uniform(0, 0.3)
    for seconds, height in ((0.2, 1.0), (0.2, 1.15), (0.25, 1.3), (0.9, 1.5)):
        pitch = base * height * (1 + 0.2 * _burst(start, seconds))
        total += _burst(start, seconds) ** 0.5 * sum(_sweep(pitch * k) / k**0.8 for k in range(1, 7))
        start += seconds + 0.05
    return total


def _fire(rng: np.random.Generator) -> np.ndarray:
    cracks = (rng.random(WINDOW) < 0.0012) * rng.uniform(0.3, 1, WINDOW) * rng.choice([-1, 1], WINDOW)
    return np.asarray(0.12 * _noise(rng, 60, 900) + signal.lfilter([1], [1, -0.75, 0.2], cracks))


_RECIPES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "dog": _dog,
    "rain cloud": _rain,
    "sea wave": _wave,
    "baby": _baby,
    "alarm clock": _clock,
    "sneezing face": _sneeze,
    "helicopter": _helicopter,
    "saw": _saw,
    "rooster": _rooster,
    "fire": _fire,
    "bell": _bell,
    "drum": _drum,
    "siren": _siren,
    "piano": _piano,
    "train": _train,
    "frog": _frog,
}


def synthesise(thing: str, rng: np.random.Generator) -> np.ndarray:
    """One made sound of a thing: (40960,) float32 in [-0.7, 0.7] at 16 kHz. For the ten recorded kinds, a stand-in."""
    if thing not in _RECIPES:
        raise ValueError(f"{thing!r} has no sound: one of {', '.join(SOUNDING)}")
    return normalise(np.asarray(_RECIPES[thing](rng)))


# ---------------------------------------------------------------------------------------------- recordings


@dataclass(frozen=True, eq=False)
class Recording:
    """One real recording: samples (T,) float32 at 16 kHz; clips cut from one source share `source` and `fold`."""

    thing: str
    name: str
    fold: int
    source: str
    samples: np.ndarray


def load_recordings(folder: Path, folds: tuple[int, ...] = (1, 2, 3, 4)) -> list[Recording]:
    """The ESC-10 recordings below `folder` (one sub-folder a class, `FOLD-SOURCE-TAKE.ogg`), at 16 kHz mono.

    Raises FileNotFoundError naming the folder that is missing."""
    found = []
    for thing in RECORDED:
        class_dir = Path(folder) / ESC10_FOLDERS[thing]
        if not class_dir.is_dir():
            raise FileNotFoundError(
                f"{class_dir}: no such folder; the ESC-10 recordings lie in one folder a class"
            )
        for path in sorted(class_dir.glob("*.ogg")) + sorted(class_dir.glob("*.wav")):
            fold, source = path.stem.split("-")[:2]
            if int(fold) not in folds:
                continue
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
            mono = signal.resample_poly(samples.mean(axis=1), SAMPLE_RATE, rate).astype(np.float32)
            found.append(Recording(thing, path.stem, int(fold), source, mono))
    return found


def is_validation(recording: Recording) -> bool:
    """A fifth of the sources of folds 1 to 3, by the source's number: where choices between runs are made."""
    return recording.fold <= 3 and int(recording.source) % 5 == 0


def window(samples: np.ndarray, rng: np.random.Generator | None = None) -> np.ndarray:
    """One 2.56 s window of a sound: (40960,) float32. Shorter sounds are looped.

    Without `rng`, the loudest of the windows that start every 0.16 s; with it, one drawn in proportion to its energy."""
    samples = np.asarray(samples, dtype=np.float32)
    if len(samples) < WINDOW:
        samples = np.tile(samples, -(-WINDOW // max(len(samples), 1)))[:WINDOW]
    starts = np.arange(0, len(samples) - WINDOW + 1, SAMPLE_RATE * 4 // 25)
    energy = np.concatenate([[0], np.cumsum(samples.astype(np.float64) ** 2)])
    loudness = energy[starts + WINDOW] - energy[starts]
    if rng is None:
        start = starts[int(np.argmax(loudness))]
    else:
        weight = loudness + 1e-9
        start = rng.choice(starts, p=weight / weight.sum())
    return samples[start : start + WINDOW]


def vary(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same window as another microphone would have it: rolled in time, louder or softer, with some noise."""
    samples = np.roll(samples, int(rng.integers(len(samples)))) if rng.random() < 0.5 else samples
    samples = normalise(samples, float(rng.uniform(0.15, 0.95)))
    if rng.random() < 0.4:
        samples = samples + rng.normal(
            0, float(np.exp(rng.uniform(np.log(3e-4), np.log(1e-2)))), len(samples)
        )
    return samples.astype(np.float32)
