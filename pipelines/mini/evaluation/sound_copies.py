"""Is a made sound a copy of a training recording, and do different seeds give different sounds?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from anygen import GenerationOptions
from anygen.core.modality import AUDIO
from anygen.evaluation.accuracy import estimate
from anygen.evaluation.report import Row
from anygen.evaluation.sound_distance import nearest_clip, spread
from anygen_pipelines.mini import probes, sounds, world
from anygen_pipelines.mini.evaluation.asking import ask
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.checks import array_of
from anygen_pipelines.mini.evaluation.rows import Section, alone

SEEDS = 8
PARTS = ("trained", "config", "llm", "decoders.audio")
BLUR = 4  # mel frames of 10 ms averaged into one: a copy is a copy though its phase differs


def sound_distances(bench: Bench) -> list[Row]:
    """Distances of made sounds to the nearest recording of folds 1 to 3, beside those of fold 4; spread over seeds."""
    if bench.esc10 is None:
        return []
    found = bench.measured("sound_distances", PARTS, lambda: _distances(bench))
    made, real = found["made"], found["fold 4"]
    level = float(np.mean([distance for values in real.values() for distance in values]))
    ratios = [(distance / level, thing) for thing, values in made.items() for distance in values]
    reference = f"fold 4 itself: {level:.2f} (natural log units)"
    label = "distance to the nearest training recording / that of fold 4"
    figure = estimate([ratio for ratio, _ in ratios], [thing for _, thing in ratios])
    rows = [Row(label, figure, unit="x", note=reference)]
    closest, closest_real = (min(map(min, filter(None, each.values()))) / level for each in (made, real))
    label, note = (
        "the closest of all made sounds, by the same measure",
        f"the closest of fold 4: {closest_real:.2f}",
    )
    rows.append(Row(label, alone(closest, len(ratios)), unit="x", note=note))
    for thing in world.RECORDED:
        ours, theirs = found["spread made"].get(thing), found["spread real"].get(thing)
        if ours is not None and theirs:
            label = f"spread over {SEEDS} seeds / over real sounds, {thing}"
            rows.append(Row(label, alone(ours / theirs, SEEDS), unit="x"))
    return rows


def _distances(bench: Bench) -> dict[str, dict[str, Any]]:
    """By kind of sound: the distances of made sounds and of fold 4 to the training recordings, and how either spreads."""
    training = sounds.load_recordings(bench.esc10, folds=(1, 2, 3)) if bench.esc10 else []
    found: dict[str, dict[str, Any]] = {"made": {}, "fold 4": {}, "spread made": {}, "spread real": {}}
    for thing in world.RECORDED:
        sources = [_mel(recording.samples) for recording in training if recording.thing == thing]
        prompts = [ask("hear", 0, thing=thing)] * SEEDS
        replies = bench.model.generate_batch(prompts, GenerationOptions(), seeds=list(range(SEEDS)))
        came = [_mel(sounds.window(array_of(reply.of(AUDIO)[0]))) for reply in replies if reply.of(AUDIO)]
        unseen = [
            _mel(sounds.window(each.samples)) for each in bench.recordings.values() if each.thing == thing
        ]
        found["made"][thing] = [nearest_clip(mel, sources, hop=1)[1] for mel in came]
        found["fold 4"][thing] = [nearest_clip(mel, sources, hop=1)[1] for mel in unseen]
        if len(came) > 1:
            found["spread made"][thing] = spread(came)
            found["spread real"][thing] = spread(unseen)
    return found


def _mel(samples: Sequence[float] | np.ndarray) -> np.ndarray:
    """Log-mel frames of a waveform of any length, (T, 64), 40 ms each, in natural log units."""
    mel_TM = probes.log_mel(torch.from_numpy(np.asarray(samples, dtype=np.float32))[None])[0] * 3.5
    length = mel_TM.shape[0] // BLUR * BLUR
    return mel_TM[:length].unflatten(0, (-1, BLUR)).mean(dim=1).numpy()


SECTION = Section(
    "Made sounds are not copies",
    sound_distances,
    ("Compared at every 40 ms offset of every training recording of the same kind, loudness removed.",),
)
