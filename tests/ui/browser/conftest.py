"""A real server and a real browser. Where one of them is absent, the tests here are skipped and say so."""

from __future__ import annotations

import pytest

from anygen_pipelines.benchmarks import ui_served


@pytest.fixture(scope="session")
def chromium():
    pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra dev)")
    if ui_served.CHROMIUM is None:
        pytest.skip("no chromium is installed")
    with ui_served.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    running = ui_served.Server(tmp_path_factory.mktemp("ui"))
    yield running
    running.stop()


@pytest.fixture
def page(chromium, server):
    """Somebody new, at the first page."""
    with ui_served.visitor(chromium, server.url) as page:
        yield page
