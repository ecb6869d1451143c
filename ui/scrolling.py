"""What is seen first: the end of a conversation, the start of any other view."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

FOLLOW = Path(__file__).with_name("follow.js")
TO_THE_START = """
  window.anygenFollow?.disconnect();
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
"""


def follow_the_end(what: str) -> None:
    """Scroll to what is new: the script runs again when `what` is another. It holds nothing that anybody wrote."""
    _run(what, FOLLOW.read_text(encoding="utf-8"))


def show_the_start(what: str) -> None:
    """Scroll up once, when the view `what` opens; nothing follows an end there."""
    _run(what, TO_THE_START)


def _run(what: str, script: str) -> None:
    st.html(f"<script>/* {what} */\n{script}</script>", unsafe_allow_javascript=True)
