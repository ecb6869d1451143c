"""How quick and how frugal the app is: `python -m anygen_pipelines.benchmarks.ui_bench PART` (docs/results/ui.md).

start, speed, stop and memory are measured in a real browser in front of a real server; crowd asks the engine itself, whose
worker process holds mini. Nothing is mocked.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from anygen_pipelines.benchmarks.ui_served import (
    Server,
    answered,
    ask,
    chromium,
    generated,
    served,
    visitor,
)
from anygen_ui.engine import Engine
from anygen_ui.protocol import Ask, Failed, Finished, Made
from anygen_ui.store import Store
from anygen_ui.tables import Part

ASKS = (
    ("Draw a big red train.", ("image",)),
    ("Play the sound of a bell.", ("audio",)),
    ("Show me a clip of a fish.", ("video",)),
    ("What can you do?", ()),
    ("A frog on yellow: a picture, its sound.", ("image", "audio")),
)
MIB = 2**20


# In a browser


def start(repeats: int) -> list[dict[str, Any]]:
    """From the command to the examples on the first page, with a browser that is running already."""
    seconds, health = [], []
    with chromium() as browser:
        for _ in range(repeats):
            with tempfile.TemporaryDirectory() as folder:
                began = time.perf_counter()
                server = Server(Path(folder))
                health.append(time.perf_counter() - began)
                try:
                    with visitor(browser, server.url):
                        seconds.append(time.perf_counter() - began)
                finally:
                    server.stop()
    return [row("command to a server that answers", health), row("command to the first page drawn", seconds)]


def speed(repeats: int) -> list[dict[str, Any]]:
    """From Enter to what is seen; the first answer of a new server is a row of its own."""
    words: list[float] = []
    pictures: list[float] = []
    with served() as (browser, server):
        for _ in range(repeats + 1):
            with visitor(browser, server.url) as page:
                page.evaluate(FIRST_SEEN)
                ask(page, "Draw a big red train.")
                generated(page).locator("img").wait_for()
                answered(page)
                seen = page.evaluate("() => window.seen")
                words.append(seen["words"] / 1000)
                pictures.append(seen["picture"] / 1000)
    return [
        row("Enter to the first words, first answer of a server", words[:1]),
        row("Enter to the first picture, first answer of a server", pictures[:1]),
        row("Enter to the first words", words[1:]),
        row("Enter to the first picture", pictures[1:]),
    ]


FIRST_SEEN = """() => {
  window.seen = {};
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter") window.pressed = performance.now();
  }, true);
  const look = () => {
    const answer = document.querySelector("[class*='st-key-answer-']");
    const since = performance.now() - window.pressed;
    if (answer?.querySelector("[data-testid='stText']")?.innerText.trim()) window.seen.words ??= since;
    if (answer?.querySelector("[data-testid='stImage'] img")) window.seen.picture ??= since;
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Keeps the milliseconds between Enter and the first words and picture in the page."""


def stop(repeats: int) -> list[dict[str, Any]]:
    """From the click on Stop in the middle of a clip to the word that it is stopped."""
    seconds = []
    with served() as (browser, server):
        for _ in range(repeats):
            with visitor(browser, server.url) as page:
                page.locator(".st-key-fine summary").click()
                steps = page.get_by_label("Video: steps")
                steps.fill("200")
                steps.press("Enter")
                ask(page, "A clip of a big frog on yellow moving left.")
                page.get_by_text("of 200").wait_for()
                button = page.get_by_role("button", name="Stop", exact=True)
                began = time.perf_counter()
                button.click()
                page.get_by_text("Stopped. What was finished stays.").wait_for()
                seconds.append(time.perf_counter() - began)
    return [row("click on Stop in mid-clip to the answer stopped", seconds)]


# Through the engine


class Visitor:
    """Somebody who asks and waits, as the page does."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.store, self.name = engine, engine.store, name
        self.conversation = self.store.new_conversation(name).id

    def ask(self, words: str, require: tuple[str, ...], seed: int) -> tuple[list[Any], dict[str, float]]:
        """All events of one answer, and when the first of each kind came, in seconds since it was asked."""
        began = time.perf_counter()
        self.store.add_user_turn(self.name, self.conversation, [Part("text", words)])
        turn = self.store.begin_answer(self.name, self.conversation, {"seed": seed}).id
        messages = ({"role": "user", "content": words},)
        self.engine.submit(Ask(self.name, self.conversation, turn, "mini", messages, {}, None, require, seed))
        events: list[Any] = []
        first: dict[str, float] = {}
        while not events or not isinstance(events[-1], (Finished, Failed)):
            for event in self.engine.wait(turn, len(events), 60.0):
                first.setdefault(type(event).__name__, time.perf_counter() - began)
                events.append(event)
        first["end"] = time.perf_counter() - began
        return events, first


def memory(turns: int) -> list[dict[str, Any]]:
    """Resident memory of both processes of a real server while a browser asks `turns` times in one conversation."""
    curve: list[dict[str, Any]] = []
    with served() as (browser, server), visitor(browser, server.url) as page:
        for number in range(1, turns + 1):
            ask(page, ASKS[(number - 1) % len(ASKS)][0])
            answered(page, number)
            if number == 1 or number % 5 == 0:
                curve.append({"turn": number, **resident(server.process.pid)})
                print(json.dumps(curve[-1]), flush=True)
        num_media = generated(page).count()
    return [*curve, {"media shown in the page at the end": num_media}]


def resident(pid: int) -> dict[str, int]:
    """MiB of the server and of the worker that holds the model, below the command with this process id."""
    found = {"server MiB": 0, "worker MiB": 0}
    for each in psutil.Process(pid).children(recursive=True):
        line = " ".join(each.cmdline())
        if "anygen_ui.worker" in line:
            found["worker MiB"] += each.memory_info().rss // MIB
        elif "streamlit" in line:
            found["server MiB"] += each.memory_info().rss // MIB
    return found


Ends = list[tuple[list[Any], dict[str, float]]]
"""What came of several questions: the events of each, and when the first of each kind came."""


def crowd(visitors: int, asks: int) -> list[dict[str, Any]]:
    """`visitors` at once, each asking `asks` times, the next when the last is answered."""
    ends: dict[str, Ends] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Store(folder)) as store,
        closing(Engine(store)) as engine,
    ):
        # The model is there before they come, as it is in a server.
        Visitor(engine, "first").ask("What can you do?", (), 0)

        def one(name: str, number: int) -> None:
            somebody = Visitor(engine, name)
            for turn in range(asks):
                words, require = ASKS[(number + turn) % len(ASKS)]
                ends.setdefault(name, []).append(somebody.ask(words, require, turn))

        numbers = range(visitors)
        threads = [threading.Thread(target=one, args=(f"visitor {each}", each)) for each in numbers]
        began = time.perf_counter()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        seconds = time.perf_counter() - began
    return crowd_rows(list(ends.values()), visitors, asks, seconds)


