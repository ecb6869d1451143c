"""Who is here: a browser gets a name that nobody can guess, and where a password is set, says it first.

The name is made from a cookie that only this browser has, so it outlives reloads and restarts of the server. It is given
and asked for before all of Streamlit (pages, media, uploads and the websocket), by ASGI middleware.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

COOKIE = "anygen_visitor"
PASS_COOKIE = "anygen_pass"
DAYS = {COOKIE: 400, PASS_COOKIE: 30}
"""How long a browser keeps each cookie."""
PAGE = Path(__file__).with_name("password.html")
OPEN = ("/_stcore/health",)
"""What is answered without a password: says that the server runs, and nothing else."""
MOST_BYTES = 4096
"""Of a form with a password."""
GUESSES_WAITING, MOST_GUESSES_WAITING = 3, 20
"""Guesses that may wait for their turn, of one address and in all."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"SAMEORIGIN"),
]


class AuthMiddleware:
    """Sets the visitor's cookie, out of reach of scripts; asks for `password` where there is one."""

    def __init__(self, app: Any, password: str | None = None) -> None:
        self.app = app
        self.password = password
        self._guessing = asyncio.Lock()
        self._waiting: Counter[str] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, as ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        cookies = read_cookies(scope)
        token = cookies.get(COOKIE, "")
        if (
            self.password
            and scope["path"] not in OPEN
            and not self._knows(token, cookies.get(PASS_COOKIE, ""))
        ):
            await self._ask(scope, receive, send, token)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        is_page = scope["method"] == "GET" and scope["path"] == "/"
        fresh = [_cookie(scope, COOKIE, secrets.token_urlsafe(32))] if is_page and not is_token(token) else []

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS, *fresh]}
            await send(message)

        await self.app(scope, receive, send_with_headers)

    @asynccontextmanager
    async def _turn(self, address: str) -> AsyncIterator[None]:
        """The right to guess, after those who came before."""
        self._waiting[address] += 1
        try:
            async with self._guessing:
                yield
        finally:
            self._waiting[address] -= 1
            self._waiting += Counter()  # those at 0 are forgotten

    def _pass(self, token: str) -> str:
        """What a browser shows instead of the password: worth nothing to another visitor, or after a new password."""
        return hmac.new(f"anygen {self.password}".encode(), token.encode(), hashlib.sha256).hexdigest()

    def _knows(self, token: str, given: str) -> bool:
        return is_token(token) and hmac.compare_digest(self._pass(token).encode(), given.encode())

    async def _ask(self, scope: Any, receive: Any, send: Any, token: str) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        wrong = False
        if scope["method"] == "POST" and scope["path"] == "/":
            given = await _password_of(receive)
            address = (scope.get("client") or ("",))[0]
            # A flood is turned away, so that whoever knows the password need not wait behind it.
            if self._waiting[address] >= GUESSES_WAITING or self._waiting.total() >= MOST_GUESSES_WAITING:
                words = b"Too many guesses at the password are waiting; try again in a few seconds."
                await _answer(send, 429, words, [(b"content-type", b"text/plain"), (b"retry-after", b"5")])
                return
            # One guess a second, whoever guesses.
            async with self._turn(address):
                if hmac.compare_digest(given.encode(), str(self.password).encode()):
                    token = token if is_token(token) else secrets.token_urlsafe(32)
                    cookies = [_cookie(scope, COOKIE, token), _cookie(scope, PASS_COOKIE, self._pass(token))]
                    await _answer(send, 303, b"", [(b"location", b"/"), *cookies])
                    return
                await asyncio.sleep(1)
            wrong = True
        page = PAGE.read_text(encoding="utf-8").replace("<!-- wrong -->", WRONG if wrong else "")
        await _answer(send, 401, page.encode(), [(b"content-type", b"text/html; charset=utf-8")])


WRONG = '<p role="alert">That is not the password.</p>'


def read_cookies(scope: Any) -> dict[str, str]:
    """The cookies of a request; none where they cannot be read."""
    given = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    try:
        return {name: each.value for name, each in SimpleCookie(given).items()}
    except CookieError:
        return {}


def _cookie(scope: Any, name: str, value: str) -> tuple[bytes, bytes]:
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    kept = f"Max-Age={DAYS[name] * 86400}; Path=/; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", f"{name}={value}; {kept}".encode()


async def _password_of(receive: Any) -> str:
    body, more = b"", True
    while more and len(body) <= MOST_BYTES:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    given = parse_qs(body[:MOST_BYTES].decode("utf-8", "replace"))
    return given.get("password", [""])[0]


async def _answer(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    start = {"type": "http.response.start", "status": status}
    await send({**start, "headers": [*headers, *HEADERS, (b"cache-control", b"no-store"), length]})
    await send({"type": "http.response.body", "body": body})


# The visitor


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
