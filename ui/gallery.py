"""Everything a visitor generated or sent, newest first."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from anygen_ui import escaping, medium
from anygen_ui.page_context import PageContext, download_button, quiet_button, show_the_start
from anygen_ui.tables import Media, Part

PAGE = 24
"""Tiles at once."""
TILE = 210
"""Their width in pixels."""
KINDS = {"image": "Images", "audio": "Audio", "video": "Videos"}


def draw(context: PageContext) -> None:
    """The whole view: filters above, tiles below."""
    show_the_start("gallery")
    st.header("Gallery", anchor=False)
    titles = {each.id: each.title or "Untitled" for each in context.store.conversations(context.visitor)}
    with st.container(horizontal=True, vertical_alignment="top", key="gallery-filters"):
        modality = st.segmented_control(
            "Kind", list(KINDS), format_func=KINDS.__getitem__, key="gallery-kind"
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
    found = context.store.media(context.visitor, modality, conversation)
    found = [each for each in found if each.generated or sent]
    if not found:
        st.caption("Nothing here yet: images, audio and videos show up as they are made.")
        return
    shown = st.session_state.setdefault("gallery-shown", PAGE)
    with st.container(horizontal=True, gap="small", key="gallery"):
        for each in found[:shown]:
            _tile(context, each)
    if len(found) > shown and st.button(f"Show more ({len(found) - shown})", key="gallery-more"):
        st.session_state["gallery-shown"] = shown + PAGE
        st.rerun()
    st.caption(escaping.label(context.engine.limits.rule.sentence(), 500))


def _tile(context: PageContext, media: Media) -> None:
    part = Part(media.modality, path=media.path, caption=media.caption)
    with st.container(key=f"tile-{media.id}", border=True, width=TILE + 34, gap="xsmall"):
        medium.show(part, width=TILE)
        st.text(media.caption or media.modality.capitalize())
        with st.container(horizontal=True, gap="xxsmall", key=f"tile-actions-{media.id}"):
            quiet_button("Use", f"tile-use-{media.id}", "", context.add, part, help="Use as input")
            download_button("Download", Path(media.path), f"tile-save-{media.id}")
            if media.generated and quiet_button("Details", f"tile-how-{media.id}"):
                medium.how_made(part, None)
            if media.conversation is not None:
                about = "Open its conversation"
                quiet_button(
                    "Open", f"tile-open-{media.id}", "", context.open, media.conversation, help=about
                )
