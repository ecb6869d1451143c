"""What people write stays words in a label."""

import pytest

from anygen_ui import escaping


@pytest.mark.parametrize(
    "text",
    [
        "[a](http://example.org)",
        "![a](b)",
        "<b>x</b>",
        "$x$",
        "`x`",
        "# x",
        "*x*",
        "www.example.org",
        "a@b.org",
    ],
)
def test_every_mark_is_escaped(text):
    shown = escaping.label(text)
    for index, each in enumerate(shown):
        if each in "[]()<>!$`#*.@":
            assert shown[index - 1] == "\\"


def test_no_directive_or_shortcode_is_left():
    shown = escaping.label(":red[x] :smile: :material/delete: https://example.org")
    assert ":red" not in shown and ":smile" not in shown and ":mat" not in shown and "https:\\/" not in shown


def test_a_label_is_one_short_line():
    shown = escaping.label("a\nb\u202e" + "c" * 100, 20)
    assert "\n" not in shown and "\u202e" not in shown and "…" in shown
