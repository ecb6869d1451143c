"""`anygen replay`."""

from __future__ import annotations

import json
import re

from anygen import cli
from anygen.media import Image, provenance
from anygen.messages.request import Request

from .conftest import PICTURE, files_in


def test_replay_makes_the_same_again(run, folder):
    words = [
        "generate",
        "hi",
        "--image",
        "a.png",
        "--audio",
        "a.wav",
        "--require",
        "image,audio,video",
        "--seed",
        4,
    ]
    assert run(*words, "--out", "o", "--keep-inputs", "--image.height", 24)[0] == 0
    assert len(list((folder / "o" / "inputs").iterdir())) == 2
    for path in sorted((folder / "o").glob("reply-*")):
        if path.suffix in (".png", ".wav", ".mp4"):
            code, out, err = run("replay", path)
            assert (code, err) == (0, "")
            assert re.fullmatch(rf"{path.name}: the same (pixels|samples)\n", out)
    code, out, _ = run("replay", "o/reply.json", "--json", "--out", "again")
    answer = json.loads(out)
    assert code == 0 and answer["same"] and len(answer["files"]) >= 3 and answer["differences"] == []
    assert {name for name in files_in(folder / "o") if "inputs" not in name} == files_in(folder / "again")


def test_replay_says_which_input_is_missing_and_takes_it(run, folder):
    (folder / "elsewhere").mkdir()
    (folder / "a.png").rename(folder / "elsewhere" / "b.png")
    assert run("generate", "hi", "--image", "elsewhere/b.png", "--require", "image", "--out", "o")[0] == 0
    (picture,) = (folder / "o").glob("*.png")
    code, out, err = run("replay", picture)
    assert (code, out) == (2, "")
    assert (
        f"the input image {PICTURE.content_hash()[:12]} is missing; give the file it was with --input" in err
    )
    assert run("replay", picture, "--input", "a.wav", "--input", "elsewhere/b.png")[0] == 0


def test_replay_says_what_differs(run, folder):
    assert run("generate", "hi", "--require", "image", "--out", "o")[0] == 0
    (picture,) = (folder / "o").glob("*.png")
    record = provenance.read(picture)
    pixels = Image.open(picture).pixels.copy()
    pixels[0, 0, 0] ^= 16
    record["versions"]["torch"] = "1.0"
    record["model"]["weights_hash"] = "0" * 64
    Image(pixels).save(picture, record)
    code, out, _ = run("replay", picture)
    assert code == 1
    assert f"{picture.name}: not the same, the largest difference is 16/255 of a pixel" in out
    assert (
        "differs from the record: torch was 1.0 and is 2" in out
        and "the weights were 000000000000 and are" in out
    )


def test_a_record_that_leads_elsewhere_is_not_followed(run, folder):
    assert run("generate", "hi", "--require", "image", "--out", "o")[0] == 0
    whole = json.loads((folder / "o" / "reply.json").read_text())
    for part in whole["parts"]:
        if "path" in part:
            part["path"] = "../a.wav"
    (folder / "o" / "reply.json").write_text(json.dumps(whole))
    code, _, err = run("replay", "o/reply.json")
    assert code == 2 and "o/a.wav: no such file" in err


def test_a_file_does_not_decide_which_model_is_loaded(folder, capsys):
    record = provenance.build("someone/else", "", Request(), 0)
    PICTURE.save("sent.png", record)
    assert cli.main(["replay", "sent.png"]) == 2
    assert capsys.readouterr().err == (
        "anygen: sent.png: made by 'someone/else', which is no preset; name the model with --model\n"
    )
