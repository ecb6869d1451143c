"""A conversation in a real browser with mini behind it: what goes in, what is seen on the way, what comes after."""

import re

import pytest

from anygen_pipelines.benchmarks.ui_served import answered, answers, ask, attach, generated, visitor
from anygen_ui.welcome import FOLDER

pytestmark = pytest.mark.timeout(300)

WATCH = """() => {
  window.seen = [];
  const look = () => {
    const answer = document.querySelector("[class*='st-key-answer-']");
    if (!answer) return;
    const words = [...answer.querySelectorAll("[data-testid='stText']")].map(each => each.innerText).join(" ");
    const steps = [...answer.innerText.matchAll(/step (\\d+) of (\\d+)/g)].map(match => Number(match[1]));
    const images = answer.querySelectorAll("[class*='st-key-medium-'] img").length;
    window.seen.push({ words, steps, images });
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Keeps what the answer looked like at every change of the page."""


def test_a_picture_and_a_sound_go_in_with_words(page):
    attach(page, FOLDER / "rooster.png", FOLDER / "bell.wav")
    ask(page, "Do these belong together?")
    answered(page)
    said = page.locator("[class*='st-key-said-']")
    assert said.locator("img").count() == said.locator("audio").count() == 1
    assert "Do these belong together?" in said.inner_text()
    assert answers(page).locator("[data-testid='stText']").inner_text()


def test_the_microphone_is_recorded_and_sent(page):
    message = page.locator(".st-key-message")
    message.get_by_role("button", name="Start recording").click()
    message.get_by_role("button", name="Submit recording").click(delay=300)
    piece = page.locator("[class*='st-key-piece-'] audio")
    piece.wait_for()
    seconds = piece.evaluate(
        "async sound => { while (!(sound.duration > 0)) await new Promise(go => setTimeout(go, 20)); return sound.duration }"
    )
    assert seconds > 0.2
    ask(page, "What do you hear?")
    answered(page)
    assert page.locator("[class*='st-key-said-'] audio").count() == 1
    assert answers(page).locator("[data-testid='stText']").inner_text()


def test_words_come_before_the_picture_and_its_steps_are_counted(page):
    page.evaluate(WATCH)
    page.locator(".st-key-quality").get_by_text("Best").click()
    ask(page, "Draw a big red train.")
    answered(page)
    seen = page.evaluate("() => window.seen")
    first_words = next(index for index, each in enumerate(seen) if each["words"])
    first_image = next(index for index, each in enumerate(seen) if each["images"])
    steps = [each["steps"][0] for each in seen if each["steps"]]
    assert first_words < first_image
    # The page looks five times a second; a quick machine draws all steps between a few looks.
    assert steps and steps == sorted(steps), steps
    final = seen[-1]["words"]
    assert all(final.startswith(each["words"].strip()) for each in seen), "what was written stays"
    assert "train" in final and generated(page).locator("img").count() == 1


def test_what_was_made_goes_into_the_next_turn(page):
    ask(page, "Draw a rooster.")
    answered(page)
    page.locator("[class*='st-key-use-']").get_by_role("button").first.click()
    page.locator("[class*='st-key-piece-'] img").wait_for()
    ask(page, "What would it sound like?")
    answered(page, 2)
    assert page.locator("[class*='st-key-said-']").nth(1).locator("img").count() == 1
    assert generated(page).locator("audio").count() == 1
    assert "rooster" in answers(page).nth(1).inner_text()


def test_how_a_picture_was_made_is_told(page):
    ask(page, "Draw a small bell.")
    answered(page)
    page.locator("[class*='st-key-how-']").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("anygen replay").wait_for()
    seed = re.search(r"seed (\d+)", page.locator("[class*='st-key-footer-']").inner_text()).group(1)
    assert seed in dialog.inner_text() and "mini" in dialog.inner_text()


def test_another_view_opens_at_its_start(page):
    top = "document.querySelector('[data-testid=\"stMain\"]').scrollTop"
    for number in (1, 2):
        ask(page, "Draw a big dog.")
        answered(page, number)
    page.wait_for_function(f"() => {top} > 100")
    page.locator(".st-key-open-gallery button").click()
    page.locator("[class*='st-key-tile-use-']").first.wait_for()
    page.wait_for_function(f"() => {top} == 0")


def test_a_phone_shows_the_whole_heading_and_nothing_too_wide(server, chromium):
    with visitor(chromium, server.url, viewport={"width": 390, "height": 844}) as page:
        heading = page.locator("h2.hero").bounding_box()
        header = page.locator("[data-testid='stHeader']").bounding_box()
        assert heading["y"] >= header["y"] + header["height"]
        assert page.evaluate("() => document.documentElement.scrollWidth") == 390
        for card in page.locator("[class*='st-key-example-']").all():
            box = card.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_two_browsers_at_once_are_answered_each_with_their_own(page, server, chromium):
    with visitor(chromium, server.url) as other:
        ask(page, "Draw a frog.")
        ask(other, "Draw a bell.")
        answered(page)
        answered(other)
        for tab, mine, theirs in ((page, "frog", "bell"), (other, "bell", "frog")):
            assert mine in answers(tab).inner_text() and theirs not in tab.inner_text("body")
            assert generated(tab).locator("img").count() == 1
            assert tab.locator(".st-key-conversations").get_by_role("button").count() == 1


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("note.png", b"these are only words", "note.png: "),
        ("bomb.png", None, "1600 million pixels; at most 64 million are accepted"),
    ],
)
def test_a_refused_file_costs_one_sentence(page, tmp_path, name, data, what):
    file = tmp_path / name
    file.write_bytes(data or _png_header(40_000))
    attach(page, file)
    ask(page, "What is this?")
    sentence = page.get_by_role("alert")
    sentence.wait_for()
    # A joiner nobody sees keeps the colon from being read as markup.
    words = sentence.locator("[data-testid='stMarkdownContainer']").inner_text().strip().replace("\u2060", "")
    assert what in words and "\n" not in words
    assert "Traceback" not in page.inner_text("body")
    # The words are kept, and can be sent without the file.
    assert page.locator("[class*='st-key-piece-'] textarea").input_value() == "What is this?"
    page.locator(".st-key-send button").click()
    answered(page)


def _png_header(edge):
    """The start of a picture that claims to be `edge` pixels wide and high."""
    import struct
    import zlib

    chunk = b"IHDR" + struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = (chunk, data, b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in chunks
    )
