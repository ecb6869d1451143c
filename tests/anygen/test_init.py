"""`import anygen`: its public names, what it costs, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import anygen


def test_importing_anygen_is_quick_and_loads_no_model_library() -> None:
    heavy = ("torch", "transformers", "diffusers", "peft", "accelerate", "scipy", "PIL", "av", "soundfile")
    code = f"""
# CPU seconds: what else runs on the machine does not count.
import sys, time
start = time.process_time()
import anygen
from anygen import Audio, GenerationOptions, Image, Message, Reply, Video
print(time.process_time() - start, [name for name in {heavy!r} if name in sys.modules])
"""
    times = []
    for _ in range(3):
        answer = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        seconds, loaded = answer.split(" ", 1)
        assert loaded.strip() == "[]"
        times.append(float(seconds))
    assert min(times) < 0.5


def test_an_import_changes_nothing_around_it(tmp_path: Path) -> None:
    code = (
        "import os, logging; before = dict(os.environ); import anygen, anygen.media, anygen.messages.reply; "
        "assert dict(os.environ) == before and not logging.getLogger().handlers"
    )

    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []


def test_every_public_name_is_there_and_is_that_of_its_module() -> None:
    assert set(anygen.__all__) <= set(dir(anygen))
    for name, module in anygen._HOME.items():
        assert getattr(anygen, name) is getattr(import_module(module), name)
    assert {*anygen._HOME, "__version__"} == set(anygen.__all__)


def test_a_name_is_imported_when_it_is_first_used() -> None:
    code = (
        "import sys, anygen; assert 'anygen.model' not in sys.modules and 'Image' not in vars(anygen)\n"
        "assert {'AnyGen', 'Image'} <= set(dir(anygen)) and 'anygen.media' not in sys.modules\n"
        "anygen.Image; assert 'Image' in vars(anygen) and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="module anygen has no attribute 'Imag'"):
        anygen.Imag  # noqa: B018
