"""One file from an https address, by a download that resumes; and what goes wrong while something is fetched, in words."""

from __future__ import annotations

import errno
import http.client
import shutil
import textwrap
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from anygen.core.errors import MachineError

CHUNK = 1 << 20
TRIES = 3
TIMEOUT = 30
TOKEN = (
    "accept the licence on its page where it asks for that, and give a token: "
    "`hf auth login`, or HF_TOKEN in the environment"
)
Report = Callable[[str], None]
"""Told in a few words what is being done."""


def make_room(folder: Path, needed: int) -> None:
    """Raises MachineError where the disk of a folder has less than so many bytes free."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise MachineError(
            f"{folder}: {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free; name a folder on another disk "
            "with --out"
        )


def on_disk(error: OSError, folder: Path) -> MachineError | None:
    """An error about this machine's disk, as a sentence; None for another one."""
    if error.errno == errno.ENOSPC:
        return MachineError(
            f"{folder}: the disk is full; free some of it and pull again, which goes on from there"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return MachineError(f"{folder}: may not be written to; name another folder with --out")
    return None


def unfinished(path: Path) -> Path:
    """Where a file is written until all of it is there."""
    return path.with_name(f".{path.name}.part")


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows an address to https alone, or where it already was."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme != "https" and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            raise urllib.error.HTTPError(
                newurl, code, "it leads to an address that is not https", headers, fp
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(url: str, path: Path, report: Report) -> None:
    """Fetch `url` into the unfinished file of `path`, going on where it broke off. Raises MachineError."""
    host, part = urlsplit(url).hostname, unfinished(path)
    tag_file = part.with_name(part.name + ".tag")
    reason = ""
    for _ in range(TRIES):
        have = part.stat().st_size if part.is_file() else 0
        tag = tag_file.read_text(encoding="utf-8") if tag_file.is_file() else ""
        headers = {"User-Agent": "anygen"}
        if have and tag:
            headers |= {"Range": f"bytes={have}-", "If-Range": tag}
        report(f"{path.name}: from {have / 1e6:.0f} MB on" if have and tag else f"{path.name}: {host}")
        try:
            opener = urllib.request.build_opener(_SafeRedirects)
            with opener.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as answer:
                goes_on = answer.status == 206
                have = have if goes_on else 0
                total = have + int(answer.headers.get("Content-Length") or 0)
                make_room(path.parent, total - have)
                new_tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
                # A weak tag does not promise the same bytes.
                tag_file.write_text("" if new_tag.startswith("W/") else new_tag, encoding="utf-8")
                with part.open("ab" if goes_on else "wb") as file:
                    while chunk := answer.read(CHUNK):
                        file.write(chunk)
                        have += len(chunk)
            if not total or have == total:
                tag_file.unlink(missing_ok=True)
                return
            reason = f"it broke off after {have / 1e6:.1f} of {total / 1e6:.1f} MB"
        except urllib.error.HTTPError as error:
            if error.code == 416:  # there is nothing left to ask for, or the file became shorter
                part.unlink(missing_ok=True)
                reason = "it is shorter than what was fetched of it"
                continue
            raise _refused(url, error.code, f"{host}: {error.reason}") from error
        except urllib.error.URLError as error:
            reason = str(error.reason)
        except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
            kept = part.stat().st_size / 1e6 if part.is_file() else 0
            reason = f"it broke off after {kept:.1f} MB ({type(error).__name__})"
        except OSError as error:
            raise on_disk(error, path.parent) or error from error
    raise MachineError(
        f"{path.name}: {host} cannot be read: {textwrap.shorten(reason, 200)}; pull again, and it goes on where it is"
    )


def _refused(what: str, code: int, reason: str) -> MachineError:
    if code in (401, 403):
        return MachineError(f"{what}: no permission ({code}); {TOKEN}")
    return MachineError(f"{what}: answers {code}; {textwrap.shorten(reason, 200)}")
