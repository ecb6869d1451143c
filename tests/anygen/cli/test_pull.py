"""`anygen pull`; what is fetched is tests/anygen/loading."""

from __future__ import annotations

from anygen import cli

from .conftest import files_in


def test_a_preset_that_is_none_is_named_and_nothing_is_written(folder, capsys):
    assert cli.main(["pull", "no-such-preset", "--offline"]) == 2
    assert "no-such-preset" in capsys.readouterr().err
    assert files_in(folder) == {"a.png", "a.wav", "a.mp4"}
