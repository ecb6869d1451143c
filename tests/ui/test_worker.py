"""The process that holds the model: what goes wrong in it costs a sentence."""

from pathlib import Path

import numpy as np
import psutil
from tiny_engine import DRAW, LONG, until

from anygen import Image
from anygen_ui.protocol import DecoderProgress, Failed, Finished
from anygen_ui.tables import Part


def test_a_file_that_changed_on_the_way_is_refused_by_the_worker(engine, visitor, follow):
    ada = visitor()
    upload = ada.store.files.add_upload("ada", "a.png", Image(np.zeros((8, 8, 3), np.uint8)).encode())
    first = ada.ask(DRAW, require=["image"], **LONG)
    until(engine, first, DecoderProgress)
    second = ada.ask("What is this?", Part("image", path=upload.path))
    Path(upload.path).write_bytes(b"gone")
    engine.stop(first)
    end = list(follow(second))[-1]
    assert isinstance(end, Failed) and "a text file" in end.sentence


def test_out_of_memory_costs_a_sentence_and_the_next_is_answered(engine, visitor, follow):
    ada, bob = visitor("ada"), visitor("bob")
    list(follow(ada.ask(DRAW, require=["image"])))
    worker = psutil.Process(engine._process.pid)
    before = worker.rlimit(psutil.RLIMIT_AS)
    # Room for a small picture, and not for what a large one takes.
    worker.rlimit(psutil.RLIMIT_AS, (worker.memory_info().vms + 300_000_000, before[1]))
    ticket = ada.ask(DRAW, require=["image"], image={"height": 2048, "width": 2048})
    small = bob.ask(DRAW, require=["image"])
    end = list(follow(ticket))[-1]
    assert isinstance(end, Failed) and "not enough memory" in end.sentence, end
    assert isinstance(list(follow(small))[-1], Finished)
    assert engine._process.pid == worker.pid
    worker.rlimit(psutil.RLIMIT_AS, before)
