"""A server that parts are fetched from, and presets that name it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hub_server import Server


@pytest.fixture
def server():
    made = Server()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def preset(server, tiny_dir, tmp_path, monkeypatch):
    """Call with the sources to get a preset that names them."""
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")

    def write(**sources) -> Path:
        import yaml

        values = yaml.safe_load((tiny_dir / "config.yaml").read_text())
        plain = {"revision": "unverified", "licence": "none", "memory_gb": 1}
        values["sources"] = {part.replace("_", "."): plain | given for part, given in sources.items()}
        path = tmp_path / "preset.yaml"
        path.write_text(yaml.safe_dump(values))
        return path

    return write


@pytest.fixture
def address(server, preset):
    def write(digest: str = "unverified", pickles: bool = True) -> Path:
        given = {"sha256": {"weights.pth": digest}, "pickles": pickles}
        return preset(encoders_imagebind={"repository": f"{server.url}/weights.pth", **given})

    return write


@pytest.fixture
def repository(preset):
    return lambda **more: preset(decoders_image={"repository": "a/b", **more})
