"""`anygen generate`, run for real on a tiny model: what it prints and writes."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys

from anygen import cli
from anygen.media import Audio, Image, Video, open_media, provenance

from .conftest import files_in


def test_generate_prints_text_and_the_paths_of_what_it_wrote(run, folder):
    code, out, err = run(
        "generate",
        "Draw and sound.",
        "--image",
        "a.png",
        "--require",
        "image,audio,video",
        "--out",
        "o",
        "--seed",
        7,
    )
    assert (code, err) == (0, "")
    paths = [line for line in out.splitlines() if line.startswith("o/")]
    kinds = {type(open_media(path)) for path in paths}
    assert kinds == {Image, Audio, Video}
    assert {path.removeprefix("o/") for path in paths} | {"reply.json"} <= files_in(folder / "o")


def test_generate_as_json_is_one_object_with_the_parts_in_order(run, folder):
    code, out, err = run("generate", "hello", "--require", "image", "--json", "--seed", 3, "--out", "o")
    assert (code, err, out.count("\n")) == (0, "", 1)
    answer = json.loads(out)
    assert set(answer) == {"parts", "seed", "timings"} and answer["seed"] == 3
    pictures = [part for part in answer["parts"] if part["type"] == "image"]
    assert pictures and all(Image.open(part["path"]) for part in pictures)
    assert all(part["text"] for part in answer["parts"] if part["type"] == "text")
    assert answer["timings"]["total"] > 0


def test_parts_are_read_in_the_order_they_stand(run, folder):
    words = [
        "first",
        "--audio",
        "a.wav",
        "second",
        "third",
        "--image=a.png",
        "--video",
        "a.mp4",
        "--text",
        "-last",
    ]
    code, _, err = run("generate", *words, "--modalities", "image", "--require", "image", "--out", "o")
    assert (code, err) == (0, "")
    record = provenance.read(folder / "o" / "reply.json")
    (turn,) = record["messages"]
    assert [part.get("text", part["type"]) for part in turn["content"]] == [
        *("first", "audio", "second", "third", "image", "video", "-last"),
    ]


def test_text_comes_from_standard_input_and_after_two_dashes(run, folder, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("what is it?\n"))
    assert run("generate", "-", "--require", "image", "--out", "o")[0] == 0
    assert (
        provenance.read(folder / "o" / "reply.json")["messages"][0]["content"][0]["text"] == "what is it?\n"
    )
    parsed = cli.parse(["generate", "--seed", "1", "--", "--image", "x"])
    assert parsed.parts == [("text", "--image"), ("text", "x")]


def test_modalities_say_what_may_come_back(run, folder):
    code, out, _ = run("generate", "hello", "--modalities", "text", "--json")
    assert code == 0 and {part["type"] for part in json.loads(out)["parts"]} <= {"text"}
    assert not (folder / "out").exists()


def test_the_same_seed_gives_the_same_files(run, folder):
    for name in ("one", "two"):
        assert run("generate", "hi", "--require", "image,audio,video", "--seed", 5, "--out", name)[0] == 0
    assert files_in(folder / "one") == files_in(folder / "two")
    for name in files_in(folder / "one"):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes(), name


def test_an_unknown_model_is_named(folder, capsys):
    assert cli.main(["generate", "hi", "--model", "minimal"]) == 2
    assert "model 'minimal' is neither a preset nor a folder" in capsys.readouterr().err


def test_a_model_whose_weights_are_damaged_is_refused(tiny_dir, folder, capsys, tmp_path):

    broken = shutil.copytree(tiny_dir, tmp_path / "broken")
    (broken / "trained.safetensors").unlink()
    assert cli.main(["generate", "hi", "--model", str(broken)]) == 2
    assert "trained.safetensors: no such file" in capsys.readouterr().err


def test_libraries_say_nothing_while_a_picture_is_drawn(tmp_path):
    words = ["generate", "Draw a dog.", "--image.num_inference_steps", "1", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "anygen", *words], capture_output=True, text=True)
    assert done.returncode == 0 and (tmp_path / "reply-1.png").is_file()
    assert done.stderr == ""
