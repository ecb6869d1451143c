"""Is a made sound a copy of a training clip, and do different seeds give different sounds?

Distances are root mean squares between log-mel windows, in natural-log units. A copy may start anywhere in its
source, so a sound is compared with every offset of every training clip. One number says little by itself: compare it
with the distance of unseen recordings of the same class to the same training clips.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def nearest_clip(sound: np.ndarray, clips: Sequence[np.ndarray], hop: int = 4) -> tuple[int, float]:
    """Index of, and distance to, the clip that holds the window nearest to `sound`.

    sound: (T, M) log-mel frames. clips: log-mel of whole clips, (T_i, M), T_i >= T; every `hop`-th offset is tried.
    The mean level of both windows is removed first: a copy played louder is still a copy.
    Raises ValueError if no clip is as long as the sound.
    """
    length = sound.shape[0]
    target = _levelled(sound[None])[0]
    best_index, best = -1, float("inf")
    for index, clip in enumerate(clips):
        if clip.shape[0] < length:
            continue
        starts = range(0, clip.shape[0] - length + 1, hop)
        windows = _levelled(np.stack([clip[start : start + length] for start in starts]))
        distance = float(np.sqrt(((windows - target) ** 2).mean(axis=(1, 2))).min())
        if distance < best:
            best_index, best = index, distance
    if best_index < 0:
        raise ValueError(f"no clip is as long as the sound ({length} frames)")
    return best_index, best


def spread(sounds: Sequence[np.ndarray]) -> float:
    """Mean distance between pairs of sounds (T, M) of one class made with different seeds; 0 = all the same.

    Raises ValueError for fewer than two.
    """
    if len(sounds) < 2:
        raise ValueError("spread needs two sounds or more")
    levelled = _levelled(np.stack(sounds))
    distances = [
        float(np.sqrt(((levelled[i] - levelled[j]) ** 2).mean()))
        for i in range(len(sounds))
        for j in range(i + 1, len(sounds))
    ]
    return float(np.mean(distances))


def _levelled(windows: np.ndarray) -> np.ndarray:
    levelled: np.ndarray = windows - windows.mean(axis=(1, 2), keepdims=True)
    return levelled
