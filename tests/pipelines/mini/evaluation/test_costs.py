"""Seconds and memory, of the tiny model in this process."""

from pathlib import Path

from anygen_pipelines.mini.evaluation import costs


def test_every_request_is_timed(tiny_dir: Path, monkeypatch) -> None:
    import torch

    threads = torch.get_num_threads()
    monkeypatch.setattr(costs, "REQUESTS", {"text": ("Hello!", ())})
    try:
        found = costs.measure(str(tiny_dir), num_threads=1)
    finally:
        torch.set_num_threads(threads)
    assert set(found) == {"load", "text", "peak memory"} and all(value > 0 for value in found.values())
    assert {*costs.REQUESTS, "load", "peak memory"} <= set(costs.AIMS)
