"""The pictures in docs/ui.md, taken of the running app: `python -m anygen_pipelines.benchmarks.ui_screenshots`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from anygen_pipelines.benchmarks.ui_served import answered, ask, served, settle, visitor

SEED = 7
MOST_BYTES = 200_000
COLORS = 256
DESKTOP, PHONE = {"width": 1280, "height": 880}, {"width": 390, "height": 844}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    with served() as (browser, server):
        take_all(browser, server.url, folder)


def take_all(browser: Any, url: str, folder: Path) -> None:
    """Every picture of docs/ui.md, in their order there."""
    # The decoders are loaded before, so that no picture shows what only the first answer takes.
    with visitor(browser, url) as page:
        page.locator(".st-key-try-0 button").click()
        answered(page)
    with seeded(browser, url, "light", DESKTOP) as page:
        take(page, folder / "ui-first-page.png")
        page.locator(".st-key-try-0 button").click()
        answered(page)
        to_start(page, "said")
        take(page, folder / "ui-light.png")
        page.locator("[class*='st-key-how-']").get_by_role("button").first.click()
        page.get_by_role("dialog").get_by_text("anygen replay").wait_for()
        take(page, folder / "ui-how-made.png")
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        for number, words in enumerate(("Draw a big red train.", "Show me a clip of a fish."), start=2):
            ask(page, words)
            answered(page, number)
        page.locator(".st-key-open-gallery button").click()
        page.locator("[class*='st-key-tile-use-']").nth(4).wait_for()
        take(page, folder / "ui-gallery.png")
    with seeded(browser, url, "dark", DESKTOP) as page:
        page.locator(".st-key-try-5 button").click()
        answered(page, 3)
        to_start(page, "said")
        take(page, folder / "ui-dark.png")
    with seeded(browser, url, "light", PHONE) as page:
        take(page, folder / "ui-phone.png")


@contextmanager
def seeded(browser: Any, url: str, scheme: str, viewport: dict[str, int]) -> Iterator[Any]:
    """A visitor whose answers have a seed that is known, so that the pictures come out alike."""
    with visitor(browser, url, color_scheme=scheme, viewport=viewport, reduced_motion="reduce") as page:
        if viewport is not PHONE:
            page.locator(".st-key-lock-seed label").first.click()
            field = page.get_by_label("Seed", exact=True)
            field.fill(str(SEED))
            field.press("Enter")
        settle(page)
        yield page


def to_start(page: Any, kind: str) -> None:
    """Scroll back to the first thing of a kind, as somebody would: the page no longer follows its end."""
    page.mouse.move(800, 400)
    page.mouse.wheel(0, -1)
    page.locator(f"[class*='st-key-{kind}-']").first.evaluate(
        "each => { each.style.scrollMarginTop = '2.5rem'; each.scrollIntoView({ block: 'start' }) }"
    )


def take(page: Any, path: Path) -> None:
    """Write what is seen, as `save` does."""
    settle(page)
    # Clips stand still, and nothing has the focus or the pointer.
    page.evaluate(
        "() => { document.activeElement?.blur(); document.querySelectorAll('video').forEach(each => each.pause()) }"
    )
    page.mouse.move(2, 2)
    save(Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB"), path)


def save(shot: Image.Image, path: Path) -> None:
    """Write a picture, with a palette where it needs one. Raises ValueError where it is too big for the docs."""
    shot.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        shot.quantize(COLORS).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path} has {path.stat().st_size} bytes; at most {MOST_BYTES} are accepted")
    print(f"{path}  {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
