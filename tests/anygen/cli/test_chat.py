"""`anygen chat`."""

from __future__ import annotations

from anygen import cli

from .conftest import files_in


def test_options_are_checked_before_a_model_is_loaded(capsys):
    assert cli.main(["chat", "--model", "no-such-model", "--temperature", "hot"]) == 2
    assert "temperature is 'hot'" in capsys.readouterr().err


def test_the_end_of_standard_input_ends_it(talk, folder):
    assert talk() == (0, "", "")
    assert files_in(folder) == {"a.png", "a.wav", "a.mp4"}
