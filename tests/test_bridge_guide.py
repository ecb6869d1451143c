"""The Python of docs/bridge.md runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anygen.loading.presets import presets

GUIDE = Path(__file__).parents[1] / "docs" / "bridge.md"


@pytest.mark.skipif("mini" not in presets(), reason="mini's weights are not in the package")
def test_the_python_of_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(block, str(GUIDE), "exec"), {})
    assert "a big dog" in capsys.readouterr().out
