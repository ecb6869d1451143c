"""A hundred kinds of broken lines: each is an error row with one clear sentence, and the lines between them are answered."""

from __future__ import annotations

import csv
import io
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anygen import Audio, Image
from anygen.batch import render
from anygen.core.errors import PromptError

from .conftest import rows

FOLDERS = "the manifest's folder"


def line(**more: Any) -> dict[str, Any]:
    """A good line but for `more`; the id is set from the name of the kind. A value of ... leaves a key out."""
    found = {"prompt": "Hello.", "modalities": ["text"], **more}
    return {key: value for key, value in found.items() if value is not ...}


def reads(kind: str, path: Any, **more: Any) -> dict[str, Any]:
    return line(prompt=["What is this?", {"type": kind, "path": path, **more}])


def deep(depth: int) -> str:
    return "[" * depth + "]" * depth


# What the line is (bytes and str as they stand in the file), and words that its sentence must hold.
BROKEN: dict[str, tuple[Any, str]] = {
    # No line of JSON
    "no JSON": ("hello", "no JSON"),
    "cut short": ('{"id": "cut", "prompt": "Hel', "no JSON"),
    "single quotes": ("{'id': 'x'}", "no JSON"),
    "a comma too many": ('{"id": "x", "prompt": "Hello.",}', "no JSON"),
    "a comment": ("// a comment", "no JSON"),
    "two objects": ('{"id": "x", "prompt": "a"} {"id": "y", "prompt": "b"}', "no JSON"),
    "a byte order mark amid": ("\ufeff{}", "no JSON"),
    "a null byte": ("\0", "no JSON"),
    "control characters raw": ('{"id": "x", "prompt": "a\x01\x1b[31mb"}', "no JSON"),
    "Latin-1": (b'{"id": "x", "prompt": "caf\xe9"}', "UTF-8"),
    "UTF-16": ('{"id":"x"}'.encode("utf-16-le"), "no"),
    "overlong UTF-8": (b'{"id": "x", "prompt": "\xc0\xaf"}', "UTF-8"),
    "a surrogate as bytes": (b'{"id": "x", "prompt": "\xed\xa0\x80"}', "UTF-8"),
    "a PNG file": (b"\x89PNG\r\x1a", "UTF-8"),
    "deep nesting": (deep(100_000), "no JSON"),
    "deep objects": ('{"a":' * 50_000 + "1" + "}" * 50_000, "no JSON"),
    "deep within the limit": (f'{{"id": "deep", "meta": {deep(900)}, "prompt": "a"}}', "meta"),
    "a number of 5000 digits": (f'{{"id": "x", "seed": {"9" * 5000}, "prompt": "a"}}', "no JSON"),
    "NaN": ('{"id": "x", "prompt": "a", "seed": NaN}', "NaN"),
    "Infinity": ('{"id": "x", "prompt": "a", "seed": -Infinity}', "Infinity"),
    "a key twice": ('{"id": "x", "prompt": "a", "prompt": "b"}', "twice"),
    "a key twice, deep": ('{"id": "x", "prompt": "a", "options": {"exact": true, "exact": false}}', "twice"),
    # JSON, but no object
    "an array": ("[1, 2]", "object"),
    "an empty array": ("[]", "object"),
    "a text": ('"hello"', "object"),
    "a number": ("7", "object"),
    "null": ("null", "object"),
    "true": ("true", "object"),
    "an empty object": ("{}", "id"),
    # The id
    "no id": (json.dumps(line()), "id is"),
    "id null": (line(id=None), "id is"),
    "id empty": (line(id=""), "id is"),
    "id a list": (line(id=["a"]), "id is"),
    "id an object": (line(id={"a": 1}), "id is"),
    "id true": (line(id=True), "id is"),
    "id a fraction": (line(id=1.5), "id is"),
    "id too long": (line(id="x" * 513), "512"),
    "id a huge number": (line(id=10**30), "id is"),
    "id that stood before": (line(id="good-0"), "line 1"),
    "id that stood before as a number": (line(id=77), "already"),
    # Keys
    "an unknown key": (line(colour="red"), "colour"),
    "a key near to prompt": (line(promt="x"), "prompt"),
    "a key near to modalities": (line(modality=["text"]), "modalities"),
    "a key near to require": (line(requires=["image"]), "require"),
    "a key near to options": (line(option={}), "options"),
    "a key in capitals": (line(Seed=1), "seed"),
    "an empty key": (line(**{"": 1}), "unknown key"),
    "a key with control characters": (line(**{"\x1b[2J": 1}), "unknown key"),
    "a key of a megabyte": (line(**{"k" * 1_000_000: 1}), "unknown key"),
    "a surrogate as key": ('{"id": "x", "prompt": "a", "\\ud800": 1}', "unknown key"),
    # Prompt and messages
    "no prompt": (line(prompt=...), "prompt and messages"),
    "prompt null": (line(prompt=None), "prompt and messages"),
    "prompt and messages": (line(messages=[{"role": "user", "content": "a"}]), "exactly one"),
    "prompt a number": (line(prompt=5), "prompt is"),
    "prompt an object": (line(prompt={"type": "text", "text": "a"}), "prompt is"),
    "prompt an empty list": (line(prompt=[]), "prompt is"),
    "prompt a list of numbers": (line(prompt=[1, 2]), "prompt[0]"),
    "prompt a list in a list": (line(prompt=[["a"]]), "prompt[0]"),
    "prompt with a lone surrogate": ('{"id": "lone", "prompt": "a\\ud800b"}', "UTF-8"),
    "prompt longer than the model reads": (line(prompt="word " * 100_000), "context"),
    "messages empty": (line(prompt=..., messages=[]), "messages is"),
    "messages an object": (line(prompt=..., messages={"role": "user"}), "messages is"),
    "a message without content": (line(prompt=..., messages=[{"role": "user"}]), "role and content"),
    "a message with more": (
        line(prompt=..., messages=[{"role": "user", "content": "a", "name": "b"}]),
        "role and content",
    ),
    "an unknown role": (line(prompt=..., messages=[{"role": "robot", "content": "a"}]), "role"),
    "a role that is a list": (line(prompt=..., messages=[{"role": ["user"], "content": "a"}]), "role"),
    "the system message second": (
        line(prompt=..., messages=[{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]),
        "system",
    ),
    "a part of an unknown type": (line(prompt=[{"type": "smell", "path": "a"}]), "prompt[0]"),
    "a part whose type is a list": (line(prompt=[{"type": ["image"], "path": "a"}]), "prompt[0]"),
    "a part that is a URL": (
        line(prompt=[{"type": "image_url", "image_url": {"url": "http://127.0.0.1/a.png"}}]),
        "prompt[0]",
    ),
    # Modalities and require
    "modalities a text": (line(modalities="text"), "modalities is"),
    "modalities empty": (line(modalities=[]), "modalities"),
    "modalities of numbers": (line(modalities=[1]), "1"),
    "modalities of lists": (line(modalities=[["text"]]), "text"),
    "an unknown modality": (line(modalities=["text", "smell"]), "smell"),
    "require what is not allowed": (line(require=["image"]), "image"),
    "require a number": (line(require=3), "require is"),
    # Options
    "options a list": (line(options=[]), "options is"),
    "options a text": (line(options="exact"), "options is"),
    "an unknown option": (line(options={"image": {"num_inference_step": 5}}), "num_inference_steps"),
    "an unknown group of options": (line(options={"images": {}}), "image"),
    "a group that is a number": (line(options={"image": 5}), "image"),
    "steps 0": (line(options={"image": {"num_inference_steps": 0}}), "num_inference_steps"),
    "steps a text": (line(options={"image": {"num_inference_steps": "many"}}), "num_inference_steps"),
    "steps of a billion": (line(options={"image": {"num_inference_steps": 10**9}}), "num_inference_steps"),
    "a picture of a billion pixels": (line(options={"image": {"height": 10**9}}), "height"),
    "a sound of a year": (line(options={"audio": {"seconds": 3.2e7}}), "seconds"),
    "a video of a million frames": (line(options={"video": {"num_frames": 10**6}}), "num_frames"),
    "a negative temperature": (line(options={"temperature": -1}), "temperature"),
    "exact a text": (line(options={"exact": "yes"}), "exact"),
    # Seed, n, meta
    "seed negative": (line(seed=-1), "seed"),
    "seed too large": (line(seed=2**64), "seed"),
    "seed a text": (line(seed="5"), "seed"),
    "seed a fraction": (line(seed=1.5), "seed"),
    "seed true": (line(seed=True), "seed"),
    "n 0": (line(n=0), "n is"),
    "n negative": (line(n=-5), "n is"),
    "n of a billion": (line(n=10**9), "1000"),
    "n a fraction": (line(n=2.0), "n is"),
    "n a text": (line(n="2"), "n is"),
    "meta a list": (line(meta=[1]), "meta is"),
    "meta a text": (line(meta="x"), "meta is"),
    # Media by path
    "no such file": (reads("image", "inputs/none.png"), "no file"),
    "a path that is a number": (reads("image", 5), "path is"),
    "a path that is a list": (reads("image", ["inputs/0.png"]), "path is"),
    "an empty path": (reads("image", ""), "path is"),
    "a path with a null byte": (reads("image", "inputs/0.png\0.txt"), "path is"),
    "a path of surrogates": ('{"id": "odd", "prompt": [{"type": "image", "path": "\\ud800"}]}', "path"),
    "a path too long": (reads("image", "a/" * 3000), "path"),
    "a name too long": (reads("image", "a" * 300), "path"),
    "up and out": (reads("image", "../secret.png"), FOLDERS),
    "up and out after a folder": (reads("image", "inputs/../../secret.png"), FOLDERS),
    "from the root": (reads("image", "/etc/passwd"), FOLDERS),
    "a link that leads out": (reads("image", "inputs/out.png"), FOLDERS),
    "a folder that leads out": (reads("image", "inputs/outside/secret.png"), FOLDERS),
    "a link to itself": (reads("image", "inputs/loop.png"), "path"),
    "a link to nothing": (reads("image", "inputs/gone.png"), "no file"),
    "a device": (reads("image", "/dev/zero"), FOLDERS),
    "a folder as picture": (reads("image", "inputs"), "no file"),
    "a pipe": (reads("image", "inputs/pipe"), "no file"),
    "a URL as path": (reads("image", "http://127.0.0.1/a.png"), "no file"),
    "a home": (reads("image", "~/a.png"), "no file"),
    "a path and more": (reads("image", "inputs/0.png", detail="high"), "prompt[1]"),
    # Media that are not what they are said to be
    "an empty file": (reads("image", "inputs/empty.png"), "empty.png"),
    "words as picture": (reads("image", "inputs/words.png"), "words.png"),
    "a script as picture": (reads("image", "inputs/script.svg"), "script.svg"),
    "a picture cut short": (reads("image", "inputs/cut.png"), "cut.png"),
    "a picture of 40000 x 40000": (reads("image", "inputs/bomb.png"), "bomb.png"),
    "a sound as picture": (reads("image", "inputs/tone.wav"), "tone.wav"),
    "a picture as sound": (reads("audio", "inputs/0.png"), "0.png"),
    "a picture as video": (reads("video", "inputs/0.png"), "0.png"),
    "a sound cut to its header": (reads("audio", "inputs/cut.wav"), "cut.wav"),
    "a sound of NaN": (reads("audio", "inputs/nan.wav"), "nan.wav"),
    "a video of nothing": (reads("video", "inputs/none.mp4"), "none.mp4"),
}
GOOD = 8
"""Good lines, spread between the broken ones."""


def write_inputs(folder: Path) -> None:
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    Image(np.zeros((32, 32, 3), np.uint8)).save(inputs / "0.png")
    whole = (inputs / "0.png").read_bytes()
    (folder.parent / "secret.png").write_bytes(whole)
    (inputs / "cut.png").write_bytes(whole[: len(whole) // 3])
    (inputs / "out.png").symlink_to(folder.parent / "secret.png")
    (inputs / "outside").symlink_to(folder.parent)
    (inputs / "loop.png").symlink_to("loop.png")
    (inputs / "gone.png").symlink_to("nothing.png")
    os.mkfifo(inputs / "pipe")
    (inputs / "empty.png").touch()
    (inputs / "words.png").write_text("not a picture")
    (inputs / "script.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    (inputs / "bomb.png").write_bytes(png_header(40_000, 40_000))
    Audio(np.zeros(1600, np.float32), 16000).save(inputs / "tone.wav")
    (inputs / "cut.wav").write_bytes((inputs / "tone.wav").read_bytes()[:20])
    samples = np.full(400, np.nan, "<f4").tobytes()
    head = b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 3, 1, 16000, 64000, 4, 32) + b"data" + struct.pack("<I", len(samples))
    (inputs / "nan.wav").write_bytes(head + samples)
    (inputs / "none.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def good(index: int) -> dict[str, Any]:
    return {"id": f"good-{index}", "prompt": "Hello.", "modalities": ["text"]}


def as_written(name: str, what: Any) -> bytes:
    if isinstance(what, dict):
        what = json.dumps({"id": name, **what})
    return what.encode() if isinstance(what, str) else what


@pytest.fixture(scope="module")
def rendered(mini, tmp_path_factory):
    """All broken lines in one manifest, rendered in one run: the summary, and line number -> row."""
    folder = tmp_path_factory.mktemp("bad") / "job"
    write_inputs(folder)
    written: list[bytes] = []
    between = len(BROKEN) // (GOOD - 1)
    for index, (name, (what, _)) in enumerate(BROKEN.items()):
        if index % between == 0 and index // between < GOOD - 1:
            written.append(json.dumps(good(index // between)).encode())
        written.append(as_written(name, what))
    written.insert(1, json.dumps({"id": "77", "prompt": "Hello.", "modalities": ["text"]}).encode())
    written.append(json.dumps(good(GOOD - 1)).encode())
    # Line ends of both kinds; none at the very end.
    manifest = folder / "manifest.jsonl"
    manifest.write_bytes(
        b"".join(each + (b"\r\n" if n % 2 else b"\n") for n, each in enumerate(written))[:-1]
    )
    summary = render(manifest, folder / "out", mini, pages=False)
    return folder, manifest, summary, {row["line"]: row for row in rows(folder / "out")}, written


def test_there_are_a_hundred_kinds():
    assert len(BROKEN) >= 100


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_an_error_row_with_a_sentence(rendered, name):
    _, _, _, found, written = rendered
    what, words = BROKEN[name]
    # The last of that content: a line that repeats another's stands after it.
    number = max(index for index, raw in enumerate(written, 1) if raw == as_written(name, what))
    row = found[number]
    sentence = row.get("error", {}).get("message", "")
    assert row["state"] == "failed", f"{name} was answered: {row}"
    assert words in sentence, f"{name}: {sentence}"
    assert sentence.isprintable() and 10 < len(sentence) < 500, f"{name}: {sentence!r}"
    assert "Traceback" not in sentence and str(Path.cwd()) not in sentence


def test_the_good_lines_between_are_answered(rendered):
    _, _, summary, found, _ = rendered
    assert {row["id"] for row in found.values() if row["state"] == "done"} == {
        "77",
        *(f"good-{index}" for index in range(GOOD)),
    }
    assert summary.done == GOOD + 1 and summary.failed == len(BROKEN) and summary.exit_code == 1


def test_a_second_run_says_the_same_and_writes_nothing(rendered, mini):
    folder, manifest, summary, *_ = rendered
    before = (folder / "out" / "results.jsonl").read_bytes()
    again = render(manifest, folder / "out", mini, pages=False)
    assert (again.done, again.failed, again.made) == (summary.done, summary.failed, 0)
    assert (folder / "out" / "results.jsonl").read_bytes() == before


def test_nothing_was_written_outside_the_job(rendered):
    folder, *_ = rendered
    assert {path.name for path in folder.parent.iterdir()} == {"job", "secret.png"}
    assert {path.name for path in folder.iterdir()} == {"inputs", "out", "manifest.jsonl"}


# A manifest is refused whole, or read, by how it begins and ends.
def test_line_ends_and_marks(run, tmp_path):
    path = tmp_path / "manifest.jsonl"
    lines = [json.dumps(good(index)) for index in range(3)]
    path.write_bytes(b"\r\n\r\n   \n" + f"{lines[0]}\r\n\n{lines[1]}\n\t\n{lines[2]}".encode())
    assert run(path).done == 3
    path.write_bytes(b"")
    assert run(path, out="empty").exit_code == 0
    path.write_bytes(b"\xef\xbb\xbf" + lines[0].encode())
    assert run(path, out="marked").done == 1


def test_a_huge_line_is_read_past(run, tmp_path):
    path = tmp_path / "manifest.jsonl"
    huge = json.dumps({"id": "huge", "prompt": "x" * 17_000_000})
    path.write_text("\n".join([json.dumps(good(0)), huge, json.dumps(good(1))]))
    summary = run(path)
    assert (summary.done, summary.failed) == (2, 1)
    (row,) = (row for row in rows(tmp_path / "out") if row["state"] == "failed")
    assert "longer than" in row["error"]["message"]


CSV = {
    "no,such,cell count": ("c1,Hello.,text", "cells"),
    "too many": ("c2,Hello.,text,,,,,,,x", "cells"),
    "n a word": ("c3,Hello.,text,,,,two,", "n is"),
    "seed a fraction": ("c4,Hello.,text,,,1.5,,", "seed is"),
    "seed NaN": ("c5,Hello.,text,,,nan,,", "seed is"),
    "options no JSON": ('c6,Hello.,text,,"{bad",,,', "options"),
    "options a list": ('c7,Hello.,text,,"[1]",,,', "options is"),
    "meta NaN": ('c8,Hello.,text,,,,,"{""a"": NaN}"', "meta"),
    "unknown modality": ("c9,Hello.,smell,,,,,", "smell"),
    "no id": (",Hello.,text,,,,,", "id is"),
    "no prompt": ("c11,,text,,,,,", "prompt"),
    "id again": ("good-0,Hello.,text,,,,,", "already"),
    "Latin-1": (b"c13,caf\xe9,text,,,,,", "UTF-8"),
    "deep": (f'c14,Hello.,text,,"{deep(100_000)}",,,', "options"),
}


def test_broken_rows_of_csv(run, tmp_path):
    path = tmp_path / "manifest.csv"
    written = [b"id,prompt,modalities,require,options,seed,n,meta"]
    written += [b"good-0,Hello.,text,,,,,", b'good-1,"two\nlines",text,,,,,']
    written += [row if isinstance(row, bytes) else row.encode() for row, _ in CSV.values()]
    written += [b"good-2,Hello.,text,,,,,"]
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(written) + b"\r\n")
    summary = run(path)
    found = {row["line"]: row for row in rows(tmp_path / "out")}
    for number, (name, (_, words)) in enumerate(CSV.items(), 3):
        sentence = found[number].get("error", {}).get("message", "")
        assert words in sentence and sentence.isprintable() and len(sentence) < 500, f"{name}: {sentence!r}"
    assert (summary.done, summary.failed) == (3, len(CSV))


def test_csv_with_a_bare_quote_goes_on_after_it(run, tmp_path):
    path = tmp_path / "manifest.csv"
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([["id", "prompt", "modalities"], ["a", "Hello.", "text"]])
    path.write_text(buffer.getvalue() + 'b,"Hello"x,text\r\nc,Hello.,text\r\n')
    summary = run(path)
    assert summary.failed == 1 and summary.done == 2


def test_broken_rows_of_parquet(run, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "manifest.parquet"
    table = pyarrow.table(
        {
            "id": ["good-0", "seed", "n", "options", "modality", None, "good-0", "empty", "good-1"],
            "prompt": ["Hello."] * 7 + [None, "Hello."],
            "modalities": [["text"]] * 4 + [["smell"]] + [["text"]] * 4,
            "seed": pyarrow.array([1, -5] + [None] * 7, pyarrow.int64()),
            "n": pyarrow.array([None, None, 10**9] + [None] * 6, pyarrow.int64()),
            "options": [None, None, None, "{bad"] + [None] * 5,
        }
    )
    parquet.write_table(table, path)
    summary = run(path)
    found = {row["line"]: row.get("error", {}).get("message", "") for row in rows(tmp_path / "out")}
    words = {2: "seed", 3: "n is", 4: "options", 5: "smell", 6: "id is", 7: "already", 8: "prompt"}
    for number, word in words.items():
        assert word in found[number] and found[number].isprintable(), found[number]
    assert (summary.done, summary.failed) == (2, len(words))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_manifest_that_is_something_else_is_one_sentence(run, tmp_path, suffix):
    from anygen.core.errors import PromptError

    path = tmp_path / f"manifest{suffix}"
    path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(PromptError) as found:
        run(path)
    assert path.name in str(found.value) and "\n" not in str(found.value)


def test_meta_that_no_line_of_results_can_hold_is_an_error_row(run, tmp_path):
    summary = run(
        ['{"id": "far", "prompt": "Hello.", "modalities": ["text"], "meta": {"x": 1e999}}', line(id="ok")]
    )
    assert (summary.done, summary.failed) == (1, 1)
    (error,) = [row["error"]["message"] for row in rows(tmp_path / "out") if row["state"] == "failed"]
    assert "meta" in error and "JSON" in error


def test_dates_and_bytes_in_the_meta_of_parquet_are_error_rows(run, tmp_path):
    pa = pytest.importorskip("pyarrow")
    import datetime

    import pyarrow.parquet

    meta = [{"at": datetime.datetime(2020, 1, 1), "raw": None}, {"at": None, "raw": b"\xff"}, None]
    table = pa.table(
        {"id": ["a", "b", "c"], "prompt": ["Hello."] * 3, "modalities": [["text"]] * 3, "meta": meta}
    )
    pyarrow.parquet.write_table(table, tmp_path / "m.parquet")
    summary = run(tmp_path / "m.parquet")
    assert (summary.done, summary.failed) == (1, 2)


def test_a_damaged_page_of_parquet_is_one_sentence(run, tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    path = tmp_path / "m.parquet"
    ids = [str(number) for number in range(3000)]
    pyarrow.parquet.write_table(pa.table({"id": ids, "prompt": ids}), path)
    data = bytearray(path.read_bytes())
    data[200:2000] = b"\xff" * 1800
    path.write_bytes(data)
    with pytest.raises(PromptError, match=r"m\.parquet: is damaged after row 0"):
        run(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("id,prompt,prompt\na,one,two\n", "'prompt' stands twice"),
        ('"id,prompt\na,b\n', "first row is no CSV"),
    ],
)
def test_a_csv_header_that_would_lose_something_is_refused(run, tmp_path, content, words):
    (tmp_path / "m.csv").write_text(content)
    with pytest.raises(PromptError, match=words):
        run(tmp_path / "m.csv")


def test_results_name_no_folder_of_the_machine(run, tmp_path):
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "words.png").write_text("words")
    files = [("image", "torn.png"), ("audio", "empty.wav"), ("image", "words.png")]
    run([{"id": name, **reads(kind, name)} for kind, name in files])
    told = {row["id"]: row["error"]["message"] for row in rows(tmp_path / "out")}
    for _, name in files:
        assert told[name].startswith(name)
    assert str(tmp_path) not in (tmp_path / "out" / "results.jsonl").read_text()
