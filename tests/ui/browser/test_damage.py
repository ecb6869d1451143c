"""What is left of a damaged folder, seen in a real browser."""

import pytest

from anygen_pipelines.benchmarks.ui_served import Server, answered, answers, ask, visitor
from anygen_ui.tables import DATABASE

pytestmark = pytest.mark.timeout(300)


@pytest.mark.usefixtures("chromium")
def test_a_corrupt_session_file_is_set_aside_and_the_app_runs(chromium, tmp_path):
    database = tmp_path / DATABASE
    database.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    server = Server(tmp_path)
    try:
        with visitor(chromium, server.url) as page:
            notice = page.get_by_role("alert").inner_text()
            aside = [each.name for each in tmp_path.glob("*.set-aside-*")]
            assert len(aside) == 1 and (tmp_path / aside[0]).read_bytes().endswith(b"\xff" * 5000)
            assert aside[0] in notice.replace("\u2060", "")
            ask(page, "What can you do?")
            answered(page)
            assert answers(page).locator("[data-testid='stText']").inner_text()
    finally:
        server.stop()
