"""What the image autoencoder alone costs: the true pictures of the held-out pairs, coded and decoded."""

from __future__ import annotations

import json

import numpy as np
from anygen_pipelines.mini import judge_decoders, world
from anygen_pipelines.mini.evaluation.bench import Bench

from anygen.modality import IMAGE


def autoencoder_cost(bench: Bench) -> dict[str, float]:
    """Mean foreground distance in grey levels of coded and decoded drawings: {"all", "small", "big"}."""
    path = bench.cache_dir / "autoencoder.json"
    if path.is_file():
        return json.loads(path.read_text())
    truths = [vars(scene) for scene in world.all_scenes() if world.is_held_out(scene)]
    pictures, _ = judge_decoders.through_autoencoder(bench.model.decoders[IMAGE], truths, None)
    cost = judge_decoders.foreground(pictures, truths)
    cost["all"] = float(np.mean([cost[truth["size"]] for truth in truths]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(cost) + "\n")
    return cost
