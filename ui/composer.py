"""Where the next message is put together: its parts as they will be sent, and the line to write in."""

from __future__ import annotations

from typing import Any

import streamlit as st

from anygen.core.errors import MediaError
from anygen_ui import escaping, medium
from anygen_ui.choices import WORDS, Choices
from anygen_ui.page_context import Piece, Room
from anygen_ui.store import Part
from anygen_ui.submission import REMEMBERED

FILE_TYPES = ["image", "audio", "video"]
"""What the file chooser offers; what a file is, the store finds out from its content."""


def draw(room: Room, choices: Choices, is_busy: bool, num_said: int = 0) -> None:
    """`num_said`: messages of the visitor in this conversation."""
    with st.bottom, st.container(key="composer", gap="xsmall"):
        # Here, not at the top: that is out of sight where a conversation is long.
        with st.container(key="troubles", gap="xsmall"):
            if troubles := room.take_troubles():
                st.error("  \n".join(escaping.label(each, 500) for each in troubles), icon=":material/error:")
        # Its place is kept while it is empty, so that what stands below never moves to another place in the page.
        with st.container(key="draft", gap="xsmall"):
            if room.draft or st.session_state.editing:
                _draft(room, choices, is_busy)
        given = st.chat_input(
            "Write, drop files, or record",
            key="message",
            accept_file="multiple",
            file_type=FILE_TYPES,
            accept_audio=True,
        )
        _extras(room, num_said)
    if given:
        _take(room, choices, given, is_busy)
        st.rerun()


def _take(room: Room, choices: Choices, given: Any, is_busy: bool) -> None:
    """Words are sent, with all that was put together; files alone wait in the composer for words or Send."""
    files = [*given.files, *([given.audio] if given.audio else [])]
    kept = [_upload(room, file) for file in files]
    text = given.text.strip()
    if text and all(kept) and not is_busy:
        parts = [piece.part for piece in room.draft]
        if room.send([*parts, Part("text", text)], choices):
            st.session_state.draft = []
            return
    if text:
        room.add(Part("text", text))
        if is_busy:
            room.say(
                "One answer at a time: your message waits below. Send it when this answer is done, or stop it."
            )


def _upload(room: Room, file: Any) -> bool:
    try:
        media = room.store.add_upload(room.visitor, file.name, file.getvalue())
    except MediaError as error:
        room.say(error)
        return False
    room.add(Part(media.modality, path=media.path, caption=media.caption))
    return True


def _draft(room: Room, choices: Choices, is_busy: bool) -> None:
    with st.container(horizontal=True, gap="small", key="pieces"):
        for index, piece in enumerate(room.draft):
            _piece(room, piece, index)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if st.button(
            "Send",
            key="send",
            type="primary",
            icon=":material/arrow_upward:",
            disabled=is_busy or not room.draft,
        ):
            if room.send([piece.part for piece in room.draft], choices):
                st.session_state.draft = []
            st.rerun()
        if st.session_state.editing:
            st.caption("Sending replaces what you said, and all that came after it.", width="content")
        st.button("Discard", key="discard", type="tertiary", on_click=room.leave_editing)


def _piece(room: Room, piece: Piece, index: int) -> None:
    part, name = piece.part, f"part {index + 1}"
    with st.container(key=f"piece-{piece.id}", border=True, gap="xxsmall", width=216):
        if part.type == "text":
            written = st.text_area(f"Text, {name}", part.text, key=f"text-{piece.id}", height=80)
            piece.part = Part("text", written)
        else:
            st.caption(f"{index + 1} · {WORDS[part.type]}")
            medium.show(part, width=120, name=f"{WORDS[part.type]}, {name}")
        with st.container(horizontal=True, gap="xxsmall"):
            last = len(room.draft) - 1
            for words, by, off in (("Earlier", -1, index == 0), ("Later", 1, index == last)):
                st.button(
                    words,
                    key=f"{words.lower()}-{piece.id}",
                    type="tertiary",
                    disabled=off,
                    on_click=room.move,
                    args=(piece.id, by),
                )
            st.button(
                "Remove",
                key=f"remove-{piece.id}",
                type="tertiary",
                on_click=room.remove,
                args=(piece.id,),
            )


def _extras(room: Room, num_said: int) -> None:
    """Less common ways to add a part."""
    with st.container(horizontal=True, gap="small", key="extras"):
        shots = st.session_state.setdefault("shots", 0)
        # A new key after each picture: the popover is closed again.
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
                taken = st.camera_input("Take a picture", key=f"picture-{shots}")
                if taken is not None and _upload(room, taken):
                    st.session_state.shots += 1
                    st.rerun()
        st.button(
            "Text part",
            key="add-text",
            type="tertiary",
            icon=":material/notes:",
            help="Words that stand between files",
            on_click=room.add,
            args=(Part("text", ""),),
        )
        if num_said > REMEMBERED:
            st.caption(f"The model reads the last {REMEMBERED} exchanges.", width="content")
