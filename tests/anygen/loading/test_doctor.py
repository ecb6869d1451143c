"""What doctor finds on a machine, and what it says of models."""

import json
import shutil

import numpy as np
import pytest

from anygen import cli
from anygen.loading import doctor, memory, presets
from anygen.loading.memory import Machine
from anygen.loading.part_sizes import STATED

GB = 10**9


def test_doctor_plans_a_folder_as_json(tiny_dir, capsys):
    assert cli.main(["doctor", str(tiny_dir), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    parts = {part["part"]: part for part in found["parts"]}
    llm = parts["llm"]
    assert llm["how"] == "counted" and llm["bytes"]["float32"] == 4 * llm["params"]
    assert llm["bytes"]["float16"] == llm["bytes"]["bfloat16"] == 2 * llm["params"]
    assert llm["bytes"]["int4"] < llm["bytes"]["int8"] < llm["bytes"]["float16"]
    assert "int4" not in parts["decoders.image"]["bytes"]
    needed = sum(part["bytes"]["float32"] for part in found["parts"] if part["needed"])
    assert found["sum"]["float32"] == needed
    assert "holds it as it is" in found["fits"]["cpu"] and {*found["cards"]} == {
        f"{n} GB" for n in memory.CARDS
    }


def test_doctor_plans_a_preset_in_words_and_says_where_it_does_not_fit(capsys, monkeypatch):
    assert cli.main(["doctor", "nextgpt-7b"]) in (0, 3)
    out = capsys.readouterr().out
    assert "llm " in out and "6750.0 M (stated): float32 27.0 GB" in out and "24 GB: " in out
    monkeypatch.setattr(memory, "machine", lambda: Machine(GB))
    assert cli.main(["doctor", "nextgpt-7b"]) == 3
    assert "1.0 GB of memory is too little" in capsys.readouterr().out
    assert cli.main(["doctor", "nextgpt-7"]) == 2
    assert "did you mean nextgpt-7b?" in capsys.readouterr().err


def test_info_lists_every_preset_and_hides_those_that_are_not_commercial(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["info", "--all", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["models"]}
    assert rows["mini"]["weights"] == "in the package" and rows["mini"]["commercial"] is True
    assert rows["nextgpt-7b"]["weights"].startswith("not here") and rows["nextgpt-7b"]["commercial"] is False
    assert rows["nextgpt-7b"]["memory"]["how"] == [STATED]
    assert cli.main(["info", "--all", "--commercial-only"]) == 0
    out = capsys.readouterr().out
    assert "mini" in out and "nextgpt" not in out
    assert cli.main(["info", "mini", "--all"]) == 2


def test_a_preset_that_says_nothing_is_not_commercial(monkeypatch, tiny_dir):
    monkeypatch.setattr(presets, "presets", list)
    monkeypatch.setattr(presets, "plans", lambda: {"tiny": tiny_dir / "config.yaml"})
    assert doctor.every_model(commercial_only=True) == []
    assert doctor.every_model()[0]["commercial"] is None


@pytest.mark.parametrize("name", doctor._CODECS)
def test_a_codec_that_gives_something_else_back_is_to_be_mended(name, monkeypatch):
    from anygen.media import Audio, Image, Video

    assert doctor._attempt(name, lambda: doctor._CODECS[name](name)).ok
    black = Image(np.zeros((16, 16, 3), np.uint8))
    for kind, other in (
        (Image, black),
        (Audio, Audio(np.zeros(16000, np.float32), 16000)),
        (Video, Video(np.zeros((2, 16, 16, 3), np.uint8), 8.0)),
    ):
        monkeypatch.setattr(kind, "open", lambda data, other=other: other)
    found = doctor._attempt(name, lambda: doctor._CODECS[name](name))
    assert not found.ok and "install av, soundfile and pillow again" in found.advice


def test_weights_that_changed_are_to_be_mended(tmp_path, monkeypatch):
    folder = tmp_path / "presets" / "mini"
    shutil.copytree(presets.PRESETS_DIR / "mini", folder)
    monkeypatch.setattr(presets, "PRESETS_DIR", folder.parent)
    assert [check.ok for check in doctor._presets()] == [True]
    (folder / "decoders/image/vae/config.json").write_text("{}")
    (check,) = doctor._presets()
    assert (
        not check.ok
        and "1 files are missing or changed, the first is decoders.image/vae/config" in check.found
    )
    (folder / "manifest.json").unlink()
    (check,) = doctor._presets()
    assert not check.ok and check.found.startswith("CheckpointError: ") and check.advice


def test_a_full_disk_and_no_weights_are_to_be_mended(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    assert doctor._disk(tmp_path / "not/yet").ok
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert not doctor._disk(tmp_path).ok
    monkeypatch.setattr(presets, "PRESETS_DIR", tmp_path)
    assert [check.found for check in doctor._presets()] == ["no weights in the package"]


def test_what_a_probe_raises_is_the_finding():
    def broken():
        raise OSError("libfoo.so: cannot open\nshared object")

    found = doctor._attempt("codec x", broken)
    assert not found.ok and found.found == "OSError: libfoo.so: cannot open shared object"
