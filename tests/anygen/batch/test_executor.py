"""What the executor of this process makes: steps of several items, smaller ones where memory ends, what ends a job."""

from __future__ import annotations

import numpy as np
import pytest

from anygen import Image, open_media
from anygen.batch.executor import BatchSize, LocalExecutor, ends_job, in_batches
from anygen.batch.items import slot_of
from anygen.batch.job import Job
from anygen.core.errors import MachineError, MediaError

from .conftest import done, picture, rows, text


def test_batches_change_media_by_rounding_alone(run, tmp_path):
    lines = [
        picture(f"p{number}", words=f"Draw a {what}.") for number, what in enumerate(["dog", "cat", "car"])
    ]
    run(lines, out="together")
    run(lines, out="alone", window=1)
    alone = done(tmp_path / "alone")

    for name, row in done(tmp_path / "together").items():
        one, two = (
            open_media(tmp_path / out / each["files"][0]["path"]).pixels.astype(int)
            for out, each in (("together", row), ("alone", alone[name]))
        )
        assert np.abs(one - two).max() <= 2


def test_out_of_memory_halves_batches_and_keeps_seeds(run, mini, tmp_path, monkeypatch):
    lines = [picture(f"p{number}", seed=number) for number in range(4)]
    run(lines, out="straight", exact=True)
    tried = []
    decoder = mini.decoders["image"]
    decode = type(decoder).decode

    def small(self, conditioning, options, generators, on_step=None):
        tried.append(len(generators))
        if len(generators) > 1:
            raise MemoryError("the card is full")
        return decode(self, conditioning, options, generators, on_step)

    monkeypatch.setattr(type(decoder), "decode", small)
    summary = run(lines)
    assert summary.made == 4 and tried == [4, 2, 1, 1, 1, 1]
    again = [row["files"][0]["path"] for row in done(tmp_path / "out").values()]
    first = [row["files"][0]["path"] for row in done(tmp_path / "straight").values()]
    for one, two in zip(first, again, strict=True):
        pictures = [open_media(tmp_path / "straight" / one), open_media(tmp_path / "out" / two)]
        straight, halved = (each.pixels.astype(int) for each in pictures)
        # The language model answered four at once in one of the runs and one at a time in the other.
        assert abs(straight - halved).max() <= 2


def test_a_lost_device_ends_the_job_and_the_next_run_goes_on(run, mini, tmp_path, monkeypatch):
    lines = [text("a"), picture("b"), picture("c")]

    def lost(self, *arguments):
        raise RuntimeError("CUDA error: unspecified launch failure")

    with monkeypatch.context() as patch:
        patch.setattr(type(mini.decoders["image"]), "decode", lost)
        with pytest.raises(MachineError, match="accelerator was lost"):
            run(lines)
    assert set(done(tmp_path / "out")) == {"a:0"}
    assert run(lines).made == 2


def test_a_suspect_shares_no_step(run, mini, tmp_path, monkeypatch):
    with Job(tmp_path / "out") as job:
        job.index.starting([slot_of("b")])
    together = []
    respond = type(mini).respond

    def watched(self, prompts, *rest, **how):
        together.append(len(prompts))
        return respond(self, prompts, *rest, **how)

    monkeypatch.setattr(type(mini), "respond", watched)
    run([text("a"), text("b"), text("c")])
    assert together == [1, 2]


def test_a_file_that_changes_under_way_is_refused(run, mini, tmp_path, monkeypatch):
    Image(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "p.png")
    lines = [{"id": "a", "prompt": [{"type": "image", "path": "p.png"}], "modalities": ["text"]}]
    make = LocalExecutor.make

    def late(self, works, *rest):
        Image(np.full((8, 8, 3), 9, np.uint8)).save(tmp_path / "p.png")
        return make(self, works, *rest)

    monkeypatch.setattr(LocalExecutor, "make", late)
    assert run(lines).failed == 1
    assert "was changed while the job ran" in rows(tmp_path / "out")[0]["error"]["message"]


def test_batch_sizes_grow_while_memory_lasts():
    size = BatchSize(8, 64)
    size.succeeded(8, grew=100, free=1000)
    assert size.now == 16
    size.succeeded(16, grew=500, free=1000)
    assert size.now == 16
    size.halve(16)
    size.succeeded(8, grew=1, free=1000)
    assert size.now == 8


def test_one_bad_item_costs_no_other_its_result():
    def step(batch):
        if "bad" in batch:
            raise MediaError("bad: cannot be read")
        return [each.upper() for each in batch]

    found = dict(in_batches(["a", "bad", "b"], BatchSize(8), step))
    assert (found["a"], found["b"]) == ("A", "B") and isinstance(found["bad"], MediaError)


def test_what_every_other_item_would_meet_ends_the_job():
    assert ends_job(OSError(28, "No space left on device")) and ends_job(RuntimeError("CUDA error: lost"))
    assert not ends_job(MediaError("a.png: no picture")) and not ends_job(RuntimeError("CUDA out of memory"))
    with pytest.raises(OSError, match="full"):
        list(in_batches([1, 2], BatchSize(2), lambda batch: (_ for _ in ()).throw(OSError("full"))))
