"""What `anygen render` takes about a cluster, without one."""

from __future__ import annotations

import pytest

from anygen import cli


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--ray-llm", "2"], "--ray-llm goes with --ray"),
        (["--ray-image", "none"], "begins with the number of workers"),
        (["--ray", "--dry-run"], "--dry-run estimates for this machine; leave --ray out"),
    ],
)
def test_what_goes_not_together_is_refused(words, sentence, folder, capsys):
    (folder / "m.jsonl").write_text("")
    assert cli.main(["render", "m.jsonl", "--out", "o", *words]) == 2
    assert sentence in capsys.readouterr().err and not (folder / "o").exists()
