"""What is served: the app behind its password page, with an engine that ends with it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("streamlit", reason="streamlit is not installed (extra ui)")

from anygen.core.errors import MachineError
from anygen_ui import backend, server


def test_the_folder_is_held_as_long_as_the_server_runs(tmp_path, monkeypatch):
    monkeypatch.setenv(backend.FOLDER, str(tmp_path))
    # Whatever other tests hold is theirs.
    monkeypatch.setattr(backend, "_backend", None)
    monkeypatch.setattr(backend, "_held", None)
    monkeypatch.setattr(backend, "warm", lambda: None)

    async def serve():
        async with server.lifespan(None):
            with pytest.raises(MachineError, match="another server"):
                backend.hold(tmp_path)

    # In a thread of its own: where tests in a browser ran before, this one's event loop is still theirs.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, serve()).result()
    backend.hold(tmp_path).release()
