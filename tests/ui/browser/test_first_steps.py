"""What somebody does in the first minutes, in a real browser with mini behind it."""

import re
import time

import pytest

from anygen_pipelines.benchmarks.ui_served import answered, ask, attach, generated, visitor
from anygen_ui.welcome import EXAMPLES, FOLDER

pytestmark = pytest.mark.timeout(300)


def test_the_first_page_has_six_things_to_try(page):
    for index, example in enumerate(EXAMPLES):
        assert page.locator(f".st-key-try-{index} button").inner_text().strip() == example.words[0]
        assert page.locator(f".st-key-face-{index} img").get_attribute("alt") == example.shows
    assert page.get_by_text("a tiny model of a small world").is_visible()


def test_a_click_on_an_example_gives_a_picture_a_sound_and_a_clip_that_plays(page):
    page.locator(".st-key-try-0 button").click()
    answered(page)
    assert generated(page).locator("img").count() == 1
    assert generated(page).locator("audio").count() == 1
    clip = generated(page).locator("video")
    clip.evaluate("clip => clip.play()")
    page.wait_for_function(
        "() => { const clip = document.querySelector('video'); return clip.readyState > 2 && clip.currentTime > 0.1 }"
    )


def test_words_with_an_uploaded_picture_get_an_answer(page):
    attach(page, FOLDER / "rooster.png")
    ask(page, "What is this?")
    answered(page)
    said = page.locator("[class*='st-key-said-']")
    assert said.locator("img").count() == 1
    assert "What is this?" in said.inner_text()
    assert "rooster" in page.locator("[class*='st-key-answer-']").inner_text()


def test_files_alone_wait_in_the_composer_to_be_ordered(page):
    attach(page, FOLDER / "rooster.png", FOLDER / "bell.wav")
    page.locator(".st-key-message").get_by_role("button", name="Send message").click()
    pieces = page.locator("[class*='st-key-piece-']")
    pieces.nth(1).wait_for()
    assert pieces.nth(0).locator("img").count() == 1
    pieces.nth(0).get_by_role("button", name="Later").click()
    pieces.nth(0).locator("audio").wait_for()
    pieces.nth(1).get_by_role("button", name="Remove").click()
    page.wait_for_function("() => document.querySelectorAll(\"[class*='st-key-piece-']\").length == 1")
    ask(page, "Draw what you hear.")
    answered(page)
    assert page.locator("[class*='st-key-said-'] audio").count() == 1
    assert generated(page).locator("img").count() == 1


def test_an_answer_outlives_a_reload_and_stop_takes_effect_at_once(page):
    page.locator(".st-key-fine").get_by_text("Fine control").click()
    steps = page.get_by_label("Video: steps")
    steps.fill("200")
    steps.press("Enter")
    ask(page, "A clip of a big frog on yellow moving left.")
    progress = page.get_by_text(re.compile(r"Making a video · step \d+ of 200"))
    progress.wait_for()
    page.reload()
    progress.wait_for()
    began = time.monotonic()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped. What was finished stays.").wait_for()
    seconds = time.monotonic() - began
    assert "frog" in page.locator("[class*='st-key-answer-']").inner_text()
    assert generated(page).count() == 0
    assert seconds < 5, "a third of a second on an idle machine; busy ones are slower"


def test_a_reload_and_a_restart_keep_the_conversation_and_another_visitor_sees_nothing(
    page, server, chromium
):
    ask(page, "What can you do?")
    answered(page)
    words = page.locator("[class*='st-key-answer-'] [data-testid='stText']").inner_text()
    page.reload()
    page.get_by_text(words, exact=True).wait_for()
    assert server.stop() in (0, 130)
    server.start()
    page.goto(server.url)
    page.locator(".st-key-conversations button").first.click()
    page.get_by_text(words, exact=True).wait_for()
    address = page.url
    with visitor(chromium, address) as stranger:
        assert stranger.locator(".st-key-conversations button").count() == 0


def test_what_people_write_is_shown_as_it_is(page):
    nasty = "<img src=x onerror=alert(1)> ![p](http://example.org/p.png) [a](http://example.org) :red[b] $x^2$ :smile:"
    ask(page, nasty)
    answered(page)
    assert page.locator("[class*='st-key-words-']").inner_text().strip() == nasty
    side = page.locator(".st-key-conversations")
    assert side.locator("a, img, .katex").count() == 0
    assert "<img src=x" in side.inner_text()
