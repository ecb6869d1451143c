"""What a preset takes, measured on its small twin: the same way as on a card."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from anygen.core.config import read_config
from anygen.loading import presets
from anygen_pipelines.benchmarks import measure_gpu
from anygen_pipelines.benchmarks.measure_gpu import Row, configured, main, put, section

WITH_ENCODERS = [name for name, path in presets.plans().items() if read_config(path).encoders]


@pytest.mark.parametrize("preset", WITH_ENCODERS)
def test_a_small_twin_reads_and_makes_everything(preset: str) -> None:
    rows = {
        row.name: row for row in measure_gpu.measure(preset, True, torch.device("cpu"), torch.bfloat16, 8)
    }
    config = read_config(presets.plans()[preset])
    phases = {f"read {each}" for each in config.input_projectors} | {
        f"draw {each}" for each in config.decoders
    }
    phases |= {
        "build llm",
        "build encoders.imagebind",
        *(f"build decoders.{each}" for each in config.decoders),
    }
    assert phases <= rows.keys() and all(row.seconds > 0 for row in rows.values())
    assert {"image", "audio", "video"} <= set(rows["one reply with all of them"].note.split(", "))
    assert "a second" in rows["answer"].note


def test_the_page_holds_no_number_of_a_card_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "gpu.md"
    arguments = ["measure_gpu", "--small", "--tokens", "8", "--write", str(page)]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    first = page.read_text()
    assert "Not measured yet: no card was at hand" in first and "CPU" in first
    assert "python -m anygen_pipelines.benchmarks.measure_gpu --preset nextgpt-7b --limit-gb 24" in first
    main()
    assert page.read_text().count("the small twin") == first.count("the small twin")
    monkeypatch.setattr(sys, "argv", arguments[:1])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3 and "--small measures tiny sizes" in capsys.readouterr().err


def test_a_section_is_replaced_and_the_others_stay() -> None:
    one, two = "<!-- full size: a -->", "<!-- small twin: a -->"
    page = put(put("head\n", one, "waits"), two, "small")
    measured = put(page, one, "measured")
    assert "waits" not in measured and "small" in measured and measured.startswith("head\n")
    assert measured.index("measured") < measured.index("small")
    assert put(measured, one, "waits") == page


def test_a_table_says_where_it_was_made() -> None:
    text = section("t", "run", [Row("answer", 1.5, 0, "3 tokens")], torch.device("cpu"))
    assert "| answer | 1.50 | - | 3 tokens |" in text and torch.__version__ in text


@pytest.mark.parametrize("preset", ["mini", "bridge-small", "nothing"])
def test_a_preset_that_cannot_be_measured_is_refused(preset: str) -> None:
    with pytest.raises(ValueError, match=r"is no preset without weights|reads without encoders"):
        configured(preset, True)
