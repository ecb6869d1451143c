"""What is said of a crowd and of repeated measurements; the measurements need a browser or minutes."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

pytest.importorskip("psutil")
pytest.importorskip("streamlit")
pytest.importorskip("sqlalchemy")

from anygen_pipelines.benchmarks import ui_bench
from anygen_ui.protocol import Finished


def finished(stopped: bool) -> Finished:
    return Finished(0, {}, stopped)


def test_answers_that_were_stopped_or_never_came_are_lost() -> None:
    whole = ([finished(False)], {"TextDelta": 1.0, "end": 3.0})
    stopped = ([finished(True)], {"end": 5.0})
    broken = ([SimpleNamespace()], {"SpanStarted": 0.5, "end": 1.0})
    said, begun, ended, by_visitor = ui_bench.crowd_rows([[whole, stopped], [broken]], 2, 2, 9.04)
    assert said == {"visitors": 2, "asked": 4, "lost": 3, "media": 0, "seconds in all": 9.0}
    assert begun == {"what": "asked to the first words", "n": 3, "median s": 1.0, "min s": 0.5, "max s": 5.0}
    assert ended["median s"] == 3.0 and by_visitor["median s"] == 2.5


def test_a_process_without_children_has_no_server() -> None:
    assert set(ui_bench.resident(os.getpid())) == {"server MiB", "worker MiB"}
