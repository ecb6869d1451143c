"""Commands on a tiny model, in a folder that holds a picture, a sound and a clip."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from anygen import cli
from anygen.media import Audio, Image, Video

PICTURE = Image(np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8))
SOUND = Audio(np.sin(np.arange(8000) / 9).astype(np.float32) * 0.5, 16000)
CLIP = Video(np.zeros((4, 32, 32, 3), np.uint8), 8.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a picture, a sound and a clip."""
    monkeypatch.chdir(tmp_path)
    PICTURE.save("a.png")
    SOUND.save("a.wav")
    CLIP.save("a.mp4")
    return tmp_path


@pytest.fixture
def run(tiny_dir, folder, capsys):
    """Runs a command on the tiny model: (exit code, standard output, standard error)."""

    def call(*words):
        arguments = [str(word) for word in words]
        if arguments and arguments[0] in ("generate", "chat", "replay"):
            arguments += ["--model", str(tiny_dir)]
        capsys.readouterr()
        code = cli.main(arguments)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def files_in(folder) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def talk(run, monkeypatch):
    def call(*lines, words=()):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return run("chat", *words)

    return call
