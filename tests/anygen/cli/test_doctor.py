"""`anygen doctor`."""

from __future__ import annotations

import json


def test_doctor_lists_what_is_there_and_what_to_mend(run, folder):
    code, out, _ = run("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(out)["checks"]}
    assert code == (0 if all(check["ok"] for check in checks.values()) else 3)
    for name in (
        "python",
        "anygen",
        "torch",
        "diffusers",
        "transformers",
        "device",
        "codec mp4",
        "codec webm",
        "codec mp3",
    ):
        assert checks[name]["ok"], checks[name]
    code, out, _ = run("doctor")
    assert all(line.startswith(("ok  ", "MEND")) for line in out.splitlines())


def test_the_memory_of_a_preset_is_planned_part_by_part(run):
    code, out, _ = run("doctor", "mini", "--json")
    assert code == 0 and "llm" in [part["part"] for part in json.loads(out)["parts"]]
    code, out, _ = run("doctor", "mini")
    assert code == 0 and "all of it: " in out and "this machine" in out
