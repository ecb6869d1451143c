"""Who comes in: everyone gets a name of their own, and where a password is set nothing is reached without it."""

from __future__ import annotations

import asyncio

import pytest

from anygen_ui.auth import COOKIE, PASS_COOKIE, AuthMiddleware, is_token, visitor_of


async def inside(scope, receive, send):
    """What stands behind it: answers 200, or accepts a websocket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def request(auth, path="/", method="GET", cookies=None, body=b"", kind="http"):
    """What is sent back for one request: (first message, headers as a list of pairs, body)."""
    cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    scope = {"type": kind, "path": path, "method": method, "headers": [(b"cookie", cookie.encode())]}
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(auth(scope, receive, send))
    return sent[0], sent[0].get("headers", []), b"".join(each.get("body", b"") for each in sent)


def cookies_of(headers):
    pairs = [value.decode().split(";")[0].split("=", 1) for name, value in headers if name == b"set-cookie"]
    return dict(pairs)


def test_a_first_visit_gets_a_name_that_scripts_cannot_read_and_keeps_it():
    _, headers, body = request(AuthMiddleware(inside))
    given = cookies_of(headers)
    assert body == b"inside" and is_token(given[COOKIE])
    flags = next(value for name, value in headers if name == b"set-cookie").decode()
    assert "HttpOnly" in flags and "SameSite=Lax" in flags
    assert cookies_of(request(AuthMiddleware(inside), cookies=given)[1]) == {}


def test_two_visitors_have_two_names_and_a_short_cookie_is_replaced():
    first, second = (cookies_of(request(AuthMiddleware(inside))[1])[COOKIE] for _ in range(2))
    assert visitor_of(first) != visitor_of(second)
    assert COOKIE in cookies_of(request(AuthMiddleware(inside), cookies={COOKIE: "admin"})[1])


@pytest.mark.parametrize("path", ["/", "/_stcore/upload_file/x", "/media/x.png", "/static/x.js"])
def test_nothing_is_reached_without_the_password(path):
    first, _, body = request(AuthMiddleware(inside, "open sesame"), path)
    assert first["status"] == 401 and b"inside" not in body


def test_a_websocket_is_closed_without_the_password():
    first, _, _ = request(AuthMiddleware(inside, "open sesame"), "/_stcore/stream", kind="websocket")
    assert first["type"] == "websocket.close"


def test_the_password_opens_and_is_remembered_by_this_visitor_alone():
    auth = AuthMiddleware(inside, "open sesame")
    first, headers, _ = request(auth, method="POST", body=b"password=open+sesame")
    given = cookies_of(headers)
    assert first["status"] == 303 and "sesame" not in str(given)
    assert request(auth, cookies=given)[2] == b"inside"
    assert request(auth, "/_stcore/stream", cookies=given, kind="websocket")[0]["type"] == "websocket.accept"
    assert request(auth, cookies={**given, COOKIE: "x" * 43})[0]["status"] == 401
    assert request(AuthMiddleware(inside, "another"), cookies=given)[0]["status"] == 401


@pytest.mark.parametrize("body", [b"password=open", b"", b"password=" + b"x" * 100_000, b"\xff\xfe"])
def test_a_wrong_password_is_said_to_be_wrong(body):
    first, headers, page = request(AuthMiddleware(inside, "open sesame"), method="POST", body=body)
    assert first["status"] == 401 and b"not the password" in page
    assert PASS_COOKIE not in cookies_of(headers)


def test_the_health_of_the_server_is_told_to_anybody():
    assert request(AuthMiddleware(inside, "open sesame"), "/_stcore/health")[2] == b"inside"


def test_a_flood_of_guesses_is_turned_away_and_keeps_nobody_out():
    auth = AuthMiddleware(inside, "open sesame")

    async def guess(address, words):
        scope = {"type": "http", "path": "/", "method": "POST", "headers": [], "client": (address, 1)}
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"password=" + words, "more_body": False}

        async def send(message):
            sent.append(message)

        await auth(scope, receive, send)
        return sent[0]["status"]

    async def flood():
        wrong = [asyncio.create_task(guess("192.0.2.1", b"x")) for _ in range(50)]
        await asyncio.sleep(0)
        right = await asyncio.wait_for(guess("192.0.2.2", b"open+sesame"), 10)
        return [await each for each in wrong], right

    wrong, right = asyncio.run(flood())
    assert right == 303 and wrong.count(401) == 3 and wrong.count(429) == 47
