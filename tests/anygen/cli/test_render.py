"""`anygen render`; the job itself is tests/anygen/batch."""

from __future__ import annotations

import json

import pytest

from anygen import cli


@pytest.fixture
def manifest(folder):
    path = folder / "m.jsonl"
    lines = [{"id": f"t{number}", "prompt": "Hello.", "modalities": ["text"]} for number in range(3)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_job_a_check_and_a_dry_run(manifest, tiny_dir, capsys):
    words = ["render", str(manifest), "--model", str(tiny_dir), "--json"]
    assert cli.main([*words, "--dry-run", "--price", "3600"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["lines"], found["errors"]) == (3, 0) and found["price"] == round(found["seconds"], 2)
    assert cli.main([*words, "--out", "out", "--shard", "1/1", "--limit", "2", "--no-pages"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["made"] == 2 and told.err.count("\n") == 2
    assert not (manifest.parent / "out" / "index.html").exists()
    assert cli.main(["render", "--verify", "out"]) == 0
    assert capsys.readouterr().out.startswith("2 done, 0 failed")


def test_a_template_is_written(folder, capsys):
    (folder / "prompts.txt").write_text("a dog\na cat\n")
    words = ["render", "new.jsonl", "--template", "prompts.txt", "--prompt", "Draw", "--require", "image"]
    assert cli.main(words) == 0
    assert capsys.readouterr().out == "2 lines in new.jsonl\n"
    first = json.loads((folder / "new.jsonl").read_text().splitlines()[0])
    assert first == {"id": "000001", "prompt": "Draw a dog", "require": ["image"]}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "a MANIFEST is needed"),
        (["m.jsonl"], "--out DIR is needed"),
        (["m.jsonl", "--out", "o", "--prompt", "x"], "--prompt goes with --template"),
        (["m.jsonl", "--out", "o", "--shard", "5/4"], "'5/4' is no I/N with I from 1 to N"),
        (["m.jsonl", "--out", "o", "--limit", "0"], "'0' is no whole number from 1"),
        (["--template", "a"], "the MANIFEST to write is needed"),
    ],
)
def test_what_goes_not_together_is_refused(words, sentence, manifest, capsys):
    assert cli.main(["render", *words]) == 2
    assert sentence in capsys.readouterr().err
