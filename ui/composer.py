"""Where the next message is put together: its parts as they will be sent, and the line to write in."""

from __future__ import annotations

from typing import Any

import streamlit as st

from anygen_ui import escaping, medium
from anygen_ui.choices import Choices
from anygen_ui.page_context import PageContext, Piece, quiet_button
from anygen_ui.submission import REMEMBERED
from anygen_ui.tables import Part

FILE_TYPES = ["image", "audio", "video"]
"""What the file chooser offers; what a file is, the store finds out from its content."""


def draw(context: PageContext, choices: Choices, is_busy: bool, num_said: int = 0) -> None:
    """`num_said`: messages of the visitor in this conversation."""
    with st.bottom, st.container(key="composer", gap="xsmall"):
        # Here, not at the top: that is out of sight where a conversation is long.
        with st.container(key="troubles", gap="xsmall"):
            if troubles := context.take_troubles():
                st.error("  \n".join(escaping.label(each, 500) for each in troubles), icon=":material/error:")
        # Its place is kept while it is empty, so that what stands below never moves to another place in the page.
        with st.container(key="draft", gap="xsmall"):
            if context.draft or st.session_state.editing:
                _draft(context, choices, is_busy)
        given = st.chat_input(
            "Write, drop files, or record",
            key="message",
            accept_file="multiple",
            file_type=FILE_TYPES,
            accept_audio=True,
        )
        _extras(context, num_said)
    if given:
        _take(context, choices, given, is_busy)
        st.rerun()


def _take(context: PageContext, choices: Choices, given: Any, is_busy: bool) -> None:
    """Words are sent, with all that was put together; files alone wait in the composer for words or Send."""
    files = [*given.files, *([given.audio] if given.audio else [])]
    kept = [_upload(context, file) for file in files]
    text = given.text.strip()
    if text and all(kept) and not is_busy:
        parts = [piece.part for piece in context.draft]
        if context.send([*parts, Part("text", text)], choices):
            st.session_state.draft = []
            return
    if text:
        context.add(Part("text", text))
        if is_busy:
            context.say(
                "One answer at a time: your message waits below. Send it when this answer is done, or stop it."
            )


def _upload(context: PageContext, file: Any) -> bool:
    part = context.upload(file.name, file.getvalue())
    if part is not None:
        context.add(part)
    return part is not None


def _draft(context: PageContext, choices: Choices, is_busy: bool) -> None:
    with st.container(horizontal=True, gap="small", key="pieces"):
        for index, piece in enumerate(context.draft):
            _piece(context, piece, index)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        is_off, icon = is_busy or not context.draft, ":material/arrow_upward:"
        if st.button("Send", key="send", type="primary", icon=icon, disabled=is_off):
            if context.send([piece.part for piece in context.draft], choices):
                st.session_state.draft = []
            st.rerun()
        if st.session_state.editing:
            st.caption("Sending replaces what you said, and all that came after it.", width="content")
        quiet_button("Discard", "discard", "", context.leave_editing)


def _piece(context: PageContext, piece: Piece, index: int) -> None:
    part, name = piece.part, f"part {index + 1}"
    with st.container(key=f"piece-{piece.id}", border=True, gap="xxsmall", width=216):
        if part.type == "text":
            written = st.text_area(f"Text, {name}", part.text, key=f"text-{piece.id}", height=80)
            piece.part = Part("text", written)
        else:
            st.caption(f"{index + 1} · {part.type.capitalize()}")
            medium.show(part, width=120, name=f"{part.type.capitalize()}, {name}")
        with st.container(horizontal=True, gap="xxsmall"):
            last = len(context.draft) - 1
            for words, by, is_off in (("Earlier", -1, index == 0), ("Later", 1, index == last)):
                key = f"{words.lower()}-{piece.id}"
                quiet_button(words, key, "", context.move, piece.id, by, disabled=is_off)
            quiet_button("Remove", f"remove-{piece.id}", "", context.remove, piece.id)


def _extras(context: PageContext, num_said: int) -> None:
    """Less common ways to add a part."""
    with st.container(horizontal=True, gap="small", key="extras"):
        shots = st.session_state.setdefault("shots", 0)
        # A new key after each photo: the popover is closed again.
        with (
            st.container(key="camera-open", width="content"),
            st.popover(
                "Camera",
                icon=":material/photo_camera:",
                type="tertiary",
                key=f"camera-{shots}",
                on_change="rerun",
            ) as popover,
        ):
            # Only now: the browser asks for the camera as soon as the widget is there.
            if popover.open:
                taken = st.camera_input("Take an image", key=f"picture-{shots}")
                if taken is not None and _upload(context, taken):
                    st.session_state.shots += 1
                    st.rerun()
        about = "Words that stand between files"
        quiet_button("Text part", "add-text", "notes", context.add, Part("text", ""), help=about)
        if num_said > REMEMBERED:
            st.caption(f"The model reads the last {REMEMBERED} exchanges.", width="content")
