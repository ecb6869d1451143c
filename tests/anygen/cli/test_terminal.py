"""What is shown on a terminal."""

from __future__ import annotations

import pytest

from anygen.cli.terminal import as_lines, follow
from anygen.messages.reply import TextDelta


def test_lines_keep_the_names_of_files():
    from anygen.cli.terminal import as_lines

    found = {"memory_gb": 1, "read": {"my_models/state_dict.bin": "0", "state_dict.bin": "1"}}
    assert as_lines(found) == [
        "memory gb: 1",
        "read:",
        "  my_models/state_dict.bin: 0",
        "  state_dict.bin: 1",
    ]


def test_a_stream_without_an_end_is_an_error_and_its_text_is_shown():
    shown: list[str] = []
    with pytest.raises(RuntimeError, match="without a reply"):
        follow(iter([TextDelta("Hel"), TextDelta("lo")]), shown.append)
    assert shown == ["Hel", "lo"]


def test_what_a_record_holds_cannot_drive_the_terminal():
    assert as_lines({"model": {"name": "a\x1b[2J"}, "parts": [], "sizes": [1, 2]}) == [
        "model:",
        "  name: a\\x1b[2J",
        "parts: -",
        "sizes: 1, 2",
    ]
