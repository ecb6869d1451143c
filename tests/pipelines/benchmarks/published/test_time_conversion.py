"""What a conversion takes is measured on a file that the conversion accepts, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

from anygen.loading.convert.imagebind import expected_shapes
from anygen_pipelines.benchmarks.published.architectures import IMAGEBIND_SMALL
from anygen_pipelines.benchmarks.published.time_conversion import time_conversion


def test_a_small_file_is_converted_and_removed(tmp_path: Path) -> None:
    shapes = expected_shapes(IMAGEBIND_SMALL)
    done = time_conversion(tmp_path, IMAGEBIND_SMALL)
    assert done.tensors == len(shapes) and done.seconds > 0 and done.peak > done.file_bytes
    assert not list(tmp_path.iterdir())
