"""What crosses between the engine and its worker."""

from anygen_ui.protocol import (
    DecoderProgress,
    Failed,
    Finished,
    Loading,
    Made,
    SpanStarted,
    TextDelta,
    Waiting,
    WorkerProcess,
    from_wire,
    to_wire,
)


def test_events_cross_the_border_unchanged():
    events = [
        Waiting(2),
        Loading("mini", "model", 0, 1),
        TextDelta("Ünd\n"),
        SpanStarted(1, "image", "a car"),
        DecoderProgress(1, "image", 2, 12),
        Made(1, "image", "/x.png"),
        Finished(7, {"llm": 0.5}, False),
        Failed("No."),
    ]
    assert [from_wire(to_wire(event)) for event in events] == events


def test_a_worker_says_what_the_machine_has_and_ends_with_its_input():
    worker = WorkerProcess(1)
    said = next(worker.said())
    assert said["is"] == "ready" and said["machine"]["ram"] > 0
    assert worker.send({"do": "stop", "turn": "none"})
    worker.kill()
    assert worker.wait() != 0 and not worker.send({"do": "stop", "turn": "none"})
