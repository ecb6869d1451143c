"""The architectures that are written down are those of the published models."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen_pipelines.benchmarks.published.architectures import MODELS, PIPELINES
from anygen_pipelines.benchmarks.published.memory_tables import counted_plan


@pytest.mark.parametrize(
    ("part", "millions"),
    [
        # Qwen's card says 4.0 B; LLaMA's paper 6.7 B.
        ("trainable-4b/llm", 4022), ("nextgpt-7b/llm", 6738),
        # Denoiser and autoencoder: 860 + 84, 2567 + 84, 1411 + 84, 1419 + 127, 1057 + 156; the files of Stable Diffusion
        # 3.5 Medium's denoiser hold 2469 with its table of positions.
        ("nextgpt-7b/decoders.image", 943), ("bridge-small/decoders.image", 2651),
        ("nextgpt-7b/decoders.video", 1495), ("trainable-4b/decoders.video", 1546),
        ("trainable-4b/decoders.audio", 1213), ("trainable-4b/decoders.image", 2553),
        # 739 (AudioLDM's paper), its autoencoder and its vocoder.
        ("nextgpt-7b/decoders.audio", 850),
    ],
)  # fmt: skip
def test_architectures_have_the_published_numbers_of_parameters(
    part: str, millions: int, tmp_path: Path
) -> None:
    preset, _, name = part.partition("/")
    assert counted_plan(preset, tmp_path)[1][name].params / 1e6 == pytest.approx(millions, abs=1)


def test_a_small_twin_is_of_the_same_class_and_smaller() -> None:
    components = [each for _, parts in PIPELINES.values() for each in parts.values()]
    for each in [*MODELS.values(), *components]:
        assert each.config(small=True).items() >= each.small.items()
        assert each.small or "Scheduler" in each.kind or "Projection" in each.kind, each
