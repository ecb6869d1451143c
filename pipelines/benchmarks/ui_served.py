"""A real `anygen ui` and a real browser in front of it: for the browser tests, the screenshots and the measurements."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
"""As root and in a small container too; a microphone and a camera that need no device and no consent."""
START_SECONDS = 120
WAIT_MS = 90_000
"""What a page may take where other work shares the machine."""


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`anygen ui` as a process of its own, on a folder of its own. Raises RuntimeError where it does not start."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder, self.arguments, self.port = folder, arguments, free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.start()

    def start(self) -> None:
        """Start it, again where it was stopped, and wait until it answers."""
        command = [sys.executable, "-m", "anygen", "ui", "--port", str(self.port), "--dir", str(self.folder)]
        self.process = subprocess.Popen([*command, *self.arguments], env=dict(os.environ), cwd=self.folder)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}_stcore/health", timeout=2):
                    return
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError("the server ended at its start") from None
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the server is not there after {START_SECONDS} s")

    def stop(self) -> int:
        """As Ctrl-C does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser of playwright's. Raises RuntimeError where none is installed."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        raise RuntimeError("no chromium is installed; Debian's is: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def served() -> Iterator[tuple[Any, Server]]:
    """A browser, and a server on a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        server = Server(Path(folder))
        try:
            yield browser, server
        finally:
            server.stop()


@contextmanager
def visitor(browser: Any, url: str, **how: Any) -> Iterator[Any]:
    """A page of somebody new, with cookies of their own, once the app is drawn; `how` as playwright's new_context."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **how})
    context.set_default_timeout(WAIT_MS)
    try:
        page = context.new_page()
        page.goto(url)
        page.locator(".st-key-try-0 button").wait_for()
        page.locator(".st-key-message textarea").wait_for()
        yield page
    finally:
        context.close()


# What people do


def ask(page: Any, words: str) -> None:
    """Write a message and send it."""
    line = page.locator(".st-key-message textarea")
    line.fill(words)
    line.press("Enter")


def attach(page: Any, *files: Path) -> None:
    """Choose files in the line to write in, and wait until they are all sent to the server: before, Enter does nothing."""
    page.locator(".st-key-message input[type=file]").set_input_files([str(file) for file in files])
    page.locator("[data-testid='stFileChipName']").nth(len(files) - 1).wait_for()
    page.locator(".st-key-message [data-testid='stChatInputSubmitButton']:enabled").wait_for()


def answered(page: Any, number: int = 1) -> None:
    """Wait until so many answers are finished: each has its footer."""
    page.locator("[class*='st-key-footer-']").nth(number - 1).wait_for()
    page.locator("[class*='st-key-stop-']").wait_for(state="detached")


def answers(page: Any) -> Any:
    """The answers, finished or not."""
    return page.locator("[class*='st-key-answer-']")


def generated(page: Any) -> Any:
    """The media of the answers."""
    return page.locator("[class*='st-key-medium-']")


def settle(page: Any) -> None:
    """Wait until Streamlit has drawn all of it and every picture is there."""
    page.wait_for_function(
        '() => !document.querySelector(\'[data-testid="stApp"][data-test-script-state="running"]\')'
        " && [...document.images].every(image => image.complete && image.naturalWidth)"
    )
