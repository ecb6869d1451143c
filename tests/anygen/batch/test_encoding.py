"""Encoding a folder once: what training then reads, however the job was stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from anygen import AnyGen, Audio, Image, Video
from anygen.batch import encode_media
from anygen.core.errors import ConfigError, PromptError
from anygen.training.data.examples import read_examples
from anygen.training.data.features import FeatureCache

from .conftest import rows, write_lines

# Loads the model once, then forks a child for each kill: at the n-th flush or rename.
KILLER = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from anygen import AnyGen
from anygen.batch import encode_media
model, folder, out = sys.argv[1:]
model = AnyGen.from_pretrained(model)
from anygen.training.data import shards
count, codes = 0, []
while not codes or codes[-1]:
    count += 1
    child = os.fork()
    if child == 0:
        left = [count]
        def killing(call):
            def killed(*arguments):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*arguments)
            return killed
        os.fsync, os.replace = killing(os.fsync), killing(os.replace)
        encode_media(folder, f"{out}-{count}", model, shard_rows=4)
        os._exit(0)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(*codes)
"""


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Pictures, sounds and clips in folders, with wrong suffixes, twice, broken, and what is no medium."""
    random = np.random.default_rng(0)
    folder = tmp_path / "media"
    (folder / "below").mkdir(parents=True)
    for index in range(6):
        Image(random.integers(0, 256, (20, 24, 3), dtype=np.uint8)).save(folder / f"{index}.png")
    for index in range(3):
        Audio(random.normal(0, 0.1, 16_000).astype(np.float32), 16_000).save(folder / f"below/{index}.wav")
    Video(random.integers(0, 256, (4, 16, 16, 3), dtype=np.uint8), 4.0).save(folder / "clip.mp4")
    (folder / "below" / "0.wav").rename(folder / "sound.png")
    shutil.copy(folder / "1.png", folder / "without-suffix")
    (folder / "labels.txt").write_text("no medium")
    np.save(folder / "array.npy", np.zeros((4, 4)))
    (folder / "2b.png").write_bytes((folder / "2.png").read_bytes()[:200])
    (folder / "3b.jpg").write_bytes(b"not a picture")
    return folder


def shards(out: Path) -> dict[str, bytes]:
    """Every file of the features, by name."""
    folder = out / "features"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_stage_then_encodes_nothing(media, tmp_path, tiny_model):
    summary = encode_media(media, tmp_path / "cache", tiny_model, shard_rows=4)

    assert (summary.done, summary.made, summary.failed, summary.exit_code) == (10, 10, 2, 1)
    kinds = [*(("image", f"{index}.png") for index in range(6)), ("image", "without-suffix")]
    kinds += [
        ("audio", "sound.png"),
        ("audio", "below/1.wav"),
        ("audio", "below/2.wav"),
        ("video", "clip.mp4"),
    ]
    messages = [
        [
            {"role": "user", "content": [{"type": kind, "path": name}]},
            {"role": "assistant", "content": "yes"},
        ]
        for kind, name in kinds
    ]
    data = write_lines(
        media / "data.jsonl", [{"id": str(index), "messages": each} for index, each in enumerate(messages)]
    )
    examples = read_examples(data)
    filled = FeatureCache(tmp_path / "cache/features", tiny_model.encoders)
    assert filled.fill(examples) == 0
    fresh = FeatureCache(tmp_path / "fresh", tiny_model.encoders)
    assert fresh.fill(examples) == 10
    for example in examples:
        for each in example.media:
            got, wanted = (cache.gather(each.modality, [cache.key(each)]) for cache in (filled, fresh))
            np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-5)


def test_what_cannot_be_read_is_an_error_row_once(media, tmp_path, tiny_model):
    for _ in range(2):
        summary = encode_media(media, tmp_path / "cache", tiny_model)
        assert summary.failed == 2
    found = {row["id"]: row["error"] for row in rows(tmp_path / "cache")}

    assert len(rows(tmp_path / "cache")) == 2 and summary.made == 0 and summary.done == 10
    assert found["2b.png"]["type"] == found["3b.jpg"]["type"] == "MediaError"
    assert all(
        error["message"].startswith(name) and str(tmp_path) not in error["message"]
        for name, error in found.items()
    )
    assert encode_media(media, tmp_path / "other", tiny_model, max_failures=1).exit_code == 4


def test_a_kill_anywhere_costs_a_shard_and_changes_no_byte(media, tmp_path, tiny_dir, tiny_model):
    encode_media(media, tmp_path / "straight", tiny_model, shard_rows=4)
    said = subprocess.run(
        [sys.executable, "-c", KILLER, str(tiny_dir), str(media), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert len(said) > 15 and set(said[:-1]) == {str(-signal.SIGKILL)} and said[-1] == "0"
    wanted = shards(tmp_path / "straight")
    assert len(wanted) == 4
    for number in range(1, len(said)):
        out = tmp_path / f"out-{number}"
        whole = {name: data for name, data in shards(out).items() if name.endswith(".safetensors")}
        assert whole.items() <= wanted.items(), number
        summary = encode_media(media, out, tiny_model, shard_rows=4)
        assert (summary.done, summary.failed) == (10, 2), number
        assert shards(out) == wanted, number
        assert len(rows(out)) == 2, number


def command(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "anygen_pipelines.encode_media", *map(str, arguments)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_runs_at_once_share_the_work(media, tmp_path, tiny_dir, tiny_model):
    how = ("--model", tiny_dir, "--out", tmp_path / "cache", "--shard-rows", 2, "--json")
    both = [command(media, *how) for _ in range(2)]
    said = [json.loads(each.communicate(timeout=120)[0]) for each in both]

    assert sum(each["made"] for each in said) == 10
    assert all((each["done"], each["failed"], each["exit_code"]) == (10, 2, 1) for each in said)
    assert [each.returncode for each in both] == [1, 1] and len(rows(tmp_path / "cache")) == 2
    encode_media(media, tmp_path / "alone", tiny_model, shard_rows=2)
    assert shards(tmp_path / "cache") == shards(tmp_path / "alone")


def test_a_manifest_names_the_media(media, tmp_path, tiny_model):
    picture = {"type": "image", "path": "0.png"}
    lines = [{"id": "a", "prompt": [picture, "what?"]}, {"id": "b", "prompt": [picture]}, "{"]
    lines += [{"id": "c", "prompt": [{"type": "audio", "path": "sound.png"}]}]
    lines += [{"id": "d", "prompt": [{"type": "image", "path": "sound.png"}]}]
    path = write_lines(media / "manifest.jsonl", lines)
    summary = encode_media(path, tmp_path / "cache", tiny_model)

    assert (summary.done, summary.failed) == (2, 2)
    kinds = sorted(row["error"]["type"] for row in rows(tmp_path / "cache"))
    assert kinds == ["ManifestError", "MediaError"]


def test_stopping_writes_no_part_of_a_shard(media, tmp_path, tiny_model):
    asked = iter(range(1000))
    summary = encode_media(
        media, tmp_path / "cache", tiny_model, shard_rows=4, should_stop=lambda: next(asked) > 12
    )
    assert summary.stopped == "signal" and summary.done < 10
    encode_media(media, tmp_path / "cache", tiny_model, shard_rows=4)
    encode_media(media, tmp_path / "straight", tiny_model, shard_rows=4)
    assert shards(tmp_path / "cache") == shards(tmp_path / "straight")


def test_what_one_model_cannot_read_another_may(media, tmp_path, tiny_model, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(tiny_model, "encoders", {k: v for k, v in tiny_model.encoders.items() if k != "audio"})
        summary = encode_media(media, tmp_path / "cache", tiny_model)
        assert (summary.done, summary.failed) == (7, 5)
        assert any(
            "is audio; the encoders of this model read" in str(row) for row in rows(tmp_path / "cache")
        )
    assert encode_media(media, tmp_path / "cache", tiny_model).done == 10


def test_other_places_are_refused(media, tmp_path, tiny_model):
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "run.json").write_text("{}")
    with pytest.raises(ConfigError, match="holds a job of anygen render"):
        encode_media(media, tmp_path / "job", tiny_model)
    with pytest.raises(PromptError, match="manifest"):
        encode_media(media / "0.png", tmp_path / "cache", tiny_model)


@pytest.mark.parametrize("source, code", [("none.jsonl", 2), ("media", 1)])
def test_the_exit_codes(media, tmp_path, tiny_dir, source, code):
    process = command(tmp_path / source, "--model", tiny_dir, "--out", tmp_path / "cache")
    said, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert "Traceback" not in errors and (code == 2) == (said == "")


def test_mini_encodes_its_examples(tmp_path):
    examples = Path(__file__).parents[3] / "examples"
    summary = encode_media(examples, tmp_path / "cache", AnyGen.from_pretrained("mini"))
    assert (summary.done, summary.failed) == (3, 0)
