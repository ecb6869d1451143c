"""A conversation: what was said and answered, part by part in the order the model put them."""

from __future__ import annotations

from functools import partial

import streamlit as st

from anygen.core.errors import PromptError
from anygen_ui import answering, escaping, medium, scrolling
from anygen_ui.choices import new_seed
from anygen_ui.page_context import Room
from anygen_ui.store import Turn
from anygen_ui.submission import VARIATION_OF


def draw(room: Room, turns: list[Turn]) -> None:
    for index, turn in enumerate(turns):
        if turn.role == "user":
            _said(room, turn)
        else:
            _answer(room, turn, is_last=index == len(turns) - 1)
    scrolling.follow_the_end(f"{len(turns)} {turns[-1].id}")


def _said(room: Room, turn: Turn) -> None:
    with st.container(key=f"said-{turn.id}", horizontal_alignment="right", gap="xsmall"):
        st.html('<span class="unseen">You said</span>')
        for part in turn.parts:
            if part.type == "text":
                with st.container(key=f"words-{turn.id}-{turn.parts.index(part)}", width="content"):
                    st.text(part.text)
            else:
                medium.show(part, width=180, name=f"Your {part.type}")
        st.button(
            "Edit",
            key=f"edit-{turn.id}",
            type="tertiary",
            icon=":material/edit:",
            on_click=room.edit,
            args=(turn,),
        )


def _answer(room: Room, turn: Turn, is_last: bool) -> None:
    with st.container(key=f"answer-{turn.id}", gap="small"):
        heading = "A variation" if VARIATION_OF in turn.settings else "The answer"
        st.html(f'<span class="unseen">{heading}</span>')
        if turn.state == "running":
            answering.draw(room, turn)
            return
        for index, part in enumerate(turn.parts):
            if part.type == "text":
                if part.text.strip():
                    st.text(part.text.strip())
                continue
            with st.container(key=f"medium-{turn.id}-{index}", gap="xxsmall"):
                medium.show(part)
                vary = partial(room.desk.variations, room.conversation, turn, part.type)
                medium.actions(room, part, f"{turn.id}-{index}", vary if turn.settings else None, turn)
        if turn.error:
            st.warning(escaping.label(turn.error, 400), icon=":material/error:")
        elif turn.state == "stopped":
            st.caption("Stopped. What was finished stays.")
        _footer(room, turn, is_last)


def _footer(room: Room, turn: Turn, is_last: bool) -> None:
    """How it was made, in a line; the last answer can be asked for again."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key=f"footer-{turn.id}"):
        known = [escaping.label(str(turn.settings.get("model", "")))]
        known += [] if turn.seed is None else [f"seed {turn.seed}"]
        known += [f"{turn.timings['total']:.1f} s"] if "total" in turn.timings else []
        st.caption(" · ".join(each for each in known if each), width="content")
        if not is_last or not turn.settings or room.conversation is None:
            return
        for words, icon, seed in (
            ("Same seed", ":material/replay:", turn.seed or 0),
            ("New seed", ":material/casino:", new_seed()),
        ):
            if st.button(
                words,
                key=f"{words.split()[0].lower()}-seed-{turn.id}",
                type="tertiary",
                icon=icon,
                help="Answer again",
            ):
                try:
                    room.desk.again(room.conversation, turn, seed)
                except PromptError as error:
                    room.say(error)
                st.rerun()
