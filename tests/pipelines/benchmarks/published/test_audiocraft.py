"""AudioCraft's recorded key lists are all read; converted golden models sound as the package's."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines.benchmarks.compatibility import recorded
from anygen_pipelines.benchmarks.published.audiocraft import CASED, coverages, waveform_errors

GOLDEN = Path(__file__).parents[3] / "golden"


def test_every_recorded_name_is_expected() -> None:
    found = dict(coverages(GOLDEN, recorded))
    assert len(found) >= 2
    for name, coverage in found.items():
        assert coverage.matched == coverage.expected and not coverage.unexpected, name


@pytest.mark.parametrize("kind", CASED)
def test_converted_models_sound_alike(kind: str) -> None:
    errors = waveform_errors(GOLDEN / "audiocraft_tiny", kind)
    assert len(errors) >= 2
    assert all(plain <= 1e-4 and ours <= 1e-4 for _, plain, ours in errors), errors