def crowd_rows(ends: list[Ends], visitors: int, asks: int, seconds: float) -> list[dict[str, Any]]:
    """What came of a crowd, the answers of each visitor together: an answer that did not come, or not whole, is lost."""
    answers = [each for mine in ends for each in mine]
    whole = sum(isinstance(events[-1], Finished) and not events[-1].stopped for events, _ in answers)
    begun = [
        min(first[kind] for kind in ("TextDelta", "SpanStarted", "end") if kind in first)
        for _, first in answers
    ]
    by_visitor = [statistics.mean(first["end"] for _, first in mine) for mine in ends]
    return [
        {
            "visitors": visitors,
            "asked": visitors * asks,
            "lost": visitors * asks - whole,
            "media": sum(isinstance(event, Made) for events, _ in answers for event in events),
            "seconds in all": round(seconds, 1),
        },
        row("asked to the first words", begun),
        row("asked to the end of the answer", [first["end"] for _, first in answers]),
        row("mean of each visitor", by_visitor),
    ]


# Saying it


def row(what: str, seconds: list[float]) -> dict[str, Any]:
    """A line of JSON of one measurement."""
    return {
        "what": what,
        "n": len(seconds),
        "median s": round(statistics.median(seconds), 2),
        "min s": round(min(seconds), 2),
        "max s": round(max(seconds), 2),
    }


def load() -> str:
    """How busy the machine is by others and by this."""
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["start", "speed", "stop", "memory", "crowd"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--turns", type=int, default=50, help="of memory")
    parser.add_argument("--visitors", type=int, default=8)
    parser.add_argument("--asks", type=int, default=5, help="of each visitor")
    given = parser.parse_args()
    print(f"load at the start {load()} on {os.cpu_count()} cores")
    parts: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "start": lambda: start(given.repeats),
        "speed": lambda: speed(given.repeats),
        "stop": lambda: stop(given.repeats),
        "memory": lambda: memory(given.turns),
        "crowd": lambda: crowd(given.visitors, given.asks),
    }
    for each in parts[given.part]():
        print(json.dumps(each))
    print(f"load at the end {load()}")


if __name__ == "__main__":
    main()
