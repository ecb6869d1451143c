"""What is said of how a medium was made."""

import pytest

pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")

from anygen_ui.medium import flat, replay_command


def test_options_are_said_by_their_path():
    assert flat({"seed": 1, "image": {"width": 64, "height": 32}}) == [
        "seed 1",
        "image.width 64",
        "image.height 32",
    ]


def test_the_command_names_each_input_once_by_its_hash():
    parts = ["words", {"hash": "0123456789"}, {"hash": "0123456789"}, {"hash": "abcdefghij"}]
    record = {"messages": [{"content": parts}]}
    assert (
        replay_command(record, "x.png") == "anygen replay x.png --input FILE-01234567 --input FILE-abcdefgh"
    )
