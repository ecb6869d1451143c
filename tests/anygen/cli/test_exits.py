"""How a command ends: its exit code, one sentence, nothing half-written."""

from __future__ import annotations

import errno
import os
import pty
import re
import signal
import subprocess
import sys
import termios

import pytest

from anygen.cli.exits import UsageError, exit_code
from anygen.core import atomic
from anygen.core.errors import MachineError, MediaError

from .conftest import files_in


def test_a_full_disk_is_exit_code_three_and_leaves_nothing(run, folder, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", fail)
    code, out, err = run("generate", "hi", "--require", "image", "--out", "o")
    assert (code, out) == (3, "")
    assert re.fullmatch(
        r"anygen: o/reply-\d+\.png: No space left on device; nothing half-written is left\n", err
    )
    assert files_in(folder / "o") == set()


def test_a_place_that_cannot_be_written_is_exit_code_three(run, folder):
    code, _, err = run("generate", "hi", "--require", "image", "--out", "a.png/deeper")
    assert code == 3 and err.startswith("anygen: a.png/deeper") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_stop_in_the_middle_leaves_nothing(tiny_dir, folder, number, code):
    """Run on a terminal of its own, so that the progress bar says when the middle is."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (25, 100))
    words = [
        "generate",
        "hi",
        "--require",
        "video",
        "--video.num_inference_steps",
        "200",
        "--out",
        "o",
        "--model",
        tiny_dir,
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "anygen", *map(str, words)],
        stderr=slave,
        stdout=subprocess.PIPE,
        # What runs in the background of a shell ignores Ctrl-C, and its children with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(slave)
    shown = b""
    while b"/200" not in shown:
        shown += os.read(master, 4096)  # fails where the command ends before a bar was shown
    process.send_signal(number)
    while True:
        try:
            block = os.read(master, 4096)
        except OSError:  # the terminal's other end is closed
            break
        if not block:
            break
        shown += block
    assert process.wait(60) == code
    assert process.stdout is not None and process.stdout.read() == b""
    assert b"Traceback" not in shown and (
        number != signal.SIGINT or b"interrupted; nothing half-written is left" in shown
    )
    assert not (folder / "o").exists()


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (UsageError("anygen chat: no"), 2, "anygen chat: no"),
        (MediaError("a.png: the file is empty"), 2, "anygen: a.png: the file is empty"),
        (MachineError("ffmpeg is missing"), 3, "anygen: ffmpeg is missing"),
        (MemoryError(), 3, "anygen: not enough memory; ask for less, or smaller"),
        (FloatingPointError("not finite"), 1, "anygen: not finite; nothing was written"),
        (KeyboardInterrupt(), 130, "anygen: interrupted; nothing half-written is left"),
        (KeyError("x"), 1, "anygen: unexpected KeyError: 'x' (anygen --debug shows where)"),
        (MediaError("a\x1b[2J"), 2, "anygen: a\\x1b[2J"),
    ],
)
def test_each_kind_of_error_has_its_code_and_one_line(error, code, sentence, capsys):
    assert exit_code(error) == code
    assert capsys.readouterr().err == f"{sentence}\n"
