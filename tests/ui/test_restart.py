"""What is left when the whole server dies, and the guards that need an engine of their own."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil

from anygen import Image
from anygen.media import provenance
from anygen_ui.engine import Engine
from anygen_ui.protocol import Ask, DecoderProgress, Failed, Finished, TextDelta
from anygen_ui.scheduling import Limits
from anygen_ui.store import Store
from anygen_ui.submission import remembered

SERVER = """
import json, sys, time
from anygen_ui.engine import Engine
from anygen_ui.protocol import Ask, Made, DecoderProgress
from anygen_ui.store import Store
from anygen_ui.tables import Part

store = Store(sys.argv[1])
engine = Engine(store)
conversation = store.new_conversation("ada").id
store.add_user_turn("ada", conversation, [Part("text", "Draw a dog and show me a video of it.")])
turn = store.begin_answer("ada", conversation, {"seed": 5}).id
waiting = store.begin_answer("ada", conversation, {"seed": 6}).id
options = {"video": {"num_inference_steps": 200}}
messages = ({"role": "user", "content": "Draw a dog and show me a video of it."},)
engine.submit(Ask("ada", conversation, turn, "mini", messages, options, None, ("image", "video"), 5))
engine.submit(Ask("ada", conversation, waiting, "mini", messages, options, None, (), 6))
seen = 0
while True:
    events = engine.wait(turn, seen, 5.0)
    seen += len(events)
    if any(isinstance(event, DecoderProgress) and event.modality == "video" for event in events):
        print(json.dumps([conversation, turn, waiting, engine._process.pid]), flush=True)
        time.sleep(600)
"""


def test_a_server_that_is_killed_leaves_what_was_finished_and_no_worker(tmp_path):
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        conversation, turn, waiting, pid = json.loads(server.stdout.readline())
        worker = psutil.Process(pid)
    finally:
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        server.stdout.close()
    _, alive = psutil.wait_procs([worker], timeout=10)
    assert alive == []

    store = Store(tmp_path)
    assert store.notices == [] and store.turn_state(turn) == "running"
    engine = Engine(store)
    try:
        states = {each.id: each.state for each in store.turns("ada", conversation)}
        assert (states[turn], states[waiting]) == ("stopped", "stopped")
        found = next(each for each in store.turns("ada", conversation) if each.id == turn)
        assert [part.type for part in found.parts] == ["text", "image"] and found.parts[0].text
        assert Image.open(found.parts[1].path).width and provenance.read(found.parts[1].path)["seed"] == 5
        # And on it goes.
        again = store.begin_answer("ada", conversation, {"seed": 7}).id
        messages = remembered(store.turns("ada", conversation)[:-1])
        ticket = engine.submit(Ask("ada", conversation, again, "mini", messages, {}, ("text",), (), 7))
        while engine.state(ticket) in ("waiting", "running"):
            engine.wait(ticket, 10_000, 0.2)
        assert engine.state(ticket) == "done"
        engine.close()
        assert Store(tmp_path).recover() == 0
    finally:
        engine.close()


def test_an_answer_that_takes_too_long_is_stopped_and_a_worker_that_does_not_stop_is_ended(tmp_path):
    store = Store(tmp_path)
    engine = Engine(store, Limits(seconds_per_answer=250.0, grace=0.5))
    conversation = store.new_conversation("ada").id
    messages = ({"role": "user", "content": "Show me a video of a dog."},)

    def film() -> str:
        turn = store.begin_answer("ada", conversation, {}).id
        options = {"video": {"num_inference_steps": 200}}
        engine.submit(Ask("ada", conversation, turn, "mini", messages, options, None, ("video",), 0))
        seen = 0
        while not any(isinstance(event, DecoderProgress) for event in engine.events(turn)):
            seen += len(engine.wait(turn, seen, 5.0))
        return turn

    def ended(turn: str) -> str:
        while engine.state(turn) == "running":
            engine.wait(turn, 10_000, 0.2)
        return engine.state(turn)

    try:
        engine.prepare("mini")
        turn = film()
        engine.limits = Limits(seconds_per_answer=0.1)
        assert ended(turn) == "stopped"
        end = engine.events(turn)[-1]
        assert isinstance(end, Finished) and end.stopped and "llm" in end.timings

        engine.limits = Limits(grace=0.5)
        turn = film()
        held = psutil.Process(engine._process.pid)
        # It does nothing any more, and so cannot stop either.
        held.suspend()
        engine.stop(turn)
        assert ended(turn) == "stopped"
        assert not held.is_running() or held.status() == psutil.STATUS_ZOMBIE
        assert [part.type for part in store.turns("ada", conversation)[-1].parts] == ["text"]
    finally:
        engine.close()
        store.close()


def test_a_worker_that_cannot_start_is_told_to_those_who_wait(tmp_path, monkeypatch):
    store = Store(tmp_path)
    monkeypatch.setattr("anygen_ui.protocol.sys.executable", "/bin/false")
    # A plan needs no worker where how to load is given.
    engine = Engine(store, Limits(load={"device": "cpu"}))
    try:
        conversation = store.new_conversation("ada").id
        turn = store.begin_answer("ada", conversation, {}).id
        engine.submit(Ask("ada", conversation, turn, "mini", ({"role": "user", "content": "hi"},)))
        until = time.monotonic() + 30
        while engine.state(turn) == "waiting" and time.monotonic() < until:
            engine.wait(turn, 10_000, 0.5)
        end = engine.events(turn)[-1]
        assert isinstance(end, Failed) and "does not start" in end.sentence
        assert not any(isinstance(event, TextDelta) for event in engine.events(turn))
    finally:
        engine.close()
        store.close()
