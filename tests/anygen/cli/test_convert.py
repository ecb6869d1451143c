"""`anygen convert`; the conversions are tests/anygen/loading/convert."""

from __future__ import annotations

import pytest

from anygen import cli


@pytest.mark.parametrize(
    ("out", "sentence"),
    [(".", ".: is there already; name a folder that is not, or is empty"), ("a.png/o", "a.png: is a file")],
)
def test_whether_the_folder_can_be_made_is_asked_first(out, sentence, folder, capsys):
    assert cli.main(["convert", "vicuna-delta", "none", "none", out]) == 2
    assert sentence in capsys.readouterr().err


def test_an_unknown_format_and_option_are_named(folder, capsys):
    assert cli.main(["convert", "imagebnd", "a", "b"]) == 2
    assert "imagebnd" in capsys.readouterr().err
    assert cli.main(["convert", "imagebind", "a", "b", "--sha25", "0"]) == 2
    assert "did you mean --sha256?" in capsys.readouterr().err


def test_a_source_that_is_missing_leaves_nothing(folder, capsys):
    assert cli.main(["convert", "imagebind", "none.pth", "o"]) in (2, 3)
    assert "none.pth" in capsys.readouterr().err and not (folder / "o").exists()
