"""The side of the page: conversations above, what the next answer is made with below (settings.py)."""

from __future__ import annotations

from io import BytesIO

import streamlit as st

from anygen.core.errors import PromptError
from anygen_ui import escaping, settings
from anygen_ui.choices import Choices
from anygen_ui.page_context import CONVERSATION, Room

MOST_LISTED = 40
"""Conversations in the list; older ones are in the gallery's filter."""


def draw(room: Room, is_busy: bool) -> Choices:
    st.html('<h1 class="brand">anygen</h1>')
    st.button(
        "New conversation",
        key="new-conversation",
        icon=":material/add:",
        width="stretch",
        on_click=room.open,
        args=(None,),
    )
    st.button(
        "Gallery",
        key="open-gallery",
        icon=":material/photo_library:",
        type="tertiary",
        width="stretch",
        on_click=room.show_gallery,
    )
    _conversations(room, is_busy)
    st.divider()
    return settings.draw(room)


def _conversations(room: Room, is_busy: bool) -> None:
    mine = room.store.conversations(room.visitor)
    with st.container(key="conversations", gap="xxsmall"):
        for each in mine[:MOST_LISTED]:
            is_open = each.id == room.conversation and st.session_state.view == CONVERSATION
            with st.container(key=f"{'open' if is_open else 'closed'}-{each.id}", gap="xxsmall"):
                st.button(
                    escaping.label(each.title, 34) or "Untitled",
                    key=f"go-{each.id}",
                    type="tertiary",
                    width="stretch",
                    on_click=room.open,
                    args=(each.id,),
                )
    if room.conversation in [each.id for each in mine]:
        title = next(each.title for each in mine if each.id == room.conversation)
        with st.popover(
            "Rename, export, delete",
            icon=":material/more_horiz:",
            width="stretch",
            key="manage",
            on_change="rerun",
        ) as popover:
            if popover.open:
                _manage(room, str(room.conversation), title, is_busy)
    # A new key after each import: the popover is closed again.
    with (
        st.container(key="import"),
        st.popover(
            "Import",
            icon=":material/upload:",
            type="tertiary",
            width="stretch",
            key=f"import-{st.session_state.setdefault('imports', 0)}",
            on_change="rerun",
        ) as popover,
    ):
        if popover.open:
            _import(room)


def _manage(room: Room, conversation: str, title: str, is_busy: bool) -> None:
    name = st.text_input("Name", title, key=f"name-{conversation}", max_chars=120)
    if name != title:
        room.store.rename(room.visitor, conversation, name)
        st.rerun()
    st.download_button(
        "Export as zip",
        data=lambda: room.store.export_zip(room.visitor, conversation),
        file_name="anygen-conversation.zip",
        mime="application/zip",
        key="export-zip",
        icon=":material/folder_zip:",
        width="stretch",
        on_click="ignore",
        disabled=is_busy,
    )
    st.download_button(
        "Manifest for anygen render",
        data=lambda: room.store.manifest(room.visitor, conversation),
        file_name="anygen-manifest.jsonl",
        mime="application/jsonl",
        key="export-manifest",
        icon=":material/list_alt:",
        width="stretch",
        on_click="ignore",
    )
    if st.button(
        "Delete for good",
        key="delete-conversation",
        icon=":material/delete:",
        width="stretch",
        disabled=is_busy,
    ):
        room.store.delete(room.visitor, conversation)
        room.open(None)
        st.rerun()


def _import(room: Room) -> None:
    most = room.store.limits.zip_bytes // 1_000_000
    key = f"zip-{st.session_state.imports}"
    file = st.file_uploader("A zip that anygen exported", type=["zip"], key=key, max_upload_size=most)
    if file is None:
        return
    st.session_state.imports += 1
    try:
        room.open(room.store.import_zip(room.visitor, BytesIO(file.getvalue())).id)
    except PromptError as error:
        room.say(error)
    st.rerun()
