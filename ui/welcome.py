"""The first page: what the model can do, and six things to try with a click."""

from __future__ import annotations

import streamlit as st

from anygen.core.errors import MediaError
from anygen_ui import scrolling
from anygen_ui.choices import Choices, Facts, facts_of
from anygen_ui.examples import EXAMPLES, FOLDER, Example
from anygen_ui.page_context import Room
from anygen_ui.store import Part

MINI = (
    "You are talking to mini: a tiny model of a small world. It knows 20 things, 8 colours, 16 sounds and 7 motions, and "
    "draws them 64 pixels wide. It is the real machine in small, not a clever one: asked for anything else, it says so."
)


def draw(room: Room, choices: Choices) -> None:
    with st.container(key="welcome", gap="small"):
        scrolling.show_the_start("welcome")
        st.html('<h2 class="hero">Say it, show it, play it.</h2>')
        st.text("Mix words, pictures, sounds and clips. Any mix of them comes back.")
        facts = facts_of(choices.model)
        st.text(MINI if facts.name == "mini" else facts.description)
        _examples(room, choices, facts)


def _examples(room: Room, choices: Choices, facts: Facts) -> None:
    st.html('<h3 class="try">Try one</h3>')
    with st.container(key="examples", gap="medium"):
        for index, example in enumerate(EXAMPLES):
            with st.container(key=f"example-{index}", border=True, gap="xsmall"):
                _card(room, choices, example, index)


def _card(room: Room, choices: Choices, example: Example, index: int) -> None:
    st.caption(example.crossing)
    with st.container(key=f"face-{index}"):
        st.image(FOLDER / example.picture, alt=example.shows)
    if st.button(example.words[0], key=f"try-{index}", width="stretch", disabled=bool(choices.trouble)):
        _run(room, choices, example)
        st.rerun()


def _run(room: Room, choices: Choices, example: Example) -> None:
    parts = []
    if example.file is not None:
        file = FOLDER / example.file
        try:
            media = room.store.add_upload(room.visitor, file.name, file.read_bytes())
        except MediaError as error:
            room.say(error)
            return
        parts.append(Part(media.modality, path=media.path, caption=media.caption))
    parts.append(Part("text", example.words[0]))
    if room.send(parts, choices, example.require) and room.conversation is not None:
        st.session_state.next_words[room.conversation] = list(example.words[1:])
