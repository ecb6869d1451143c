"""The page about published checkpoints: what it says is what the script finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anygen_pipelines.benchmarks import compatibility
from anygen_pipelines.benchmarks.published.golden import (
    IMAGEBIND,
    golden_imagebind,
    golden_input,
    golden_output,
)
from anygen_pipelines.benchmarks.published.memory_tables import (
    counted_plan,
    fit,
    memory_section,
    options,
    without_text,
)

GOLDEN = Path(__file__).parents[2] / "golden"
PAGE = (Path(__file__).parents[3] / "docs" / "results" / "compatibility.md").read_text(encoding="utf-8")


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


def test_the_page_has_what_the_script_finds() -> None:
    for line in compatibility.rows(GOLDEN):
        # Errors differ in their last digits from one machine to another.
        assert line.rpartition("| ")[0].rpartition("| ")[0] in PAGE
    assert memory_section() in PAGE


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


def test_a_letter_stands_for_the_first_option_that_fits(tmp_path: Path) -> None:
    _, plan = counted_plan("nextgpt-7b", tmp_path)
    letters = options([plan])
    assert letters["as it is, at single precision"][0] == "A"
    assert fit(plan, 1000, letters).startswith("A, ") and fit(plan, 2, letters).startswith("nothing fits")
    assert without_text(plan).total("float16") < plan.total("float16")
