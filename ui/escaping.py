"""Words that people and models wrote, shown as they are.

Bodies go through st.text, which reads no markup. Labels of Streamlit's widgets are always read as markdown, so what goes
into one is disarmed here: no link, image, formula, icon or colour comes of it.
"""

from __future__ import annotations

import re

from anygen.core.errors import printable

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&@^=\"'/])")
_WORD_JOINER = "\u2060"


def label(text: str, most: int = 60) -> str:
    """`text` for a widget's label: on one line, cut, every mark of markdown escaped, no directive, shortcode or address."""
    line = printable(text)
    line = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    # A backslash does not survive into the passes that look for :icons: and addresses; a joiner nobody sees does.
    return _MARKS.sub(r"\\\1", line).replace(":", f":{_WORD_JOINER}")
