"""The app: one page, drawn from top to bottom at each interaction. `anygen ui` serves it (backend.py, server.py).

The keys of its widgets, which tests and styles may rely on, are listed in docs/ui.md.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

import anygen
from anygen_ui import composer, conversation, escaping, gallery, sidebar, welcome
from anygen_ui.auth import current_visitor
from anygen_ui.backend import backend
from anygen_ui.choices import Choices
from anygen_ui.page_context import GALLERY, PageContext
from anygen_ui.submission import Submissions
from anygen_ui.tables import Part, Turn

HERE = Path(__file__).parent
ABOUT = (
    f"anygen {anygen.__version__} reads any mix of text, image, audio and video, and answers with any mix of them. "
    "What it makes says, in the file, that a model made it. Nothing leaves this server."
)


def main() -> None:
    """Draw the page."""
    st.set_page_config(
        "anygen",
        str(HERE / "icon.png"),
        layout="centered",
        initial_sidebar_state="auto",
        # With an entry of its own the menu is there, and in it the choice of light or dark.
        menu_items={"About": ABOUT},
    )
    st.html(HERE / "style.css")
    context = PageContext(Submissions(*backend(), current_visitor()))
    turns = context.turns()
    is_busy = any(turn.state == "running" for turn in turns)
    with st.sidebar:
        choices = sidebar.draw(context, is_busy)
    say_next(context, turns, choices, is_busy)
    for notice in context.store.notices:
        _trouble(notice)
    if st.session_state.view == GALLERY:
        for trouble in context.take_troubles():
            _trouble(trouble)
        gallery.draw(context)
        return
    if turns:
        conversation.draw(context, turns)
    else:
        welcome.draw(context, choices)
    composer.draw(context, choices, is_busy, sum(turn.role == "user" for turn in turns))


def _trouble(sentence: str) -> None:
    st.error(escaping.label(sentence, 500), icon=":material/error:")


def say_next(context: PageContext, turns: list[Turn], choices: Choices, is_busy: bool) -> None:
    """An example that goes on says its next words as soon as the answer is there."""
    waiting = st.session_state.next_words.get(context.conversation)
    if not waiting or is_busy or not turns:
        return
    words = waiting.pop(0)
    if turns[-1].state != "done" or not context.send([Part("text", words)], choices):
        waiting.clear()
        return
    st.rerun()


main()
