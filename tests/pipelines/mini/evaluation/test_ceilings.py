"""What coding and decoding alone cost, with an autoencoder that changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from anygen.core.modality import IMAGE
from anygen_pipelines.mini import judge_decoders, probes
from anygen_pipelines.mini.evaluation import ceilings
from anygen_pipelines.mini.evaluation.bench import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    decoder = SimpleNamespace(modality=IMAGE, pipe=SimpleNamespace(vae=None))
    monkeypatch.setattr(judge_decoders, "code", lambda autoencoder, pictures: pictures)
    bench = Bench("none", tmp_path, 6)
    bench.model = SimpleNamespace(makes=(IMAGE,), decoders={IMAGE: decoder})
    return bench


def test_nothing_lost_costs_nothing_and_is_measured_once(bench: Bench, small_world: None) -> None:
    cost = ceilings.autoencoder_cost(bench)
    assert cost["all"] == 0 and (bench.cache_dir / "autoencoder.json").is_file()
    (bench.cache_dir / "autoencoder.json").write_text(json.dumps({"all": 5.0}))
    assert ceilings.autoencoder_cost(bench) == {"all": 5.0}


@pytest.mark.skipif(
    not (probes.PROBES_DIR / "ceilings.json").is_file(), reason="the probes' weights are not in the project"
)
def test_drawings_that_lost_nothing_are_seen_right(bench: Bench) -> None:
    rows = ceilings.through_autoencoders(bench)
    assert [row.measure for row in rows] == [
        f"image: {name}" for name in ("thing", "colour", "position", "size")
    ]
    assert all(row.figure.value == 1 for row in rows)
