"""The engine with its real worker process and the real mini."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from tiny_engine import BOTH, DRAW, LONG, LONG_FILM, WORDS, until

from anygen import AnyGen, Image, PromptError
from anygen.evaluation.replay import replay
from anygen.media import open_media, provenance
from anygen_ui.archive import export_zip
from anygen_ui.engine import Engine
from anygen_ui.protocol import (
    Ask,
    DecoderProgress,
    Failed,
    Finished,
    Loading,
    Made,
    SpanStarted,
    TextDelta,
    Waiting,
)
from anygen_ui.scheduling import Limits
from anygen_ui.store import Store
from anygen_ui.tables import Part


@pytest.fixture(scope="module")
def mini() -> AnyGen:
    return AnyGen.from_pretrained("mini")


def test_an_answer_is_what_generate_gives_with_the_same_record(engine, mini, visitor, follow, tmp_path):
    ada = visitor()
    ticket = ada.ask(DRAW, require=["image"], seed=3, image={"num_inference_steps": 6})
    events = list(follow(ticket))
    reply = mini.generate(
        [{"role": "user", "content": [{"type": "text", "text": DRAW}]}],
        seed=3,
        options={"image": {"num_inference_steps": 6}},
        require=["image"],
    )
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == reply.text
    turn = ada.turn(ticket)
    assert (turn.state, turn.seed) == ("done", 3) and "llm" in turn.timings
    kinds = ["text" if isinstance(part, str) else str(part.modality) for part in reply.parts]
    assert [part.type for part in turn.parts] == kinds
    index = kinds.index("image")
    made = Path(turn.parts[index].path)
    assert turn.parts[index].caption == reply.captions[index]
    assert Image.open(made) == reply.images[0]
    saved = reply.save(tmp_path)[0]
    assert made.read_bytes() == saved.read_bytes()
    assert provenance.sidecar(made).read_bytes() == provenance.sidecar(saved).read_bytes()
    # What happened, in order.
    steps = [event for event in events if isinstance(event, DecoderProgress)]
    assert [event.step for event in steps] == list(range(1, 7)) and {event.num_steps for event in steps} == {
        6
    }
    order = [type(event).__name__ for event in events if isinstance(event, (SpanStarted, Made, Finished))]
    assert order == ["SpanStarted", "Made", "Finished"]
    assert events[-1] == Finished(3, turn.timings, False)
    assert [each.path for each in engine.store.media("ada", "image", ada.conversation)] == [str(made)]


def test_several_media_in_their_order_and_each_can_be_made_again(mini, visitor, follow):
    ada = visitor("bob")
    picture = ada.store.files.add_upload("bob", "in.png", Image(np.full((32, 32, 3), 90, np.uint8)).encode())
    ticket = ada.ask(
        "What is this? Draw it, and let me hear it.",
        Part("image", path=picture.path),
        require=["image", "audio"],
        seed=1,
    )
    events = list(follow(ticket))
    assert isinstance(events[-1], Finished)
    turn = ada.turn(ticket)
    files = {part.type: part.path for part in turn.parts if part.path}
    assert set(files) >= {"image", "audio"}
    for path in files.values():
        # The input lies beside it, so the record alone is enough.
        found = replay(mini, path)
        assert found.same and found.differences == (), [each.sentence for each in found.comparisons]
    reply = replay(mini, files["image"]).reply
    assert provenance.read(files["image"]) == provenance.for_part(
        reply.provenance, reply.parts.index(reply.images[0]), reply.images[0]
    )


def test_a_file_of_the_zip_can_be_made_again(mini, visitor, follow, tmp_path):
    import io
    import zipfile

    ada = visitor()
    sound = open_media(mini.generate("Let me hear a dog.", require=["audio"]).audios[0].encode())
    upload = ada.store.files.add_upload("ada", "in.wav", sound.encode())
    ticket = ada.ask("Draw what you hear.", Part("audio", path=upload.path), require=["image"], seed=2)
    list(follow(ticket))
    with zipfile.ZipFile(io.BytesIO(export_zip(ada.store, "ada", ada.conversation))) as archive:
        archive.extractall(tmp_path)
    made = Path(next(part.path for part in ada.turn(ticket).parts if part.type == "image"))
    assert replay(mini, tmp_path / "media" / made.name).same


def test_a_conversation_goes_on_with_what_was_made_in_it(visitor, follow):
    ada = visitor()
    list(follow(ada.ask(DRAW, require=["image"])))
    list(follow(ada.ask("What is in it?")))
    assert [turn.state for turn in ada.store.turns("ada", ada.conversation)] == ["done"] * 4
    record = provenance.read(ada.store.media("ada", "image", ada.conversation)[0].path)
    assert [message["role"] for message in record["messages"]] == ["user"]


def test_two_visitors_take_turns_and_each_gets_their_own(engine, visitor, follow):
    ada, bob = visitor("ada"), visitor("bob")
    first = ada.ask(DRAW, require=["image"], **LONG)
    until(engine, first, DecoderProgress)
    second = ada.ask(DRAW, require=["image"], seed=1)
    third = ada.ask(DRAW, require=["image"], seed=2)
    fourth = bob.ask(DRAW, require=["image"], seed=3)
    assert [engine.place(ticket) for ticket in (first, second, third, fourth)] == [0, 1, 3, 2]
    assert [engine.state(ticket) for ticket in (first, second)] == ["running", "waiting"]
    assert engine.ticket_of(third) == third and engine.ticket_of("another") is None
    ended = []
    for ticket in (third, fourth, second, first):
        list(follow(ticket))
    for ticket, who in ((first, ada), (second, ada), (fourth, bob), (third, ada)):
        events = engine.events(ticket)
        assert isinstance(events[-1], Finished) and who.turn(ticket).state == "done"
        made = next(event.path for event in events if isinstance(event, Made))
        ended.append(Path(made).stat().st_mtime_ns)
        assert engine.store.files.holds(who.name, made) and not engine.store.files.holds("cy", made)
    assert ended == sorted(ended), "bob's only one comes before ada's third"
    assert [event.place for event in engine.events(third) if isinstance(event, Waiting)] == [2, 3, 2, 1]
    assert len(engine.store.media("bob", conversation=bob.conversation)) == 1


def test_a_waiting_one_that_is_stopped_frees_its_place(engine, visitor, follow):
    ada, bob = visitor("ada"), visitor("bob")
    first = ada.ask(DRAW, require=["image"], **LONG)
    until(engine, first, DecoderProgress)
    second, third = ada.ask(DRAW), bob.ask("Hello.", **WORDS)
    assert engine.place(third) == 2
    engine.stop(second)
    assert engine.state(second) == "stopped" and engine.place(second) == 0
    assert ada.turn(second).state == "stopped" and ada.turn(second).parts == ()
    assert engine.place(third) == 1
    engine.stop(first)
    assert isinstance(list(follow(third))[-1], Finished)
    engine.stop(third)
    assert engine.state(third) == "done", "what is over cannot be stopped"


def test_stop_takes_less_than_a_second_in_the_middle_of_decoding_and_keeps_what_is_finished(
    engine, visitor, follow, mini
):
    ada = visitor()
    ticket = ada.ask(BOTH, require=["image", "video"], seed=5, **LONG_FILM)
    until(engine, ticket, Made)
    seen = len(engine.events(ticket))
    while not any(
        isinstance(event, DecoderProgress) and event.modality == "video" for event in engine.events(ticket)
    ):
        seen += len(engine.wait(ticket, seen, 5.0))
    before = time.monotonic()
    seen = len(engine.events(ticket))
    engine.wait(ticket, seen, 10.0)
    step = time.monotonic() - before
    started = time.monotonic()
    engine.stop(ticket)
    engine.stop(ticket)
    while engine.state(ticket) == "running":
        engine.wait(ticket, 10_000, 0.02)
    took = time.monotonic() - started
    print(f"stopped in {took:.3f} s; a step took {step:.3f} s")
    # A second; on a machine so busy that steps are that long, what they last.
    assert took < max(1.0, 3 * step)
    end = engine.events(ticket)[-1]
    assert isinstance(end, Finished) and end.stopped
    turn = ada.turn(ticket)
    assert turn.state == "stopped"
    assert {part.type for part in turn.parts} == {"text", "image"}
    image = next(part.path for part in turn.parts if part.path)
    whole = mini.generate(
        [{"role": "user", "content": BOTH}],
        seed=5,
        options={"video": {"num_inference_steps": 1}},
        require=["image", "video"],
    )
    assert Image.open(image) == whole.images[0]
    # Its place in the whole reply.
    assert provenance.read(image)["part"]["index"] == whole.parts.index(whole.images[0])
    assert isinstance(list(follow(ada.ask("Hello.", **WORDS)))[-1], Finished)


def test_stop_ends_the_words_at_the_next_token(engine, visitor):
    ada = visitor()
    ticket = ada.ask("Hello.", modalities=("text",), max_new_tokens=4096, temperature=5.0, seed=8)
    until(engine, ticket, TextDelta)
    started = time.monotonic()
    engine.stop(ticket)
    while engine.state(ticket) == "running":
        engine.wait(ticket, 10_000, 0.02)
    assert time.monotonic() - started < 1.0
    said = "".join(event.text for event in engine.events(ticket) if isinstance(event, TextDelta))
    assert "".join(part.text for part in ada.turn(ticket).parts).startswith(said.strip()[:10])


# What goes wrong


def test_an_ask_that_cannot_be_answered_costs_a_sentence_and_nobody_else(engine, visitor, follow):
    ada, bob = visitor("ada"), visitor("bob")
    worker = engine._process.pid
    bad = [
        ada.ask(DRAW, require=["image"], image={"height": 9, "width": 9}),
        ada.ask(DRAW, require=["smell"]),
    ]
    good = bob.ask("Hello.", **WORDS)
    for ticket in bad:
        end = list(follow(ticket))[-1]
        assert isinstance(end, Failed) and "Traceback" not in end.sentence and len(end.sentence) < 400
        turn = ada.turn(ticket)
        assert (engine.state(ticket), turn.state, turn.error) == ("failed", "failed", end.sentence)
    assert isinstance(list(follow(good))[-1], Finished)
    assert engine._process.pid == worker


def test_a_worker_that_is_killed_is_started_again_and_those_who_wait_are_kept(engine, visitor, follow):
    ada, bob = visitor("ada"), visitor("bob")
    first = ada.ask(BOTH, require=["image", "video"], seed=5, **LONG_FILM)
    until(engine, first, Made)
    second = bob.ask(DRAW, require=["image"])
    killed = engine._process.pid
    os.kill(killed, signal.SIGKILL)
    end = list(follow(first))[-1]
    assert isinstance(end, Failed) and "started again" in end.sentence and "killed" in end.sentence
    turn = ada.turn(first)
    assert turn.state == "failed" and turn.error == end.sentence
    # What was finished is kept, with its record.
    assert [part.type for part in turn.parts] == ["text", "image"]
    assert provenance.read(turn.parts[1].path)["seed"] == 5
    events = list(follow(second))
    assert isinstance(events[-1], Finished) and any(isinstance(event, Loading) for event in events)
    assert engine._process.pid != killed
    assert bob.turn(second).state == "done"


def test_an_answer_that_cannot_be_kept_costs_a_sentence_and_nobody_else(engine, visitor, follow):
    full, bob = visitor("full"), visitor("bob")
    trigger = "BEFORE INSERT ON media WHEN NEW.visitor = 'full' BEGIN SELECT RAISE(ABORT, 'no room'); END"
    with engine.store.database.begin() as connection:
        connection.exec_driver_sql(f"CREATE TRIGGER no_room {trigger}")
    try:
        ticket = full.ask(DRAW, require=["image"])
        other = bob.ask(DRAW, require=["image"])
        end = list(follow(ticket))[-1]
        assert isinstance(end, Failed) and "could not be kept" in end.sentence
        turn = full.turn(ticket)
        assert (turn.state, turn.error) == ("failed", end.sentence)
        assert [part.type for part in turn.parts] == ["text"], "the words are kept"
        assert isinstance(list(follow(other))[-1], Finished)
    finally:
        with engine.store.database.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER no_room")
    assert isinstance(list(follow(full.ask(DRAW, require=["image"])))[-1], Finished)


def test_a_worker_that_dies_idle_is_started_again(engine, visitor, follow):
    os.kill(engine._process.pid, signal.SIGKILL)
    assert isinstance(list(follow(visitor().ask("Hello.", **WORDS)))[-1], Finished)


# What is refused before it waits


def test_what_cannot_be_answered_is_refused_at_once(engine, visitor):
    ada, bob = visitor("ada"), visitor("bob")
    theirs = bob.store.files.add_upload("bob", "b.png", Image(np.zeros((8, 8, 3), np.uint8)).encode())

    def submit(sentence: str, **changed) -> None:
        turn = ada.store.begin_answer("ada", ada.conversation, {})
        ask = Ask("ada", ada.conversation, turn.id, "mini", ({"role": "user", "content": "hi"},))
        ask = Ask(**{**vars(ask), **changed})
        with pytest.raises(PromptError, match=sentence):
            engine.submit(ask)
        if ask.turn == turn.id and ask.visitor == "ada":
            found = ada.turn(turn.id)
            assert found.state == "failed" and found.error
            assert engine.state(turn.id) == "failed" and engine.events(turn.id) == []

    def saying(**part) -> tuple:
        return ({"role": "user", "content": [part]},)

    submit("nor a folder", model="no-such-model")
    submit("weights are no part", model="nextgpt-7b")
    submit("num_frames is -1", options={"video": {"num_frames": -1}})
    submit("unknown option", options={"smell": 1})
    submit("not among yours", messages=saying(type="image", path=theirs.path))
    submit("not among yours", messages=saying(type="image", path="/etc/passwd"))
    submit("not among yours", messages=saying(type="image", url="http://169.254.169.254/"))
    submit("seed", seed=-1)
    submit("no such answer", turn="another")
    submit("no such conversation", visitor="bob")
    assert engine.place("nothing") == 0
    with pytest.raises(PromptError, match="no such answer"):
        engine.state("nothing")
    engine.stop("nothing")


def test_one_visitor_cannot_fill_the_queue(engine, visitor, follow):
    ada, bob = visitor("ada"), visitor("bob")
    tickets = [ada.ask(DRAW, require=["image"], **LONG)]
    until(engine, tickets[0], DecoderProgress)
    tickets += [ada.ask("Hello.", **WORDS) for _ in range(engine.limits.waiting_per_visitor)]
    with pytest.raises(PromptError, match="asks are waiting already"):
        ada.ask("Hello.", **WORDS)
    tickets.append(bob.ask("Hello.", **WORDS))
    engine.stop(tickets[0])
    for ticket in tickets:
        list(follow(ticket))
    assert {engine.state(ticket) for ticket in tickets[1:]} == {"done"}


def test_the_memory_plan_is_there_for_the_page(engine):
    plan = engine.memory_plan("mini")
    assert plan["model"] == "mini" and plan["parts"] and "cpu" in plan["fits"]
    assert engine.memory_plan("nextgpt-7b")["sum"]["float32"] > 2e10
    with pytest.raises(PromptError, match="nor a folder"):
        engine.memory_plan("no-such-model")


# Memory


def rss(engine: Engine) -> int:
    return psutil.Process(engine._process.pid).memory_info().rss


def many_turns(engine: Engine, visitor, follow, count: int, **how) -> tuple[list[int], list[int]]:
    """Bytes of the worker and of this process after each of many turns, each in the same conversation's place."""
    here, there = [], []
    for number in range(count):
        list(follow(visitor("mem").ask(DRAW, seed=number, **how)))
        there.append(rss(engine))
        here.append(psutil.Process().memory_info().rss)
    return here, there


