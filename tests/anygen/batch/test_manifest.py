"""One schema from JSONL, CSV and Parquet; templates; dry runs; the pages."""

from __future__ import annotations

import json

import pytest

from anygen.batch import manifest, write_manifest
from anygen.core.errors import PromptError

from .conftest import QUICK, done, picture, text, write_lines


def records(path, **how):
    return [line.record for line in manifest.read(path, **how)]


def test_the_three_formats_hold_the_same(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    wanted = [
        {"id": "a", "prompt": "Draw, a dog.", "require": ["image"], "options": QUICK, "seed": 3, "n": 2},
        {"id": "b", "messages": [{"role": "user", "content": "Hi"}], "modalities": ["text", "image"]},
    ]
    lines = write_lines(tmp_path / "m.jsonl", wanted)
    (tmp_path / "m.csv").write_text(
        "id,prompt,messages,modalities,require,options,seed,n\n"
        f'a,"Draw, a dog.",,,image,"{json.dumps(QUICK).replace(chr(34), chr(34) * 2)}",3,2\n'
        'b,,"[{""role"": ""user"", ""content"": ""Hi""}]","text, image",,,,\n'
    )
    keys = [dict.fromkeys(wanted[0] | wanted[1]) | each for each in wanted]
    table = pyarrow.Table.from_pylist(keys)
    parquet.write_table(table, tmp_path / "m.parquet")

    assert records(lines) == records(tmp_path / "m.csv") == records(tmp_path / "m.parquet") == wanted


def test_what_is_no_line_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "LONGEST_LINE", 40)
    path = tmp_path / "m.jsonl"
    path.write_bytes(b'{"id":"a"}\n\n{"id":"a","id":"b"}\n\xff\n{"x":NaN}\n"' + b"y" * 100 + b'"\n[1]')
    found = {line.number: line.error or line.record for line in manifest.read(path)}

    assert found[1] == {"id": "a"} and found[7] == [1] and 2 not in found
    assert "stands twice" in found[3] and "no UTF-8" in found[4]
    assert "NaN" in found[5] and "longer than 40 bytes" in found[6]


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(PromptError, match="told by its suffix"):
        manifest.read(tmp_path / "m.txt")


def test_templates_are_manifests(run, tmp_path):
    (tmp_path / "prompts.txt").write_text("a dog\n\na cat\n")
    path = tmp_path / "m.jsonl"

    assert write_manifest(path, tmp_path / "prompts.txt", "Draw", modalities=["text"]) == 2
    assert [record["prompt"] for record in records(path)] == ["Draw a dog", "Draw a cat"]
    assert run(path).made == 2
    with pytest.raises(PromptError, match="is there already"):
        write_manifest(path, tmp_path / "prompts.txt")


def test_pages_show_every_answer_and_run_nothing_of_a_user(run, tmp_path):
    hostile = '<script>alert("x")</script>'
    run([text(hostile, hostile), picture("p"), "{"], pages=True)
    page = (tmp_path / "out" / "index.html").read_text()

    assert "<script" not in page and "&lt;script&gt;" in page
    source = done(tmp_path / "out")["p:0"]["files"][0]["path"]
    assert f'<img loading="lazy" decoding="async" src="{source}"' in page and page.count("<article") == 3
    assert "http:" not in page and "https:" not in page
    assert (tmp_path / "out" / "sheet.png").read_bytes().startswith(b"\x89PNG")
