"""`anygen info`."""

from __future__ import annotations

import json

from anygen import cli
from anygen.media import provenance
from anygen.messages.request import Request

from .conftest import PICTURE


def test_info_says_what_a_model_is_made_of_and_what_made_a_file(run, tiny_dir, folder):
    code, out, _ = run("info", tiny_dir, "--json")
    found = json.loads(out)
    assert code == 0 and found["reads"] == ["text", "audio", "image", "video"] and found["makes"][0] == "text"
    assert "parameters" in found["parts"]["llm"]
    assert run("generate", "hi", "--require", "image", "--out", "o", "--seed", 9)[0] == 0
    (picture,) = (folder / "o").glob("*.png")
    code, out, _ = run("info", picture)
    assert code == 0 and "seed: 9" in out and "trainedAlgorithmicMedia" in out and "text: hi" in out
    assert json.loads(run("info", picture, "--json")[1])["model"]["weights_hash"] == found["weights_hash"]
    assert run("info")[0] == 0


def test_info_shows_no_control_characters(folder, capsys):
    record = provenance.build("mini\x1b[2J\x07", "", Request(), 0)
    PICTURE.save("sent.png", record)
    assert cli.main(["info", "sent.png"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and r"mini\x1b[2J\x07" in out


def test_presets_are_listed_with_their_licences(run):
    code, out, _ = run("info", "--all", "--json")
    models = json.loads(out)["models"]
    assert code == 0 and "mini" in [model["name"] for model in models]
    code, out, _ = run("info", "--commercial-only", "--json")
    assert code == 0 and all(model["commercial"] for model in json.loads(out)["models"])
    assert run("info", "mini", "--all")[0] == 2
