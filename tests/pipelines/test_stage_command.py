from __future__ import annotations

from pathlib import Path

import pytest

from anygen.core.errors import ConfigError
from anygen.training.stage import read_stage_config

STAGES = Path(__file__).parents[2] / "pipelines/mini/stages"


@pytest.mark.parametrize("name", ["stage1", "stage2", "stage3"])
def test_minis_settings_are_read(name: str) -> None:
    config = read_stage_config(
        STAGES / f"{name}.yaml", ["loop.steps=3", "noise={scale: 0.5}", "validation=[]"]
    )
    assert config.loop.steps == 3
    assert config.noise.scale == 0.5
    assert config.validation == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("loop.step=3", "stage1.yaml: loop.step: unknown; did you mean"),
        ("alignment=cosine", "alignment: 'cosine'"),
        ("loop.steps=many", "loop.steps is 'many'"),
        ("data=[]", "data: is empty"),
        ("data.0.weight=2", "data.0.weight: cannot be set"),
        ("steps", "'steps' is no change"),
        ("noise.mix=0.7", "noise.mix: is 0.7"),
    ],
)
def test_a_wrong_setting_names_the_file_and_the_path(change: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_stage_config(STAGES / "stage1.yaml", [change])
    assert said in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.yaml: cannot be read as YAML"):
        read_stage_config(tmp_path / "none.yaml")
