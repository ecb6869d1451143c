"""A server on 127.0.0.1 that can break off: an address of weights, and a small stand-in for the hub beside it."""

from __future__ import annotations

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

WEIGHTS = bytes(range(256)) * 2000
COMMIT = "a" * 40
REPOSITORY = {
    "model_index.json": json.dumps({"_class_name": "X", "unet": ["diffusers", "Y"]}).encode(),
    "README.md": b"words",
    "whole.safetensors": b"not this",
    "unet/config.json": b"{}",
    "unet/model.safetensors": WEIGHTS[:5000],
    "unet/model.fp16.safetensors": b"nor this",
    "unet/model.bin": b"a pickle",
    "safety_checker/model.safetensors": b"nor that",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def described(data: bytes) -> dict:
    """What the hub says of a file; one of more than 1000 bytes is large."""
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    lfs = {"sha256": sha256(data), "size": len(data), "pointerSize": 1}
    return {"size": len(data), "blobId": blob} | ({"lfs": lfs} if len(data) > 1000 else {})


class Server(ThreadingHTTPServer):
    """Serves /weights.pth and repositories of a hub, all with the same files; `breaks` answers with a large file end
    halfway, `status` is what it says first, to paths that `refused` is in."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.breaks, self.status, self.refused, self.asked = 0, 0, "", []
        self.weights, self.repository, self.names = WEIGHTS, dict(REPOSITORY), {"a/b"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *words) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers.get("Range")))
        if self.server.status and self.server.refused in self.path:
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            if self.server.status == 403:
                self.send_header("X-Error-Code", "GatedRepo")
            self.end_headers()
        elif (name := "/".join(urlsplit(self.path).path.split("/")[3:5])) in self.server.names:
            listed = {each: described(data) for each, data in self.server.repository.items()}
            if f"/tree/{COMMIT}" in self.path:
                # The tree is told in other words than the repository.
                found = [
                    {"type": "file", "path": path, "size": each["size"], "oid": each["blobId"]}
                    | ({"lfs": {"oid": each["lfs"]["sha256"]} | each["lfs"]} if "lfs" in each else {})
                    for path, each in listed.items()
                ]
            else:
                siblings = [{"rfilename": path, **each} for path, each in listed.items()]
                found = {"id": name, "sha": COMMIT, "siblings": siblings}
            self._send(json.dumps(found).encode(), "application/json")
        elif self.path == "/weights.pth":
            self._send(self.server.weights)
        elif (name := self.path.partition(f"/resolve/{COMMIT}/")[2]) in self.server.repository:
            self._send(self.server.repository[name])
        else:
            self.send_error(404)

    def _send(self, data: bytes, kind: str = "application/octet-stream") -> None:
        tag = f'"{sha256(data)}"'
        start = 0
        asked = self.headers.get("Range")
        if asked and self.headers.get("If-Range") in (None, tag):
            start = int(asked.removeprefix("bytes=").partition("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", tag)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.server.breaks and len(data) > 1000 and kind != "application/json":
            self.server.breaks -= 1
            self.wfile.write(data[start : start + (len(data) - start) // 2])
            self.close_connection = True
            return
        self.wfile.write(data[start:])


def left_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
