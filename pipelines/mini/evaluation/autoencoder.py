"""What the autoencoders and the vocoder alone cost: true media coded and decoded."""

from __future__ import annotations

import json

import numpy as np

from anygen.core.modality import AUDIO, IMAGE, VIDEO
from anygen.evaluation.accuracy import estimate, lower
from anygen.evaluation.report import Row
from anygen_pipelines.mini import judge_decoders, world
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.section import Section


def autoencoder_cost(bench: Bench) -> dict[str, float]:
    """Mean foreground distance in grey levels of coded and decoded drawings: {"all", "small", "big"}."""
    path = bench.cache_dir / (bench.keyed("autoencoder", {"decoders.image"}) + ".json")
    if path.is_file():
        return json.loads(path.read_text())
    truths = [vars(scene) for scene in world.all_scenes() if world.is_held_out(scene)]
    pictures, _ = judge_decoders.through_autoencoder(bench.model.decoders[IMAGE], truths, None)
    cost = judge_decoders.foreground(pictures, truths)
    cost["all"] = float(np.mean([cost[truth["size"]] for truth in truths]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(cost) + "\n")
    return cost


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
        verdicts = bench.judge(str(modality), media)
        for name in truths[0]:
            right = [
                [seen[name] == truth[name] for seen, truth in zip(found, truths, strict=True)]
                for found in verdicts
            ]
            first, second = (estimate(each) for each in right)
            figures = (first.value, second.value)
            rows.append(Row(f"{modality}: {name}", lower(first, second), probes=figures))
            if modality == AUDIO and bench.esc10:
                recorded = [truth["class"] in world.RECORDED for truth in truths]
                for label, kind in (("recordings of fold 4", True), ("synthesised", False)):
                    chosen = [
                        [hit for hit, real in zip(each, recorded, strict=True) if real == kind]
                        for each in right
                    ]
                    first, second = (estimate(each) for each in chosen)
                    rows.append(Row(f"- {label}", lower(first, second), probes=(first.value, second.value)))
    return rows


SECTION = Section(
    "Ceilings: true media through the decoders' autoencoders and the vocoder",
    through_autoencoders,
    ("What the judges give to true media after coding and decoding: generated media can hardly do better.",),
)
