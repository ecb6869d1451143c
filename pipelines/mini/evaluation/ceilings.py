"""What the autoencoders and the vocoder alone cost: true media coded and decoded."""

from __future__ import annotations

import numpy as np

from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.evaluation.report import Row
from anygen_pipelines.mini import judge_decoders, probes, world
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.rows import Section, by_probe


def autoencoder_cost(bench: Bench) -> dict[str, float]:
    """Mean foreground distance in grey levels of coded and decoded drawings: {"all", "small", "big"}."""

    def measure() -> dict[str, float]:
        truths = [vars(scene) for scene in world.all_scenes() if world.is_held_out(scene)]
        pictures, _ = judge_decoders.through_autoencoder(bench.model.decoders[IMAGE], truths, None)
        cost = judge_decoders.foreground(pictures, truths)
        return {**cost, "all": float(np.mean([cost[truth["size"]] for truth in truths]))}

    return bench.measured("autoencoder", {"decoders.image"}, measure)


def through_autoencoders(bench: Bench) -> list[Row]:
    """What the judges see in true media that only went through each decoder's autoencoder and vocoder."""
    rows = []
    for modality in (IMAGE, AUDIO, VIDEO):
        if modality not in bench.model.makes:
            continue
        _, truths = judge_decoders.requests(modality, min(bench.num_items, 168))
        media, truths = judge_decoders.through_autoencoder(
            bench.model.decoders[modality], truths, bench.esc10
        )
        for name, right in probes.right(bench.probes(str(modality)), str(modality), media, truths).items():
            rows.append(by_probe(f"{modality}: {name}", right))
            if modality == AUDIO and bench.esc10:
                for label, kind in (("recordings of fold 4", True), ("synthesised", False)):
                    chosen = [
                        one
                        for one, truth in zip(right, truths, strict=True)
                        if (truth["class"] in world.RECORDED) == kind
                    ]
                    rows.append(by_probe(f"- {label}", chosen))
    return rows


SECTION = Section(
    "Ceilings: true media through the decoders' autoencoders and the vocoder",
    through_autoencoders,
    ("What the judges give to true media after coding and decoding: generated media can hardly do better.",),
)
