"""What `streamlit run` serves: the app, behind auth.py; the engine ends with the server."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from streamlit import App

from anygen_ui import backend
from anygen_ui.auth import AuthMiddleware


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """The store and the engine, from the server's start to its end."""
    backend.backend()
    backend.warm()
    try:
        yield
    finally:
        backend.close()


app = App(
    Path(__file__).with_name("app.py"),
    middleware=[Middleware(AuthMiddleware, password=os.environ.get(backend.PASSWORD))],
    lifespan=lifespan,
)
