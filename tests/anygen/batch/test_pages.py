"""The HTML index of 10,000 answers in a real browser, from the disk. Skipped where one of them is absent."""

from __future__ import annotations

import shutil
import time

import numpy as np
import pytest

from anygen import Image
from anygen.batch.commit import Committer, Made
from anygen.batch.items import Item, Turn, Work
from anygen.batch.job import Job
from anygen.batch.pages import ITEMS_PER_PAGE, write_pages
from anygen.messages.options import GenerationOptions

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
HOSTILE = """<script>document.title = "taken"</script><img src=x onerror="document.title='taken'">"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, module_monkeypatch):
    """A job of as many answers as a page holds, written by the real committer: every tenth with its picture."""
    folder = tmp_path_factory.mktemp("pages")
    pixels = np.zeros((64, 64, 3), np.uint8)
    # What is measured is the page: ten thousand flushes to disk would take all the time.
    module_monkeypatch.setattr("os.fsync", lambda descriptor: None)
    with Job(folder) as job:
        for number in range(ITEMS_PER_PAGE):
            item = Item(
                id=f"item-{number:05d}",
                line=number + 1,
                key="k",
                turns=(Turn("user", (HOSTILE,)),),
                modalities=None,
                require=(),
                options=GenerationOptions(),
                seed=number,
            )
            work = Work(item)
            words = {"type": "text", "text": f"{HOSTILE} number {number}"}
            parts, files = [words], []
            if number % 10 == 0:
                pixels[:] = number % 256
                name = f"{work.stem}-1.png"
                parts.append({"type": "image", "path": name, "caption": HOSTILE})
                files.append((name, Image(pixels).encode()))
            Committer(job).commit(Made(work, tuple(parts), tuple(files)))
        write_pages(job)
    return folder


@pytest.fixture(scope="module")
def module_monkeypatch():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_ten_thousand_answers_open_and_scroll_in_a_browser(folder, capsys):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra dev)")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    index = folder / "index.html"
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        began = time.perf_counter()
        page.goto(index.as_uri(), wait_until="load", timeout=120_000)
        seconds = time.perf_counter() - began

        articles = page.locator("article")
        assert articles.count() == ITEMS_PER_PAGE
        shown = (
            "image => image.complete && image.naturalWidth === 64 && image.getBoundingClientRect().width > 0"
        )
        first, last = page.locator("img").first, page.locator("img").last
        page.wait_for_function(f"({shown})(document.images[0])", timeout=30_000)
        assert first.is_visible()
        fetched = sum(url.endswith(".png") for url in asked)
        assert fetched < ITEMS_PER_PAGE / 10 / 2, "what is out of view is not fetched"

        before = time.perf_counter()
        articles.last.scroll_into_view_if_needed(timeout=60_000)
        last.scroll_into_view_if_needed(timeout=60_000)
        page.wait_for_function(f"({shown})(document.images[document.images.length - 1])", timeout=30_000)
        scrolled = time.perf_counter() - before
        bottom = "() => window.scrollY + window.innerHeight > document.documentElement.scrollHeight - 4000"
        assert last.is_visible() and page.evaluate(bottom)

        assert page.title() == f"{ITEMS_PER_PAGE} answers" and not said
        assert page.locator("main script").count() == 0 and page.locator("[onerror]").count() == 0
        words = articles.last.locator("p").last.inner_text()
        assert words == f"{HOSTILE} number {ITEMS_PER_PAGE - 1}"
        assert articles.last.locator("p.asked").inner_text() == HOSTILE
        assert all(url.startswith(folder.as_uri()) for url in asked)
        browser.close()
    with capsys.disabled():
        print(
            f"\n{ITEMS_PER_PAGE} answers: {index.stat().st_size / 1e6:.1f} MB, open in {seconds:.1f} s, "
            f"{fetched} pictures fetched then, the last one shown {scrolled:.1f} s after scrolling"
        )
