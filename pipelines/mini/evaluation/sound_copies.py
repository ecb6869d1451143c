"""Is a made sound a copy of a training recording, and do different seeds give different sounds?"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import torch

from anygen import GenerationOptions
from anygen.core.modality import AUDIO
from anygen.evaluation.accuracy import Estimate, estimate
from anygen.evaluation.report import Row
from anygen.evaluation.sound_distance import nearest_clip, spread
from anygen_pipelines.mini import probes, sounds, world
from anygen_pipelines.mini.evaluation.asking import ask
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.checks import array_of
from anygen_pipelines.mini.evaluation.section import Section

SEEDS = 8
PARTS = ("trained", "config", "llm", "decoders.audio")
BLUR = 4  # mel frames of 10 ms averaged into one: a copy is a copy though its phase differs


def sound_distances(bench: Bench) -> list[Row]:
    """Distances of made sounds to the nearest recording of folds 1 to 3, beside those of fold 4; spread over seeds."""
    if bench.esc10 is None:
        return []
    found = _measured(bench)
    made, real = found["made"], found["fold 4"]
    level = float(np.mean([distance for values in real.values() for distance in values]))
    ratios = [(distance / level, thing) for thing, values in made.items() for distance in values]
    reference = f"fold 4 itself: {level:.2f} (natural log units)"
    rows = [
        Row(
            "distance to the nearest training recording / that of fold 4",
            estimate([ratio for ratio, _ in ratios], [thing for _, thing in ratios]),
            unit="x",
            note=reference,
        )
    ]
    closest = min(distance for values in made.values() for distance in values)
    rows.append(
        Row("the closest of all made sounds, by the same measure", _alone(closest / level, len(ratios)), unit="x",
            note=f"the closest of fold 4: {min(d for v in real.values() for d in v) / level:.2f}")
    )  # fmt: skip
    for thing in world.RECORDED:
        both = found["spread made"].get(thing), found["spread real"].get(thing)
        if None not in both and both[1]:
            rows.append(
                Row(
                    f"spread over {SEEDS} seeds / over real sounds, {thing}",
                    _alone(both[0] / both[1], SEEDS),
                    unit="x",
                )
            )
    return rows


def _alone(value: float, num_items: int) -> Estimate:
    return Estimate(value, value, value, num_items, num_items)


def _measured(bench: Bench) -> dict[str, dict]:
    path = bench.cache_dir / (bench.keyed("sound_distances", PARTS) + ".json")
    if path.is_file():
        return json.loads(path.read_text())
    training = sounds.load_recordings(bench.esc10, folds=(1, 2, 3))
    made: dict[str, list[float]] = {}
    real: dict[str, list[float]] = {}
    spread_made: dict[str, float] = {}
    spread_real: dict[str, float] = {}
    for thing in world.RECORDED:
        sources = [_mel(recording.samples) for recording in training if recording.thing == thing]
        prompts = [ask("hear", 0, thing=thing)] * SEEDS
        replies = bench.model.generate_batch(prompts, GenerationOptions(), seeds=list(range(SEEDS)))
        came = [_mel(sounds.window(array_of(reply.of(AUDIO)[0]))) for reply in replies if reply.of(AUDIO)]
        unseen = [
            _mel(sounds.window(each.samples)) for each in bench.recordings.values() if each.thing == thing
        ]
        made[thing] = [nearest_clip(mel, sources, hop=1)[1] for mel in came]
        real[thing] = [nearest_clip(mel, sources, hop=1)[1] for mel in unseen]
        if len(came) > 1:
            spread_made[thing] = spread(came)
            spread_real[thing] = spread(unseen)
    found = {"made": made, "fold 4": real, "spread made": spread_made, "spread real": spread_real}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found) + "\n")
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