def test_memory_stays_flat_over_turns(engine, visitor, follow):
    here, there = many_turns(engine, visitor, follow, 16, require=["image"], image={"num_inference_steps": 3})
    print(
        f"MB from turn 6 to 16: server {(here[-1] - here[5]) / 1e6:+.1f}, worker {(there[-1] - there[5]) / 1e6:+.1f}"
    )
    assert here[-1] - here[5] < 20e6 and there[-1] - there[5] < 30e6


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_memory_stays_flat_over_fifty_turns_of_everything(engine, visitor, follow):
    steps = {name: {"num_inference_steps": 2} for name in ("image", "audio", "video")}
    here, there = many_turns(engine, visitor, follow, 50, require=list(steps), **steps)
    print(
        f"MB from turn 10 to 50: server {(here[-1] - here[9]) / 1e6:+.1f}, worker {(there[-1] - there[9]) / 1e6:+.1f}"
    )
    assert here[-1] - here[9] < 30e6 and there[-1] - there[9] < 60e6


def test_only_the_last_finished_tickets_are_kept(engine, visitor, follow):
    ada = visitor()
    tickets = []
    for _ in range(3):
        tickets.append(ada.ask("Hello.", **WORDS))
        list(follow(tickets[-1]))
    kept, engine.limits = engine.limits, Limits(finished_kept=2)
    try:
        tickets.append(ada.ask("Hello.", **WORDS))
        list(follow(tickets[-1]))
    finally:
        engine.limits = kept
    assert [bool(engine.events(ticket)) for ticket in tickets] == [False, False, True, True]
    assert engine.ticket_of(tickets[0]) is None
    # The store still knows how it ended.
    assert engine.state(tickets[0]) == "done" and engine.wait(tickets[0], 0, 5.0) == []


