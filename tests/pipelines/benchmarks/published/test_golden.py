"""Every part gives the numbers of the reference classes, and other weights show."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from anygen_pipelines.benchmarks.published.golden import (
    IMAGEBIND,
    golden_imagebind,
    golden_input,
    golden_output,
)

GOLDEN = Path(__file__).parents[3] / "golden"


def test_every_error_is_within_the_tolerance() -> None:
    errors = [golden_imagebind(GOLDEN, variant) for variant in IMAGEBIND]
    errors += [golden_output(GOLDEN), golden_input(GOLDEN, "group"), golden_input(GOLDEN, "mlp")]
    assert max(errors) <= 1e-5


def test_other_weights_show_in_the_error(tmp_path: Path) -> None:
    name = "golden_imagebind_tiny"
    (tmp_path / f"{name}.json").write_bytes((GOLDEN / f"{name}.json").read_bytes())
    with np.load(GOLDEN / f"{name}.npz") as file:
        arrays = dict(file)
    head = arrays["weights/modality_heads.audio.2.weight"]
    head[: len(head) // 2] *= 1.1
    np.savez(tmp_path / name, **arrays)
    assert golden_imagebind(tmp_path, "legacy") > 1e-3
