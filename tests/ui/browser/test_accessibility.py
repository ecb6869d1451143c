"""axe-core's serious and critical rules on the pages people see, in light and dark.

It comes from npm: `npm install --no-package-lock` in this folder.
"""

from pathlib import Path

import pytest

from anygen_pipelines.benchmarks.ui_served import answered, attach, settle, visitor
from anygen_ui.welcome import FOLDER

pytestmark = pytest.mark.timeout(300)

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
EXCEPTIONS: dict[tuple[str, str], str] = {}
"""What Streamlit's own widgets break: (rule, the start of the element's HTML) -> why it stays."""


@pytest.fixture(scope="module")
def axe():
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install --no-package-lock in tests/ui/browser")
    return AXE.read_text(encoding="utf-8")


def violations(page, axe):
    """What is broken, one line for each element: rule, where, its HTML."""
    settle(page)
    page.evaluate(axe)
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    assert len(found["passes"]) > 10, "axe looked at something"
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if not any(rule["id"] == known and node["html"].startswith(start) for known, start in EXCEPTIONS)
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_every_page(axe, chromium, server, scheme):
    with visitor(chromium, server.url, color_scheme=scheme) as page:
        assert violations(page, axe) == []
        page.locator(".st-key-fine summary").click()
        page.get_by_label("Image: steps").wait_for()
        assert violations(page, axe) == [], "with the settings open"
        page.locator(".st-key-fine summary").click()

        page.locator(".st-key-try-0 button").click()
        answered(page)
        attach(page, FOLDER / "rooster.png", FOLDER / "bell.wav")
        page.locator(".st-key-message").get_by_role("button", name="Send message").click()
        page.locator("[class*='st-key-piece-'] audio").wait_for()
        assert violations(page, axe) == [], "a conversation with a picture, a sound, a clip and a draft"

        page.locator("[class*='st-key-how-']").get_by_role("button").first.click()
        page.get_by_role("dialog").get_by_text("anygen replay").wait_for()
        assert violations(page, axe) == [], "how it was made"
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")

        page.locator(".st-key-open-gallery button").click()
        page.locator("[class*='st-key-tile-use-']").nth(2).wait_for()
        assert violations(page, axe) == [], "the gallery"
