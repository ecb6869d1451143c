"""The first page: what the model can do, and six things to try with a click, one for each kind of crossing.

examples/examples.json lists them; the files beside it were made by pipelines/ui_examples.py, that is, by mini.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from anygen_ui.choices import Choices, Facts, facts_of
from anygen_ui.page_context import PageContext, show_the_start
from anygen_ui.tables import Part

MINI = (
    "You are talking to mini: a tiny model of a small world. It knows 20 things, 8 colours, 16 sounds and 7 motions, and "
    "draws them 64 pixels wide. It is the real machine in small, not a clever one: asked for anything else, it says so."
)
FOLDER = Path(__file__).with_name("examples")


@dataclass(frozen=True)
class Example:
    """What a click says: a file where there is one, then `words`, one turn after the other."""

    crossing: str
    words: Sequence[str]
    image: str
    """A strip that shows what goes in and what comes out."""
    shows: str
    """The same in words."""
    file: str | None = None
    require: Sequence[str] = ()


EXAMPLES = tuple(
    Example(**each) for each in json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))
)


def draw(context: PageContext, choices: Choices) -> None:
    """The whole first page."""
    with st.container(key="welcome", gap="small"):
        show_the_start("welcome")
        st.html('<h2 class="hero">Say it, show it, play it.</h2>')
        st.text("Mix text, images, audio and video. Any mix of them comes back.")
        facts = facts_of(choices.model)
        st.text(MINI if facts.name == "mini" else facts.description)
        _examples(context, choices, facts)


def _examples(context: PageContext, choices: Choices, facts: Facts) -> None:
    st.html('<h3 class="try">Try one</h3>')
    with st.container(key="examples", gap="medium"):
        for index, example in enumerate(EXAMPLES):
            with st.container(key=f"example-{index}", border=True, gap="xsmall"):
                _card(context, choices, example, index)


def _card(context: PageContext, choices: Choices, example: Example, index: int) -> None:
    st.caption(example.crossing)
    with st.container(key=f"face-{index}"):
        st.image(FOLDER / example.image, alt=example.shows)
    if st.button(example.words[0], key=f"try-{index}", width="stretch", disabled=bool(choices.trouble)):
        _run(context, choices, example)
        st.rerun()


def _run(context: PageContext, choices: Choices, example: Example) -> None:
    parts = []
    if example.file is not None:
        file = FOLDER / example.file
        part = context.upload(file.name, file.read_bytes())
        if part is None:
            return
        parts.append(part)
    parts.append(Part("text", example.words[0]))
    if context.send(parts, choices, example.require) and context.conversation is not None:
        st.session_state.next_words[context.conversation] = list(example.words[1:])
