"""The campaigns against batch rendering, a handful of faults each; and that their check finds what is wrong."""

from __future__ import annotations

import json
import random
import shutil
import sys

import pytest

from anygen import AnyGen
from anygen_pipelines.benchmarks.batch_faults import (
    audit,
    disk,
    kills,
    outage,
    power,
    processes,
    stops,
    trace,
)
from anygen_pipelines.benchmarks.batch_faults.manifests import expected, write_mixed
from anygen_pipelines.benchmarks.batch_faults.trace import Operation
from anygen_pipelines.benchmarks.result_page import replace_section


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """A short manifest of words, a picture, a sound and inputs, rendered once without disturbance; its seconds."""
    model = AnyGen.from_pretrained("mini")
    work = tmp_path_factory.mktemp("faults")
    manifest = write_mixed(work / "inputs", texts=3, media=1, videos=0)
    # Load the decoders once, here: the processes that are killed are copies of this one.
    processes.warm(model, [each for each in model.makes if each != "video"])
    return kills.undisturbed(manifest, model, work)


def test_kills_at_points_and_moments(ground):
    # No video is in the manifest.
    labels = [label for label in kills.LABELS if "video" not in label]
    campaign = kills.one_runner(*_with(ground, 6), at=labels)
    assert campaign.kills == 6 and campaign.holds, campaign


def test_kills_of_two_runners_on_one_folder(ground):
    campaign = kills.two_runners(*_with(ground, 2))
    assert campaign.kills >= 2 and campaign.holds, campaign


def test_signals(ground):
    place, seconds = ground
    found = stops.one_signal(place, 2, seconds)
    twice = stops.one_signal(place, 1, seconds, again_after=0.05)
    assert found.seconds and found.campaign.holds and twice.campaign.holds, (found, twice)


def test_a_file_that_may_not_grow(ground):
    campaign = disk.limited(ground[0], 2)
    assert campaign.kills == 2 and campaign.holds, campaign


def test_a_disk_that_is_full(ground):
    if not disk.can_mount(ground[0].work / "small"):
        pytest.skip("needs the right to mount a tmpfs")
    campaign = disk.filled(ground[0], 3)
    assert campaign.kills >= 2 and campaign.holds, campaign


COMMIT_TWO = """
import sys
from pathlib import Path
from anygen.batch.commit import Made
from anygen.batch.items import Item, Work
from anygen.batch.job import Job
from anygen.messages.options import GenerationOptions
with Job(Path(sys.argv[1])) as job:
    for id in "ab":
        item = Item(id, 1, id * 64, (), None, (), GenerationOptions(), 0)
        object.__setattr__(item, "turns", (type("Turn", (), {"parts": ("words",)})(),))
        work = Work(item)
        name = f"{work.stem}-0.png"
        job.committer.commit(Made(work, ({"type": "image"},), ((name, b"x" * 5000), (f"{name}.json", b"{}"))))
"""


@pytest.mark.skipif(not trace.is_available(), reason="needs strace")
def test_every_state_that_a_loss_of_power_leaves_of_two_answers(tmp_path):
    out = tmp_path / "out"
    operations, code = trace.record([sys.executable, "-c", COMMIT_TWO, str(out)], out, tmp_path / "trace")
    assert code == 0
    outage.check_replay(operations, out)
    states = list(power.states(operations))
    assert len(states) > 40
    most = 0
    for state in states:
        state.write(tmp_path / "lost")
        found = audit.audit(tmp_path / "lost")
        assert found.holds, (state.after, state.variant, found)
        assert found.done >= most or state.variant != "only what was flushed"
        most = max(most, found.done if state.variant == "only what was flushed" else 0)


@pytest.mark.parametrize(
    "place", ["rename before the content is flushed", "the line before the names are flushed"]
)
def test_a_wrong_order_is_found(tmp_path, place):
    line = {"id": "a", "sample": 0, "slot": "0", "state": "done"}
    line["files"] = [{"path": "media/x", "bytes": 1, "sha256": audit.hashlib.sha256(b"x").hexdigest()}]
    ledger = [
        Operation("create", "results.jsonl"),
        Operation("make_folder", "media"),
        Operation("sync", ""),
    ]
    write = [Operation("create", "media/.x"), Operation("write", "media/.x", b"x")]
    content, name = [Operation("sync", "media/.x")], [Operation("rename", "media/.x", target="media/x")]
    names = [Operation("sync", "media")]
    append = [
        Operation("write", "results.jsonl", json.dumps(line).encode() + b"\n"),
        Operation("sync", "results.jsonl"),
    ]

    def torn(order):
        for state in power.states(order):
            state.write(tmp_path / "lost")
            if not audit.audit(tmp_path / "lost").holds:
                return True
        return False

    assert not torn(ledger + write + content + name + names + append)
    wrong = name + names + append if place.startswith("rename") else content + name + append + names
    assert torn(ledger + write + wrong)


def test_the_check_finds_what_is_wrong(ground, tmp_path):
    place = ground[0]
    answers = expected(place.manifest)

    def damaged(name):
        return shutil.copytree(place.reference, tmp_path / name)

    lost = damaged("lost")
    path = lost / "results.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if '"text-0"' not in line or '"failed"' in line))
    assert audit.audit(lost, answers).lost == [("text-0", 0)]
    path.write_text("".join([*lines, *[line for line in lines if '"text-0"' in line and '"done"' in line]]))
    assert audit.audit(lost, answers).duplicated == [("text-0", 0)]
    path.write_text("".join([lines[0][:20], "\n", *lines]) + "{")
    assert len(audit.audit(lost, answers).torn) == 2
    torn = damaged("torn")
    medium = next((torn / "media").rglob("*.png"))
    medium.write_bytes(medium.read_bytes()[:-1])
    found = audit.audit(torn, answers)
    assert len(found.torn) == 1 and not found.holds
    other = damaged("other")
    (other / "media" / "stray.png").write_bytes(b"")
    assert audit.audit(other, answers).stray == ["media/stray.png"]


def test_faults_name_every_point():
    labels = {fault.split(":")[0] for fault in kills.faults(200, random.Random(0))}
    assert labels == {*kills.LABELS, "*", ""}


def test_a_section_is_replaced_and_others_stay(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nWords.\n\n## One\n\nold\n\n## Two\n\nstays\n")
    replace_section(page, "One", "new")
    replace_section(page, "Three", "more")
    assert page.read_text() == "# Page\n\nWords.\n\n## One\n\nnew\n\n## Two\n\nstays\n\n## Three\n\nmore\n"


def _with(ground, count):
    place, seconds = ground
    return place, count, seconds