def test_a_media_file_is_named_by_events_never_carried(engine, visitor, follow):
    events = list(follow(visitor().ask(DRAW, require=["image"])))
    assert max(len(repr(event)) for event in events) < 1000
    assert all(Path(event.path).is_file() for event in events if isinstance(event, Made))


def test_a_deleted_conversation_leaves_no_file_of_an_answer_on_its_way(engine, visitor, follow):
    ada = visitor()
    ticket = ada.ask(BOTH, require=["image", "video"], **LONG_FILM)
    until(engine, ticket, Made)
    waiting = ada.ask(BOTH, require=["video"], **LONG_FILM)
    ada.store.delete("ada", ada.conversation)
    engine.stop(ticket)
    list(follow(ticket))
    # And one that waited is not begun.
    assert list(follow(waiting))[1:] == [Finished(0, {}, True)]
    assert list(ada.store.files.visitor_folder("ada").glob(f"{ticket}*")) == []


def test_a_closed_engine_refuses_and_stops_what_was_waiting(tmp_path):
    store = Store(tmp_path)
    engine = Engine(store)
    conversation = store.new_conversation("ada").id
    turns = [store.begin_answer("ada", conversation, {}) for _ in range(2)]
    message = ({"role": "user", "content": "hi"},)
    engine.submit(Ask("ada", conversation, turns[0].id, "mini", message))
    worker = engine._process
    engine.close()
    assert worker.wait() != 0
    assert engine.state(turns[0].id) == "stopped"
    with pytest.raises(PromptError, match="closed"):
        engine.submit(Ask("ada", conversation, turns[1].id, "mini", message))
    store.close()
