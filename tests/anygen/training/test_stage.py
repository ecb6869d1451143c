"""A stage's settings, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from anygen.core.errors import ConfigError
from anygen.training.stage import read_stage_config

TEXT = """
model: mini
out: out
cache: cache
data: [{path: a.jsonl}, {path: b.jsonl, weight: 2}]
trainable: [input_projectors]
alignment_scales: {audio: 3}
loop: {steps: 7}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "stage.yaml"
    path.write_text(TEXT)
    return path


def test_a_file_and_changes_to_it_make_a_stage(file: Path) -> None:
    config = read_stage_config(file, ["loop.batch_size=4", "noise.scale=0.1", "alignment_scale=0.5"])
    assert (config.loop.steps, config.loop.batch_size, config.noise.scale) == (7, 4, 0.1)
    assert [each.weight for each in config.data] == [0, 2]
    assert [config.scale(term) for term in ("text", "audio", "image")] == [1, 3, 0.5]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("loop.steps", "is no change; name=value is accepted"),
        ("loop.stepz=3", "loop.stepz"),
        ("alignment=cosine", "alignment: 'cosine'"),
        ("target_dtype=float8", "target_dtype: 'float8'; did you mean float"),
        ("validation_examples=1", "validation_examples: 1; expected 2 or more"),
        ("model.name=x", "model.name: cannot be set"),
        ("data=[]", "data: is empty"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(file: Path, change: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_stage_config(file, [change])
    assert sentence in str(raised.value)
