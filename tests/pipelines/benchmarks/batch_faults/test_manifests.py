"""The manifests of the campaigns: what is in them, and the answers they must end with."""

from __future__ import annotations

import json
from pathlib import Path

from anygen.batch.manifest import read
from anygen_pipelines.benchmarks.batch_faults.manifests import expected, write_mixed, write_short


def test_a_mixed_manifest_has_a_bad_line_and_an_id_that_stands_twice(tmp_path: Path) -> None:
    path = write_mixed(tmp_path, texts=3, media=2, videos=1)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 3 + 4 * 2 + 1 + 2 == len([each for each in read(path) if each is not None])
    assert {"bad", "text-0"} <= {line["id"] for line in lines}
    # Two lines must fail; one item has three samples, one two.
    assert len(expected(path)) == len(lines) - 2 + 2 + 1


def test_a_short_manifest_has_five_answers(tmp_path: Path) -> None:
    assert expected(write_short(tmp_path)) == {("a", 0), ("b", 0), ("c", 0), ("d", 0), ("d", 1)}
