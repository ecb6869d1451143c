"""render and estimate from Python."""

from __future__ import annotations

import numpy as np
import pytest

from anygen import Image
from anygen.batch import estimate
from anygen.batch.runner import Settings
from anygen.core.errors import ConfigError

from .conftest import QUICK, done, files, picture, rows, sound, text, write_lines


def test_answers_are_those_of_generate(run, mini, tmp_path):
    run([picture("b", seed=5), picture("c", words="Draw a blue dog."), text("t", seed=2)])
    found = done(tmp_path / "out")

    alone = mini.generate("Draw a red car.", seed=5, require=["image"], options=QUICK)
    path = tmp_path / "out" / found["b:0"]["files"][0]["path"]
    apart = np.abs(Image.open(path).pixels.astype(int) - alone.images[0].pixels.astype(int)).max()
    assert apart <= 2
    words = mini.generate("Hello.", seed=2, modalities=["text"]).text
    assert found["t:0"]["parts"] == [{"type": "text", "text": words}]


def test_exact_gives_the_same_bytes_however_it_was_cut(run, tmp_path):
    lines = [picture(f"p{number}") for number in range(4)] + [sound("s")]
    run(lines, out="straight", exact=True)
    run(lines[1:3], out="cut", exact=True, window=1)
    run(lines, out="cut", exact=True, window=3)

    assert files(tmp_path / "straight") == files(tmp_path / "cut")


def test_media_leave_no_folder(run, tmp_path):
    (tmp_path / "job").mkdir()
    outside = tmp_path / "secret.png"
    Image(np.zeros((8, 8, 3), np.uint8)).save(outside)
    (tmp_path / "job" / "link.png").symlink_to(outside)
    paths = ["../secret.png", "link.png", str(outside)]
    lines = [
        {"id": path, "prompt": [{"type": "image", "path": path}], "modalities": ["text"]} for path in paths
    ]
    manifest = write_lines(tmp_path / "job" / "m.jsonl", lines)

    assert run(manifest).failed == 3
    assert all("leaves the manifest's folder" in row["error"]["message"] for row in rows(tmp_path / "out"))
    assert run(manifest, roots=[tmp_path]).made == 3


def test_a_dry_run_checks_and_estimates(mini, tmp_path):
    path = write_lines(tmp_path / "m.jsonl", [text("a", n=3), picture("b"), "{", text("a"), {"id": "c"}])
    found = estimate(path, mini)

    assert (found.lines, found.answers, found.errors, found.sampled) == (5, 4, 3, 2)
    assert found.seconds is not None and found.seconds > 0 and found.bytes is not None and found.bytes > 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["m.jsonl"]


def test_an_estimate_is_of_the_lines_that_are_asked_for(mini, tmp_path):
    path = write_lines(tmp_path / "m.jsonl", [text(f"t{number}") for number in range(6)])
    parts = [estimate(path, mini, settings=Settings(shard=(index, 2), limit=5)) for index in (1, 2)]
    assert sum(part.lines for part in parts) == 5 and all(part.errors == 0 for part in parts)


def test_a_root_that_is_no_folder_is_refused(run, tmp_path):
    with pytest.raises(ConfigError, match="is no folder"):
        run([text("a")], roots=[tmp_path / "none"])
