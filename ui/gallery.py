"""Everything a visitor generated or sent, newest first."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from anygen_ui import escaping, medium, scrolling
from anygen_ui.choices import WORDS
from anygen_ui.page_context import Room
from anygen_ui.store import Media, Part

PAGE = 24
"""Tiles at once."""
TILE = 210
"""Their width in pixels."""


def draw(room: Room) -> None:
    scrolling.show_the_start("gallery")
    st.header("Gallery", anchor=False)
    titles = {each.id: each.title or "Untitled" for each in room.store.conversations(room.visitor)}
    with st.container(horizontal=True, vertical_alignment="top", key="gallery-filters"):
        modality = st.segmented_control(
            "Kind",
            ["image", "audio", "video"],
            format_func=lambda each: f"{WORDS[each]}s",
            key="gallery-kind",
        )
        conversation = st.selectbox(
            "Conversation",
            [None, *titles],
            # A select box shows words as they are.
            format_func=lambda each: "All conversations" if each is None else titles[each],
            key="gallery-conversation",
            width=260,
        )
        sent = st.toggle("Also what I sent", key="gallery-sent")
    found = [
        each for each in room.store.media(room.visitor, modality, conversation) if each.generated or sent
    ]
    if not found:
        st.caption("Nothing here yet: pictures, sounds and clips show up as they are made.")
        return
    shown = st.session_state.setdefault("gallery-shown", PAGE)
    with st.container(horizontal=True, gap="small", key="gallery"):
        for each in found[:shown]:
            _tile(room, each)
    if len(found) > shown and st.button(f"Show more ({len(found) - shown})", key="gallery-more"):
        st.session_state["gallery-shown"] = shown + PAGE
        st.rerun()
    st.caption(escaping.label(room.engine.limits.rule.sentence(), 500))


def _tile(room: Room, media: Media) -> None:
    part = Part(media.modality, path=media.path, caption=media.caption)
    with st.container(key=f"tile-{media.id}", border=True, width=TILE + 34, gap="xsmall"):
        medium.show(part, width=TILE)
        st.text(media.caption or WORDS[media.modality])
        with st.container(horizontal=True, gap="xxsmall", key=f"tile-actions-{media.id}"):
            st.button(
                "Use",
                key=f"tile-use-{media.id}",
                type="tertiary",
                help="Use as input",
                on_click=room.add,
                args=(part,),
            )
            st.download_button(
                "Download",
                data=Path(media.path).read_bytes,
                file_name=f"anygen-{Path(media.path).name}",
                key=f"tile-save-{media.id}",
                type="tertiary",
                on_click="ignore",
            )
            if media.generated and st.button("How made", key=f"tile-how-{media.id}", type="tertiary"):
                medium.how_made(part, None)
            if media.conversation is not None:
                st.button(
                    "Open",
                    key=f"tile-open-{media.id}",
                    type="tertiary",
                    help="Open its conversation",
                    on_click=room.open,
                    args=(media.conversation,),
                )
