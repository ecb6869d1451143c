"""What training reads of frozen parts is computed once, and then is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from anygen_pipelines import cache_targets


def test_the_second_time_nothing_is_encoded(
    tmp_path: Path, settings: Callable[..., Path], tiny_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settings(tiny_dir, 2, trainable=["output_projectors", "signal_tokens"])
    cache_targets.main(["--config", str(file)])
    first = capsys.readouterr().out
    assert first.startswith("20 media and 3 captions encoded"), first
    assert list((tmp_path / "cache" / "features").rglob("*.safetensors"))
    cache_targets.main(["--config", str(file)])
    assert capsys.readouterr().out.startswith("0 media and 0 captions encoded")


def test_wrong_settings_end_it_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cache_targets.main(["--config", str(tmp_path / "none.yaml")])
    assert ended.value.code == 2 and "none.yaml: cannot be read as YAML" in capsys.readouterr().err
