"""What the tests of the engine ask for, and how they wait for a certain event."""

import time

from anygen_ui.engine import Engine
from anygen_ui.protocol import Failed, Finished

DRAW, BOTH = "Draw a red car.", "Draw a dog and show me a video of it."
LONG = {"image": {"num_inference_steps": 200}}
LONG_FILM = {"video": {"num_inference_steps": 200}}
WORDS = {"modalities": ("text",)}


def until(engine: Engine, ticket: str, kind: type, within: float = 60.0) -> int:
    """Wait for the first event of a kind; how many there are by then."""
    seen, end = 0, time.monotonic() + within
    while time.monotonic() < end:
        for event in engine.wait(ticket, seen, 1.0):
            seen += 1
            if isinstance(event, kind):
                return seen
            assert not isinstance(event, (Finished, Failed)), event
    raise AssertionError(f"no {kind.__name__} within {within} s")
