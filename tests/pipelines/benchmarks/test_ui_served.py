"""A server of the app that starts, answers and stops; what needs a browser is in tests/ui/browser."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import pytest

from anygen_pipelines.benchmarks import ui_served


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", ui_served.free_port()))


def test_a_server_starts_and_stops(tmp_path: Path) -> None:
    pytest.importorskip("streamlit")
    server = ui_served.Server(tmp_path)
    try:
        with urllib.request.urlopen(server.url, timeout=10) as answer:
            assert answer.status == 200
    finally:
        code = server.stop()
    assert code in (0, 130)


def test_a_server_that_ends_at_its_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the server ended at its start"):
        ui_served.Server(tmp_path, "--no-such-option")


def test_without_a_browser_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("playwright.sync_api")
    monkeypatch.setattr(ui_served, "CHROMIUM", None)
    with pytest.raises(RuntimeError, match="no chromium is installed"), ui_served.chromium():
        pass
