"""Who is here: a name made from a cookie that only this browser has, so it outlives reloads and restarts of the server."""

from __future__ import annotations

import hashlib
import re
import secrets

COOKIE = "anygen_visitor"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def is_token(text: str) -> bool:
    """Whether a cookie holds what the server gives out: 32 random bytes, as `secrets.token_urlsafe` writes them."""
    return _TOKEN.fullmatch(text) is not None


def visitor_of(token: str) -> str:
    """The name under which things are kept: nobody who reads the database can take the visitor's place."""
    return hashlib.sha256(f"anygen visitor {token}".encode()).hexdigest()[:32]


def current_visitor() -> str:
    """The visitor of this session; without a cookie (refused, or a test) one that lasts as long as the session."""
    import streamlit as st

    token = str(st.context.cookies.get(COOKIE, ""))
    if not is_token(token):
        token = st.session_state.setdefault("visitor_token", secrets.token_urlsafe(32))
    return visitor_of(token)
